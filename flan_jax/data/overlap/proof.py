# SPDX-License-Identifier: Apache-2.0
"""The proof by text for datasets: compared once, then cached until something changes.

    <folder>/<fingerprint>.json

The fingerprint covers the rows of all datasets, their code and templates, and the code of
the rules.
"""

import dataclasses
import hashlib
import json
import os
from typing import Any, Callable, Sequence

from flan_jax import storage
from flan_jax.data import datasets, splits
from flan_jax.data.code import code_identity, identity
from flan_jax.data.overlap import comparison, records, results
from flan_jax.data.sample_data import embedded_marker
from flan_jax.data.tokens import tokenizing
from flan_jax.errors import notice, UserError

FOLDER = 'overlap'  # beside the prompt stores
_NOT_PREPARED = 'the data is not prepared'
_NOT_OURS = 'the task is no dataset of the collection'


def prove(
  held_out: Sequence[str],
  tasks: Sequence[str],
  folder: str,
  processes: int = 1,
  progress: Callable[[str], object] = lambda task: None,
) -> results.Overlap:
  """Returns which dev and test examples of datasets have their text in the training data.

  Datasets that cannot be compared are listed in the result, with the reason.

  Args:
    held_out: names of datasets.
    tasks: those trained on.
    folder: cache of the result; if it cannot be written, a notice says so.
    processes: see comparison.compare.
    progress: called with each task whose text has been read.
  """
  skipped = {name: why for name in (*held_out, *tasks) if (why := _why_not(name))}
  held_out, tasks = _comparable(held_out), sorted(_comparable(tasks))
  path = _path(held_out, tasks, folder)
  found = _kept(path)
  if found is None:
    found = comparison.compare(
      {name: {split: records.reader(name, split) for split in _evaluated(name)} for name in held_out},
      {name: records.reader(name, splits.TRAIN) for name in tasks},
      processes,
      progress,
    )
    _keep(path, found)
  return dataclasses.replace(found, skipped=skipped)


def kept(held_out: Sequence[str], tasks: Sequence[str], folder: str) -> results.Overlap | None:
  """Returns the cached result of `prove`, without its `skipped`; None if it would compare."""
  return _kept(_path(held_out, tasks, folder))


def is_kept(held_out: Sequence[str], tasks: Sequence[str], folder: str) -> bool:
  """Whether `prove` has a cached result."""
  return storage.exists(_path(held_out, tasks, folder))


def _path(held_out: Sequence[str], tasks: Sequence[str], folder: str) -> str:
  # The order of a mixture's tasks depends on how they were selected, and has no meaning here.
  return os.path.join(folder, f'{_fingerprint(_comparable(held_out), sorted(_comparable(tasks)))}.json')


def _comparable(names: Sequence[str]) -> list[str]:
  return [name for name in names if not _why_not(name)]


def _why_not(name: str) -> str:
  if name not in datasets.every():
    return _NOT_OURS
  return '' if datasets.get(name).source.prepared() else _NOT_PREPARED


def _evaluated(name: str) -> list[str]:
  return [split for split in results.SPLITS if split in datasets.get(name).splits]


def _kept(path: str) -> results.Overlap | None:
  try:
    return results.read(path) if storage.exists(path) else None
  except UserError as error:
    notice(f'{error}', passing=True)
    return None


def _keep(path: str, found: results.Overlap) -> None:
  try:
    storage.make_folder(os.path.dirname(path))
    results.write(path, found)
  except OSError as error:
    why = error.strerror
    notice(f'the comparison by text cannot be kept in {path} ({why}); the next run makes it again', passing=True)


def _fingerprint(held_out: Sequence[str], tasks: Sequence[str]) -> str:
  of = {
    'format': results.FORMAT,
    'code': [code_identity.of(one)['digest'] for one in (comparison.compare, records.batches)],
    'embedded': bool(embedded_marker.read(splits.data_dir())),
    'held_out': [_identity(name, _evaluated(name)) for name in held_out],
    'train': [_identity(name, [splits.TRAIN]) for name in tasks],
  }
  return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:16]


def _identity(name: str, wanted: Sequence[str]) -> dict[str, Any]:
  dataset = datasets.get(name)
  rows = {split: tokenizing.source_identity(dataset.source, split) for split in wanted}
  return {'name': name, 'rows': rows, **identity.fingerprint(dataset.identity)}
