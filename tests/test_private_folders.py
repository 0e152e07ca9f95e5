# SPDX-License-Identifier: Apache-2.0
"""Two processes that share a bucket and no folder learn what one process does on a disk.

See test_pod for the same on hosts that cannot see each other's disks.
"""

import shutil

import jax
import numpy as np

from flan_jax.data import vocabulary
from flan_jax.runs.launch import local
from flan_jax.training import checkpoint
from tests import doors
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures
from tests.test_job import SMALL, TUNE

STEPS = 4
TRAIN = [
  *TUNE,
  *SMALL,
  'EVAL_EVERY=0',
  "CLUSTERS=('sentiment',)",
  f'TRAIN_STEPS={STEPS}',
  "MESH={'data': 2, 'fsdp': 1, 'tensor': 1}",
]


def started(folder, embedded_data, settings, *more):
  """A process that has a home, a place for temporary files and a copy of the data of its own."""
  data = folder / 'data'
  shutil.copytree(embedded_data, data)
  environment = {'TFDS_DATA_DIR': str(data), vocabulary.VARIABLE: str(data / 'vocab.model')}
  for name in ('HOME', 'TMPDIR'):
    (folder / name).mkdir(parents=True)
    environment[name] = str(folder / name)
  cache = f"STORE_CACHE='{folder}/stores'"
  arguments = [one if one.startswith('--') else f'--gin.{one}' for one in (*TRAIN, *settings, cache)]
  return doors.start('train', [*arguments, *more], environment)


def test_two_processes_without_a_common_folder_learn_what_one_does_on_a_disk(tmp_path, embedded_data, bucket):  # noqa: F811
  address = f'127.0.0.1:{local.free_port()}'
  shared = f"MODEL_DIR='{bucket}/run'", f"STORE_DIR='{bucket}/store'", 'HOST_DEVICES=1'
  opened = [
    started(
      tmp_path / f'{index}', embedded_data, shared,
      f'--coordinator_address={address}', '--process_count=2', f'--process_index={index}',
    )
    for index in range(2)
  ]  # fmt: skip
  alone = f"MODEL_DIR='{tmp_path}/run'", f"STORE_DIR='{tmp_path}/store'", 'HOST_DEVICES=2'
  opened.append(started(tmp_path / 'alone', embedded_data, alone))
  for door in opened:
    said = door.communicate(timeout=600)
    assert door.returncode == 0, said
  two, one = (checkpoint.load(place, STEPS) for place in (f'{bucket}/run', f'{tmp_path}/run'))
  jax.tree.map(np.testing.assert_array_equal, two.params, one.params)
