# SPDX-License-Identifier: Apache-2.0
"""FLAN's own sets of tasks, against a literal copy of what its public code trains on.

Worked out by running the split rules of google-research/FLAN, commit e9e4ec6.
"""

import re

import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import clusters, datasets, flan_splits, holdouts
from flan_jax.data.mixture_subset import Selection
from flan_jax.errors import UserError
from tests import paper_table


def read(text):
  """'a: b c' and lines that go on indented -> {'a': ('b', 'c')}."""
  lines = re.sub(r'\n +', ' ', text.strip()).splitlines()
  return {name: tuple(tasks.split()) for name, tasks in (line.split(': ') for line in lines)}


# What each split within clusters tests on.
INTRA_CLUSTER = read("""
intra_0: dart gigaword glue_mrpc imdb_reviews natural_questions openbookqa qnli quac
  record story_cloze true_case winogrande wmt16_translate_ruen
intra_1: coqa cosmos_qa definite_pronoun_resolution e2e_nlg fix_punct glue_qqp hellaswag
  mnli_matched mnli_mismatched para_crawl_enes sentiment140 squad_v1 squad_v2 trivia_qa
  wiki_lingua_english_en
intra_2: arc_challenge arc_easy cb copa multirc newsroom quac record stsb web_nlg_en
  wmt16_translate_deen word_segment wsc yelp_polarity_reviews
intra_3: bool_q common_gen coqa cosmos_qa natural_questions opinion_abstracts_idebate
  opinion_abstracts_rotten_tomatoes paws_wiki piqa sst2 true_case winogrande
  wmt16_translate_roen wnli
intra_4: cnn_dailymail dart definite_pronoun_resolution drop fix_punct glue_mrpc
  imdb_reviews quac record snli story_cloze trivia_qa wmt16_translate_fien
intra_5: anli_r1 anli_r2 anli_r3 arc_challenge arc_easy coqa cosmos_qa e2e_nlg glue_qqp
  hellaswag openbookqa sentiment140 wmt14_enfr word_segment wsc xsum
intra_6: ag_news_subset copa natural_questions quac record rte squad_v1 squad_v2 stsb
  true_case web_nlg_en winogrande wmt16_translate_csen yelp_polarity_reviews
intra_7: common_gen coqa cosmos_qa definite_pronoun_resolution fix_punct multi_news
  multirc paws_wiki piqa qnli sst2 trivia_qa wmt16_translate_tren
intra_8: aeslc arc_challenge arc_easy bool_q dart glue_mrpc imdb_reviews mnli_matched
  mnli_mismatched quac record story_cloze wmt16_translate_ruen word_segment wsc
intra_9: cb coqa cosmos_qa drop e2e_nlg glue_qqp hellaswag natural_questions
  para_crawl_enes samsum sentiment140 true_case winogrande
""")

# What is trained on with so many datasets of each of the seven clusters of figure 6.
PER_CLUSTER = read("""
1: aeslc definite_pronoun_resolution imdb_reviews para_crawl_enes quac squad_v1 web_nlg_en
2: aeslc cnn_dailymail common_gen coqa definite_pronoun_resolution imdb_reviews
  para_crawl_enes quac sentiment140 squad_v1 squad_v2 web_nlg_en winogrande wmt14_enfr
3: aeslc cnn_dailymail common_gen coqa definite_pronoun_resolution drop e2e_nlg gigaword
  imdb_reviews para_crawl_enes quac sentiment140 squad_v1 squad_v2 web_nlg_en winogrande
  wmt14_enfr wmt16_translate_deen wsc yelp_polarity_reviews
4: aeslc cnn_dailymail common_gen coqa dart definite_pronoun_resolution drop e2e_nlg
  gigaword imdb_reviews multi_news multirc para_crawl_enes quac sentiment140 squad_v1
  squad_v2 sst2 web_nlg_en winogrande wmt14_enfr wmt16_translate_deen wmt16_translate_tren
  wsc yelp_polarity_reviews
""")


MIXED = [name for name in datasets.names() if datasets.get(name).mixed]
FIGURE_6 = 'nli,closed_book_qa,commonsense'  # held out
# The first of the 61 tasks beside SuperGLUE, as the code shuffles all 69 (seed 42).
SHUFFLED = (
  'squad_v1',
  'sentiment140',
  'snli',
  'ag_news_subset',
  'natural_questions',
  'squad_v2',
  'anli_r1',
  'cola',
  'piqa',
  'newsroom',
)


def members(held_out, **selection):
  return holdouts.members(Selection(**selection).apply(holdouts.mixture(held_out)))


@pytest.mark.parametrize('name', INTRA_CLUSTER)
def test_a_split_within_clusters_holds_out_what_flans_does(name):
  facts = INTRA_CLUSTER[name]
  assert holdouts.task_sets()[name] == facts == tuple(sorted(facts))
  rule = holdouts.holdout(name)
  assert sorted(rule.held_out) == list(facts) and not rule.dropped
  assert sorted(rule.train) == sorted(set(MIXED) - set(facts))
  assert len(rule.train) == 69 - len(facts)
  assert holdouts.members(holdouts.mixture(name)) == sorted(rule.train)
  assert holdouts.seen(['rte', *facts, 'wnli.5shot'], name) == [
    task for task in ('rte', *facts, 'wnli.5shot') if datasets.plain(task) in facts
  ]


def test_the_sets_are_these_in_this_order():
  assert list(holdouts.task_sets()) == ['superglue', *INTRA_CLUSTER]
  assert list(map(len, INTRA_CLUSTER.values())) == [13, 15, 14, 14, 13, 16, 14, 13, 15, 13]
  assert holdouts.task_sets()['superglue'] == ('bool_q', 'cb', 'copa', 'multirc', 'record', 'rte', 'wic', 'wsc')


def test_each_split_within_clusters_has_one_dataset_of_every_cluster_with_two():
  for facts in INTRA_CLUSTER.values():
    alike = {re.sub('^(anli|mnli|squad|arc|opinion_abstracts)_.*', r'\1', name) for name in facts}
    own = [datasets.get(name).clusters[-1] for name in facts]
    assert len(alike) == len(set(own)) == 13


@pytest.mark.parametrize('count', PER_CLUSTER)
def test_so_many_datasets_per_cluster_are_those_of_flan(count):
  facts = PER_CLUSTER[count]
  chosen = members(FIGURE_6, clusters=7, datasets_per_cluster=int(count))
  assert sorted(chosen) == list(facts) and len(facts) == [7, 14, 20, 25][int(count) - 1]


def test_more_datasets_per_cluster_contain_fewer_until_all_are_there():
  sizes = [members(FIGURE_6, clusters=7, datasets_per_cluster=count) for count in range(1, 13)]
  assert all(set(few) <= set(more) for few, more in zip(sizes, sizes[1:]))
  assert sizes[-1] == members(FIGURE_6, clusters=7)
  assert len(members('superglue', datasets_per_cluster=1)) == 16  # wic is all of its own


def test_every_task_of_the_code_is_one_of_ours_in_the_same_cluster():
  tasks = [task for own in flan_splits.CLUSTERS.values() for task in own]
  assert sorted(tasks) == sorted(MIXED) and len(tasks) == len(set(tasks)) == 69
  for cluster, own in flan_splits.CLUSTERS.items():
    assert clusters.get(cluster).name == cluster
    assert {datasets.get(task).clusters[-1] for task in own} == {cluster}
  declared = [name for name in paper_table.TABLE if name in tasks]
  assert sorted(declared) == sorted(tasks)


@pytest.mark.parametrize('count', [1, 5, 10])
def test_so_many_tasks_in_all_are_those_of_flan(count):
  assert set(members('superglue', tasks=count)) == set(SHUFFLED[:count])


def test_what_flan_does_not_have_comes_last_by_name():
  ours = ['para_crawl_enfr', 'world_text', 'para_crawl_enes', 'para_crawl_ende', 'wsc']
  assert flan_splits.first_of_clusters(ours, 1) == ['world_text', 'para_crawl_enes', 'wsc']
  assert flan_splits.first_of_clusters(ours, 2) == ['world_text', 'para_crawl_enes', 'para_crawl_ende', 'wsc']
  assert 'para_crawl_enfr' not in flan_splits.first_of_all(ours, 3)
  assert flan_splits.first_of_all(ours, 9) == ours


def test_a_mixture_that_trains_on_a_set_is_refused():
  with pytest.raises(UserError, match='intra_0 is held out, yet .* trains on .*dart'):
    holdouts.assert_unseen('flan_all', 'intra_0')
