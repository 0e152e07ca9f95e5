# SPDX-License-Identifier: Apache-2.0
"""MODEL_DIR/lease.json: the run that may write there, one at a time.

The holder renews it. Another run checks the holder's process if it is on the same
machine, and else waits, by its own clock, for the file to change.
"""

import contextlib
import fcntl
import json
import os
import time
import uuid
from typing import Any, Iterator

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.storage import processes

FILE = 'lease.json'
# Without a change for this long the holder counts as dead: three heartbeats.
LEASE_SECONDS, BUCKET_LEASE_SECONDS = 30.0, 90.0
_POLL = 1.0  # seconds between reads of another run's lease


class Lease:
  """The right of this process, and of the others of its run, to write a run's folder."""

  def __init__(self, model_dir: str):
    self._folder = storage.absolute(model_dir)
    self.path = storage.join(self._folder, FILE)
    since = time.strftime('%Y-%m-%d %H:%M:%S %z')
    self._record: dict[str, Any] = {**processes.this(), 'since': since, 'token': uuid.uuid4().hex, 'count': 0}
    self._is_held = False

  def take(self) -> None:
    """Takes the lease, also from a dead holder.

    Raises:
      UserError: a live run holds it, or it cannot be written.
    """
    try:
      storage.make_folder(self._folder)
      while not (self._tried() or self._waited()):
        pass  # another process was faster, or the lease is free now
    except OSError as error:
      if isinstance(error, UserError):  # a bucket's, with a message
        raise
      raise UserError(
        f'{self.path} cannot be written ({error.strerror or error}): make its disk '
        'writable, or choose another MODEL_DIR'
      ) from None

  def renew(self) -> str:
    """Renews the lease; returns what is wrong if another run has taken it."""
    if not self._is_held:
      return ''
    try:
      holder = _read(self.path)
      if holder and holder.get('token') != self._record['token']:
        self._is_held = False
        return f'another run has taken {self.path}: {_described(holder)}; this one had not renewed it in time'
      self._record['count'] += 1
      storage.write_whole(self.path, json.dumps(self._record))
    except OSError as error:  # the next renewal may succeed
      notice(f'{self.path} could not be renewed: {error}')
    return ''

  def release(self) -> None:
    """Deletes the lease, unless another run holds it."""
    if not self._is_held:
      return
    self._is_held = False
    with contextlib.suppress(OSError):
      if _read(self.path).get('token') == self._record['token']:
        storage.remove(self.path)

  def _tried(self) -> bool:
    """Takes the lease if it is free or its holder, on this machine, has ended."""
    with _alone(self._folder):
      self._is_held = storage.write_new(self.path, json.dumps(self._record))
      if not self._is_held:
        holder = _read(self.path)
        if processes.is_gone(holder):
          self._replace()
        elif holder.get('place') == processes.place():
          raise UserError(self._held_by(holder))
    return self._is_held

  def _waited(self) -> bool:
    """Waits for a holder elsewhere to renew its lease; takes it if that does not happen."""
    patience = BUCKET_LEASE_SECONDS if storage.is_remote(self.path) else LEASE_SECONDS
    before = _read(self.path)
    notice(
      f'{self.path} is held by {_described(before)}. Perhaps it is gone: waiting {patience:g} s '
      'for a sign that it lives'
    )
    until = time.monotonic() + patience
    while time.monotonic() < until:
      time.sleep(min(_POLL, patience / 10))
      now = _read(self.path)
      if now != before:
        if not now or not before:
          return False  # it is free, or is being written
        raise UserError(self._held_by(now))
    with _alone(self._folder):
      if _read(self.path) == before:
        notice(f'{self.path}: no sign of {_described(before)} for {patience:g} s; its run is taken over')
        self._replace()
    return self._is_held

  def _replace(self) -> None:
    storage.write_whole(self.path, json.dumps(self._record))
    self._is_held = _read(self.path).get('token') == self._record['token']

  def _held_by(self, holder: dict) -> str:
    return (
      f'MODEL_DIR = {self._folder!r} is in use: {_described(holder)}. Wait until it has ended, '
      f'end it, or choose another MODEL_DIR'
    )


@contextlib.contextmanager
def held(model_dir: str, writes: bool = True) -> Iterator[Lease]:
  """Context in which only this run writes model_dir.

  writes: this process takes the lease; one of several does, for all.

  Raises:
    UserError: as in Lease.take, on every process.
  """
  from flan_jax.training import multihost

  lease = Lease(model_dir)
  with multihost.together('the lease of MODEL_DIR'):
    if writes:
      lease.take()
  try:
    yield lease
  finally:
    lease.release()


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
  """Context that one process of this machine at a time enters; no effect in a bucket."""
  if storage.is_remote(folder):
    yield
    return
  lock = os.open(folder, os.O_RDONLY)
  try:
    with contextlib.suppress(OSError):  # a disk without locks
      fcntl.flock(lock, fcntl.LOCK_EX)
    yield
  finally:
    os.close(lock)


def _read(path: str) -> dict[str, Any]:
  """Returns the record there; {} if it is missing or unreadable."""
  try:
    found = json.loads(storage.read_text(path, errors='replace'))
  except (FileNotFoundError, ValueError) as error:
    if isinstance(error, UserError):
      raise
    return {}
  return found if isinstance(found, dict) else {}


def _described(holder: dict) -> str:
  """Describes the holder: 'the run of process 17 on host a, since ...'."""
  if not holder:
    return 'a run that has not said which'
  return f'the run of process {holder.get("pid")} on host {holder.get("host")}, since {holder.get("since")}'
