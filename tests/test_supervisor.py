# SPDX-License-Identifier: Apache-2.0
"""Commands that end early start again, or not: by their exit codes, in time, within limits."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from flan_jax.errors import HANG, INTERRUPTED, MISTAKE, PREEMPTED, UserError
from flan_jax.runs.launch import local
from flan_jax.runs.launch.supervisor import Policy, Supervisor

QUICK = Policy(restarts=3, first_pause=0.01, longest_pause=0.05, grace=20)


def child(code):
  return [sys.executable, '-c', textwrap.dedent(code)]


def counting(folder, codes):
  """A command that ends with the first code, then the second ...; 0 at the end."""
  return child(f"""
    import os, sys
    folder, codes = {str(folder)!r}, {list(codes)!r}
    count = len(os.listdir(folder))
    open(os.path.join(folder, str(count)), 'x').close()
    sys.exit((codes + [0] * 100)[count])
  """)


def starts(folder):
  return len(os.listdir(folder))


@pytest.mark.parametrize(
  'codes, ends, count',
  [
    ([], 0, 1),
    ([MISTAKE], MISTAKE, 1),
    ([INTERRUPTED], INTERRUPTED, 1),
    ([1, HANG], 0, 3),
    ([1, HANG, MISTAKE], MISTAKE, 3),
    ([1, 1, 1, 7], 7, 4),  # three restarts, and then no more
    ([PREEMPTED] * 6, 0, 7),  # which count for nothing
    ([1, PREEMPTED, 1, PREEMPTED, 1, 1], 1, 6),
  ],
)
def test_exit_codes_decide(tmp_path, codes, ends, count):
  assert Supervisor(lambda: [counting(tmp_path, codes)], QUICK).run() == ends
  assert starts(tmp_path) == count


def test_progress_sets_the_count_back(tmp_path):
  progress = lambda: starts(tmp_path) // 3  # at every third start
  assert Supervisor(lambda: [counting(tmp_path, [1] * 9)], QUICK, progress).run() == 0
  assert starts(tmp_path) == 10


def test_a_run_that_cannot_be_seen_has_made_no_progress(tmp_path, capsys):
  def progress():
    if starts(tmp_path):
      raise UserError('gs://b: the bucket cannot be reached')
    return 3

  assert Supervisor(lambda: [counting(tmp_path, [1] * 9)], QUICK, progress).run() == 1
  assert starts(tmp_path) == 4
  assert 'cannot be seen: gs://b: the bucket' in capsys.readouterr().err


def test_crashes_long_ago_are_forgotten(tmp_path):
  policy = Policy(restarts=1, window=0.001, first_pause=0.02)
  assert Supervisor(lambda: [counting(tmp_path, [1] * 5)], policy).run() == 0
  assert starts(tmp_path) == 6


def test_pauses_double_up_to_a_limit(capsys):
  made = Supervisor(lambda: [], Policy(restarts=5, first_pause=2, longest_pause=10))
  assert [made._pause(code) for code in (1, 1, PREEMPTED, 1, HANG, 1, 0, 1)] == [2, 4, 2, 8, 10, 10, None, None]
  told = capsys.readouterr().err
  assert 'code 75 (a hang, or what it needs was gone); it starts again in 10 s (restart 4 of 5)' in told
  assert 'ended with code 1 and is not started again: --restarts=5 are used up' in told


def test_a_signal_of_the_system_is_a_crash(tmp_path):
  code = f"""
    import os, signal
    if not os.listdir({str(tmp_path)!r}):
      open({str(tmp_path / 'x')!r}, 'x').close()
      os.kill(os.getpid(), signal.SIGKILL)
  """
  assert Supervisor(lambda: [child(code)], QUICK).run() == 0


def test_one_that_dies_ends_the_others_and_all_start_again(tmp_path, capfd):
  """Process 1 waits for ever; at the second start both end well."""
  seen = []

  def commands():
    seen.append(len(seen))
    again = seen[-1] > 0
    return [
      child(f'print("first", flush=True); raise SystemExit({0 if again else 9})'),
      child(f"""
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (print('asked to end', flush=True), sys.exit(3)))
        print('second', flush=True)
        time.sleep({0 if again else 1000})
      """),
    ]

  assert Supervisor(commands, QUICK).run() == 0
  out, err = capfd.readouterr()
  lines = out.splitlines()
  assert seen == [0, 1] and lines.count('[0] first') == 2 and '[1] second' in lines
  assert 'process 0 ended with code 9' in err and 'process 1 ended' not in err


def test_one_that_does_not_end_is_killed():
  deaf = child(
    'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(1000)'
  )
  dies = child('import time; time.sleep(0.3); raise SystemExit(5)')
  policy = Policy(restarts=0, grace=0.2)
  begin = time.monotonic()
  assert Supervisor(lambda: [deaf, dies], policy).run() == 5
  assert time.monotonic() - begin < 100


def test_those_that_save_are_left_to_it(tmp_path):
  """A process that was preempted has ended; the other still saves, and gets no signal."""
  slow = child(f"""
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: open({str(tmp_path / 'hurried')!r}, 'x'))
    time.sleep(0.5)
    open({str(tmp_path / 'saved')!r}, 'x').close()
    sys.exit({PREEMPTED})
  """)
  quick = child(f'raise SystemExit({PREEMPTED})')
  turns = iter([[quick, slow], [child('pass'), child('pass')]])
  assert Supervisor(lambda: next(turns), QUICK).run() == 0
  assert os.listdir(tmp_path) == ['saved']


def test_a_mistake_of_one_is_what_ended_all(tmp_path):
  turns = [[child('raise SystemExit(1)'), child(f'raise SystemExit({MISTAKE})')]]
  code = Supervisor(turns.pop, Policy(restarts=0, grace=20)).run()
  assert code in (1, MISTAKE)  # if 1 comes first, process 1 may have been ended for it


# A suite that runs in the background has SIGINT ignored, and hands that on.
SCRIPT = """
  import signal, sys
  signal.signal(signal.SIGINT, signal.default_int_handler)
  from flan_jax.runs.launch.supervisor import Policy, Supervisor
  child = '''
  import signal, sys, time
  stopped = []
  signal.signal(signal.SIGTERM, lambda *_: stopped.append(143))
  signal.signal(signal.SIGINT, lambda *_: stopped.append(130))
  print('ready', flush=True)
  while not (stopped and {end}):
    time.sleep(0.02)
  print('saved', flush=True)
  sys.exit(stopped[0])
  '''
  import textwrap
  command = [sys.executable, '-c', textwrap.dedent(child)]
  sys.exit(Supervisor(lambda: [command] * {count}, Policy(grace=60)).run())
"""


def supervised(count, end):
  script = textwrap.dedent(SCRIPT.format(count=count, end=end))
  process = subprocess.Popen([sys.executable, '-c', script], stdout=subprocess.PIPE, text=True)
  for _ in range(count):
    assert 'ready' in process.stdout.readline()
  return process


@pytest.mark.parametrize('number, code', [(signal.SIGTERM, PREEMPTED), (signal.SIGINT, INTERRUPTED)])
def test_a_signal_is_passed_on_waited_for_and_not_started_again(number, code):
  process = supervised(2, 'True')
  process.send_signal(number)
  out, _ = process.communicate(timeout=120)
  assert process.returncode == code
  assert sorted(out.splitlines()) == ['[0] saved', '[1] saved']


def test_a_second_signal_kills():
  process = supervised(1, 'False')
  process.send_signal(signal.SIGTERM)
  time.sleep(0.2)
  process.send_signal(signal.SIGTERM)
  out, _ = process.communicate(timeout=120)
  assert process.returncode == 137 and out == ''


def test_a_signal_during_the_pause_ends_it():
  made = Supervisor(lambda: [child('raise SystemExit(1)')], Policy(first_pause=1000))
  timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGTERM))
  timer.start()
  try:
    assert made.run() == 143
  finally:
    timer.join()


def test_command_lines_of_several_processes():
  one, two = local.commands(['train', '--gin.A="x y"'], 2, host_devices=4)
  assert one[1:6] == ['-m', 'flan_jax', 'train', '--gin.A="x y"', '--gin.HOST_DEVICES=4']
  assert one[-1] == '--process_index=0' and two[-1] == '--process_index=1'
  assert one[6] == two[6] and one[6].startswith('--coordinator_address=127.0.0.1:')
  assert local.commands(['evaluate'], 1) == [[sys.executable, '-m', 'flan_jax', 'evaluate']]
  assert local.commands(['generate'], 1, 2)[0][-1] == '--host_devices=2'


@pytest.mark.parametrize(
  'arguments, folder',
  [
    (['train', "--gin.MODEL_DIR='gs://b/r'"], 'gs://b/r'),
    (['generate', '--model_dir=runs/a'], 'runs/a'),
    (['train', '--gin.MODEL_DIR=%OTHER'], None),
    (['train'], None),
  ],
)
def test_the_run_is_known_by_the_command_line(arguments, folder):
  assert local.run_folder(arguments) == folder


def test_the_last_checkpoint_is_progress(tmp_path):
  assert local.last_checkpoint(None) is None
  assert local.last_checkpoint(str(tmp_path)) is None
  for name in ('4', '12', '16.orbax-checkpoint-tmp'):
    (tmp_path / 'checkpoints' / name).mkdir(parents=True)
  assert local.last_checkpoint(str(tmp_path)) == 12


def test_neither_jax_nor_tensorflow_is_imported():
  code = (
    'import sys; from flan_jax.cli import launch; from flan_jax.runs.launch import supervisor;'
    'launch.main(["local", "--print", "--", "train"]);'
    'assert not {"jax", "tensorflow", "gin", "numpy", "etils"} & set(sys.modules)'
  )
  done = subprocess.run([sys.executable, '-c', code], text=True, capture_output=True)
  assert done.returncode == 0, done.stderr
  assert done.stdout == f'{sys.executable} -m flan_jax train\n'
