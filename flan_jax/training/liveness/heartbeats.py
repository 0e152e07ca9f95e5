# SPDX-License-Identifier: Apache-2.0
"""MODEL_DIR/heartbeats/<process>.json: what each process of a run does, while it lives.

Clocks may be apart: a reader remembers by its own when a heartbeat last changed. What an
earlier start has left has another `run`, and says nothing.
"""

import contextlib
import dataclasses
import json
from typing import Any

from flan_jax import errors, storage
from flan_jax.storage import processes

FOLDER = 'heartbeats'
SECONDS, BUCKET_SECONDS = 10.0, 30.0  # between two heartbeats
MISSED = 15  # heartbeats without which a process counts as lost


def interval(model_dir: str) -> float:
  """Seconds between two heartbeats."""
  return BUCKET_SECONDS if storage.is_remote(model_dir) else SECONDS


@dataclasses.dataclass
class _Peer:
  """What is known of another process; times are the reader's."""

  record: dict[str, Any] = dataclasses.field(default_factory=dict)
  changed: float = 0.0
  read: float = 0.0  # the last time that something could be seen
  gone: bool = False  # the process was no more before its last word was read

  @property
  def silence(self) -> float:
    return self.read - self.changed


class Heartbeats:
  """Those of the processes of one start of a run, which are several.

  Args:
    model_dir: where they are.
    index, count: of this process, and of all.
    run: a number that all processes of this start have, and no earlier start had.
  """

  def __init__(self, model_dir: str, index: int, count: int, run: int):
    self.index, self.interval = index, interval(model_dir)
    self.moved = 0.0  # when another process was last seen to do something else
    self._folder = storage.join(storage.absolute(model_dir), FOLDER)
    self._own: dict[str, Any] = {'run': run, 'process': index, **processes.this()}
    self._count, self._phase = 0, 'start'
    self._ended: dict[str, int] = {}
    self._peers = {number: _Peer() for number in range(count) if number != index}

  def patience(self, deadline: float) -> float:
    """Seconds of silence after which a process counts as lost. deadline: of a step."""
    return max(min(deadline, MISSED * self.interval), 3 * self.interval)

  def write(self, phase: str) -> None:
    """This process lives, and is in that phase."""
    self._count, self._phase = self._count + 1, phase
    record = {**self._own, 'phase': phase, 'count': self._count, **self._ended}
    with contextlib.suppress(OSError, ValueError):  # the next one, perhaps
      storage.make_folder(self._folder)
      storage.write_whole(self._path(self._own['process']), json.dumps(record))

  def end(self, code: int) -> None:
    """This process ends, with that exit code; the first word counts."""
    if not self._ended:
      self._ended = {'ended': code}
      self.write(self._phase)

  def read(self, now: float) -> None:
    """Looks at the others. now: by the clock that `moved` is told by."""
    for number, peer in self._peers.items():
      gone = processes.is_gone(peer.record)
      try:
        record = json.loads(storage.read_text(self._path(number)))
      except FileNotFoundError:
        peer.read = now
        continue
      except (OSError, ValueError):  # a bucket that does not answer says nothing of a process
        continue
      peer.read = now
      if not isinstance(record, dict) or record.get('run') != self._own['run']:
        continue
      peer.gone = gone
      if record == peer.record:
        continue
      if record.get('phase') != peer.record.get('phase'):
        self.moved = now
      peer.record, peer.changed = record, now

  def unsure(self) -> bool:
    """Whether `read` must look again: a process is no more, and perhaps has said that it ended well."""
    return any(not peer.gone and processes.is_gone(peer.record) for peer in self._peers.values())

  def lost(self, killed_only: bool = False) -> str:
    """'process 1 (host b, pid 17) is gone ...': who has certainly ended too early.

    killed_only: not those that have said themselves with which code they end.
    """
    told = []
    for number, peer in self._peers.items():
      ended = peer.record.get('ended')
      if ended is None and peer.gone:
        told.append(f'{self._name(number)} is gone, last in {peer.record.get("phase")!r},')
      elif ended is not None and ended not in errors.ORDERLY and not killed_only:
        told.append(
          f'{self._name(number)} has ended with code {ended} in {peer.record.get("phase")!r}, see its message,'
        )
    return ' '.join(told)

  def silent(self, seconds: float) -> str:
    """'process 1 (...) has given no heartbeat for 160 s, the last in step 7': those silent for longer."""
    told = [self._told(number) for number, peer in self._peers.items() if self._quiet(peer) > seconds]
    return '; '.join(told)

  def unheard(self, since: float) -> str:
    """The same of those that have not ended and gave no heartbeat after that time of the clock."""
    still = (number for number, peer in self._peers.items() if 'ended' not in peer.record and peer.changed <= since)
    return '; '.join(map(self._told, still))

  def described(self) -> str:
    """Of each other process what it does, or for how long it has been silent."""
    return '; '.join(
      self._told(number)
      if self._quiet(peer) > 3 * self.interval
      else f'{self._name(number)} lives, in {peer.record.get("phase", "start")!r}'
      for number, peer in self._peers.items()
    )

  def _quiet(self, peer: _Peer) -> float:
    return 0.0 if 'ended' in peer.record else peer.silence

  def _told(self, number: int) -> str:
    peer = self._peers[number]
    last = f'the last in {peer.record["phase"]!r}' if peer.record else 'not one'
    return f'{self._name(number)} has given no heartbeat for {peer.silence:.0f} s, {last}'

  def _name(self, number: int) -> str:
    record = self._peers[number].record
    return f'process {number} ({record["host"]}, pid {record["pid"]})' if record else f'process {number}'

  def _path(self, number: int) -> str:
    return storage.join(self._folder, f'{number}.json')
