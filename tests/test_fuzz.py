# SPDX-License-Identifier: Apache-2.0
"""Jobs killed at any moment and begun again end as the one that nobody disturbed."""

import json
import random
import time

import jax
import numpy as np
import pytest

from flan_jax import storage
from flan_jax.data import vocabulary
from flan_jax.training import checkpoint
from tests import buckets, doors
from tests.buckets import bucket_server  # noqa: F401  a fixture
from tests.test_job import SMALL, TUNE

PLACES = ['disk', 'bucket']
SHORT, LONG = 1, 10  # jobs in each place
STEPS = 6


class Job:
  """Prompt stores, training, evaluation and report of a tiny run, in a folder of its own."""

  def __init__(self, data, place: str):
    self.model_dir, self._place = f'{place}/run', place
    self._environment = {'TFDS_DATA_DIR': str(data), vocabulary.VARIABLE: str(data / 'vocab.model')}
    run, store = f"MODEL_DIR='{self.model_dir}'", f"STORE_DIR='{place}/store'"
    rows = [*TUNE, *SMALL, 'SAVE_EVERY=2', f'TRAIN_STEPS={STEPS}', store]
    self.commands = [
      ['cache', *rows],
      ['train', *rows, run],
      ['evaluate', run, "HELD_OUT='none'", '--held_in=sst2', '--limit=4'],
      ['report', self.model_dir],
    ]

  def do(self, kill: tuple[int, float] | None = None) -> list[float]:
    """Does the commands one after the other; returns the seconds that each took.

    kill: (number of the command, seconds after which it is killed and begun again).
    """
    seconds = []
    for number, command in enumerate(self.commands):
      begun = time.monotonic()
      if kill and kill[0] == number:
        door = self._start(command)
        door.process.join(kill[1])
        door.process.kill()
        door.communicate(60)
      door = self._start(command)
      said = door.communicate(600)
      assert door.returncode == 0, ''.join(said)
      seconds.append(time.monotonic() - begun)
    return seconds

  def _start(self, command):
    name, *rest = command
    given = [one if one.startswith('-') or name == 'report' else f'--gin.{one}' for one in rest]
    return doors.start(name, given, self._environment)

  def parameters(self) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree.leaves(checkpoint.load(self.model_dir, STEPS).params)]

  def results(self) -> str:
    return storage.read_text(f'{self.model_dir}/results.json')

  def losses(self) -> list:
    records = map(json.loads, storage.read_text(f'{self.model_dir}/metrics.jsonl').splitlines())
    return [(one['step'], one['loss'], one.get('dev_loss')) for one in records]

  def left(self) -> set[str]:
    """Files that are of no use to anybody: unfinished ones."""
    return {
      name for name in storage.sizes(self._place) if name.endswith('.new') or '.building' in name or 'tmp' in name
    }


@pytest.fixture(scope='module')
def undisturbed(embedded_data, tmp_path_factory):
  """(the job that nobody disturbed, the seconds of its commands)."""
  job = Job(embedded_data, str(tmp_path_factory.mktemp('undisturbed')))
  return job, job.do()


def _check(undisturbed, data, place: str, seed: int) -> None:
  job, (whole, seconds) = Job(data, place), undisturbed
  moment = random.Random(seed).uniform(0, sum(seconds))
  number = next(i for i in range(len(seconds)) if moment < sum(seconds[: i + 1]))
  job.do(kill=(number, moment - sum(seconds[:number])))
  for mine, theirs in zip(job.parameters(), whole.parameters(), strict=True):
    np.testing.assert_array_equal(mine, theirs)
  assert job.results() == whole.results()
  assert job.losses() == whole.losses()
  assert not job.left()


@pytest.mark.parametrize('seed', range(SHORT))
@pytest.mark.parametrize('place', PLACES)
def test_a_killed_job_ends_as_an_undisturbed_one(undisturbed, embedded_data, tmp_path, request, place, seed):
  _check(undisturbed, embedded_data, _place(place, tmp_path, request), seed)


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(SHORT, SHORT + LONG))
@pytest.mark.parametrize('place', PLACES)
def test_many_killed_jobs_end_as_an_undisturbed_one(undisturbed, embedded_data, tmp_path, request, place, seed):
  _check(undisturbed, embedded_data, _place(place, tmp_path, request), seed)


def _place(place: str, tmp_path, request) -> str:
  if place == 'disk':
    return str(tmp_path)
  return f'{buckets.make_bucket(request.getfixturevalue("bucket_server"))}/job'
