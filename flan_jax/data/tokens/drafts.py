# SPDX-License-Identifier: Apache-2.0
"""Unfinished folders, named after the process that fills them, as a mark for others.

    .building-<place>-<process>-<start>-<random>    place: machine, boot and PID namespace

A killed process leaves its folder behind; the next build in that place clears it.
"""

import contextlib
import os
import re
import shutil
import tempfile
import time
from typing import Callable, Iterator

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.storage import processes

PREFIX = '.building-'
_ROOM, _RIGHT = 'make room there, or name another disk with', 'allow it, or name another folder with'
_REMEDIES = dict.fromkeys(storage.FULL, _ROOM) | dict.fromkeys(storage.DENIED, _RIGHT)
ABANDONED = 24 * 3600  # seconds without a change, if the process cannot be checked
_NAME = re.compile(rf'{re.escape(PREFIX)}([0-9a-f]{{12}})-(\d+)-(\d+)-\w+')


@contextlib.contextmanager
def in_words(what: str, setting: str) -> Iterator[None]:
  """Context that writes `what`; turns lack of space or permission into a message.

  setting: that names the folder.

  Raises:
    UserError: instead of such an error.
  """
  try:
    yield
  except (OSError, RuntimeError) as error:  # RuntimeError: from the C++ that writes records
    number = next((n for n in _REMEDIES if n == getattr(error, 'errno', None) or os.strerror(n) in f'{error}'), None)
    if number is None or isinstance(error, UserError):
      raise
    file = getattr(error, 'filename', None)
    raise UserError(
      f'{what} cannot be written ({os.strerror(number)}{f": {file}" if file else ""}); '
      f'{_REMEDIES[number]} {setting}. What was finished before stays'
    ) from None


def make(folder: str) -> str:
  """Creates an unfinished folder of this process inside `folder`."""
  process = os.getpid()
  prefix = f'{PREFIX}{processes.place()}-{process}-{processes.started(process) or 0}-'
  return tempfile.mkdtemp(prefix=prefix, dir=folder)


def clear(folder: str) -> None:
  """Removes unfinished folders whose process has ended, with a notice.

  Those of other machines stay until nothing in them has changed for a day.
  """
  ended = [entry.path for entry in os.scandir(folder) if entry.name.startswith(PREFIX) and not _in_use(entry)]
  for path in ended:
    shutil.rmtree(path, ignore_errors=True)
  if ended:
    notice(f'cleared {len(ended)} unfinished prompt stores of processes that have ended in {folder}')


def _in_use(entry: os.DirEntry) -> bool:
  name = _NAME.fullmatch(entry.name)
  if name and name[1] == processes.place():
    return processes.runs(int(name[2]), int(name[3]))
  try:
    inside = [file.path for file in os.scandir(entry.path)]
    changed = max(os.stat(path).st_mtime for path in [entry.path, *inside])
  except OSError:  # another process is clearing it
    return True
  return time.time() - changed < ABANDONED


def publish(draft: str, path: str, usable: Callable[[str], bool]) -> None:
  """Renames a finished draft to its path, unless another process was first.

  usable: returns whether an existing store at the path is usable; else it is replaced.
  """
  os.chmod(draft, 0o755)  # it was created private
  for entry in os.scandir(draft):
    _flush(entry.path)
  _flush(draft)
  try:
    os.rename(draft, path)
  except OSError:
    if not usable(path):
      _replace(draft, path)
  _flush(os.path.dirname(path))


def _replace(draft: str, path: str) -> None:
  """Moves a draft to the place of an unusable store."""
  aside = make(os.path.dirname(path))
  try:
    os.rename(path, os.path.join(aside, 'replaced'))
    os.rename(draft, path)
  finally:
    shutil.rmtree(aside, ignore_errors=True)


def _flush(path: str) -> None:
  descriptor = os.open(path, os.O_RDONLY)
  try:
    os.fsync(descriptor)
  finally:
    os.close(descriptor)
