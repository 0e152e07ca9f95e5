# SPDX-License-Identifier: Apache-2.0
"""What a start has found out is kept in the user's cache: the next one need not import TensorFlow and SeqIO.

    ~/.cache/flan_jax/starts/<digest of code, packages, settings, environment>.json

It serves only while the files that it followed from are what they were: those of the
data_dir by name, size and time, the vocabulary by its content, run.json of the runs that
this one begins from. Whatever cannot be compared so, such as modules of --import or data
in a bucket, is found out anew each time.
"""

import contextlib
import dataclasses
import functools
import hashlib
import importlib.util
import json
import os
import pathlib
import sys
from importlib import metadata
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.data.tokenizers import vocabulary_file
from flan_jax.errors import UserError
from flan_jax.runs import registration
from flan_jax.training import run_file

FOLDER = 'starts'  # in the user's cache
MOST_FILES = 20_000  # of a data_dir; to look at more takes longer than it saves
MOST_KEPT = 100
_PACKAGES = (
  'array_record numpy seqio sentencepiece tensorflow tensorflow-datasets tensorflow-text tokenizers'.split()
)  # that prompts, rates and fingerprints depend on
_VARIABLES = 'TFDS_DATA_DIR', 'HOME', vocabulary_file.VARIABLE, vocabulary_file.ENDS
# Settings of a training.Training that change nothing of what is found out.
_FREE = {
  'model_dir', 'schedule', 'mesh', 'topology', 'host_devices', 'profile', 'compilation_cache', 'store_cache',
  'store_cache_gb', 'step_deadline', 'progress_deadline', 'dry_run',
}  # fmt: skip
_OTHER_FOLDERS = {'downloads', 'store'}  # of a data_dir, which no task reads


def place(job: Any, begun: Any) -> str | None:
  """The file in which starts of such a training.Training keep what they find out; None: they do not.

  It depends on the environment, and so is asked before the vocabulary is in force. begun:
  run_file.Run of a MODEL_DIR, which goes on with the vocabulary that it has; or None.
  """
  if job.dry_run or not job.compilation_cache or os.environ.get(registration.MODULES):
    return None
  return storage.cache_folder(FOLDER, f'{_digest(_key(job, begun))}.json')


def read(path: str | None, job: Any) -> dict[str, Any] | None:
  """What an earlier start has kept at a `place`, if all that it followed from is as it was."""
  if path is None or 'seqio' in sys.modules:  # without which there would be something to gain
    return None
  try:
    told = storage.read_own(path, '')
    if told['inputs'] != inputs(files(told['data_dir']), told['vocabulary'], job.init_from):
      return None
  except (UserError, KeyError, OSError):
    return None
  with contextlib.suppress(OSError):  # of a folder that is only read
    os.utime(path)  # what is used stays longest
  return told


def keep(place: str, told: Mapping[str, Any]) -> None:
  """Keeps what this start has found out, JSON values; `inputs` among it as `inputs` gave them."""
  path = pathlib.Path(place)
  with contextlib.suppress(OSError):  # a disk that takes nothing: the next start finds it out again
    path.parent.mkdir(parents=True, exist_ok=True)
    with storage.replaced(path) as unfinished:  # other processes may write the same
      pathlib.Path(unfinished).write_text(json.dumps(storage.with_digest(told)), encoding='utf-8')
    oldest_first = sorted(path.parent.glob('*.json'), key=lambda one: one.stat().st_mtime)
    for one in oldest_first[:-MOST_KEPT]:
      one.unlink(missing_ok=True)


def inputs(data: str | None, vocabulary: str, init_from: str | None) -> dict[str, Any] | None:
  """The files that the findings follow from, so that a change shows; None if it would not.

  data: as `files` gives it. vocabulary: absolute path, or 'bytes'.
  """
  words, bases = _vocabulary(vocabulary), [_digest(run.to_json()) for run in run_file.lineage(init_from)]
  return None if None in (data, words) else {'data': data, 'vocabulary': words, 'bases': bases}


def files(data_dir: str) -> str | None:
  """Digest of the names, sizes and times of the files of a data_dir.

  None of a bucket's, of very many, and if one cannot be looked at.
  """
  if storage.is_remote(data_dir):
    return None
  found: list = []
  for folder, inside, names in os.walk(data_dir, followlinks=True):  # a circle of links is very many
    inside[:] = sorted(set(inside) - _OTHER_FOLDERS)
    states = _states(folder, names)
    found += states or ()
    if states is None or len(found) > MOST_FILES:
      return None
  return _digest(found)


def _vocabulary(path: str) -> list | None:
  """Its content, and what lies beside it, which tells what ends a text."""
  if path == vocabulary_file.BYTES:
    return []
  if storage.is_remote(path):
    return None
  folder = os.path.dirname(path)
  beside = _states(folder, [name for name in storage.names(folder) if os.path.isfile(os.path.join(folder, name))])
  return None if beside is None else [vocabulary_file.content_hash(path), _digest(beside)]


def _states(folder: str, names: Any) -> list[list] | None:
  """None: one of them is gone, or a link to nothing."""
  try:
    states = [(name, os.stat(os.path.join(folder, name))) for name in sorted(names)]
  except OSError:
    return None
  return [[folder, name, state.st_size, state.st_mtime_ns] for name, state in states]


def _key(job: Any, begun: Any) -> dict[str, Any]:
  """What decides the findings, besides the files that they follow from."""
  settings = {field.name: getattr(job, field.name) for field in dataclasses.fields(job) if field.name not in _FREE}
  return {
    'code': _code(),
    'packages': [sys.version, *map(_version, _PACKAGES)],
    'settings': {name: repr(value) for name, value in settings.items()},
    'begun': begun and [dataclasses.astuple(begun.vocabulary), begun.ends],
    'looks': [bool(job.schedule.eval_every), bool(job.schedule.held_out_every)],
    'environment': [os.getcwd(), *map(os.environ.get, _VARIABLES)],
  }


def _version(package: str) -> str:
  """'': it is not there, or by another name, as tensorflow-cpu is."""
  try:
    return metadata.version(package)
  except metadata.PackageNotFoundError:
    return ''


@functools.cache
def _code() -> str:
  """Digest of the modules of the package, those of the datasets among them."""
  digest = hashlib.sha256()
  for package in ('flan_jax', 'flan_jax.tasks'):
    spec = importlib.util.find_spec(package)
    for root in map(pathlib.Path, (spec and spec.submodule_search_locations) or ()):
      for module in sorted(root.rglob('*.py')):
        digest.update(f'{package} {module.relative_to(root)}\n'.encode() + module.read_bytes())
  return digest.hexdigest()


def _digest(told: Any) -> str:
  return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
