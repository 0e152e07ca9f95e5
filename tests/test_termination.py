# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: what was trained is saved, what is not begun ends soon."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from flan_jax import errors
from flan_jax.training import checkpoint, loop, metric_log, termination
from tests import test_training


@pytest.fixture(autouse=True)
def ctrl_c_is_not_ignored():
  """As it is in a suite that runs in the background."""
  before = signal.signal(signal.SIGINT, signal.default_int_handler)
  yield
  signal.signal(signal.SIGINT, before)


def signalled(number, at):
  """A feed during which this process is sent a signal."""

  def feed(first):
    for step in range(first, 1_000):
      if step == at:
        os.kill(os.getpid(), number)
      yield test_training.batch(step)

  return feed


SIGNALS = pytest.mark.parametrize(
  'number, code',
  [pytest.param(signal.SIGINT, 130, marks=pytest.mark.long), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
  ids=['ctrl-c', 'sigterm'],
)


@SIGNALS
def test_what_was_trained_is_saved(tmp_path, number, code):
  handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
  with pytest.raises(SystemExit) as end:
    test_training.run(tmp_path, 500, feed=signalled(number, 3), log_every=1000)
  assert end.value.code == code
  [stopped] = checkpoint.steps(tmp_path)
  assert 4 <= stopped < 10
  assert [one['step'] for one in metric_log.read(tmp_path)] == [stopped]
  assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
  assert int(test_training.run(tmp_path, stopped + 1).step) == stopped + 1


@SIGNALS
def test_before_the_first_step_it_ends_and_tells_what_is_there(tmp_path, capfd, number, code):
  for kept in ('no checkpoint', 'checkpoint 2'):
    with pytest.raises(SystemExit) as end:
      test_training.run(tmp_path, 9, feed=lambda first: signalled(number, first)(first))
    assert end.value.code == code
    told = capfd.readouterr().err
    assert 'before the first step' in told and f'{tmp_path} has {kept}' in told
    if kept == 'no checkpoint':
      assert checkpoint.steps(tmp_path) == []
      test_training.run(tmp_path, 2)
  assert checkpoint.steps(tmp_path) == [2]


def test_a_signal_after_a_step_was_asked_of_leaves_no_step_without_a_record(tmp_path, monkeypatch):
  due = loop._due

  def sent(step, every):
    if step == 2 and every == 1000:  # whether to log, of which the signal comes too late
      os.kill(os.getpid(), signal.SIGTERM)
    return due(step, every)

  monkeypatch.setattr(loop, '_due', sent)
  with pytest.raises(SystemExit):
    test_training.run(tmp_path, 9, log_every=1000)
  assert checkpoint.steps(tmp_path) == [3]
  assert [(one['step'], one['steps']) for one in metric_log.read(tmp_path)] == [(3, 3)]


def test_in_the_last_step_it_is_saved_once(tmp_path):
  with pytest.raises(SystemExit) as end:
    test_training.run(tmp_path, 3, feed=signalled(signal.SIGINT, 2))
  assert end.value.code == 130 and checkpoint.steps(tmp_path) == [3]


@pytest.mark.parametrize(
  'where, step', [('feed', 2), *((where, step) for where in ('feed', 'dev_batches', 'held_out') for step in (3, 4))]
)
def test_a_preempted_step_has_its_evaluation_its_record_and_its_checkpoint(tmp_path, where, step):
  """Dev loss, held-out scores and a checkpoint are due at step 3, and at the last, 4."""
  made = []

  def here(name, value):
    made.append(name)
    if where == name and made.count(name) == step - 2:
      os.kill(os.getpid(), signal.SIGTERM)
    return value

  hooks = dict(
    dev_batches=lambda: here('dev_batches', iter([test_training.batch(99)])),
    held_out=lambda params: here('held_out', {'held_out/mean': 50.0}),
  )
  feed = signalled(signal.SIGTERM, step - 1) if where == 'feed' else test_training.batches
  settings = dict(save_every=3, eval_every=3, held_out_every=3, log_every=1000)
  with pytest.raises(SystemExit) as end:
    test_training.run(tmp_path, 4, feed=feed, hooks=hooks, **settings)
  assert end.value.code == errors.PREEMPTED
  assert checkpoint.steps(tmp_path) == sorted({step, min(step, 3)})
  [*_, record] = metric_log.read(tmp_path)
  assert (record['step'], record.get('held_out/mean')) == (step, None if step == 2 else 50.0)
  assert ('dev_loss' in record) == (step != 2)
  assert made == ['dev_batches', 'held_out'] * (step - 2)
  test_training.run(tmp_path, 4, hooks=hooks, **settings)
  assert made == ['dev_batches', 'held_out'] * 2  # nothing twice
  scores = [(one['step'], one.get('held_out/mean')) for one in metric_log.read(tmp_path)]
  assert [one for one in scores if one[1]] == [(3, 50.0), (4, 50.0)]


@pytest.mark.parametrize(
  'signals, code, told',
  [
    ((signal.SIGINT, signal.SIGINT), 130, 'Ctrl-C after Ctrl-C'),
    ((signal.SIGTERM, signal.SIGTERM), 143, 'SIGTERM after SIGTERM'),
    ((signal.SIGTERM, signal.SIGINT), 130, 'Ctrl-C after SIGTERM'),
    ((signal.SIGINT, signal.SIGTERM), 130, 'SIGTERM after Ctrl-C'),
  ],
)
def test_a_second_signal_ends_at_once(monkeypatch, capfd, signals, code, told):
  class Ended(BaseException):
    pass

  def end(code):
    raise Ended(code)

  monkeypatch.setattr(termination.os, '_exit', end)
  monkeypatch.setattr(termination, 'SAME_SECONDS', 0)
  with pytest.raises(Ended, match=str(code)):
    with termination.Termination(lambda: 'step 7 is there') as asked:
      asked.begun = True
      os.kill(os.getpid(), signals[0])
      assert asked.asked(None, 1) and asked.code == 128 + signals[0]
      os.kill(os.getpid(), signals[1])
  said = capfd.readouterr().err
  assert 'saves after this step' in said and f'{told}: ended at once, unsaved; step 7 is there' in said


def test_a_sigterm_that_comes_twice_at_once_is_one(monkeypatch):
  monkeypatch.setattr(termination, 'SAME_SECONDS', 1000)
  with termination.Termination(lambda: '') as asked:
    asked.begun = True
    for _ in range(3):
      os.kill(os.getpid(), signal.SIGTERM)
    assert asked.asked(None, 1) and asked.code == 143


def test_what_is_ignored_stays_ignored(monkeypatch):
  before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as nohup does
  try:
    with termination.Termination(lambda: '') as asked:
      os.kill(os.getpid(), signal.SIGINT)
      assert not asked.asked(None, 1)
      assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
  finally:
    signal.signal(signal.SIGINT, before)


def test_a_main_thread_that_is_busy_does_not_hold_it_up():
  """As in a long compilation, which returns to Python when it is done."""
  code = textwrap.dedent("""
      import hashlib, signal
      signal.signal(signal.SIGINT, signal.default_int_handler)
      from flan_jax.training import termination
      termination.GRACE = 0.1, 0.1
      with termination.Termination(lambda: 'nothing is there'):
        print('busy', flush=True)
        hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)
      """)
  busy = subprocess.Popen(
    [sys.executable, '-c', code],
    text=True,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    env=os.environ | {'PYTHONPATH': os.pathsep.join(sys.path)},
  )
  assert busy.stdout.readline() == 'busy\n'
  busy.send_signal(signal.SIGINT)
  _, told = busy.communicate(timeout=300)
  assert busy.returncode == 130
  assert 'stopped by Ctrl-C before the first step; nothing is there' in told
