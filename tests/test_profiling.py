# SPDX-License-Identifier: Apache-2.0
"""Numbers of training: percentiles, waiting, FLOPs by hand, a trace that is written."""

import time
import types

import jax
import numpy as np
import pytest

from flan_jax.data.tokens import row_arrays
from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.settings import hardware
from flan_jax.training import events, loop, loss_alarm, metric_log, optim, profiling, sharding

CONFIG = decoder.DecoderConfig(vocab_size=32, d_model=16, layers=2, heads=2, head_dim=8, d_ff=16, dtype='float32')


def batch():
  rows = [row_arrays.assemble([([4, 5, 6], [7, 8]), ([9], [10])], 8, 4) for _ in range(2)]
  return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def train(folder, steps, feed, log_every=None, **options):
  loop.train(
    loop.Job(
      CONFIG,
      optim.optimizer(1e-2),
      sharding.mesh({}, jax.devices()[:1]),
      feed,
      2,
      loop.Schedule(steps, 0, 0, log_every or steps),
      str(folder),
      seed=0,
      say=lambda text: None,
      **{'show': lambda text: None} | options,
    )
  )
  return metric_log.read(str(folder))


def test_percentiles_by_hand():
  times = profiling.step_times([0.0, 1.0, 3.0])
  assert times == pytest.approx({'step_seconds_p50': 1.5, 'step_seconds_p90': 1.9, 'step_seconds_p99': 1.99})
  moments = np.concatenate([[0.0], np.cumsum(np.arange(1, 102))])  # steps of 1 to 101 s
  assert list(profiling.step_times(moments).values()) == pytest.approx([51, 91, 100])


@pytest.mark.long
def test_every_step_has_its_time(tmp_path):
  [record] = train(tmp_path, 4, lambda step: iter([batch()] * 9))
  times = [record[f'step_seconds_p{p}'] for p in (50, 90, 99)]
  assert 0 < times[0] <= times[1] <= times[2] <= record['seconds']
  assert 'mfu' not in record  # nobody states the peak of a processor


def test_percentiles_leave_out_the_step_that_compiles(monkeypatch):
  """The first step is done after a minute, each other after a second."""
  clock = iter([0.0, 60.0, 61.0, 62.0, 62.0, 62.0, 63.0, 63.0])
  monkeypatch.setattr(loop, 'time', types.SimpleNamespace(monotonic=lambda: next(clock)))

  class Done(float):
    def is_ready(self):
      return True

  names = 'loss', 'weight', 'correct', 'gradient_norm', 'used', 'pairs', 'targets'
  sums = dict.fromkeys(names, Done(2)) | {'room': Done(4), 'skipped': Done(0)}
  window = loop._Window(CONFIG, events.SILENT, loss_alarm.BadSteps('', 0))
  for step in (1, 2, 3):
    window.add(step, sums)
  first = window.close('stop')
  assert first['step_seconds_p50'] == first['step_seconds_p99'] == 1.0
  assert (first['steps'], first['seconds'], first['useful_fraction']) == (3, 62.0, 0.5)
  assert set(first) <= set(metric_log.NUMBERS)
  window.restart()
  window.add(4, sums)
  assert window.close('stop')['step_seconds_p50'] == 1.0


def test_every_number_of_a_record_is_explained(tmp_path):
  [record] = train(tmp_path, 1, lambda step: iter([batch()] * 9))
  assert set(record) <= set(metric_log.NUMBERS)
  assert not any(name.startswith('step_seconds') for name in record)  # it compiled
  assert all(unit and text for unit, text in metric_log.NUMBERS.values())


def test_waiting_for_a_slow_feed_is_lost_and_said(tmp_path, monkeypatch):
  # By a clock that stands still unless it is moved: however busy the machine is.
  lines, now, add = [], [0.0], loop._Window.add
  clock = types.SimpleNamespace(**vars(time) | {'monotonic': lambda: now[0]})

  def work(window, step, sums):
    now[0] += 0.1
    add(window, step, sums)

  monkeypatch.setattr(loop, 'time', clock)
  monkeypatch.setattr(loop._Window, 'add', work)
  monkeypatch.setattr(loop._Window, '_done', lambda *_: True)

  def slow(step):
    for _ in range(7 - step):
      now[0] += 0.2
      yield batch()

  quick, first, second = train(
    tmp_path, 9, lambda step: (yield from [batch()] * 3) or (yield from slow(1)), log_every=3, show=lines.append
  )
  assert quick['input_seconds'] == 0
  for record in (first, second):
    assert record['input_seconds'] == pytest.approx(0.6)
    assert record['seconds'] == pytest.approx(0.9)
    assert record['step_seconds_p50'] == pytest.approx(0.3)
  assert 'waits for input' not in lines[0] and 'waits for input' in lines[1]


def test_waiting_while_the_devices_are_busy_is_not_lost():
  class Sums:
    def is_ready(self):
      return False

  window = loop._Window(CONFIG, events.SILENT, loss_alarm.BadSteps('', 0))
  window.add(1, {'loss': Sums()})
  window.wait(iter([0]))
  assert window.input_seconds == 0.0


def test_work_by_hand():
  """Segments of five and two tokens see 15 and 3 pairs; three targets; two rows."""
  found = profiling.work(jax.tree.map(jax.numpy.asarray, batch()))
  assert {name: float(value) for name, value in found.items()} == {'pairs': 2 * (15 + 3), 'targets': 2 * 3}


def test_options_side_by_side_see_only_their_prompt_and_themselves():
  row, _ = row_arrays.assemble_options([([4, 5], [[6, 7], [8]])], 8, 4)
  row = {name: jax.numpy.asarray(value)[None] for name, value in row.items()}
  row['weight'] = jax.numpy.ones_like(row['target_id'], float)
  assert float(profiling.work(row)['pairs']) == 1 + 2 + 3 + 4 + 3


def test_model_flops_by_hand():
  weights = 2 * (4 * 16 * 16 + 3 * 16 * 16)  # layers x (attention + gated MLP)
  small = decoder.count_parameters(decoder.abstract_params(CONFIG), False) - weights
  assert 0 < small < 200  # norm scales and the position bias
  expected = 6 * (weights + small) * 7 + 12 * 2 * 16 * 18 + 6 * 16 * 32 * 3
  assert profiling.model_flops(CONFIG, used=7, pairs=18, targets=3) == expected


@pytest.mark.parametrize(
  'kind, peak',
  [
    ('TPU v5p', 459e12),
    ('TPU v5 lite', 197e12),
    ('NVIDIA H100 80GB HBM3', 989e12),
    ('NVIDIA H100 PCIe', 756e12),
    ('NVIDIA A100-SXM4-80GB', 312e12),
    ('NVIDIA H200', 989e12),
    ('NVIDIA L4', 121e12),
    ('NVIDIA L40', None),
    ('cpu', None),
    ('TPU v3', 61.5e12),
    ('TPU v4', 275e12),
    ('TPU7x', 1153.5e12),
  ],
)
def test_peaks_are_found_by_the_names_jax_gives(kind, peak):
  assert hardware.peak_flops(kind) == peak


def test_utilisation_is_a_share_of_all_devices(monkeypatch):
  assert profiling.utilisation(1e12, 1.0) == {}
  monkeypatch.setattr(hardware, 'peak_flops', lambda kind: 1e12)
  assert profiling.utilisation(4e12, 1.0) == {'mfu': pytest.approx(0.5)}  # of 8 devices


def test_a_window_is_traced_where_tensorboard_looks(tmp_path):
  train(tmp_path / 'none', 3, lambda step: iter([batch()] * 9))
  assert not (tmp_path / 'none/plugins').exists()
  train(tmp_path / 'some', 3, lambda step: iter([batch()] * 9), profile=(2, 3))
  [trace] = (tmp_path / 'some').glob('plugins/profile/*/*.xplane.pb')
  assert b'train' in trace.read_bytes()


@pytest.mark.parametrize('text', ['3', '5:2', '0:2', '9:11', 'a:b', '1:'])
def test_a_window_that_cannot_be_is_named(text):
  with pytest.raises(UserError, match=f'--profile={text} '):
    profiling.window(text, train_steps=10)


def test_a_window_is_two_steps_of_the_run():
  assert profiling.window('2:10', train_steps=10) == (2, 10)
