# SPDX-License-Identifier: Apache-2.0
"""The unseen rule, mixing rates and the leak check, from published sizes."""

import dataclasses
import json
import pathlib

import pytest
import seqio

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.cli import commandline
from flan_jax.cli import holdout as door
from flan_jax.data import clusters, datasets, holdouts
from flan_jax.errors import UserError
from tests import paper_table

NLI = {'anli_r1', 'anli_r2', 'anli_r3', 'cb', 'mnli_matched', 'mnli_mismatched', 'qnli', 'rte', 'snli', 'wnli'}
PARAPHRASE = {'glue_mrpc', 'glue_qqp', 'paws_wiki', 'stsb'}


@pytest.fixture(autouse=True)
def no_data(tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))


def test_nli_drops_paraphrase_and_the_other_way_round():
  rule = holdouts.holdout('nli')
  assert set(rule.held_out) == NLI and set(rule.dropped) == PARAPHRASE
  assert not set(rule.train) & (NLI | PARAPHRASE)
  other = holdouts.holdout('paraphrase')
  assert set(other.held_out) == PARAPHRASE and set(other.dropped) == NLI
  assert other.train == rule.train


# Training tasks of each hold-out (paper_table's 69 tasks; the code's 17 and the heading).
TRAINED_ON = {
  'summarization': 58,
  'struct_to_text': 65,
  'reading_comprehension': 61,
  'closed_book_qa': 65,
  'paraphrase': 55,
  'sentiment': 65,
  'text_formatting': 66,
  'commonsense': 63,
  'translation': 61,
  'coreference': 66,
  'nli': 55,
  'math': 68,
  'conversational_qa': 67,
  'word_disambiguation': 68,
  'linguistic_acceptability': 68,
  'question_classification': 68,
  'reading_comprehension_commonsense': 57,
  'miscellaneous': 60,
}


@pytest.mark.parametrize('cluster', TRAINED_ON)
def test_each_cluster_leaves_as_many_tasks_as_in_the_paper(cluster):
  rule = holdouts.holdout(cluster)
  assert len(rule.train) == TRAINED_ON[cluster]
  own = {name for name, row in paper_table.TABLE.items() if cluster in row.clusters}
  assert set(rule.held_out) == own - set(paper_table.EXTRA)
  assert len(rule.train) + len(rule.dropped) + len(own & MIXED) == len(MIXED) == 69
  related = clusters.get(cluster).dropped_with
  assert set(rule.dropped) == {name for name in MIXED if set(paper_table.TABLE[name].clusters) & set(related)}


MIXED = set(paper_table.TABLE) - {*paper_table.EXTRA, *paper_table.TEST_ONLY}


def test_every_cluster_has_a_gin_file_that_holds_it_out():
  folder = pathlib.Path(commandline.gin_folder()) / 'holdout'
  assert {path.stem for path in folder.glob('*.gin')} == set(TRAINED_ON)
  for name in TRAINED_ON:
    assert (folder / f'{name}.gin').read_text() == f"HELD_OUT = '{name}'\n"


def test_the_members_of_the_miscellaneous_are_no_kin():
  rule = holdouts.holdout('math')
  assert rule.held_out == ('math_dataset',) and not rule.dropped
  assert 'coqa' in rule.train


def test_a_test_set_is_held_out_and_never_trained_on():
  assert 'wsc273' in holdouts.holdout('coreference').held_out
  for cluster in TRAINED_ON:
    assert 'wsc273' not in holdouts.holdout(cluster).train
  assert holdouts.seen(['wsc273', 'cb'], 'coreference') == ['wsc273']


def test_what_no_mixture_holds_leaks_all_the_same():
  assert 'para_crawl_ende' not in holdouts.holdout('nli').train
  assert 'para_crawl_ende' not in holdouts.holdout('translation').held_out
  assert holdouts.seen(['para_crawl_ende'], 'translation') == ['para_crawl_ende']


def test_a_task_is_held_out_with_its_kin_dropped():
  rule, whole = holdouts.holdout('rte'), holdouts.holdout('nli')
  assert rule.held_out == ('rte',) and rule.train == whole.train
  assert set(rule.dropped) == PARAPHRASE | NLI - {'rte'}
  assert rule.dropped['snli'] == 'shares the cluster nli with a held-out task'
  assert rule.dropped['stsb'] == 'paraphrase is dropped with nli (paper 2.2)'
  assert holdouts.seen(['snli', 'sst2'], 'rte') == ['snli']
  assert holdouts.holdout('math_dataset').train == holdouts.holdout('math').train
  assert holdouts.holdout('para_crawl_ende').held_out == ('para_crawl_ende',)
  mixed = holdouts.holdout('rte, sentiment')
  assert {'rte', 'sst2'} <= set(mixed.held_out) and 'snli' in mixed.dropped


def test_only_the_papers_rules_are_said_to_be_the_papers(monkeypatch):
  monkeypatch.setattr(clusters, '_CLUSTERS', dict(clusters._CLUSTERS))
  clusters.add('films', 'Films', dropped_with=('sentiment',))
  both = {'sst2': dataclasses.replace(datasets.get('sst2'), clusters=('films',))}
  monkeypatch.setattr(datasets, '_DATASETS', datasets._DATASETS | both)
  assert holdouts.holdout('films').dropped['imdb_reviews'] == ('sentiment is dropped with films (declared with films)')
  assert 'paper 2.2' in holdouts.holdout('nli').dropped['stsb']


@pytest.mark.parametrize(
  'call',
  [
    lambda: holdouts.holdout('riddles'),
    lambda: clusters.get('riddles'),
    lambda: datasets.get('riddles'),
    lambda: holdouts.named('riddles'),
    lambda: holdouts.members('riddles'),
  ],
)
def test_what_is_unknown_may_be_of_a_package_that_is_not_imported(call):
  with pytest.raises(UserError, match="unknown .*'riddles'.*--import=MODULE"):
    call()


@pytest.mark.parametrize(
  'mixture, words', [('nli', "CLUSTERS = 'nli'"), ('rte,cb', "TASKS = 'rte,cb'"), ('prepared', "TASKS = 'prepared'")]
)
def test_a_part_of_a_mixture_given_as_one_is_answered_with_what_says_it(mixture, words):
  with pytest.raises(UserError, match=words):
    holdouts.members(mixture)


def test_several_clusters_can_be_held_out_at_once():
  rule = holdouts.holdout('nli,closed_book_qa,commonsense')
  assert {'rte', 'arc_easy', 'copa'} <= set(rule.held_out)
  assert {'paws_wiki', 'record'} <= set(rule.dropped)
  assert len(rule.train) == 69 - 10 - 4 - 4 - 4 - 2
  assert holdouts.mixture('nli,closed_book_qa,commonsense') == ('flan_holdout_nli.closed_book_qa.commonsense')


def test_single_tasks_can_be_held_out_with_their_clusters_trained_on():
  rule = holdouts.holdout('superglue')
  assert len(rule.train) == 61 and not rule.dropped and 'snli' in rule.train
  assert holdouts.seen(['cb', 'rte.5shot', 'snli'], 'superglue') == ['cb', 'rte.5shot']


def test_a_variant_leaks_as_its_dataset_does():
  assert holdouts.seen(['rte.name', 'sst2.5shot'], 'nli') == ['rte.name']


def test_the_weights_of_the_paper():
  weights, counts = holdouts.weights(sorted(MIXED))
  assert counts == 'declared' and sum(weights.values()) == 188_330
  weights, _ = holdouts.weights(holdouts.holdout('nli').train)
  assert sum(weights.values()) == 152_240


@pytest.fixture
def two_clusters(monkeypatch):
  """rte also belongs to a cluster `exam`, and so does arc_easy."""
  both = {
    name: dataclasses.replace(datasets.get(name), clusters=(*datasets.get(name).clusters, 'exam'))
    for name in ('rte', 'arc_easy')
  }
  monkeypatch.setattr(datasets, '_DATASETS', datasets._DATASETS | both)
  monkeypatch.setattr(clusters, '_CLUSTERS', clusters._CLUSTERS | {'exam': clusters.Cluster('exam', 'Exams')})


def test_a_task_of_any_cluster_of_a_held_out_task_is_not_trained_on(two_clusters):
  rule = holdouts.holdout('nli')
  assert 'arc_easy' in rule.dropped and 'exam' in rule.dropped['arc_easy']
  assert set(holdouts.holdout('exam').held_out) == {'rte', 'arc_easy'}
  assert not NLI & set(holdouts.holdout('exam').train)


def test_declared_weights_are_capped_pools():
  weights, counts = holdouts.weights(['cb', 'snli', 'rte'])
  assert counts == 'declared'
  assert weights == {'cb': 200, 'snli': 3_000, 'rte': 2_290}


def test_described_as_plain_data():
  result = json.loads(json.dumps(door.describe('nli')))
  assert list(result) == ['cluster', 'counts', 'train', 'held_out', 'dropped']
  assert sum(row['probability'] for row in result['train']) == pytest.approx(1)
  assert {row['task'] for row in result['train']} == set(holdouts.holdout('nli').train)


def test_unknown_cluster_names_the_nearest():
  with pytest.raises(UserError, match='did you mean nli'):
    holdouts.holdout('nlii')


def test_leak_is_named():
  with pytest.raises(UserError, match='nli is held out, yet .* trains on .*rte'):
    holdouts.assert_unseen('flan_all', 'nli')
  with pytest.raises(UserError, match='trains on .*glue_mrpc'):
    holdouts.assert_unseen('flan_holdout_sentiment', 'nli')
  holdouts.assert_unseen('flan_holdout_nli', 'nli')


def test_disagreement_of_held_out_and_mixture_is_an_error():
  # These two train on the same tasks; what is wrong is the intent.
  with pytest.raises(UserError, match='disagree'):
    holdouts.assert_agreement('flan_holdout_paraphrase', 'nli')
  with pytest.raises(UserError, match='disagree'):
    holdouts.assert_agreement('flan_holdout_nli', None)
  holdouts.assert_agreement('flan_holdout_nli', 'nli')


def test_every_cluster_has_its_mixture():
  for cluster in clusters.names():
    mixture = seqio.get_mixture_or_task(f'flan_holdout_{cluster}')
    assert {task.name for task in mixture.tasks} == set(holdouts.holdout(cluster).train)
  assert {task.name for task in seqio.get_mixture_or_task('flan_all').tasks} == MIXED


def test_unknown_mixture_names_the_nearest():
  with pytest.raises(UserError, match='did you mean .*flan_holdout_nli'):
    holdouts.members('flan_holdout_nil')


def test_missing_data_is_named_with_the_command_that_writes_it():
  with pytest.raises(UserError, match='flan_jax sample .*--datasets=.*imdb_reviews'):
    holdouts.rates('flan_holdout_nli')
