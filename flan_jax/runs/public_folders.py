# SPDX-License-Identifier: Apache-2.0
"""Public models, folders or GGUF files, in the place of a MODEL_DIR: as they lie there, never written to.

A foreign.Reader. What is made of such a model goes elsewhere: see `results_dir`.
"""

import dataclasses
import functools
import hashlib
import os
from typing import Any

from flan_jax import settings, storage
from flan_jax.errors import UserError

CONFIG, TENSORS, GGUF = 'config.json', '.safetensors', '.gguf'
RESULTS = 'evaluations'  # in the working directory
_SAMPLE = 4_096  # values of a tensor that tell it from others


def mark(path: str) -> str:
  """The name of the file by which a public model is known: of a local folder, or itself; '' where there is none."""
  path = os.fspath(path)
  if storage.is_remote(path) or not os.path.isdir(path):
    return os.path.basename(path) if path.endswith(GGUF) and os.path.isfile(path) else ''
  names = sorted(os.listdir(path))
  return CONFIG if CONFIG in names else next((name for name in names if name.endswith(TENSORS)), '')


def run(path: str) -> Any:
  """The run of an import of the model."""
  return _run(os.path.abspath(path), _changed(path))


def told(path: str) -> dict[str, Any] | None:
  """What run.json of a run tells of the public model that it began from; None: it is a run."""
  return {'path': os.path.abspath(path), 'identity': identity(path), **run(path).imported} if mark(path) else None


def model_of(init_from: str, model_dir: str | None) -> Any:
  """The run whose model and vocabulary one takes that begins from a public model; None: it begins from a run.

  A run that has begun goes on with its own, for the model may be gone.
  """
  if not mark(init_from) and storage.exists(init_from):
    return None
  from flan_jax.runs import registration

  with registration.quietly():
    from flan_jax.data.tokenizers import kept_vocabulary
    from flan_jax.training import checkpoint
  begun = checkpoint.read_run(model_dir) if model_dir else None
  if begun and begun.public_base and begun.public_base['path'] == os.path.abspath(init_from):
    path = kept_vocabulary.own(begun.vocabulary, model_dir) or begun.vocabulary.path
    return dataclasses.replace(begun, vocabulary=dataclasses.replace(begun.vocabulary, path=path))
  return run(init_from) if mark(init_from) else None


@functools.lru_cache(maxsize=8)
def _run(path: str, changed: tuple) -> Any:
  """changed: see `_changed`."""
  from flan_jax.public_models import folder, reading

  model = folder.open_model(path)
  with reading.open_tensors(model):  # what is missing is told now, not later
    _, ends = folder.read_vocabulary(model)
  return reading.described_run(model, ends)


def _changed(path: str) -> tuple:
  """Changes with the files of a folder."""
  found = [os.path.join(path, name) for name in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
  return tuple((name, os.stat(name).st_mtime_ns, os.stat(name).st_size) for name in found if os.path.isfile(name))


def params(path: str, mesh: Any, dtype: str) -> Any:
  """The parameters in their shards, each read from the files by itself."""
  from flan_jax.public_models import folder, reading

  return reading.read_params(folder.open_model(path), mesh, dtype)


def identity(path: str) -> str:
  """Digest of config.json and of the beginning of every tensor: to read all would take minutes."""
  return _identity(os.path.abspath(path), _changed(path))


@functools.lru_cache(maxsize=8)
def _identity(path: str, changed: tuple) -> str:
  """changed: see `_changed`."""
  from flan_jax.public_models import folder, reading

  model = folder.open_model(path)
  digest = hashlib.sha256(storage.read_bytes(os.path.join(model.folder, CONFIG)))
  with reading.open_tensors(model) as tensors:
    for name, part in sorted(tensors.items()):
      digest.update(f'{name} {part.shape}'.encode())
      first = [slice(0, min(size, 1)) for size in part.shape[:-1]]
      digest.update(part[(*first, slice(0, min(part.shape[-1], _SAMPLE)))].tobytes())
  return digest.hexdigest()[:16]


def results_place(model_dir: str, output_dir: str | None) -> str:
  """Where the results of a model go: of a run into its MODEL_DIR, of a public model elsewhere.

  Raises:
    UserError: OUTPUT_DIR is named for a run, lies in the model's folder, or holds another model.
  """
  from flan_jax.training import checkpoint

  if not mark(model_dir):
    if output_dir is not None:
      raise UserError(f'OUTPUT_DIR = {output_dir!r}: results of a run stand in its MODEL_DIR; leave OUTPUT_DIR out')
    settings.check(settings.MACROS['OUTPUT_DIR'], model_dir, 'MODEL_DIR')
    return model_dir
  place = output_dir or results_dir(model_dir)
  settings.check(settings.MACROS['OUTPUT_DIR'], place, 'OUTPUT_DIR')
  source, target = os.path.abspath(model_dir), storage.absolute(place)
  if not storage.is_remote(place) and os.path.commonpath([source, target]) == source:
    raise UserError(f'OUTPUT_DIR = {place!r} lies in the folder of the model, which is not written to; name another')
  there = checkpoint.read_run(place)
  if there and (there.imported_from != source or checkpoint.steps(place)):
    whose = f'results of {there.imported_from}' if there.imported_from and not checkpoint.steps(place) else 'a run'
    raise UserError(f'OUTPUT_DIR = {place!r} holds {whose}, not of {source}; name another folder')
  return place


def begin_results(model_dir: str, place: str) -> None:
  """Says where results go, and writes there whose they are, which reports read."""
  from flan_jax.training import checkpoint, multihost

  if place == model_dir or not multihost.first():
    return
  told = run(model_dir)
  print(f'{model_dir} is a public model ({told.imported["model_type"]}); its results go to {place}', flush=True)
  checkpoint.write_run(place, told.to_json())


def results_dir(path: str) -> str:
  """Where the results of a model go if nothing else is said: evaluations/NAME."""
  parts = os.path.abspath(path).removesuffix(GGUF).split(os.sep)
  if len(parts) > 2 and parts[-2] == 'snapshots':  # of the hub's cache: models--OWNER--NAME/snapshots/COMMIT
    return os.path.join(RESULTS, f'{parts[-3].removeprefix("models--")}-{parts[-1][:8]}')
  return os.path.join(RESULTS, parts[-1])
