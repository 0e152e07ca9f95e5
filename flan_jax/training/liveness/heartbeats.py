# SPDX-License-Identifier: Apache-2.0
"""MODEL_DIR/heartbeats/<process>.json: what each process of a run does, while it lives.

Clocks may differ: a reader records by its own clock when a heartbeat last changed. Files
of an earlier start have another `run` and are ignored.
"""

import contextlib
import dataclasses
import json
from typing import Any

from flan_jax import errors, storage
from flan_jax.storage import processes

FOLDER = 'heartbeats'
SECONDS, BUCKET_SECONDS = 10.0, 30.0  # between two heartbeats
MISSED = 15  # missed heartbeats after which a process counts as lost


def interval(model_dir: str) -> float:
  """Returns the seconds between two heartbeats."""
  return BUCKET_SECONDS if storage.is_remote(model_dir) else SECONDS


@dataclasses.dataclass
class _Peer:
  """State of another process; times are the reader's."""

  record: dict[str, Any] = dataclasses.field(default_factory=dict)
  changed: float = 0.0
  read: float = 0.0  # the last time that its file could be read
  gone: bool = False  # the process had ended before its last record was read

  @property
  def silence(self) -> float:
    return self.read - self.changed


class Heartbeats:
  """Heartbeats of the processes of one start of a run, if there are several.

  Args:
    model_dir: contains them.
    index, count: index of this process, and number of processes.
    run: a number shared by all processes of this start and no earlier one.
  """

  def __init__(self, model_dir: str, index: int, count: int, run: int):
    self.index, self.interval = index, interval(model_dir)
    self.moved = 0.0  # when another process was last seen to change its phase
    self._folder = storage.join(storage.absolute(model_dir), FOLDER)
    self._own: dict[str, Any] = {'run': run, 'process': index, **processes.this()}
    self._count, self._phase = 0, 'start'
    self._ended: dict[str, int] = {}
    self._peers = {number: _Peer() for number in range(count) if number != index}

  def patience(self, deadline: float) -> float:
    """Returns the seconds of silence after which a process counts as lost. deadline: of a step."""
    return max(min(deadline, MISSED * self.interval), 3 * self.interval)

  def write(self, phase: str) -> None:
    """Records that this process lives, and its phase."""
    self._count, self._phase = self._count + 1, phase
    record = {**self._own, 'phase': phase, 'count': self._count, **self._ended}
    with contextlib.suppress(OSError, ValueError):  # the next one may succeed
      storage.make_folder(self._folder)
      storage.write_whole(self._path(self._own['process']), json.dumps(record))

  def end(self, code: int) -> None:
    """Records that this process ends, with that exit code; only the first call counts."""
    if not self._ended:
      self._ended = {'ended': code}
      self.write(self._phase)

  def read(self, now: float) -> None:
    """Reads the other heartbeats. now: by the clock of `moved`."""
    for number, peer in self._peers.items():
      gone = processes.is_gone(peer.record)
      try:
        record = json.loads(storage.read_text(self._path(number)))
      except FileNotFoundError:
        peer.read = now
        continue
      except (OSError, ValueError):  # an unavailable bucket is no sign of a lost process
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
    """Whether `read` must run again: a process has ended, and may have recorded a regular end."""
    return any(not peer.gone and processes.is_gone(peer.record) for peer in self._peers.values())

  def lost(self, killed_only: bool = False) -> str:
    """Names the processes that certainly ended too early: 'process 1 (host b, pid 17) is gone ...'.

    killed_only: without those that recorded their own exit code.
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
    """Names those silent for longer: 'process 1 (...) has given no heartbeat for 160 s, the last in step 7'."""
    told = [self._told(number) for number, peer in self._peers.items() if self._quiet(peer) > seconds]
    return '; '.join(told)

  def unheard(self, since: float) -> str:
    """As `silent`, for those that have not ended and gave no heartbeat since that time."""
    still = (number for number, peer in self._peers.items() if 'ended' not in peer.record and peer.changed <= since)
    return '; '.join(map(self._told, still))

  def described(self) -> str:
    """Describes each other process: its phase, or how long it has been silent."""
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
