"""The unseen rule, mixing rates and the leak check, from published sizes."""

import dataclasses
import json

import pytest
import seqio

import flan_jax.tasks
from flan_jax import holdout as door
from flan_jax.data import clusters
from flan_jax.data import datasets
from flan_jax.data import holdouts
from flan_jax.errors import UserError

NLI = {'anli_r1', 'anli_r2', 'anli_r3', 'cb', 'mnli_matched', 'mnli_mismatched', 'qnli',
       'rte', 'snli', 'wnli'}
PARAPHRASE = {'glue_mrpc', 'glue_qqp', 'paws_wiki', 'stsb'}


@pytest.fixture(autouse=True)
def no_data(tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))


def test_nli_drops_paraphrase_and_the_other_way_round():
  rule = holdouts.holdout('nli')
  assert set(rule.held_out) == NLI and set(rule.dropped) == PARAPHRASE
  assert not set(rule.train) & (NLI | PARAPHRASE) and len(rule.train) == 8
  other = holdouts.holdout('paraphrase')
  assert set(other.held_out) == PARAPHRASE and set(other.dropped) == NLI
  assert other.train == rule.train


def test_clusters_without_relatives_drop_nothing():
  rule = holdouts.holdout('sentiment')
  assert len(rule.train) == 18 and not rule.dropped


@pytest.fixture
def two_clusters(monkeypatch):
  """rte also belongs to a cluster `exam`, and so does arc_easy."""
  both = {name: dataclasses.replace(datasets.get(name), clusters=(
      *datasets.get(name).clusters, 'exam')) for name in ('rte', 'arc_easy')}
  monkeypatch.setattr(datasets, '_DATASETS', datasets._DATASETS | both)
  monkeypatch.setattr(clusters, '_CLUSTERS', clusters._CLUSTERS | {
      'exam': clusters.Cluster('exam', 'Exams')})


def test_a_task_of_any_cluster_of_a_held_out_task_is_not_trained_on(two_clusters):
  rule = holdouts.holdout('nli')
  assert 'arc_easy' in rule.dropped and 'exam' in rule.dropped['arc_easy']
  assert set(holdouts.holdout('exam').held_out) == {'rte', 'arc_easy'}
  assert not NLI & set(holdouts.holdout('exam').train)


def test_declared_weights_are_capped_pools():
  weights, counts = holdouts.weights(holdouts.holdout('sentiment').train)
  assert counts == 'declared'
  assert weights['cb'] == 200 and weights['snli'] == 3_000 and weights['rte'] == 2_290
  assert sum(weights.values()) == 13 * 3_000 + 200 + 2_290 + 600 + 910 + 2_040


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
  assert len(seqio.get_mixture_or_task('flan_all').tasks) == 22


def test_unknown_mixture_names_the_nearest():
  with pytest.raises(UserError, match='did you mean .*flan_holdout_nli'):
    holdouts.members('flan_holdout_nil')


def test_missing_data_is_named_with_the_command_that_writes_it():
  with pytest.raises(UserError, match='flan_jax.sample .*--datasets=.*imdb_reviews'):
    holdouts.rates('flan_holdout_nli')
