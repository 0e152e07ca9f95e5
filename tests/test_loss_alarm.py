# SPDX-License-Identifier: Apache-2.0
"""Numbers that go wrong: spikes, losses that are not finite, rows without loss."""

import json
import math
import types

import numpy as np
import pytest

from flan_jax.data.tokens import packing
from flan_jax.errors import UserError
from flan_jax.runs import feeds
from flan_jax.training import checkpoint, loss_alarm, metric_log
from tests import test_training

LOSSES = [2.0 + 0.1 * (-1) ** step for step in range(128)]  # mean 2, standard deviation 0.1


def alarm(losses=LOSSES, deviations=6.0):
  made = loss_alarm.LossAlarm(deviations)
  assert [made.spike(loss) for loss in losses] == [None] * len(losses)
  return made


@pytest.mark.parametrize('loss, spikes', [(2.599, False), (2.601, True), (1e9, True), (-50.0, False)])
def test_a_spike_is_six_standard_deviations_above_the_mean(loss, spikes):
  found = alarm().spike(loss)
  assert found == (pytest.approx((2.0, 0.1)) if spikes else None)


def test_the_window_is_the_last_128_good_steps():
  assert alarm([50.0] * 32 + LOSSES).spike(3.0) == pytest.approx((2.0, 0.1))


@pytest.mark.parametrize('known, spikes', [(31, False), (32, True)])
def test_a_window_has_at_least_32_steps(known, spikes):
  assert bool(alarm(LOSSES[:known]).spike(9.0)) == spikes


def test_bad_steps_are_in_no_mean_until_they_are_the_level():
  made = alarm()
  for bad in (math.nan, math.inf):
    assert made.spike(bad) is None
  assert [made.spike(9.0) for _ in range(loss_alarm.NEW_LEVEL)] == [pytest.approx((2.0, 0.1))] * loss_alarm.NEW_LEVEL
  assert [made.spike(loss + 7) for loss in LOSSES] == [None] * 128
  assert made.spike(9.7) == pytest.approx((9.0, 0.1))


def test_zero_is_off_and_equal_losses_are_no_spikes():
  assert alarm(deviations=0.0).spike(1e9) is None
  assert alarm([2.0] * 40).spike(2.0 + 1e-6) is None


def sums(loss=2.0, weight=10.0, skipped=False):
  return {'loss': loss * weight, 'weight': weight, 'skipped': float(skipped), 'gradient_norm': 1.0}


@pytest.fixture
def notices(monkeypatch):
  said = []
  monkeypatch.setattr(loss_alarm, 'notice', said.append)
  return said


def test_sixteen_files_and_one_notice_more(tmp_path, notices):
  steps = loss_alarm.BadSteps(str(tmp_path), 6.0, lambda step: {'rows': []})
  for step in range(1, 21):
    assert steps.look(step, sums(math.nan, skipped=True)) == loss_alarm.NOT_FINITE
  assert len(list((tmp_path / 'bad_steps').iterdir())) == 16 and len(notices) == 17
  assert f'step 1: not finite: loss nan, gradient norm 1, its prompts are in {tmp_path}/bad_steps/1.json' in notices
  assert 'counted in metrics.jsonl alone' in notices[-1]


def test_a_file_that_cannot_be_written_is_told(tmp_path, notices):
  (tmp_path / 'bad_steps').write_text('')
  loss_alarm.BadSteps(str(tmp_path), 6.0, lambda step: {}).look(1, sums(math.nan, skipped=True))
  assert 'its prompts cannot be written to' in notices[0]


def test_another_process_finds_the_same_and_says_nothing(tmp_path, notices):
  steps = loss_alarm.BadSteps(str(tmp_path), 6.0, lambda step: {}, writes=False)
  assert steps.look(1, sums(math.nan, skipped=True)) == loss_alarm.NOT_FINITE
  assert steps.look(2, sums(0.0, 0.0)) == loss_alarm.EMPTY
  assert not notices and not list(tmp_path.iterdir())
  steps.check(1)
  with pytest.raises(UserError, match='step 2 have no token that carries loss, its prompts are in'):
    steps.check(2)


def test_the_prompts_are_those_of_the_plan():
  lengths = {name: np.full((count, 2), 8) for name, count in (('b', 30), ('a', 20))}
  plan = packing.Plan(lengths, {'a': 1, 'b': 1}, 3, 64, 64, 4)
  stores = {name: types.SimpleNamespace(path=f'/store/{name}') for name in lengths}
  told = json.loads(json.dumps(feeds.prompts_of(plan, stores, 5)))
  first = {'a': 0, 'b': 20}  # tasks in alphabetical order
  assert [[first[task] + number for task, number in row] for row in told['rows']] == [
    ids.tolist() for ids in plan.rows(4)
  ]
  assert told['stores'] == {'a': '/store/a', 'b': '/store/b'}


HOOKS = dict(prompts_of=lambda step: {'rows': [[['rte', step]]]})


def feed(wrong):
  """The same rows at every step but those that `wrong` has something for."""
  return lambda first: (wrong.get(step + 1, lambda rows: rows)(test_training.batch(0)) for step in range(first, 1000))


def unlike(rows):
  """Targets that were learnt to be others."""
  return rows | {'target_id': rows['target_id'] * 0 + 1}


def test_a_run_tells_of_a_spike_and_of_a_step_that_is_not_finite(tmp_path, notices):
  nan = lambda rows: rows | {'weight': rows['weight'] * np.nan}
  run = dict(feed=feed({5: nan, 38: unlike}), log_every=20, nan_policy='skip', rate=1e-6, hooks=HOOKS)
  test_training.run(tmp_path, 40, **run, loss_spike=2.0)
  records = metric_log.read(tmp_path)
  assert [(one['skipped_steps'], one['loss_spikes']) for one in records] == [(1, 0), (0, 1)]
  first, second = (json.loads((tmp_path / f'bad_steps/{step}.json').read_text()) for step in (5, 38))
  assert first == {'step': 5, 'reason': 'not finite', 'loss': None, 'gradient_norm': None, 'rows': [[['rte', 5]]]}
  assert second['reason'] == 'loss spike' and second['rows'] == [[['rte', 38]]]
  assert second['loss'] > second['mean'] + 2 * second['deviation']
  assert len(list((tmp_path / 'bad_steps').iterdir())) == len(notices) == 2
  assert 'step 38: loss spike: loss ' in notices[1] and f'{tmp_path}/bad_steps/38.json' in notices[1]


@pytest.mark.parametrize('log_every', [1, 1000])
def test_rows_without_loss_end_a_run_and_are_not_saved(tmp_path, notices, log_every):
  empty = lambda rows: rows | {'weight': rows['weight'] * 0}
  asked = []
  given = lambda first: (asked.append(number) or rows for number, rows in enumerate(feed({3: empty})(first), first + 1))
  with pytest.raises(UserError, match=f'step 3 have no token.*{tmp_path}/bad_steps/3.json'):
    test_training.run(tmp_path, 9, feed=given, log_every=log_every, save_every=2, hooks=HOOKS)
  assert checkpoint.steps(tmp_path) == [2]
  assert asked[-1] == (3 if log_every == 1 else 4)  # the next save, or the step after the next
  assert json.loads((tmp_path / 'bad_steps/3.json').read_text())['reason'] == 'no loss'
