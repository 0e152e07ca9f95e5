# SPDX-License-Identifier: Apache-2.0
"""Properties of a run: resumed equals unbroken, whatever ends it; no step is lost."""

import functools
import json
import os
import signal

import jax
import numpy as np
import pytest
from tensorboard.backend.event_processing import event_accumulator

from flan_jax.data.tokens import row_arrays
from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.training import checkpoint, events, loop, metric_log, optim, sharding

CONFIG = decoder.DecoderConfig(
  vocab_size=128, d_model=128, layers=2, heads=2, head_dim=64, d_ff=256, dtype='float32', remat='none'
)
ROWS, LENGTH, SLOTS = 8, 32, 16


def batch(step):
  """Rows that depend on the step alone, as the plan's do."""
  random = np.random.default_rng(step)
  prompt = lambda: (random.integers(3, 128, 10), random.integers(3, 128, 4))
  rows = [row_arrays.assemble([prompt(), prompt()], LENGTH, SLOTS) for _ in range(ROWS)]
  return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def batches(first):
  return map(batch, iter(range(first, 1_000)))


def run(model_dir, steps, *, devices=1, rate=1e-2, feed=batches, journal=events.SILENT, hooks=(), **schedule):
  mesh = {'data': 2, 'fsdp': 2, 'tensor': 2} if devices == 8 else {}
  settings = dict(save_every=0, eval_every=0, log_every=1) | schedule
  return loop.train(
    loop.Job(
      CONFIG,
      optim.optimizer(rate),
      sharding.mesh(mesh, jax.devices()[:devices]),
      feed,
      ROWS,
      loop.Schedule(train_steps=steps, **settings),
      str(model_dir),
      seed=0,
      say=lambda text: None,
      show=lambda text: None,
      journal=journal,
      **dict(hooks),
    )
  )


def leaves(tree):
  return [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]


def test_resumed_equals_unbroken_bit_by_bit(tmp_path):
  straight = run(tmp_path / 'straight', 5)
  run(tmp_path / 'broken', 3)
  resumed = run(tmp_path / 'broken', 5)
  for one, other in zip(leaves(straight), leaves(resumed), strict=True):
    np.testing.assert_array_equal(one, other)
  assert [r['step'] for r in metric_log.read(tmp_path / 'broken')] == [1, 2, 3, 4, 5]
  losses = [[r['loss'] for r in metric_log.read(tmp_path / d)] for d in ('straight', 'broken')]
  assert losses[0] == losses[1]


@pytest.mark.slow
def test_resumes_on_another_mesh(tmp_path):
  run(tmp_path, 2)
  state = run(tmp_path, 3, devices=8)
  assert int(state.step) == 3
  kernel = state.params['layers']['mlp']['wo']['kernel']
  assert len(kernel.sharding.device_set) == 8


def test_loss_falls_on_a_repeated_batch(tmp_path):
  run(tmp_path, 30, rate=3e-2, feed=lambda first: iter([batch(0)] * 50))
  records = metric_log.read(tmp_path)
  assert records[-1]['loss'] < 0.7 * records[0]['loss']


@pytest.mark.slow
def test_broken_last_checkpoint_is_reported_and_the_one_before_serves(tmp_path, capsys):
  straight = run(tmp_path / 'straight', 4)
  run(tmp_path / 'run', 2)
  run(tmp_path / 'run', 3)
  folder = tmp_path / 'run' / checkpoint.FOLDER / '3' / 'params'
  for path in [p for p in folder.rglob('*') if p.is_file()]:
    path.write_bytes(b'torn')
  resumed = run(tmp_path / 'run', 4)
  assert 'checkpoint 3' in capsys.readouterr().err
  for one, other in zip(leaves(straight), leaves(resumed), strict=True):
    np.testing.assert_array_equal(one, other)


def test_no_readable_checkpoint_is_an_error_that_deletes_nothing(tmp_path):
  run(tmp_path, 1)
  for path in (tmp_path / checkpoint.FOLDER / '1' / 'params').rglob('*'):
    if path.is_file():
      path.write_bytes(b'torn')
  with pytest.raises(UserError, match='none of the checkpoints'):
    run(tmp_path, 2)
  assert checkpoint.steps(tmp_path) == [1]


@pytest.mark.slow
def test_sigterm_saves_and_exits(tmp_path):
  def feed(first):
    for step in range(first, 1_000):
      if step == 3:
        os.kill(os.getpid(), signal.SIGTERM)
      yield batch(step)

  with pytest.raises(SystemExit) as end:
    run(tmp_path, 500, feed=feed, log_every=1000)
  assert end.value.code == 143
  stopped = checkpoint.steps(tmp_path)[-1]
  assert 4 <= stopped < 10
  assert int(run(tmp_path, stopped + 1).step) == stopped + 1


def poisoned(first, at=2):
  for step in range(first, 1_000):
    rows = batch(step)
    if step == at:
      rows['weight'] = rows['weight'] * np.nan
    yield rows


def test_nan_stops_with_the_step_and_keeps_the_last_checkpoint(tmp_path):
  with pytest.raises(UserError, match='step 3'):
    run(tmp_path, 6, feed=poisoned, save_every=1, nan_policy='stop')
  assert checkpoint.steps(tmp_path)[-1] == 2


@pytest.mark.long
def test_nan_skipped_is_counted_and_changes_nothing(tmp_path):
  state = run(tmp_path / 'skip', 6, feed=poisoned, nan_policy='skip')
  assert all(np.isfinite(leaf).all() for leaf in leaves(state))
  assert sum(r['skipped_steps'] for r in metric_log.read(tmp_path / 'skip')) == 1
  whole = run(tmp_path / 'two', 3, feed=functools.partial(poisoned, at=2), nan_policy='skip')
  before = run(tmp_path / 'before', 2)
  for one, other in zip(leaves(whole.params), leaves(before.params), strict=True):
    np.testing.assert_array_equal(one, other)


def test_metrics_are_json_lines_with_what_a_person_asks_for(tmp_path):
  run(tmp_path, 4, log_every=2)
  lines = (tmp_path / metric_log.FILE).read_text().splitlines()
  assert [json.loads(line)['step'] for line in lines] == [2, 4]
  wanted = {'loss', 'accuracy', 'tokens_per_second', 'useful_fraction', 'learning_rate'}
  assert wanted <= set(json.loads(lines[0]))
  assert json.loads(lines[0])['useful_fraction'] == pytest.approx(28 / 32)


def test_tensorboard_shows_every_number_of_metrics(tmp_path):
  run(tmp_path, 2, log_every=1)
  shown = event_accumulator.EventAccumulator(str(tmp_path))
  shown.Reload()
  for record in metric_log.read(tmp_path):
    step = record.pop('step')
    assert set(shown.Tags()['scalars']) >= set(record)
    for name, value in record.items():
      [point] = [point for point in shown.Scalars(name) if point.step == step]
      assert point.value == np.float32(value)


def test_a_torn_last_line_is_passed_over(tmp_path):
  (tmp_path / metric_log.FILE).write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
  assert metric_log.read(tmp_path) == [{'step': 1, 'loss': 2.0}]


@pytest.mark.parametrize('field, value', [('train_steps', -1), ('log_every', 0), ('nan_policy', 'ignore')])
def test_schedule_names_what_is_wrong(field, value):
  settings = dict(train_steps=1, save_every=0, eval_every=0, log_every=1) | {field: value}
  with pytest.raises(UserError, match=f'{field.upper()} = '):
    loop.Schedule(**settings)


RUN = {
  'version': '1',
  'data': 'embedded',
  'mixture': 'm',
  'held_out': 'nli',
  'tasks': {'a': 1.0},
  'seed': 0,
  'model': {'vocab_size': 8, 'd_model': 8, 'layers': 1, 'heads': 2, 'head_dim': 4, 'd_ff': 8},
  'vocabulary': {'path': '/a', 'hash': 'x'},
  'rows': {'tokens_per_batch': 8, 'row_length': 8, 'target_slots': 4, 'inputs_length': 2, 'targets_length': 2},
  'optimizer': {'learning_rate': 1.0},
  'init_from': None,
}


def as_read(**changes):
  objects = {name: {**RUN[name], **value} for name, value in changes.items() if name in ('model', 'rows')}
  return checkpoint.Run.from_json(RUN | changes | objects)


def test_a_run_is_resumed_only_as_what_it_is(tmp_path):
  checkpoint.write_run(tmp_path, RUN)
  checkpoint.check_run(tmp_path, as_read())
  checkpoint.check_run(tmp_path, as_read(vocabulary={'path': '/b', 'hash': 'x'}, version='2', model={'remat': 'none'}))
  for change, name in [
    ({'seed': 1}, 'seed was 0 and is now 1'),
    ({'held_out': 'sentiment'}, 'held_out'),
    ({'model': {'d_model': 16}}, 'model.d_model was 8'),
    ({'vocabulary': {'path': '/a', 'hash': 'y'}}, 'vocabulary'),
    ({'tasks': {'a': 2.0}}, 'tasks.a'),
    ({'rows': {'row_length': 4}}, 'row_length was 8'),
  ]:
    with pytest.raises(UserError, match=name):
      checkpoint.check_run(tmp_path, as_read(**change))
  assert checkpoint.read_run(tmp_path) == as_read()


def test_a_run_older_than_a_field_of_the_model_goes_on(tmp_path):
  checkpoint.write_run(tmp_path, RUN)
  checkpoint.check_run(tmp_path, as_read(model={'positions': 'relative', 'windows': [0]}))
  with pytest.raises(UserError, match="model.positions was 'relative' and is now 'rope'"):
    checkpoint.check_run(tmp_path, as_read(model={'positions': 'rope'}))


def test_load_gives_the_parameters_of_the_last_step(tmp_path):
  state = run(tmp_path, 2)
  with pytest.raises(UserError, match='holds no run'):
    checkpoint.load(tmp_path)
  checkpoint.write_run(tmp_path, RUN | {'model': vars(CONFIG)})
  loaded = checkpoint.load(tmp_path)
  assert (loaded.step, loaded.config) == (2, CONFIG)
  for one, other in zip(leaves(state.params), leaves(loaded.params), strict=True):
    np.testing.assert_array_equal(one, other)
  with pytest.raises(UserError, match='no checkpoint of step 7'):
    checkpoint.load(tmp_path, step=7)
