# SPDX-License-Identifier: Apache-2.0
"""Files of a data_dir that are torn or missing: named, whoever reads them."""

import json
import os
import shutil

import pytest
import seqio

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, holdouts
from flan_jax.data.tokens import store
from flan_jax.errors import UserError

RECORDS = 'glue-train.tfrecord-00000-of-00001'
INFO, FEATURES = 'dataset_info.json', 'features.json'


def flip(path):
  content = bytearray(path.read_bytes())
  content[-60] ^= 255  # in the rows of the dev split
  path.write_bytes(content)


def half(path):
  os.truncate(path, path.stat().st_size // 2)


def nothing(path):
  path.write_text('')


def ends(path):
  """Where each record of a TFRecord file ends: 8 bytes of length, 4, the record, 4."""
  content, found = path.read_bytes(), []
  while (start := found[-1] if found else 0) < len(content):
    found.append(start + 16 + int.from_bytes(content[start : start + 8], 'little'))
  return found


def torn(folder, name, spoil):
  path = folder / 'glue/sst2/2.0.0' / name
  spoil(path)
  return path


def evaluated():
  return list(datasets.examples('sst2', 'validation', [0]))


def stored(folder):
  return store.ensure(
    seqio.TaskRegistry.get('sst2'), 'validation', inputs_length=192, directory=str(folder / 'store'), targets_length=64
  )


@pytest.fixture
def copy(data_dir, tmp_path, monkeypatch):
  """A data_dir of one dataset, to be spoilt."""
  folder = tmp_path / 'data'
  shutil.copytree(data_dir / 'glue/sst2', folder / 'glue/sst2')
  monkeypatch.setenv('TFDS_DATA_DIR', str(folder))
  return folder


@pytest.mark.parametrize('spoil', [flip, half])
def test_torn_records_are_named_in_training_and_evaluation(spoil, copy):
  path = torn(copy, RECORDS, spoil)
  for read in (evaluated, lambda: stored(copy)):
    with pytest.raises(UserError, match=f'glue/sst2:2.0.0: {path} cannot be read.*Delete {path.parent} and prepare'):
      read()


@pytest.mark.parametrize('left', [0, 1, -1])
def test_a_file_that_ends_between_two_records_is_named_with_its_count(left, copy):
  path = copy / 'glue/sst2/2.0.0' / RECORDS
  there = ends(path)
  count = left % len(there)
  os.truncate(path, there[count - 1] if count else 0)
  for read in (evaluated, lambda: stored(copy)):
    with pytest.raises(
      UserError,
      match=(
        rf'{path} cannot be read \(it holds {count:,} records instead of {len(there):,} '
        rf'\({INFO}\)\). Delete {path.parent} and prepare'
      ),
    ):
      read()


def two_files(path):
  """Shares the records out to two files, as TFDS does with many; returns the second."""
  first, second = (path.with_name(f'glue-train.tfrecord-0000{n}-of-00002') for n in (0, 1))
  there, content = ends(path), path.read_bytes()
  first.write_bytes(content[: there[4]])
  second.write_bytes(content[there[4] :])
  path.unlink()
  described = json.loads(path.with_name(INFO).read_text())
  [train] = [one for one in described['splits'] if one['name'] == 'train']
  train['shardLengths'] = ['5', str(len(there) - 5)]
  path.with_name(INFO).write_text(json.dumps(described))
  return second, len(there) - 5


@pytest.mark.parametrize('more', [False, True])
def test_of_several_files_that_with_another_count_is_named(more, copy):
  path, wanted = two_files(copy / 'glue/sst2/2.0.0' / RECORDS)
  if more:
    with open(path, 'ab') as file:
      file.write(path.read_bytes()[: ends(path)[0]])
    said = f'it holds {wanted + 1:,} records instead of {wanted:,} '
  else:
    os.truncate(path, ends(path)[-2])
    said = f'it holds {wanted - 1:,} records instead of {wanted:,} '
  with pytest.raises(UserError, match=f'{path} cannot be read .{said}'):
    stored(copy)


@pytest.mark.parametrize(
  'name, spoil',
  [(INFO, half), (INFO, nothing), (INFO, os.remove), (FEATURES, half), (FEATURES, nothing), (RECORDS, os.remove)],
)
def test_torn_descriptions_are_named_by_whoever_asks_first(name, spoil, copy):
  path = torn(copy, name, spoil)
  for ask in (evaluated, lambda: stored(copy), lambda: holdouts.weights(['sst2'])):
    with pytest.raises(UserError, match=f'glue/sst2:2.0.0: {path}.*Delete {path.parent} '):
      ask()


def test_a_data_dir_without_the_dataset_is_still_not_prepared(copy):
  shutil.rmtree(copy / 'glue')
  assert not datasets.get('sst2').source.prepared()
