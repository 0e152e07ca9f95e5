# SPDX-License-Identifier: Apache-2.0
"""Every dataset file says where its records come from, in full and without contradiction."""

import inspect
import pathlib
import re

import pytest
import tensorflow_datasets as tfds

import flan_jax.tasks  # noqa: F401
from flan_jax.data import datasets, splits
from flan_jax.data.origins import Hub, NUMBER

BUILDERS = {datasets.get(name).tfds: datasets.get(name) for name in datasets.names()}
# Whose counts TFDS's catalogue does not publish, or only rounded.
UNCOUNTED = {'para_crawl/ende:1.2.0': 'train', 'para_crawl/enfr:1.2.0': 'train', 'wmt14_translate/fr-en:1.0.0': 'train'}
UNSIZED = ('coqa', 'drop', 'wsc273', 'gem/')  # no size of their downloads is registered
NO_COPY = ('newsroom', 'story_cloze/2016', 'opinion_abstracts/', 'para_crawl/')

builders = pytest.mark.parametrize('name', BUILDERS)


def read_splits(name):
  """The TFDS splits that tasks read of a builder."""
  tasks = [datasets.get(task) for task in datasets.names() if datasets.get(task).tfds == name]
  return {splits.parse(expression).base for task in tasks for expression in task.splits.values()}


def test_there_are_69_builders():
  assert len(BUILDERS) == 69


@builders
def test_rows_are_counted_of_every_split_that_is_read_or_copied(name):
  origin = BUILDERS[name].origin
  counted = set(origin.rows) | {UNCOUNTED.get(name)}
  assert read_splits(name) <= counted
  assert all(type(count) is int and count > 0 for count in origin.rows.values())
  if origin.hub:
    assert read_splits(name) <= set(origin.hub.names) <= counted


@builders
def test_a_dataset_has_a_copy_or_says_whom_to_ask(name):
  origin = BUILDERS[name].origin
  assert (origin.hub is None) == name.startswith(NO_COPY)
  assert bool(origin.closed) == (origin.hub is None)
  if origin.closed:
    assert 'http' in origin.closed


@builders
def test_a_download_has_hosts_and_a_size_unless_it_is_done_by_hand(name):
  origin = BUILDERS[name].origin
  assert origin.hosts or origin.by_hand
  assert all(re.fullmatch(r'[a-z0-9-]+(\.[a-z0-9-]+)+', host) for host in origin.hosts)
  assert (origin.megabytes is None) == (not origin.hosts or name.startswith(UNSIZED))
  assert (origin.megabytes or 1) > 0 and (origin.disk or 1) > 0


@builders
def test_the_datasets_of_a_builder_say_the_same(name):
  tasks = [datasets.get(task) for task in datasets.names() if datasets.get(task).tfds == name]
  assert all(task.origin == BUILDERS[name].origin for task in tasks)


COPIED = [name for name, dataset in BUILDERS.items() if dataset.origin.hub]


@pytest.mark.parametrize('name', COPIED)
def test_a_copy_is_told_in_full(name):
  hub = BUILDERS[name].origin.hub
  assert re.fullmatch(r'[\w.-]+/[\w.-]+', hub.repository) and hub.config
  assert len(set(hub.names.values())) == len(hub.names)
  for split in hub.names:
    form = hub.key_of(split)
    assert '{' in form and (hub.keyed or form == NUMBER)
  if hub.adapt:
    code = inspect.getsource(hub.adapt)
    assert len(code.splitlines()) <= 16 and 'yield' in code
  assert all(isinstance(text, str) and text for text in hub.missing) and isinstance(hub.missing, tuple)


def test_splits_of_a_copy_are_named_alike_or_by_a_mapping():
  assert Hub('a/b', splits=('train',)).names == {'train': 'train'}
  assert Hub('a/b', splits={'dev': 'validation'}).names == {'dev': 'validation'}
  hub = Hub('a/b', key={'train': '{id}', 'test': NUMBER})
  assert (hub.key_of('train'), hub.key_of('test')) == ('{id}', '{number}')


class Downloads:
  """A download manager that has every file, and nothing in it."""

  manual_dir = pathlib.Path('/nowhere')

  def download(self, asked):
    if isinstance(asked, dict):
      return {key: self.download(value) for key, value in asked.items()}
    if isinstance(asked, (list, tuple)):
      return list(map(self.download, asked))
    return pathlib.Path('/nowhere') / str(getattr(asked, 'url', asked)).rpartition('/')[2]

  download_and_extract = extract = download

  def iter_archive(self, path):
    return iter(())


def own_splits(builder):
  """The splits of a builder as its code tells, {} if it opens files to tell."""
  try:
    made = builder._split_generators(Downloads())
  except Exception:  # whatever a builder says of files that are not there
    return set()
  return set(made) if isinstance(made, dict) else {str(one.name) for one in made}


def test_counted_splits_and_classes_are_those_of_the_builders(tmp_path):
  told = 0
  for name, dataset in BUILDERS.items():
    builder = tfds.builder(name, data_dir=str(tmp_path), try_gcs=False)
    own = own_splits(builder)
    told += bool(own)
    assert not own or set(dataset.origin.rows) <= own, name
    labels = dataset.origin.hub.labels if dataset.origin.hub else {}
    classes = [feature.names for feature in builder.info.features.values() if hasattr(feature, 'names')]
    for column, names in labels.items():
      given = set(names.values() if isinstance(names, dict) else names)
      assert name.startswith('quac') or any(given <= set(own_names) for own_names in classes), (name, column)
  assert told >= 58
