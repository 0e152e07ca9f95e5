# SPDX-License-Identifier: Apache-2.0
"""The sets of tasks that FLAN's public code trains and tests on, besides whole clusters.

Source: google-research/FLAN, commit e9e4ec6, flan/task_splits.py. The paper has an
experiment on datasets per cluster (appendix B.1) but does not name the datasets; splits
within clusters and the SuperGLUE splits are in the code only. Names of tasks are the
code's, names of clusters are ours. Its variant of figure 6 that trains on at most 15
tasks is omitted.

    first_of_clusters(['squad_v1', 'squad_v2', 'drop', 'quac', 'coqa'], 1)
    -> ['squad_v1', 'quac']
"""

import random
from typing import Sequence

from flan_jax.data import datasets

# All 69 tasks that the code trains on, in the code's order of clusters and tasks.
CLUSTERS = {
  'summarization': (
    'aeslc',
    'cnn_dailymail',
    'gigaword',
    'multi_news',
    'newsroom',
    'samsum',
    'xsum',
    'ag_news_subset',
    'opinion_abstracts_rotten_tomatoes',
    'opinion_abstracts_idebate',
    'wiki_lingua_english_en',
  ),
  'struct_to_text': ('web_nlg_en', 'common_gen', 'e2e_nlg', 'dart'),
  'reading_comprehension': ('squad_v1', 'squad_v2', 'drop', 'multirc', 'openbookqa', 'bool_q'),
  'closed_book_qa': ('trivia_qa', 'natural_questions', 'arc_challenge', 'arc_easy'),
  'paraphrase': ('glue_mrpc', 'glue_qqp', 'paws_wiki', 'stsb'),
  'sentiment': ('imdb_reviews', 'sentiment140', 'yelp_polarity_reviews', 'sst2'),
  'text_formatting': ('true_case', 'fix_punct', 'word_segment'),
  'commonsense': ('copa', 'hellaswag', 'story_cloze', 'piqa'),
  'translation': (
    'para_crawl_enes',
    'wmt14_enfr',
    'wmt16_translate_deen',
    'wmt16_translate_tren',
    'wmt16_translate_csen',
    'wmt16_translate_fien',
    'wmt16_translate_roen',
    'wmt16_translate_ruen',
  ),
  'coreference': ('definite_pronoun_resolution', 'winogrande', 'wsc'),
  'nli': ('anli_r1', 'anli_r2', 'anli_r3', 'cb', 'rte', 'mnli_matched', 'mnli_mismatched', 'qnli', 'wnli', 'snli'),
  'math': ('math_dataset',),
  'conversational_qa': ('quac', 'coqa'),
  'word_disambiguation': ('wic',),
  'linguistic_acceptability': ('cola',),
  'question_classification': ('trec',),
  'reading_comprehension_commonsense': ('record', 'cosmos_qa'),
}

SUPERGLUE = ('bool_q', 'cb', 'copa', 'multirc', 'record', 'rte', 'wic', 'wsc')

# The code's ten splits within clusters: what each holds out. That is one dataset of every
# cluster with two or more; the rounds of ANLI, the two MNLI, SQuAD and ARC, and the two
# opinion abstracts each count as one dataset there.
INTRA_CLUSTER = {
  'intra_0': (
    'dart',
    'gigaword',
    'glue_mrpc',
    'imdb_reviews',
    'natural_questions',
    'openbookqa',
    'qnli',
    'quac',
    'record',
    'story_cloze',
    'true_case',
    'winogrande',
    'wmt16_translate_ruen',
  ),
  'intra_1': (
    'coqa',
    'cosmos_qa',
    'definite_pronoun_resolution',
    'e2e_nlg',
    'fix_punct',
    'glue_qqp',
    'hellaswag',
    'mnli_matched',
    'mnli_mismatched',
    'para_crawl_enes',
    'sentiment140',
    'squad_v1',
    'squad_v2',
    'trivia_qa',
    'wiki_lingua_english_en',
  ),
  'intra_2': (
    'arc_challenge',
    'arc_easy',
    'cb',
    'copa',
    'multirc',
    'newsroom',
    'quac',
    'record',
    'stsb',
    'web_nlg_en',
    'wmt16_translate_deen',
    'word_segment',
    'wsc',
    'yelp_polarity_reviews',
  ),
  'intra_3': (
    'bool_q',
    'common_gen',
    'coqa',
    'cosmos_qa',
    'natural_questions',
    'opinion_abstracts_idebate',
    'opinion_abstracts_rotten_tomatoes',
    'paws_wiki',
    'piqa',
    'sst2',
    'true_case',
    'winogrande',
    'wmt16_translate_roen',
    'wnli',
  ),
  'intra_4': (
    'cnn_dailymail',
    'dart',
    'definite_pronoun_resolution',
    'drop',
    'fix_punct',
    'glue_mrpc',
    'imdb_reviews',
    'quac',
    'record',
    'snli',
    'story_cloze',
    'trivia_qa',
    'wmt16_translate_fien',
  ),
  'intra_5': (
    'anli_r1',
    'anli_r2',
    'anli_r3',
    'arc_challenge',
    'arc_easy',
    'coqa',
    'cosmos_qa',
    'e2e_nlg',
    'glue_qqp',
    'hellaswag',
    'openbookqa',
    'sentiment140',
    'wmt14_enfr',
    'word_segment',
    'wsc',
    'xsum',
  ),
  'intra_6': (
    'ag_news_subset',
    'copa',
    'natural_questions',
    'quac',
    'record',
    'rte',
    'squad_v1',
    'squad_v2',
    'stsb',
    'true_case',
    'web_nlg_en',
    'winogrande',
    'wmt16_translate_csen',
    'yelp_polarity_reviews',
  ),
  'intra_7': (
    'common_gen',
    'coqa',
    'cosmos_qa',
    'definite_pronoun_resolution',
    'fix_punct',
    'multi_news',
    'multirc',
    'paws_wiki',
    'piqa',
    'qnli',
    'sst2',
    'trivia_qa',
    'wmt16_translate_tren',
  ),
  'intra_8': (
    'aeslc',
    'arc_challenge',
    'arc_easy',
    'bool_q',
    'dart',
    'glue_mrpc',
    'imdb_reviews',
    'mnli_matched',
    'mnli_mismatched',
    'quac',
    'record',
    'story_cloze',
    'wmt16_translate_ruen',
    'word_segment',
    'wsc',
  ),
  'intra_9': (
    'cb',
    'coqa',
    'cosmos_qa',
    'drop',
    'e2e_nlg',
    'glue_qqp',
    'hellaswag',
    'natural_questions',
    'para_crawl_enes',
    'samsum',
    'sentiment140',
    'true_case',
    'winogrande',
  ),
}

_SHUFFLE_SEED = 42  # the code's SuperGLUE split trains on 5 to 55 of the tasks in this order


def first_of_clusters(names: Sequence[str], count: int) -> list[str]:
  """Selects the first `count` tasks of each cluster, in the order of the public code.

  SQuAD 1.1 and 2.0 count as two tasks here. Tasks that the code lacks come last, by name.
  """
  by_cluster: dict[str, list[str]] = {}
  for name in _sorted(names, _tasks()):
    by_cluster.setdefault(datasets.clusters_of(name)[-1], []).append(name)
  chosen = {name for tasks in by_cluster.values() for name in tasks[:count]}
  return [name for name in names if name in chosen]


def first_of_all(names: Sequence[str], count: int) -> list[str]:
  """Selects the first `count` tasks as the public code shuffles them.

  Tasks that the code lacks come last, by name.
  """
  order = _tasks()
  random.Random(_SHUFFLE_SEED).shuffle(order)
  chosen = set(_sorted(names, order)[:count])
  return [name for name in names if name in chosen]


def _tasks() -> list[str]:
  return [task for tasks in CLUSTERS.values() for task in tasks]


def _sorted(names: Sequence[str], order: Sequence[str]) -> list[str]:
  """Sorts by position in `order`; names that it lacks come last."""
  places = {task: place for place, task in enumerate(order)}
  return sorted(names, key=lambda name: (places.get(datasets.plain(name), len(order)), name))
