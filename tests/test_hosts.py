# SPDX-License-Identifier: Apache-2.0
"""Several processes: two times four devices equal one times eight, and a single one."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import jax
import numpy as np
import pytest

from flan_jax.data import vocabulary
from flan_jax.errors import Gone, HANG, MISTAKE, UserError
from flan_jax.model import decoder
from flan_jax.runs.launch import local
from flan_jax.runs.launch.supervisor import Policy, Supervisor
from flan_jax.training import checkpoint, metric_log, multihost
from tests import doors, host_worker, rounding
from tests.conftest import QUICK

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Of float32: a loss and a gradient are sums over the 1,024 tokens and 512 slots of a step,
# in an order that depends on who has which rows. An update moves a parameter in proportion
# to its gradient, so that over ten of them these errors add up.
APART = rounding.gamma(1_600)

TRAIN = [
  'train',
  '--gin_file=holdout/nli.gin',
  "--gin.TASKS='arc_easy,trivia_qa'",
  '--gin.TOKENS_PER_BATCH=1024',
  '--gin.ROW_LENGTH=128',
  '--gin.TARGET_SLOTS=64',
  '--gin.INPUTS_LENGTH=96',
  '--gin.TARGETS_LENGTH=32',
  '--gin.LAYERS=1',
  '--gin.D_MODEL=32',
  '--gin.HEADS=2',
  '--gin.HEAD_DIM=16',
  '--gin.D_FF=64',
  '--gin.LEARNING_RATE=1e-2',
  '--gin.TRAIN_STEPS=10',
  '--gin.SAVE_EVERY=0',
  '--gin.EVAL_EVERY=5',
  '--gin.LOG_EVERY=1',
]
EVALUATE = ['evaluate', "--gin.HELD_OUT='none'", '--held_in=arc_easy,trivia_qa', '--limit=4', '--gin.DECODE_TOKENS=4']


def together(count, devices=8):
  """Flags of each of `count` processes, with their shares of the devices."""
  ours = [f'--gin_file=meshes/cpu{devices}.gin', f'--gin.HOST_DEVICES={devices // count}']
  if count == 1:
    return [ours]
  address = f'127.0.0.1:{local.free_port()}'
  return [
    [*ours, f'--coordinator_address={address}', f'--process_count={count}', f'--process_index={index}']
    for index in range(count)
  ]


def start(arguments, environment):
  return subprocess.Popen(
    [sys.executable, *arguments],
    cwd='/',
    text=True,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    env=os.environ | {'JAX_PLATFORMS': 'cpu', 'XLA_FLAGS': QUICK} | environment,
  )


def outputs(processes):
  """(standard output, standard error) of each; all must end well."""
  found = [process.communicate(timeout=900) for process in processes]
  for process, (out, err) in zip(processes, found):
    assert process.returncode == 0, err + out
  return found


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  return tmp_path_factory.mktemp('runs')


@pytest.fixture(scope='module')
def door(embedded_data, folder):
  """Starts a door as `count` processes that share `devices`, on the run `name`."""
  environment = {'TFDS_DATA_DIR': str(embedded_data), vocabulary.VARIABLE: str(embedded_data / 'vocab.model')}

  def begin(arguments, count, name, devices=8):
    given = f"--gin.MODEL_DIR='{folder}/{name}'"
    store = [f"--gin.STORE_DIR='{folder}/store-{count}'"] * (arguments is TRAIN)
    name, *rest = arguments
    return [doors.start(name, [*rest, given, *store, *ours], environment) for ours in together(count, devices)]

  return begin


@pytest.fixture(scope='module')
def runs(folder, door):
  """The folder of a run `one` by one process on eight devices and of the same, `two`,
  by two processes; what all three printed."""
  return folder, outputs(door(TRAIN, 1, 'one') + door(TRAIN, 2, 'two'))


@pytest.fixture(scope='module')
def single(door):
  """The same run on one device."""
  outputs(door(TRAIN, 1, 'single', devices=1))
  return 'single'


def parameters(folder):
  loaded = checkpoint.load(str(folder), 10)
  start = decoder.init_params(loaded.config, jax.random.key(0))
  return [
    (jax.tree_util.keystr(path), np.asarray(leaf)) for path, leaf in jax.tree_util.tree_leaves_with_path(loaded.params)
  ], jax.tree.leaves(start)


def assert_equal_runs(folder, other):
  (here, start), (there, _) = parameters(folder / other), parameters(folder / 'two')
  for (path, one), (_, two), before in zip(here, there, start, strict=True):
    moved = np.linalg.norm(one - before)
    assert moved > 0, path
    assert np.linalg.norm(one - two) <= 10 * APART * moved, path
  one, two = (metric_log.read(str(folder / run)) for run in (other, 'two'))
  assert [record['step'] for record in two] == list(range(1, 11))
  for key in ('loss', 'dev_loss', 'useful_fraction', 'target_tokens'):
    expected = [record[key] for record in one if key in record]
    found = [record[key] for record in two if key in record]
    assert len(expected) == (2 if key == 'dev_loss' else 10)
    np.testing.assert_allclose(found, expected, rtol=APART)


@pytest.mark.slow
def test_two_processes_equal_one_in_moves_and_losses(runs):
  assert_equal_runs(runs[0], 'one')


@pytest.mark.slow
def test_two_processes_equal_a_single_device(runs, single):
  assert_equal_runs(runs[0], single)


@pytest.mark.slow
def test_process_0_alone_writes_and_speaks(runs):
  folder, (_, first, other) = runs
  assert 'step 10/10' in first[0] and 'trained to step 10' in first[0]
  # Gloo speaks from several threads at once, so that its lines may be torn anywhere.
  spoken = [word for word in ('data:', 'text:', 'step', 'prompts', 'trained', 'tokens/s') if word in other[0]]
  assert not spoken and 'prompts' not in other[1]
  assert len(list((folder / 'two').glob('events.out.tfevents*'))) == 1
  assert {'run.json', 'config.gin', 'metrics.jsonl'} <= set(os.listdir(folder / 'two'))


@pytest.mark.slow
def test_evaluation_does_not_depend_on_the_number_of_processes(runs, door):
  folder, _ = runs
  shutil.copytree(folder / 'one', folder / 'one_asked_by_two')
  outputs(door(EVALUATE, 1, 'one') + door(EVALUATE, 2, 'one_asked_by_two'))
  one, two = (json.loads((folder / run / 'results.json').read_text()) for run in ('one', 'one_asked_by_two'))
  assert set(one['evaluations'][0]['datasets']) == {'arc_easy', 'trivia_qa'}
  assert one == two
  assert answered(folder / 'one') == answered(folder / 'one_asked_by_two') != {}
  assert (folder / 'one_asked_by_two/report.html').is_file()


def answered(model_dir):
  """File of predictions -> what each example was answered."""
  return {
    str(file.relative_to(model_dir)): [json.loads(line).get('answer') for line in file.open()]
    for file in sorted(model_dir.glob('predictions/*/*/[0-9]*.jsonl'))
  }


def workers(folder, steps, count=2, axes=host_worker.MESH, more=(), begin=('-m', 'tests.host_worker')):
  address = f'127.0.0.1:{local.free_port()}'
  rest = [str(count), str(folder), str(steps), json.dumps(axes), *more]
  return [start([*begin, address, str(index), *rest], {'PYTHONPATH': CHECKOUT}) for index in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize(
  'number, codes', [(signal.SIGTERM, [143, 143]), (signal.SIGINT, [143, 130])], ids=['sigterm', 'ctrl-c']
)
def test_each_reads_its_rows_and_a_signal_to_one_saves_and_ends_all(tmp_path, number, codes):
  both, printed = workers(tmp_path, 10**6), [[], []]
  for mine, process in zip(printed, both):
    for line in process.stdout:
      mine.append(line)
      if line == 'step\n':
        break
  both[1].send_signal(number)
  for mine, process, code in zip(printed, both, codes):
    out, err = process.communicate(timeout=600)
    assert process.returncode == code, err
    mine.append(out)
  first, other = map(''.join, printed)
  assert 'rows [0, 1, 2, 3]\n' in first and 'rows [4, 5, 6, 7]\n' in other
  [saved] = checkpoint.steps(str(tmp_path))
  assert f'saved step {saved} and stopped' in first
  assert f'saved step {saved} and stopped' in other
  assert_equal_moves(host_worker.run(tmp_path, saved + 2), saved + 2, tmp_path / 'one')


@pytest.mark.slow
def test_a_second_signal_ends_a_process_that_waits_for_another(tmp_path):
  stuck, waiting = both = workers(tmp_path, 10**6)
  for process in both:
    assert 'step\n' in iter(process.stdout.readline, '')
  stuck.send_signal(signal.SIGSTOP)
  waiting.send_signal(signal.SIGTERM)
  deadline = time.monotonic() + 60
  while waiting.poll() is None and time.monotonic() < deadline:
    time.sleep(0.2)
    waiting.send_signal(signal.SIGINT)
  stuck.kill()
  for process in both:
    process.kill()
  _, told = waiting.communicate()
  stuck.communicate()
  assert waiting.returncode == 130 and 'ended at once, unsaved' in told


@pytest.mark.slow
def test_rows_without_loss_end_all_processes_at_the_same_step(tmp_path):
  for process in workers(tmp_path, 10**6, more=['0', '3']):
    out, told = process.communicate(timeout=600)
    assert process.returncode and 'the rows of step 3 have no token that carries loss' in told
    assert sorted(fed(out)) == [0, 1, 2, 3, 4]
  assert checkpoint.steps(str(tmp_path)) == []


@pytest.mark.slow
def test_a_run_of_one_process_goes_on_as_two(tmp_path):
  host_worker.run(tmp_path / 'two', 3)
  printed = outputs(workers(tmp_path / 'two', 6))
  assert all('resuming from step 3' in out for out, _ in printed)
  assert checkpoint.steps(str(tmp_path / 'two')) == [3, 6]
  assert_equal_moves(host_worker.run(tmp_path / 'two', 6), 6, tmp_path / 'one')


@pytest.fixture
def watched(tmp_path):
  """Two processes that train and watch each other; ended in any case."""
  both = workers(tmp_path, 10**6, more=['0', '0', '5'])
  for process in both:
    next(line for line in process.stdout if line == 'step\n')
  yield both
  for process in both:
    process.kill()
    process.communicate()


def told_by(process, seconds):
  """What a process that lost another says; it ends soon, with the code of a hang."""
  begin = time.monotonic()
  _, err = process.communicate(timeout=300)
  assert process.returncode == HANG, err
  assert time.monotonic() - begin < seconds
  return err


@pytest.mark.long
def test_a_process_that_was_stopped_is_named_by_the_other_which_ends(watched, tmp_path):
  watched[1].send_signal(signal.SIGSTOP)
  told = told_by(watched[0], 5 + 60)
  assert 'process 0 of the run' in told and 'in train' in told
  assert f'pid {watched[1].pid}) has given no heartbeat for' in told and 'process 1 (' in told
  assert len(os.listdir(tmp_path / 'hangs')) == 1


@pytest.mark.long
@pytest.mark.parametrize('index', [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_process_that_was_killed_is_named_by_the_other_which_ends(watched, index):
  watched[index].kill()
  told = told_by(watched[1 - index], 30)
  assert f'process {index} (' in told and f'pid {watched[index].pid}) is gone, last in' in told


# Of process 1: at step 12 it has an error of its own.
FAILS = """
import sys
from flan_jax.errors import UserError
from tests import host_worker
plain = host_worker.rows_of
def rows_of(step, ours):
  if step == 12 and sys.argv[2] == '1':
    raise UserError('this one alone')
  return plain(step, ours)
host_worker.rows_of = rows_of
host_worker.main(*sys.argv[1:])
"""


@pytest.mark.slow
def test_a_process_that_fails_alone_ends_with_its_code_and_the_others_follow(tmp_path):
  both = workers(tmp_path, 10**6, more=['0', '20'], begin=['-c', FAILS])
  (_, first), (_, other) = [process.communicate(timeout=300) for process in both]
  assert [process.returncode for process in both] == [HANG, MISTAKE], first + other
  assert 'UserError: this one alone' in other
  assert 'process 1 (' in first and ("has ended with code 2 in 'step" in first or 'is gone, last in' in first)


def fed(out):
  """Step -> the rows that a process was fed at it, each as it is known."""
  lines = [line.removeprefix('fed ').split(' ', 1) for line in out.splitlines() if line.startswith('fed ')]
  return {int(step): json.loads(rows) for step, rows in lines}


@pytest.mark.slow
def test_a_run_goes_on_with_other_hosts_and_meshes(tmp_path):
  hosts = [(4, {'fsdp': 8}), (1, {'data': 8}), (2, {'data': 4, 'tensor': 2})]
  step = 0
  for count, axes in hosts:
    printed = outputs(workers(tmp_path / 'moved', step + 2, count, axes))
    assert all(f'resuming from step {step}' in out for out, _ in printed) == (step > 0)
    seen = [fed(out) for out, _ in printed]
    for one in (step, step + 1):  # the steps that are made of these rows are one later
      rows = [row for mine in seen for row in mine[one]]
      whole = host_worker.rows_of(one, slice(None))['tokens'][:, :3].tolist()
      assert sorted(rows) == sorted(whole * (len(rows) // len(whole)))
    step += 2
    assert checkpoint.steps(str(tmp_path / 'moved'))[-1] == step
  assert_equal_moves(host_worker.run(tmp_path / 'moved', step), step, tmp_path / 'one')


# Of process 1: at step 12 of its first start it is gone.
DIES = """
import os, signal, sys
from tests import host_worker
plain = host_worker.rows_of
def rows_of(step, ours):
  if step == 12:
    os.kill(os.getpid(), signal.SIGKILL)
  return plain(step, ours)
host_worker.rows_of = rows_of
host_worker.main(*sys.argv[1:])
"""


@pytest.mark.slow
def test_a_supervised_run_of_which_one_process_is_killed_comes_to_the_same_end(tmp_path, monkeypatch, capfd):
  ports = []

  def commands():
    ports.append(local.free_port())
    rest = ['2', str(tmp_path / 'two'), '20', json.dumps(host_worker.MESH), '5']
    dies = ['-c', DIES] if len(ports) == 1 else ['-m', 'tests.host_worker']
    begins = ['-m', 'tests.host_worker'], dies
    return [[sys.executable, *begin, f'127.0.0.1:{ports[-1]}', str(i), *rest] for i, begin in enumerate(begins)]

  progress = lambda: local.last_checkpoint(str(tmp_path / 'two'))
  with monkeypatch.context() as patch:
    patch.setenv('PYTHONPATH', CHECKOUT)
    patch.setenv('XLA_FLAGS', QUICK)
    assert Supervisor(commands, Policy(restarts=1, first_pause=0.1, grace=5), progress).run() == 0
  out, err = capfd.readouterr()
  assert len(ports) == 2 and 'process 1 ended with code 137' in err
  assert '[0] resuming from step 5' in out or '[0] resuming from step 10' in out
  assert checkpoint.steps(str(tmp_path / 'two'))[-1] == 20
  assert_equal_moves(host_worker.run(tmp_path / 'two', 20), 20, tmp_path / 'one')


# SIGTERM to all processes of a run that goes on, before their first step.
PREEMPTED = """
import os, signal, sys, time
from tests import host_worker
plain = host_worker.rows_of
def rows_of(step, ours):
  if step == 5:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(4)
  return plain(step, ours)
host_worker.rows_of = rows_of
host_worker.main(*sys.argv[1:])
"""


@pytest.mark.slow
def test_a_run_that_goes_on_and_is_preempted_before_its_first_step_saves_that_and_ends(tmp_path):
  host_worker.run(tmp_path, 5)
  both = workers(tmp_path, 10**6, begin=['-c', PREEMPTED])
  for process in both:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 143, err
    assert 'resuming from step 5' in out and 'saved step 6 and stopped, as asked by SIGTERM' in out
  assert checkpoint.steps(str(tmp_path)) == [5, 6]


def assert_equal_moves(state, steps, folder):
  """The state has moved as that of an unbroken run of one process."""
  expected = host_worker.run(folder, steps)
  assert int(state.step) == steps
  start = decoder.init_params(host_worker.CONFIG, jax.random.key(0))
  trees = expected.params, state.params, start
  for leaves in zip(*map(jax.tree.leaves, trees), strict=True):
    one, two, before = map(np.asarray, leaves)
    assert np.linalg.norm(one - two) <= 10 * APART * np.linalg.norm(one - before)


@pytest.mark.parametrize(
  'flags, words',
  [
    (dict(process_index=2, process_count=2, coordinator_address='a:1'), '--process_index=2 is out of range.*0 to 1'),
    (dict(process_index=-1, process_count=2, coordinator_address='a:1'), '--process_index=-1 is out of range'),
    (dict(process_index=0, process_count=2), '--coordinator_address=HOST:PORT'),
    (dict(process_count=2, coordinator_address='a:1'), 'wants --process_index'),
    (dict(process_index=1, coordinator_address='a:1'), 'without --process_count'),
    (dict(process_count=0), '--process_count=0 must be at least 1'),
    (dict(process_index=0, process_count=2, coordinator_address='host'), '--coordinator_address=host names no port'),
  ],
)
def test_flags_that_do_not_go_together_are_named(flags, words):
  with pytest.raises(UserError, match=words):
    multihost.start(**flags)


def test_one_process_needs_no_joining(monkeypatch):
  monkeypatch.setattr(jax.distributed, 'initialize', pytest.fail)
  multihost.start()
  multihost.start(process_count=1)
  multihost.start(process_count=1, process_index=0)
  assert multihost.first()
  with multihost.first_goes_ahead('alone'), multihost.together('alone'):
    pass
  with pytest.raises(UserError, match='^no room$'), multihost.together('alone'):
    raise UserError('no room')
  assert list(multihost.share(3)) == [0, 1, 2]


SLURM = {'SLURM_JOB_ID': '7', 'SLURM_STEP_NODELIST': 'n[1-2]', 'SLURM_PROCID': '0'}


@pytest.mark.parametrize(
  'environment, many',
  [
    ({}, False),
    (SLURM | {'SLURM_NTASKS': '2'}, True),
    (SLURM | {'SLURM_NTASKS': '1'}, False),
    ({'SLURM_NTASKS': '4'}, False),  # inside an allocation, but not under srun
    ({'OMPI_COMM_WORLD_SIZE': '2'}, True),
    ({'OMPI_COMM_WORLD_SIZE': '1'}, False),
  ],
)
def test_a_launcher_is_known_by_its_environment(environment, many):
  assert multihost.launched({'JAX_PLATFORMS': 'cpu'} | environment) == many


def test_a_machine_whose_name_has_no_address_says_so_before_it_joins(monkeypatch):
  monkeypatch.setattr(jax.distributed, 'initialize', pytest.fail)
  monkeypatch.setattr(socket, 'gethostname', lambda: 'host-7.invalid')  # RFC 2606: never resolved
  with pytest.raises(Gone, match='called host-7.invalid, and no address is found .*/etc/hosts'):
    multihost.start('127.0.0.1:1', 2, 0)


@pytest.mark.long
@pytest.mark.parametrize(
  'index, words', [(0, 'not all of the 2 processes came'), (1, 'process 1 did not get through to process 0')]
)
def test_a_process_that_is_left_alone_says_so_in_time(index, words):
  code = (
    f'from flan_jax.training import multihost\nmultihost.start("127.0.0.1:{local.free_port()}", 2, {index}, timeout=1)'
  )
  process = start(['-c', code], {})
  _, err = process.communicate(timeout=300)
  assert process.returncode == 1 and f'errors.Gone: {words}' in err, err
