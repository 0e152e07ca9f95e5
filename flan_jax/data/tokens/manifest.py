# SPDX-License-Identifier: Apache-2.0
"""The manifest of a prompt store: what its files hold, and whether they still hold it.

    {"format": 2, "task": ..., "prompts": 240, ..., "files": {"lengths.npy":
      {"bytes": 2048, "sha256": "..."}, "prompts.array_record": {"bytes": 131072}},
     "digest": "..."}

`digest` is of the rest of the manifest. The records are too many to be read when a store
is opened: each has a checksum of its own, see `store`.
"""

import hashlib
import io
import json
import os
from typing import Any, Sequence

import numpy as np

from flan_jax.errors import UserError

NAME = 'manifest.json'


class Unusable(UserError):
  """A store that must be built again. why: what is wrong with it."""

  def __init__(self, path: str, why: str):
    self.path, self.why = path, why
    super().__init__(
      f'The prompt store at {path} cannot be used: {why}. Delete that '
      'folder; the store is built again when it is needed.'
    )

  def __reduce__(self):  # from one process to another
    return type(self), (self.path, self.why)


class Missing(Unusable):
  """There is no store at all."""

  def __str__(self) -> str:
    return f'There is no prompt store at {self.path}. `flan_jax cache` builds it.'


def write(folder: str, fields: dict, large: Sequence[str]) -> None:
  """Writes the manifest of the files in a folder; of large ones it holds the size."""
  files: dict[str, dict[str, Any]] = {}
  for name in sorted(os.listdir(folder)):
    path = os.path.join(folder, name)
    files[name] = {'bytes': os.path.getsize(path)}
    if name not in large:
      with open(path, 'rb') as file:
        files[name]['sha256'] = hashlib.sha256(file.read()).hexdigest()
  whole = {**fields, 'files': files}
  with open(os.path.join(folder, NAME), 'w', encoding='utf-8') as file:
    json.dump({**whole, 'digest': _digest(whole)}, file, indent=2)


def read(path: str, expected_format: int) -> dict[str, Any]:
  """The manifest of a store, whose files have the sizes that it says.

  Raises:
    UserError: there is none, or it cannot be read.
    Unusable: it is torn, of another format, or does not agree with the files.
  """
  manifest = _parsed(path)
  if manifest.get('format') != expected_format:
    raise Unusable(path, f'it has format {manifest.get("format")}, this version of flan_jax reads {expected_format}')
  digest = manifest.pop('digest', None)
  if digest != _digest(manifest):
    raise Unusable(path, f'{NAME} has been changed since it was written')
  for name, known in manifest['files'].items():
    size = _size(path, name)
    if size != known['bytes']:
      raise Unusable(path, f'{name} has {size:,} bytes and had {known["bytes"]:,}')
  return manifest


def array(path: str, name: str, manifest: dict) -> np.ndarray:
  """The array in a small file of a store; raises Unusable if it is not what was written."""
  try:
    with open(os.path.join(path, name), 'rb') as file:
      content = file.read()
  except OSError as error:
    raise UserError(f'{path}/{name} cannot be read: {error.strerror}') from None
  if hashlib.sha256(content).hexdigest() != manifest['files'][name]['sha256']:
    raise Unusable(path, f'{name} has been changed since it was written')
  return np.load(io.BytesIO(content))


def _parsed(path: str) -> dict:
  file = os.path.join(path, NAME)
  try:
    with open(file, encoding='utf-8') as opened:
      manifest = json.load(opened)
  except FileNotFoundError:
    raise Missing(path, f'it has no {NAME}') from None
  except NotADirectoryError:
    raise Unusable(path, 'it is no folder') from None
  except OSError as error:
    raise UserError(f'{file} cannot be read: {error.strerror}') from None
  except ValueError as error:
    raise Unusable(path, f'{NAME} is torn ({error})') from None
  if not isinstance(manifest, dict):
    raise Unusable(path, f'{NAME} holds no description')
  return manifest


def _size(path: str, name: str) -> int:
  try:
    return os.path.getsize(os.path.join(path, name))
  except FileNotFoundError:
    raise Unusable(path, f'{name} is missing') from None


def _digest(manifest: dict) -> str:
  return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
