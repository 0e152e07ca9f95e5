# SPDX-License-Identifier: Apache-2.0
"""Jobs on a disk or in a bucket, killed at any moment, end as one that nobody disturbed."""

import json
import os
import random
import time

import jax
import numpy as np
import pytest

from flan_jax import storage
from flan_jax.data import vocabulary
from flan_jax.training import checkpoint
from tests import doors
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures
from tests.test_job import SMALL, TUNE

JOBS = 10  # on disks, and as many in buckets
STEPS = 6


class Job:
  """Prompt stores, training, evaluation, report and answers of a tiny run.

  All lies below `place`: a gin file, the vocabulary and a file of prompts, too.
  """

  def __init__(self, data, place: str):
    self.model_dir, self._place = f'{place}/run', place
    self._environment = {'TFDS_DATA_DIR': str(data), vocabulary.VARIABLE: str(data / 'vocab.model')}
    storage.make_folder(place)
    storage.copy(data / 'vocab.model', f'{place}/vocab.model')
    storage.write_whole(f'{place}/mine.gin', 'SEED = 3\n')
    storage.write_whole(f'{place}/prompts.jsonl', '"One?"\n"Two?"\n')
    run, words = f"MODEL_DIR='{self.model_dir}'", f"VOCABULARY='{place}/vocab.model'"
    rows = [*TUNE, *SMALL, f'--gin_file={place}/mine.gin', 'SAVE_EVERY=2', f'TRAIN_STEPS={STEPS}', words]
    rows += [f"STORE_DIR='{place}/store'"]
    asked = f'--model_dir={self.model_dir}', f'--input={place}/prompts.jsonl', f'--output={place}/out.jsonl'
    self.commands = [
      ['cache', *rows],
      ['train', *rows, run],
      ['evaluate', run, "HELD_OUT='none'", '--held_in=sst2', '--limit=4'],
      ['report', self.model_dir],
      ['generate', *asked, '--field=text', '--max_tokens=4'],
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
        door.process.join(60)  # perhaps before it has opened what it prints to
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

  def told(self) -> dict[str, str]:
    """{name: content} of the files with scores and answers, without heads, which know the checkpoint."""
    predictions = f'{self.model_dir}/predictions'
    told = {name: storage.read_text(f'{self._place}/{name}') for name in ('run/results.json', 'out.jsonl')}
    return told | {
      name: storage.read_text(f'{predictions}/{name}').partition('\n')[2] for name in storage.sizes(predictions)
    }

  def losses(self) -> list:
    records = map(json.loads, storage.read_text(f'{self.model_dir}/metrics.jsonl').splitlines())
    return [(one['step'], one['loss'], one.get('dev_loss')) for one in records]

  def files(self) -> set[str]:
    """Names of the files of the run, but for those of checkpoints and of single starts."""
    names = storage.sizes(self.model_dir)
    return {name for name in names if '/' not in name and not name.startswith('events.out')}

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
  assert job.told() == whole.told() and len(whole.told()) > 2
  assert job.losses() == whole.losses() and [step for step, *_ in whole.losses()] == list(range(1, STEPS + 1))
  assert job.files() == whole.files() >= {'run.json', 'config.gin', 'results.json', 'report.html'}
  assert not job.left()
  assert not os.path.exists('/gs:')  # the doors run in that folder


@pytest.mark.slow
def test_a_job_killed_in_a_bucket_ends_as_an_undisturbed_one(undisturbed, embedded_data, bucket):  # noqa: F811
  _check(undisturbed, embedded_data, f'{bucket}/job', JOBS)


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(JOBS))
@pytest.mark.parametrize('kind', ['disk', 'bucket'])
def test_many_killed_jobs_end_as_an_undisturbed_one(undisturbed, embedded_data, tmp_path, request, kind, seed):
  place = str(tmp_path) if kind == 'disk' else f'{request.getfixturevalue("bucket")}/job'
  _check(undisturbed, embedded_data, place, seed)
