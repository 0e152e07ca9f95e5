# SPDX-License-Identifier: Apache-2.0
"""Folders that settings name: what prevents reading or writing there."""

import contextlib
import contextvars
import os
import tempfile
import uuid
from typing import Iterator, Sequence

from flan_jax import storage

# Of a MODEL_DIR: checkpoints, and those that could not be read.
RUN_FOLDERS = 'checkpoints', 'checkpoints-unreadable'


_ELSEWHERE = contextvars.ContextVar('_ELSEWHERE', default=False)


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
  """In this block, folders are on other machines: only problems that hold on any machine are reported."""
  before = _ELSEWHERE.set(True)
  try:
    yield
  finally:
    _ELSEWHERE.reset(before)


def expanded(path: str) -> str:
  """'~/runs' -> '/home/me/runs'."""
  return os.path.expanduser(path)


def folder_problem(path: str, made: bool, inside: Sequence[str] = ()) -> str | None:
  """Returns why a path cannot be a folder, None if it can; leaves nothing behind.

  made: the folder will be written to, and created if it is missing. Otherwise it may be
  missing too: its reader says what it should hold.
  inside: names in it that must be folders too, if they exist.
  """
  path = os.fspath(path)
  if '://' in path:
    return _bucket_problem(path, made)
  if _ELSEWHERE.get():
    return None
  whole = os.path.abspath(path)
  try:
    return _in_the_way(whole, whole, made) or next(
      filter(None, (_in_the_way(os.path.join(whole, name), whole, False) for name in inside)), None
    )
  except (OSError, ValueError) as error:
    return f'it cannot be one ({getattr(error, "strerror", None) or error})'


def _bucket_problem(path: str, made: bool) -> str | None:
  if not path.startswith(storage.BUCKET):
    scheme = path.partition('://')[0]
    return f'{scheme}:// is not supported: name a local folder, or {storage.BUCKET}BUCKET/PATH'
  if _ELSEWHERE.get():
    return None
  return storage.bucket_problem(path) or (_unwritable_bucket(path) if made else None)


def _unwritable_bucket(path: str) -> str | None:
  """Returns what prevents writing and deleting objects there; tests it with one object."""
  probe = storage.join(path, f'.flan_jax-{uuid.uuid4().hex[:8]}')
  try:
    storage.write_whole(probe, b'')
    storage.remove(probe)
  except storage.BucketError as error:
    return f'it cannot be written to ({error.strerror})'
  return None


def _in_the_way(folder: str, whole: str, made: bool) -> str | None:
  """Returns what is no folder but should be; `whole`, which the user named, is called 'it'."""
  missing = []
  while not os.path.lexists(folder):
    folder, name = os.path.split(folder)
    missing.append(name)
  what = 'it' if folder == whole else folder
  if not os.path.exists(folder):
    return f'{what} is a link to {os.readlink(folder)}, which is not there'
  if not os.path.isdir(folder):
    return f'{what} is a file'
  return _unwritable(folder, missing) if made else None


def _unwritable(folder: str, missing: list[str]) -> str | None:
  """Returns what prevents writing to a folder; tests it by creating a folder in it."""
  longest = os.pathconf(folder, 'PC_NAME_MAX')
  if any(len(os.fsencode(name)) > longest for name in missing):
    return f'a name in it is longer than {longest} bytes'
  try:
    with tempfile.TemporaryDirectory(prefix='.flan_jax-', dir=folder):
      return None
  except OSError as error:
    what = folder if missing else 'it'
    return f'{what} cannot be written to ({error.strerror})'
