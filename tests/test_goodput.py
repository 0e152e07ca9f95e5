# SPDX-License-Identifier: Apache-2.0
"""Where the time of a run went, by its events: right values, and all of the time."""

import json
import os

import pytest

from flan_jax import storage
from flan_jax.errors import Gone, HANG, UserError
from flan_jax.runs import goodput
from flan_jax.storage import growing
from flan_jax.training import events
from tests import test_training
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures


def event(name, time, **numbers):
  return {'event': name, 'time': float(time), **numbers}


def attempt(begin, first=0, last=100, saved=(), end=None):
  """Ten seconds to start, five to compile, then a step a second; a record at `last`."""
  done = begin + 17 + (last - first)
  made = [
    event('started', begin),
    event('resumed', begin + 8, step=first),
    event('compiled', begin + 16, step=first + 1, seconds=5.0, input_seconds=1.0),
    event('first step', begin + 17, step=first + 1),
    # The wait before the compilation is in the record, too; not to be counted twice.
    event('logged', done + 2, step=last, input_seconds=4.0, evaluation_seconds=2.0),
    *(event('saved', done + 2 + seconds, step=last, seconds=seconds) for seconds in saved),
  ]
  return made + ([event('ended', made[-1]['time'] + 1, code=end)] if end is not None else [])


def seconds(found):
  return {part: round(value, 3) for part, value in found.seconds.items() if value}


def test_the_parts_of_one_start():
  found = goodput.of(attempt(1000, saved=[3], end=0))
  assert seconds(found) == {
    'useful': 98.0,  # 1 of the first step, and 100 until the record less 3 without rows
    'start': 10.0,
    'compile': 5.0,
    'data': 4.0,
    'checkpoint': 3.0,
    'evaluation': 2.0,
    'other': 1.0,
  }
  assert found.total == 123 and found.starts == 1
  assert found.share() == pytest.approx(98 / 123)


def test_steps_that_are_made_again_are_lost_and_the_gap_is_the_restart():
  """Killed after step 100; the last checkpoint is of step 60, so that 40 are made again."""
  first = attempt(0)
  second = attempt(200, first=60, last=100, end=0)
  found = goodput.of(first + second)
  assert seconds(found)['restart'] == 200 - 119
  # The record of steps 2 to 100 has 97 useful seconds for 99 steps.
  assert seconds(found)['lost steps'] == pytest.approx(97 * 40 / 99, abs=1e-3)
  assert found.total == second[-1]['time'] and found.starts == 2


def test_steps_lost_to_a_later_restart_from_further_back():
  """The second start resumes from 60 and does nothing; the third has only step 20."""
  second = [event('started', 200), event('resumed', 210, step=60)]
  found = goodput.of(attempt(0) + second + attempt(300, first=20, end=0))
  assert seconds(found)['lost steps'] == pytest.approx(97 * 80 / 99, abs=1e-3)


def test_a_start_that_resumes_nothing_loses_nothing():
  again = [event('started', 130), event('ended', 140, code=2)]
  found = goodput.of(attempt(0, saved=[3], end=143) + again)
  assert 'lost steps' not in seconds(found)
  assert seconds(found)['restart'] == 130 - 123


def test_a_hang_is_told_by_its_code():
  found = goodput.of([*attempt(0), event('ended', 1019, code=HANG)])
  assert seconds(found)['hang'] == 900


def test_time_in_which_nobody_wanted_the_run_counts_for_nothing():
  for code, idle in ((0, 0), (2, 0), (130, 0), (143, 10**6), (1, 10**6)):
    found = goodput.of(attempt(0, end=code) + attempt(120 + 10**6, first=100, last=200, end=0))
    assert found.seconds['restart'] == idle


def test_all_of_the_time_is_somewhere_even_where_numbers_disagree():
  told = [
    event('started', 0),
    event('compiled', 4, step=1, seconds=9.0, input_seconds=-1.0),
    event('logged', 3, step=4, input_seconds=50.0, evaluation_seconds=50.0),  # a clock set back
    event('ended', 10, code=1),
  ]
  assert seconds(goodput.of(told)) == {'compile': 4.0, 'other': 7.0}


def test_the_line_and_the_rows():
  found = goodput.of(attempt(0) + attempt(200, first=60, last=100, end=0))
  assert found.line.startswith('goodput ') and found.line.endswith('(2 starts)')
  parts = dict(useful=7000, compile=280.0, restart=110.0, data=1.0)
  one = goodput.Goodput({name: float(parts.get(name, 0)) for name in goodput.PARTS}, 1)
  assert one.line == 'goodput 95% of 2:03:11: compile 4%, restart 1%'
  assert [row['part'] for row in one.rows()] == ['useful', 'compile', 'data', 'restart']
  assert one.rows()[0] == {'part': 'useful', 'meaning': goodput.PARTS['useful'], 'time': '1:56:40', 'share': '94.7%'}


def test_no_events_no_goodput(tmp_path):
  assert goodput.of_run(str(tmp_path)) is None
  assert goodput.of([event('logged', 1, step=1, input_seconds=0, evaluation_seconds=0)]) is None


def test_the_journal_is_what_is_read(tmp_path):
  folder = str(tmp_path / 'run')
  journal = events.Journal(folder)
  with journal.started(at=5.0):
    journal.write('resumed', step=3)
    for step in (4, 5):  # the first compiles
      with journal.compiling(step, input_seconds=0.25):
        pass
    with journal.saving(5):
      pass
  told = events.read(folder)
  assert [one['event'] for one in told] == ['started', 'resumed', 'compiled', 'saved', 'ended']
  assert told[0] == {'event': 'started', 'time': 5.0} and told[-1]['code'] == 0
  assert told[2]['step'] == 4 and told[2]['input_seconds'] == 0.25


ENDS = [(SystemExit(143), 143), (KeyboardInterrupt(), 130), (UserError('x'), 2), (Gone('x'), 75), (OSError('x'), 1)]


@pytest.mark.parametrize('error, code', ENDS)
def test_how_it_ended_is_written_down(tmp_path, error, code):
  with pytest.raises(type(error)):
    with events.Journal(str(tmp_path)).started():
      raise error
  assert events.read(str(tmp_path))[-1]['code'] == code


def test_other_processes_write_nothing(tmp_path):
  with events.Journal(str(tmp_path), writes=False).started() as journal:
    journal.write('resumed', step=0)
  assert os.listdir(tmp_path) == []


def test_torn_lines_are_passed_over(tmp_path, capsys):
  lines = [json.dumps(event('started', 1)), '{"event": "sav', json.dumps(event('ended', 2, code=0)), '{"event": "sta']
  (tmp_path / events.FILE).write_text('\n'.join(lines))
  assert [one['event'] for one in events.read(str(tmp_path))] == ['started', 'ended']
  told = capsys.readouterr().err
  assert 'line 2 is torn' in told and 'line 4' not in told  # which may still be written
  events.Journal(str(tmp_path)).write('started')  # not behind what is torn
  assert [one['event'] for one in events.read(str(tmp_path))] == ['started', 'ended', 'started']


def test_a_full_disk_does_not_end_the_run(tmp_path, capsys, monkeypatch):
  def put(file):
    raise OSError(28, 'No space left on device')

  monkeypatch.setattr(growing.Growing, 'put', put)
  with events.Journal(str(tmp_path)).started():
    pass
  told = capsys.readouterr().err
  assert "events.jsonl lacks the event 'started': No space left on device" in told and "'ended'" in told


def test_what_stands_in_its_place_is_named(tmp_path):
  (tmp_path / events.FILE).mkdir()
  with pytest.raises(UserError, match='events.jsonl cannot be read: Is a directory; move away'):
    events.read(str(tmp_path))


def test_a_run_that_is_interrupted_and_resumed(tmp_path):
  """Saved at step 4, ended in step 7, resumed: steps 5 and 6 are lost."""

  def breaks(first):
    for step in range(first, 6):
      yield test_training.batch(step)
    raise OSError('gone')

  folder, schedule = str(tmp_path), dict(save_every=4, log_every=2)
  with pytest.raises(OSError), events.Journal(folder).started() as journal:
    test_training.run(folder, 8, feed=breaks, journal=journal, **schedule)
  with events.Journal(folder).started() as journal:
    test_training.run(folder, 8, journal=journal, **schedule)
  told = events.read(folder)
  assert [one['step'] for one in told if one['event'] == 'resumed'] == [0, 4]
  assert [one['step'] for one in told if one['event'] == 'compiled'] == [1, 5]
  assert [one['step'] for one in told if one['event'] == 'first step'] == [1, 5]
  assert [one['step'] for one in told if one['event'] == 'logged'] == [2, 4, 6, 6, 8]
  assert [one['code'] for one in told if one['event'] == 'ended'] == [1, 0]
  found = goodput.of_run(folder)
  assert found.starts == 2 and found.total == pytest.approx(told[-1]['time'] - told[0]['time'], abs=0.05)
  for part in ('useful', 'start', 'compile', 'checkpoint', 'lost steps', 'restart'):
    assert found.seconds[part] > 0, part


def test_in_a_bucket_the_file_is_rewritten(bucket):  # noqa: F811
  folder = f'{bucket}/run'
  with events.Journal(folder).started():
    pass
  again = events.Journal(folder)
  with again.started():
    for step in (1, 2):
      again.write('logged', step=step, input_seconds=0, evaluation_seconds=0)
  assert [one['event'] for one in events.read(folder)] == ['started', 'ended', 'started', 'logged', 'logged', 'ended']
  assert storage.read_text(f'{folder}/{events.FILE}').endswith('\n')
