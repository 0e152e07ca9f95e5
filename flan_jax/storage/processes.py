# SPDX-License-Identifier: Apache-2.0
"""Whether a process that recorded itself in a file still runs.

A process is identified by its number, its start time (numbers are reused), and the place
in which the number is valid.
"""

import functools
import hashlib
import os
import socket


def runs(process: int, start: int | None) -> bool:
  """Whether a process of this place still runs. start: as `started` returns it; 0 or None: unknown."""
  try:
    os.kill(process, 0)
  except ProcessLookupError:
    return False
  except PermissionError:
    pass  # it runs under another user
  return not start or started(process) == start


def started(process: int) -> int | None:
  """Returns the start of a process in ticks since boot; None if it has ended or is unknown."""
  try:
    with open(f'/proc/{process}/stat', encoding='utf-8', errors='replace') as file:
      state, *fields = file.read().rpartition(')')[2].split()
  except OSError:
    return None
  return None if state in 'ZX' else int(fields[18])


@functools.cache
def place() -> str:
  """Identifies the scope of process numbers: machine, boot and PID namespace."""
  parts = [socket.gethostname()]
  try:
    with open('/proc/sys/kernel/random/boot_id', encoding='ascii') as file:
      parts += [file.read().strip(), os.readlink('/proc/self/ns/pid')]
  except OSError:  # not Linux
    pass
  return hashlib.sha256('\n'.join(parts).encode()).hexdigest()[:12]


def this() -> dict[str, str | int]:
  """Returns `host`, `pid`, `start` and `place` of this process, for a file that others read."""
  return {'host': socket.gethostname(), 'pid': os.getpid(), 'start': started(os.getpid()) or 0, 'place': place()}


def is_gone(record: dict) -> bool:
  """Whether the recorded process has certainly ended; False if that is unknown."""
  pid, start = record.get('pid'), record.get('start')
  known = isinstance(pid, int) and pid > 0 and isinstance(start, int) and record.get('place') == place()
  return known and not runs(pid, start)
