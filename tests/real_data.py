# SPDX-License-Identifier: Apache-2.0
"""What tests of `flan_jax prepare` share: a call in this process, and what it leaves."""

import dataclasses

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets
from flan_jax.data.prepare import preparing


def tasks(*tfds_names):
  return [name for name in datasets.names() if datasets.get(name).tfds in tfds_names]


def prepare(folder, *tfds_names, **rest):
  request = preparing.Request(str(folder), tasks(*tfds_names), processes=0, **rest)
  return {one.name: one for one in preparing.prepare(request, lambda: None)}


def failures(outcome):
  assert outcome.record is None
  return {way: (one.kind, one.text) for way, one in outcome.failures.items()}


def only_whole_builders(folder):
  """Names of the builders there; each has its description, and nothing else is left."""
  assert not list(folder.rglob('*incomplete*')) and not list(folder.rglob('*.tmp.*'))
  assert not (folder / preparing._WORK).exists()
  return sorted(str(path.parent.relative_to(folder)) for path in folder.rglob('dataset_info.json'))


def declare(monkeypatch, name, **origin):
  """Gives a dataset another origin, for one test."""
  dataset = datasets.get(name)
  changed = dataclasses.replace(dataset, origin=dataclasses.replace(dataset.origin, **origin))
  monkeypatch.setitem(datasets._DATASETS, name, changed)
