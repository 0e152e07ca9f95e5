# SPDX-License-Identifier: Apache-2.0
"""The watchdog: what makes no progress ends, in words; what others do is known from files."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import timeit

import pytest

from flan_jax import errors
from flan_jax.storage import processes
from flan_jax.training import events
from flan_jax.training.liveness import heartbeats, watchdog
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures

DEAD = {'host': 'here', 'pid': 2**22 - 1, 'start': 1, 'place': processes.place()}


def child(code, *arguments):
  """A process that runs code after the imports."""
  head = """
      import ctypes, os, signal, sys, time
      from flan_jax.errors import UserError
      from flan_jax.training import events
      from flan_jax.training.liveness import heartbeats, watchdog
      from flan_jax.training.liveness.watchdog import Deadlines, Watchdog
      """
  return subprocess.Popen(
    [sys.executable, '-c', textwrap.dedent(head) + textwrap.dedent(code), *map(str, arguments)],
    text=True,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    env=os.environ | {'PYTHONPATH': os.pathsep.join(sys.path)},
  )


def ended(process, code):
  """What it said on standard error; it ended with that code."""
  _, told = process.communicate(timeout=300)
  assert process.returncode == code, told
  return told


def test_a_step_that_hangs_in_c_ends_with_words_and_stacks(tmp_path):
  code = """
      def hangs():
        ctypes.PyDLL(None).sleep  # found before, so that the hang is in C
        ctypes.CDLL(None).sleep(600)
      journal = events.Journal(sys.argv[1])
      with journal.started(), Watchdog(sys.argv[1], Deadlines(1, 0), journal=journal):
        watchdog.phase('step', 17, watchdog.STEP)
        hangs()
      """
  told = ended(child(code, tmp_path), errors.HANG)
  assert "'step 17' has taken 1 s, longer than STEP_DEADLINE = 1 s" in told and 'in hangs' in told
  [file] = (tmp_path / 'hangs').iterdir()
  assert file.name.startswith('process-0-') and str(file) in told
  kept = file.read_text()
  assert kept.startswith(f'process 0 of the run {tmp_path} is ended with code 75') and 'in hangs' in kept
  assert [(one['event'], one.get('code')) for one in events.read(str(tmp_path))] == [('started', None), ('ended', 75)]


def test_progress_has_a_deadline_of_its_own_and_none_where_it_is_switched_off(tmp_path):
  code = """
      with Watchdog(sys.argv[1], Deadlines(0, 1)):
        watchdog.phase('step', 3, watchdog.STEP)
        time.sleep(2)
        with watchdog.waiting('waiting for the other processes: prompts (train)'):
          time.sleep(0.5)
        for task in range(5):
          watchdog.phase('prompts', task)
          time.sleep(0.4)
        print('so far', flush=True)
        watchdog.phase('checkpoint', 20)
        time.sleep(60)
      """
  process = child(code, tmp_path)
  assert process.stdout.readline() == 'so far\n'
  assert "'checkpoint 20' has taken 1 s, longer than PROGRESS_DEADLINE = 1 s" in ended(process, errors.HANG)


def test_time_in_which_the_process_was_stopped_does_not_count(tmp_path):
  code = """
      with Watchdog(sys.argv[1], Deadlines(4, 4)):
        print('runs', flush=True)
        time.sleep(1)
      """
  process = child(code, tmp_path)
  assert process.stdout.readline() == 'runs\n'
  process.send_signal(signal.SIGSTOP)
  time.sleep(6)
  process.send_signal(signal.SIGCONT)
  assert ended(process, 0) == ''


def test_waiting_goes_on_with_what_was_before():
  watchdog.phase('step', 4, watchdog.STEP)
  before = watchdog._doing
  with watchdog.waiting('waiting for the other processes: a'):
    assert watchdog.shown(watchdog._doing) == 'waiting for the other processes: a'
  assert watchdog._doing == before and watchdog._doing is not before
  assert watchdog.shown(before) == 'step 4'


def test_saying_the_phase_costs_next_to_nothing():
  times = timeit.repeat(lambda: watchdog.phase('step', 17, watchdog.STEP), number=10_000, repeat=5)
  assert min(times) / 10_000 < 20e-6  # measured: 0.1 microseconds


def beats(folder, index, run=5):
  return heartbeats.Heartbeats(str(folder), index, 2, run)


def put(folder, index, **record):
  (folder / 'heartbeats').mkdir(exist_ok=True)
  (folder / f'heartbeats/{index}.json').write_text(json.dumps({'run': 5, 'phase': 'step 7', 'count': 1} | record))


@pytest.mark.parametrize('where', ['disk', 'bucket'])
def test_one_process_knows_of_another_by_its_heartbeat(tmp_path, request, where):
  folder = tmp_path if where == 'disk' else f'{request.getfixturevalue("bucket")}/run'
  one, two = beats(folder, 0), beats(folder, 1)
  one.read(3.0)
  assert one.silent(2.0) == 'process 1 has given no heartbeat for 3 s, not one'
  two.write('step 7')
  one.read(4.0)
  assert one.silent(2.0) == '' and one.moved == 4.0 and one.lost() == ''
  one.read(9.0)
  assert "no heartbeat for 5 s, the last in 'step 7'" in one.silent(2.0)
  two.write('step 7')
  one.read(10.0)
  assert one.silent(2.0) == '' and one.moved == 4.0
  assert f"pid {os.getpid()}) lives, in 'step 7'" in one.described()
  two.end(errors.MISTAKE)
  two.end(0)
  one.read(40.0)
  assert "has ended with code 2 in 'step 7'" in one.lost() and one.lost(killed_only=True) == ''
  assert one.interval == (10 if where == 'disk' else 30)


def test_what_an_earlier_start_left_says_nothing(tmp_path):
  put(tmp_path, 1, run=4, ended=1, **DEAD)
  one = beats(tmp_path, 0)
  one.read(1.0)
  assert one.lost() == '' and one.moved == 0
  put(tmp_path, 1, **DEAD)
  one.read(2.0)
  assert one.lost() == '' and one.unsure()  # it may have said more before it ended
  one.read(3.0)
  assert one.lost() == f"process 1 (here, pid {DEAD['pid']}) is gone, last in 'step 7'," and not one.unsure()


def test_a_process_that_ends_between_two_looks_has_the_last_word(tmp_path):
  """Its number is free at once; what it wrote last is known when the file is read again."""
  command = [sys.executable, '-c', 'import sys; sys.stdin.read()']
  with subprocess.Popen(command, stdin=subprocess.PIPE) as other:
    here = processes.this() | {'pid': other.pid, 'start': processes.started(other.pid)}
    put(tmp_path, 1, **here)
    one = beats(tmp_path, 0)
    one.read(1.0)
    assert one.lost() == '' and not one.unsure()
    put(tmp_path, 1, **here | {'ended': 0, 'count': 2})
  assert one.lost() == '' and one.unsure()
  one.read(2.0)
  one.read(3.0)
  assert one.lost() == one.silent(0.5) == ''


def test_a_process_that_has_saved_and_ended_is_not_missed(tmp_path):
  for code in (0, 130, 143):
    put(tmp_path, 1, ended=code, **DEAD)
    one = beats(tmp_path, 0)
    one.read(1.0)
    one.read(1000.0)
    assert one.lost() == one.silent(100.0) == ''


def test_a_bucket_that_does_not_answer_makes_nobody_silent(tmp_path, monkeypatch):
  put(tmp_path, 1, **DEAD | {'place': 'elsewhere'})
  one = beats(tmp_path, 0)
  one.read(1.0)

  def fails(path):
    raise OSError('503')

  monkeypatch.setattr(heartbeats.storage, 'read_text', fails)
  one.read(1000.0)
  assert one.silent(100.0) == ''


OTHER = """
    heartbeats.SECONDS = 0.2
    beats = heartbeats.Heartbeats(sys.argv[1], 0, 2, 5)
    with Watchdog(sys.argv[1], Deadlines(2, 0), beats):
      watchdog.phase('step', 8, watchdog.STEP if sys.argv[2] == 'hangs' else watchdog.PROGRESS)
      time.sleep(60 if sys.argv[2] != 'fails' else 0)
      raise UserError('Orbax lost the barrier')
    """


@pytest.mark.parametrize('what', ['waits', 'fails'])
def test_a_process_that_was_killed_is_named_at_once(tmp_path, what):
  put(tmp_path, 1, **DEAD)
  told = ended(child(OTHER, tmp_path, what), errors.HANG)
  assert f"process 1 (here, pid {DEAD['pid']}) is gone, last in 'step 7', while this process was in" in told


def test_a_process_elsewhere_that_falls_silent_is_named(tmp_path):
  put(tmp_path, 1, **DEAD | {'place': 'elsewhere'})
  told = ended(child(OTHER, tmp_path, 'hangs'), errors.HANG)
  assert f'process 1 (here, pid {DEAD["pid"]}) has given no heartbeat for' in told and "'step 8' has taken" in told


BROKEN = """
    import threading
    import jax
    heartbeats.SECONDS, watchdog._SETTLE_SECONDS = 1.0, 0.5
    def lives():
      while sys.argv[2] == 'lives':
        other.write('step 8')
        time.sleep(0.2)
    other = heartbeats.Heartbeats(sys.argv[1], 1, 2, 5)
    threading.Thread(target=lives, daemon=True).start()
    with Watchdog(sys.argv[1], Deadlines(1, 0), heartbeats.Heartbeats(sys.argv[1], 0, 2, 5)):
      watchdog.phase('step', 8, watchdog.STEP)
      raise jax.errors.JaxRuntimeError('UNKNOWN: Gloo all-reduce failed')
    """


def test_a_process_elsewhere_is_named_if_a_collective_fails_and_nothing_more_is_heard_of_it(tmp_path):
  put(tmp_path, 1, **DEAD | {'place': 'elsewhere'})
  told = ended(child(BROKEN, tmp_path, 'gone'), errors.HANG)
  assert f'process 1 (here, pid {DEAD["pid"]}) has given no heartbeat for' in told
  assert "while this process was in 'step 8' (UNKNOWN: Gloo all-reduce failed)" in told


def test_a_collective_that_fails_is_an_error_of_its_own_if_all_processes_live(tmp_path):
  told = ended(child(BROKEN, tmp_path, 'lives'), 1)
  assert 'JaxRuntimeError: UNKNOWN: Gloo all-reduce failed' in told and 'heartbeat' not in told


def test_an_error_is_told_to_the_others(tmp_path):
  code = """
      with Watchdog(sys.argv[1], beats=heartbeats.Heartbeats(sys.argv[1], 1, 2, 5)):
        raise UserError('no')
      """
  assert 'UserError: no' in ended(child(code, tmp_path), errors.MISTAKE)  # without waiting for the others
  assert json.loads((tmp_path / 'heartbeats/1.json').read_text())['ended'] == errors.MISTAKE
