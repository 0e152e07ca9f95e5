"""Files of a data_dir that are torn or missing: named, whoever reads them."""

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


def torn(folder, name, spoil):
  path = folder / 'glue/sst2/2.0.0' / name
  spoil(path)
  return path


def evaluated():
  return list(datasets.examples('sst2', 'validation', [0]))


def stored(folder):
  return store.ensure(seqio.TaskRegistry.get('sst2'), 'validation', inputs_length=192,
                      directory=str(folder / 'store'), targets_length=64)


@pytest.fixture
def copy(data_dir, tmp_path, monkeypatch):
  """A data_dir of one dataset, to be spoilt."""
  folder = tmp_path / 'data'
  shutil.copytree(data_dir / 'glue/sst2', folder / 'glue/sst2')
  monkeypatch.setenv('TFDS_DATA_DIR', str(folder))
  return folder


@pytest.mark.parametrize('spoil', [flip, half, nothing])
def test_torn_records_are_named_in_training_and_evaluation(spoil, copy):
  path = torn(copy, RECORDS, spoil)
  # A file of no records is no torn file: it has fewer than the folder says.
  named = f'{path.parent} .*contained only' if spoil is nothing else f'{path} cannot be read'
  for read in (evaluated, lambda: stored(copy)):
    with pytest.raises(UserError, match=f'glue/sst2:2.0.0: {named}.*Delete '
                       f'{path.parent} and prepare'):
      read()


@pytest.mark.parametrize('name, spoil', [
    (INFO, half), (INFO, nothing), (INFO, os.remove), (FEATURES, half),
    (FEATURES, nothing), (RECORDS, os.remove)])
def test_torn_descriptions_are_named_by_whoever_asks_first(name, spoil, copy):
  path = torn(copy, name, spoil)
  for ask in (evaluated, lambda: stored(copy), lambda: holdouts.weights(['sst2'])):
    with pytest.raises(UserError, match=f'glue/sst2:2.0.0: {path}.*Delete {path.parent} '):
      ask()


def test_a_data_dir_without_the_dataset_is_still_not_prepared(copy):
  shutil.rmtree(copy / 'glue')
  assert not datasets.get('sst2').source.prepared()
