# SPDX-License-Identifier: Apache-2.0
"""The manifest of a prompt store: the content of its files, and its verification.

    {"format": 2, "task": ..., "prompts": 240, ..., "files": {"lengths.npy":
      {"bytes": 2048, "sha256": "..."}, "prompts.array_record": {"bytes": 131072, ...}},
     "digest": "..."}

`digest` covers the rest of the manifest. In stores of the first versions the records have
no `sha256`; each record has its own checksum, see `prompt_files`.
"""

import hashlib
import io
import json
import os
from typing import Any

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

  def __reduce__(self):  # pickles between processes
    return type(self), (self.path, self.why)


class Missing(Unusable):
  """The store does not exist."""

  def __str__(self) -> str:
    return f'There is no prompt store at {self.path}. `flan_jax cache` builds it.'


def write(folder: str, fields: dict) -> None:
  """Writes the manifest of the files in a folder."""
  files = {
    name: {'bytes': os.path.getsize(os.path.join(folder, name)), 'sha256': _sha256(os.path.join(folder, name))}
    for name in sorted(os.listdir(folder))
  }
  whole = {**fields, 'files': files}
  with open(os.path.join(folder, NAME), 'w', encoding='utf-8') as file:
    json.dump({**whole, 'digest': _digest(whole)}, file, indent=2)


def read(path: str, expected_format: int) -> dict[str, Any]:
  """Returns the manifest of a local store, whose files have the recorded sizes.

  Raises:
    UserError: it is missing, or cannot be read.
    Unusable: it is damaged, has another format, or does not match the files.
  """
  manifest = parsed(_text(path), path, expected_format)
  for name in manifest['files']:
    check_size(path, name, manifest, _size(os.path.join(path, name)))
  return manifest


def parsed(text: bytes, path: str, expected_format: int) -> dict[str, Any]:
  """Parses the manifest in a file at `path`; raises Unusable if it has been changed."""
  try:
    manifest = json.loads(text.decode('utf-8'))
  except (ValueError, RecursionError) as error:  # ValueError: also for text that is not UTF-8
    raise Unusable(path, f'{NAME} is torn ({error})') from None
  if not isinstance(manifest, dict):
    raise Unusable(path, f'{NAME} holds no description')
  if manifest.get('format') != expected_format:
    raise Unusable(path, f'it has format {manifest.get("format")}, this version of flan_jax reads {expected_format}')
  digest = manifest.pop('digest', None)
  if digest != _digest(manifest):
    raise Unusable(path, f'{NAME} has been changed since it was written')
  return manifest


def check_size(path: str, name: str, manifest: dict, size: int | None) -> None:
  """Raises Unusable if a file of a store does not have its recorded size; None: it is missing."""
  if size is None:
    raise Unusable(path, f'{name} is missing')
  if size != manifest['files'][name]['bytes']:
    raise Unusable(path, f'{name} has {size:,} bytes and had {manifest["files"][name]["bytes"]:,}')


def check(path: str, name: str, manifest: dict) -> None:
  """Reads a whole file of a local store; raises Unusable if it has been changed."""
  file = os.path.join(path, name)
  check_size(path, name, manifest, _size(file))
  known = manifest['files'][name].get('sha256')
  try:
    same = known is None or known == _sha256(file)
  except OSError as error:
    raise UserError(f'{file} cannot be read: {error.strerror}') from None
  if not same:
    raise Unusable(path, f'{name} has been changed since it was written')


def array(path: str, name: str, manifest: dict) -> np.ndarray:
  """Returns the array in a small file of a store; raises Unusable if it has been changed."""
  try:
    with open(os.path.join(path, name), 'rb') as file:
      content = file.read()
  except OSError as error:
    raise UserError(f'{path}/{name} cannot be read: {error.strerror}') from None
  if hashlib.sha256(content).hexdigest() != manifest['files'][name]['sha256']:
    raise Unusable(path, f'{name} has been changed since it was written')
  return np.load(io.BytesIO(content))


def identity(manifest: dict) -> str:
  """Returns 16 hexadecimal digits that distinguish stores with different files."""
  return _digest(manifest['files'])[:16]


def _text(path: str) -> bytes:
  file = os.path.join(path, NAME)
  try:
    with open(file, 'rb') as opened:
      return opened.read()
  except FileNotFoundError:
    raise Missing(path, f'it has no {NAME}') from None
  except NotADirectoryError:
    raise Unusable(path, 'it is no folder') from None
  except OSError as error:
    raise UserError(f'{file} cannot be read: {error.strerror}') from None


def _size(file: str) -> int | None:
  try:
    return os.path.getsize(file)
  except FileNotFoundError:
    return None


def _sha256(file: str) -> str:
  with open(file, 'rb') as opened:
    return hashlib.file_digest(opened, 'sha256').hexdigest()


def _digest(described: dict) -> str:
  return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
