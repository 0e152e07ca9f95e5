# SPDX-License-Identifier: Apache-2.0
"""Mixing as in the Flan Collection: shares of sources, of exemplars, of turned-around prompts."""

import collections
import dataclasses

import numpy as np
import pytest
import seqio

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets, fewshot, holdouts, prompt_variants
from flan_jax.data.mixing import table
from flan_jax.data.mixing.mixing import Mixing
from flan_jax.data.tokens import packing
from flan_jax.errors import UserError
from flan_jax.evaluation import text_metrics

RATES = {'rte': 2_290.0, 'cb': 200.0, 'sst2': 3_000.0, 'math_dataset': 3_000.0}


def rates_of(mixture):
  made = seqio.get_mixture_or_task(mixture)
  return {task.name: made.get_rate(task) for task in made.tasks}


def mixed(mixing, mixture='flan_holdout_translation', held_out='translation'):
  return rates_of(mixing.apply(mixture, held_out))


def share(weights, chosen):
  return sum(weight for name, weight in weights.items() if chosen(name)) / sum(weights.values())


def few_shot(name):
  return 'few-shot' in table.way(name)


def turned(name):
  return 'turned around' in table.way(name)


def test_nothing_is_changed_by_default():
  assert Mixing().apply('flan_holdout_nli', 'nli') == 'flan_holdout_nli'


def test_shares_of_exemplars_and_of_turned_around_prompts():
  weights = mixed(Mixing(few_shot=0.4, exemplars=3, inverted=0.25))
  assert share(weights, few_shot) == pytest.approx(0.4)
  variants = [datasets.get(name).variant for name in weights if few_shot(name)]
  assert all(variant.shots == 3 and variant.drawn_shots for variant in variants)
  plain = rates_of('flan_holdout_translation')
  for name in plain:  # each dataset keeps its own rate
    own = {task: weight for task, weight in weights.items() if datasets.plain(task) == name}
    assert sum(own.values()) == pytest.approx(plain[name])
    has_inverted = any(template.kind == 'inverted' for template in datasets.get(name).templates)
    assert share(own, turned) == pytest.approx(0.25 if has_inverted else 0)


def test_variants_have_the_templates_of_their_kind_alone():
  mixed(Mixing(inverted=0.3))
  whole = datasets.get('rte').templates
  forward, inverted = datasets.get('rte.forward'), datasets.get('rte.inverted')
  assert forward.templates == tuple(one for one in whole if one.kind != 'inverted')
  assert inverted.templates == tuple(one for one in whole if one.kind == 'inverted')
  assert not inverted.forward


def test_shares_of_clusters_and_datasets():
  weights = mixed(Mixing(shares={'nli': 0.5, 'math_dataset': 0.1}))
  clusters = {name: datasets.clusters_of(name) for name in weights}
  assert share(weights, lambda name: 'nli' in clusters[name]) == pytest.approx(0.5)
  assert share(weights, lambda name: name == 'math_dataset') == pytest.approx(0.1)
  plain = rates_of('flan_holdout_translation')
  assert weights['rte'] / weights['snli'] == pytest.approx(plain['rte'] / plain['snli'])  # within a cluster by size
  assert weights['sst2'] == pytest.approx(plain['sst2'])  # what is not named keeps its rate


def test_shares_of_everything_divide_the_whole_and_say_so(capsys):
  weights = Mixing(shares={'nli': 0.1, 'sst2': 0.2, 'math': 0.1}).weights(RATES)
  assert 'name all datasets and sum to 0.4: they are scaled to sum to 1' in capsys.readouterr().err
  assert share(weights, lambda name: name == 'sst2') == pytest.approx(0.5)
  assert share(weights, lambda name: name in ('rte', 'cb')) == pytest.approx(0.25)
  Mixing(shares={'nli': 0.25, 'sst2': 0.5, 'math': 0.25}).weights(RATES)
  assert not capsys.readouterr().err


def test_shares_that_leave_nothing_for_the_rest_say_so(capsys):
  weights = Mixing(shares={'nli': 0.25, 'sst2': 0.75}).weights(RATES)
  assert set(weights) == {'rte', 'cb', 'sst2'}
  assert 'leave nothing for math_dataset: not trained on' in capsys.readouterr().err


def test_data_that_is_missing_is_named_without_its_ways(tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  mixed(Mixing(inverted=0.3))
  with pytest.raises(UserError, match='--datasets=rte`'):
    datasets.require_prepared(['rte.forward', 'rte.inverted'])


def test_caps():
  weights = mixed(Mixing(caps={'nli': 500, 'sst2': 10}))
  assert weights['snli'] == 500 and weights['cb'] == 200 and weights['sst2'] == 10 and weights['math_dataset'] == 3_000


@pytest.mark.parametrize(
  'mixing, wrong',
  [
    (dict(shares={'nli': 0.0, 'sst2': 0, 'math': 0}), 'sum to nothing'),
    (dict(shares={'nli': 0.7, 'sst2': 0.4}), 'sum to 1.1; they may sum to 1 at most'),
    (dict(shares={'nlj': 0.1}), "SHARES names 'nlj', which is no cluster or dataset of the mixture"),
    (dict(shares={'nli': 0.1, 'rte': 0.1}), "SHARES names rte twice, by 'nli' and 'rte'"),
    (dict(shares={'nli': -0.1}), "SHARES = {'nli': -0.1} must be numbers"),
    (dict(shares=0.3), 'it is a number'),
    (dict(few_shot=1.5), 'FEW_SHOT_SHARE = 1.5'),
    (dict(exemplars=17), 'FEW_SHOT_EXEMPLARS = 17'),
    (dict(inverted=True), 'INVERTED_SHARE = True'),
    (dict(caps={'nli': 0}), 'CAPS'),
  ],
)
def test_what_makes_no_mixture_is_said(mixing, wrong):
  with pytest.raises(UserError, match=wrong):
    Mixing(**mixing).weights(RATES)


def test_exemplars_and_shots_are_not_both():
  name = prompt_variants.register(prompt_variants.Variant('rte', shots=2)).name
  mixture = holdouts.register_mixture('with_shots', [name])
  with pytest.raises(UserError, match='SHOTS = 2 and FEW_SHOT_SHARE = 0.5: set one'):
    Mixing(few_shot=0.5).apply(mixture)


def test_each_prompt_draws_its_number_of_exemplars():
  rows = [(f'key {i}', [f'Q{i}?'], [f'A{i}']) for i in range(101)]
  pool = fewshot.Exemplars(rows, 4, 0, lambda texts: [[0]] * len(texts), drawn_number=True)
  keys = [f'other {i}' for i in range(4_000)]
  counts = collections.Counter(text.count('?') - 1 for text in pool.before(keys, [0] * len(keys), ['new?'] * len(keys)))
  assert set(counts) == {1, 2, 3, 4}
  assert all(abs(count - 1_000) < 3 * np.sqrt(4_000 * 0.25 * 0.75) for count in counts.values())


def test_drawn_shares_are_those_asked_for():
  """Over 10,000 rows of the plan that training packs."""
  weights = mixed(Mixing(few_shot=0.3, inverted=0.2, shares={'nli': 0.4, 'sentiment': 0.15}))
  lengths = {name: np.tile([[40, 8]], (500, 1)) for name in weights}
  plan = packing.Plan(lengths, weights, seed=1, row_length=256, target_slots=64, rows_per_step=100)
  drawn = plan.drawn(100)
  count = sum(drawn.values())
  for expected, chosen in (
    (0.3, few_shot),
    (0.4, lambda name: 'nli' in datasets.clusters_of(name)),
    (0.15, lambda name: 'sentiment' in datasets.clusters_of(name)),
    (share(weights, turned), turned),
  ):
    deviation = np.sqrt(expected * (1 - expected) / count)
    assert abs(share(drawn, chosen) - expected) < 3 * deviation


def test_the_table_has_shares_of_prompts_and_of_tokens():
  lengths = {'rte': np.tile([[90, 10]], (4, 1)), 'sst2': np.tile([[20, 5]], (8, 1))}
  rows = table.shares({'rte': 1.0, 'sst2': 3.0}, lengths, table.cluster)
  assert [dataclasses.astuple(row) for row in rows] == [
    ('sentiment', 0.75, pytest.approx(75 / 175)),
    ('nli', 0.25, pytest.approx(100 / 175)),
  ]
  assert table.text({'rte': 1.0, 'sst2': 3.0}, lengths).splitlines() == [
    'share of   prompts  tokens',
    'sentiment    75.0%   42.9%',
    'nli          25.0%   57.1%',
  ]


def test_t5x_users_find_the_mixture():
  name = Mixing(few_shot=0.5).apply('flan_holdout_nli', 'nli')
  assert isinstance(seqio.get_mixture_or_task(name), seqio.Mixture)


@pytest.mark.parametrize(
  'held_out, left',
  [('translation', {'gsm8k', 'esnli', 'cos_e'}), ('nli', {'gsm8k', 'cos_e'}), ('math', {'esnli', 'cos_e'})],
)
def test_what_is_added_stays_unseen_with_its_cluster(held_out, left, capsys):
  mixing = Mixing(added='chain_of_thought', shares={'chain_of_thought': 0.03})
  weights = mixed(mixing, f'flan_holdout_{held_out}', held_out)
  added = {name for name in weights if 'chain_of_thought' in datasets.clusters_of(name)}
  assert added == left
  assert share(weights, added.__contains__) == pytest.approx(0.03)
  said = capsys.readouterr().err
  assert all(f'{name} left out, since {held_out} is held out' in said for name in {'gsm8k', 'esnli', 'cos_e'} - left)


def test_the_mixtures_of_the_paper_have_no_chain_of_thought():
  assert not {'gsm8k', 'esnli', 'cos_e'} & set(holdouts.members(holdouts.ALL))
  assert 'esnli' not in holdouts.named('nli') and 'esnli' in holdouts.named('chain_of_thought')
  assert {'cb', 'rte'} <= set(holdouts.members('flan_holdout_math'))  # no kin through the heading


@pytest.mark.parametrize(
  'written, right',
  [
    ('3 boxes of 4 are 12.\nThe answer is 12.', True),
    ('The answer is 3? No: 3*4=12. The answer is 12', True),
    ('The answer is $1,012.', False),
    ('12', True),
    ('So 12 it is. The answer is 11.', False),
    ('', False),
  ],
)
def test_a_final_answer_is_what_the_reasoning_ends_in(written, right):
  assert text_metrics.METRICS['final_answer']([written], [['12']]) == right
  assert text_metrics.METRICS['final_answer'](['The answer is $1,012.'], [['1012']])
