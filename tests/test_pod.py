# SPDX-License-Identifier: Apache-2.0
"""Two hosts without a common disk train, lose one of them, go on and evaluate; see pod.

`make pod-test` runs it, and fails where there can be no pod.
"""

import json
import os
import sys
import time

import jax
import numpy as np
import pytest

from flan_jax import errors, storage
from flan_jax.training import checkpoint
from flan_jax.training.liveness import heartbeats
from tests import doors, pod
from tests.test_job import SMALL, TUNE

pytestmark = pytest.mark.slow

REQUIRED = 'POD_REQUIRED'  # in the environment: there must be a pod
STEPS, KILLED_AFTER = 24, 6
ENDLESS = 10**6  # steps, of a start that is to be killed
# Three heartbeats are to be missing, each is written and read with that interval, and stacks are written.
DEADLINE = 6 * heartbeats.BUCKET_SECONDS
TRAIN = [
  *TUNE, *SMALL, 'SAVE_EVERY=3', "MESH={'data': 2, 'fsdp': 1, 'tensor': 1}", 'STEP_DEADLINE=30',
]  # fmt: skip
EVALUATE = ["HELD_OUT='none'", '--held_in=sst2', '--limit=4', "MESH={'data': 2, 'fsdp': 1, 'tensor': 1}"]


@pytest.fixture(scope='module')
def hosts(tmp_path_factory):
  why = pod.missing()
  if why and os.environ.get(REQUIRED):
    pytest.fail(why)
  elif why:
    pytest.skip(why)
  with pod.pod(2, tmp_path_factory.mktemp('host')) as found:
    yield found


def flags(arguments, *more):
  return [one if one.startswith('--') else f'--gin.{one}' for one in (*arguments, *more)]


def together(machines, data, door, arguments):
  """Starts a door on all hosts, as the processes of one run."""
  port = 9100 + together.started
  together.started += 1
  return [
    machine.start(
      [
        *[sys.executable, '-m', 'flan_jax', door, *arguments, '--gin.HOST_DEVICES=1'],
        f'--coordinator_address={machines[0].address}:{port}',
        f'--process_count={len(machines)}',
        f'--process_index={index}',
      ],
      {'TFDS_DATA_DIR': data[index], 'FLAN_VOCABULARY': f'{data[index]}/vocab.model'},
    )
    for index, machine in enumerate(machines)
  ]


together.started = 0


def ended(processes):
  ends = [process.end(timeout=300) for process in processes]
  assert [code for code, _ in ends] == [0] * len(ends), '\n\n'.join(words for _, words in ends)
  return [words for _, words in ends]


@pytest.fixture(scope='module')
def run(hosts, embedded_data):
  """(the run in the bucket, the seconds in which the other host noticed, its code and words)."""
  machines, bucket = hosts
  data = [machine.put(embedded_data, 'data') for machine in machines]
  model_dir = f'{bucket}/run'
  arguments = flags(TRAIN, f"MODEL_DIR='{model_dir}'", f"STORE_DIR='{bucket}/store'")
  first, second = together(machines, data, 'train', [*arguments, f'--gin.TRAIN_STEPS={ENDLESS}'])
  _wait_for_checkpoint(machines[0], model_dir, (first, second))
  second.kill()
  begun = time.monotonic()
  code, words = first.end(timeout=300)
  lost = time.monotonic() - begun, code, words
  second.wait()
  resumed = ended(together(machines, data, 'train', [*arguments, f'--gin.TRAIN_STEPS={STEPS}']))
  assert 'resuming from step' in resumed[0]
  ended(together(machines, data, 'evaluate', flags(EVALUATE, f"MODEL_DIR='{model_dir}'")))
  machines[1].run([sys.executable, '-m', 'flan_jax', 'report', model_dir])
  return machines, model_dir, lost


WAITS = """
import sys, time
from flan_jax.training import step_folders
while max(step_folders.steps(sys.argv[1]), default=0) < int(sys.argv[2]):
  time.sleep(0.2)
"""


def _wait_for_checkpoint(machine, model_dir, processes):
  waiting = machine.start([sys.executable, '-c', WAITS, model_dir, str(KILLED_AFTER)])
  begun = time.monotonic()
  while waiting.poll() is None:
    gone = [process.end(0)[1] for process in processes if process.poll() is not None]
    if gone or time.monotonic() - begun > 300:
      waiting.kill()
      raise AssertionError('\n\n'.join([f'no checkpoint {KILLED_AFTER} in {model_dir}', *gone]))
    time.sleep(0.1)
  code, words = waiting.end(0)
  assert code == 0, words


@pytest.fixture(scope='module')
def alone(embedded_data, tmp_path_factory):
  """The same by one process on a local disk."""
  folder = tmp_path_factory.mktemp('alone')
  environment = {'TFDS_DATA_DIR': str(embedded_data), 'FLAN_VOCABULARY': f'{embedded_data}/vocab.model'}
  model_dir, devices = f"MODEL_DIR='{folder}/run'", 'HOST_DEVICES=2'
  for door, arguments in (
    ('train', flags(TRAIN, f'TRAIN_STEPS={STEPS}', model_dir, devices, f"STORE_DIR='{folder}/store'")),
    ('evaluate', flags(EVALUATE, model_dir, devices)),
  ):
    found = doors.run_from_nothing(door, arguments, environment)
    assert found.returncode == 0, found.stderr
  return f'{folder}/run'


@pytest.fixture(scope='module')
def fetched(run, tmp_path_factory):
  """The run, out of the bucket onto this disk."""
  machines, model_dir, _ = run
  folder = tmp_path_factory.mktemp('fetched')
  program = (
    'import json, sys; from flan_jax import storage; run = sys.argv[1]\n'
    'for name in storage.sizes(run): print(json.dumps([name, storage.read_bytes(f"{run}/{name}").hex()]))'
  )
  for line in machines[0].run([sys.executable, '-c', program, model_dir]).splitlines():
    if line.startswith('['):
      name, content = json.loads(line)
      (folder / name).parent.mkdir(parents=True, exist_ok=True)
      (folder / name).write_bytes(bytes.fromhex(content))
  return str(folder)


def test_a_host_that_is_left_says_so_and_ends_in_time(run):
  seconds, code, said = run[2]
  assert code == errors.HANG and 'host-1' in said, said
  assert seconds < DEADLINE


def test_parameters_are_those_of_one_process_on_a_disk(fetched, alone):
  one, two = (checkpoint.load(folder, STEPS) for folder in (alone, fetched))
  jax.tree.map(np.testing.assert_array_equal, one.params, two.params)


def test_scores_and_answers_are_those_of_one_process_on_a_disk(fetched, alone):
  one, two = (
    [
      [each['name'], each['datasets']]
      for each in json.loads(storage.read_text(f'{folder}/results.json'))['evaluations']
    ]
    for folder in (alone, fetched)
  )
  assert one == two
  names = storage.sizes(f'{alone}/predictions')
  assert names and list(names) == list(storage.sizes(f'{fetched}/predictions'))
  for name in names:
    mine, theirs = (storage.read_text(f'{folder}/predictions/{name}').splitlines()[1:] for folder in (alone, fetched))
    assert mine == theirs, name
  assert '<html' in storage.read_text(f'{fetched}/report.html')


def test_hosts_share_no_folder(run):
  machines, _, _ = run
  machines[0].run(['touch', f'{machines[0].folder}/mine'])
  assert 'mine' not in machines[1].run(['ls', str(machines[1].folder)])
