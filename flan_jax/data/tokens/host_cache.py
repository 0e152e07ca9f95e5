# SPDX-License-Identifier: Apache-2.0
"""Copies of published prompt stores on this machine, shared by its processes.

    <folder>/<task>/<split>-<fingerprint>.<identity>/prompts.array_record ...
                                                     in-use
                                                     fetching

A process holds a shared lock on `in-use` while it reads a copy: others can read it too,
and nobody deletes it. The one process that fetches a file locks `fetching`. The kernel
releases both locks when a process ends, however it ends.
"""

import contextlib
import dataclasses
import fcntl
import functools
import glob
import os
import shutil
import weakref
from typing import Iterator

from flan_jax import storage
from flan_jax.data.tokens import drafts
from flan_jax.errors import notice, UserError

GIGABYTES = 50.0
_GB = 10**9
_IN_USE, _FETCHING = 'in-use', 'fetching'


class Copy:
  """A copy of a store, which is not deleted during the life of this object."""

  def __init__(self, path: str, lock: int):
    self.path, self._lock = path, lock
    self.release = weakref.finalize(self, os.close, lock)

  @contextlib.contextmanager
  def alone(self) -> Iterator[None]:
    """Context to change the copy, one process and thread at a time; the others wait."""
    with drafts.in_words(f'the copy of a prompt store in {self.path}', 'STORE_CACHE'):
      descriptor = os.open(os.path.join(self.path, _FETCHING), os.O_RDWR | os.O_CREAT, 0o666)
    try:
      fcntl.flock(descriptor, fcntl.LOCK_EX)
      for unfinished in glob.glob(f'{glob.escape(self.path)}/*{storage.UNFINISHED}'):
        os.unlink(unfinished)  # left by a process that was killed
      yield
    finally:
      os.close(descriptor)


@dataclasses.dataclass(frozen=True)
class HostCache:
  """The folder of copies, and its size limit.

  folder: on this machine; None: `stores` in `storage.cache_folder`. gigabytes: limit for
  all copies; beyond it the least recently used ones are deleted, except those in use.
  """

  folder: str | None = None
  gigabytes: float = GIGABYTES

  def __post_init__(self):
    if self.folder and storage.is_remote(self.folder):
      raise UserError(f'STORE_CACHE = {self.folder!r} is in a bucket; name a folder of this machine')

  @property
  def path(self) -> str:
    return os.path.abspath(os.path.expanduser(self.folder or storage.cache_folder('stores')))

  def use(self, name: str) -> Copy:
    """Returns the copy of a name, created empty if there is none."""
    path = os.path.join(self.path, name)
    with drafts.in_words(f'a copy of a prompt store in {self.path}', 'STORE_CACHE'):
      while True:
        os.makedirs(path, exist_ok=True)
        lock = _locked(path, fcntl.LOCK_SH)
        if lock is not None:
          os.utime(lock)
          return Copy(path, lock)

  def copies(self, name: str) -> list[str]:
    """Returns the names of the copies of a store, whatever their identity."""
    found = glob.glob(f'{glob.escape(os.path.join(self.path, name))}.*')
    return sorted(os.path.relpath(path, self.path) for path in found)

  def make_room(self, size: int) -> None:
    """Deletes the least recently used copies until `size` bytes fit.

    Copies in use stay; a notice says so if they exceed the limit.
    """
    used = {path: _bytes_in(path) for path in glob.glob(f'{glob.escape(self.path)}/*/*/')}
    total, limit = sum(used.values()) + size, int(self.gigabytes * _GB)
    for path in sorted(used, key=_last_used):
      if total <= limit:
        return
      if self._delete(path):
        total -= used[path]
    if total > limit:
      _tell_once(self.path, self.gigabytes)

  def _delete(self, path: str) -> bool:
    """Deletes a copy unless a process uses it."""
    try:
      lock = _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
      return False
    if lock is None:
      return True
    try:
      aside = drafts.make(self.path)  # the next build clears it if this process is killed here
      try:
        os.rename(path, os.path.join(aside, 'deleted'))
      finally:
        shutil.rmtree(aside, ignore_errors=True)
    finally:
      os.close(lock)
    return True


@functools.cache
def _tell_once(folder: str, gigabytes: float) -> None:
  notice(
    f'the copies of prompt stores in {folder} that are in use take more than STORE_CACHE_GB = {gigabytes:g}; they stay'
  )


def _locked(path: str, how: int) -> int | None:
  """Locks a copy; None if it has been deleted in the meantime."""
  file = os.path.join(path, _IN_USE)
  try:
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
  except FileNotFoundError:
    return None
  try:
    fcntl.flock(lock, how)
    if os.path.samestat(os.fstat(lock), os.stat(file)):
      return lock
  except FileNotFoundError:
    pass
  except BaseException:
    os.close(lock)
    raise
  os.close(lock)
  return None


def _bytes_in(folder: str) -> int:
  try:
    return sum(entry.stat().st_size for entry in os.scandir(folder))
  except FileNotFoundError:  # another process is deleting it
    return 0


def _last_used(path: str) -> float:
  try:
    return os.stat(os.path.join(path, _IN_USE)).st_mtime
  except FileNotFoundError:
    return 0.0
