# SPDX-License-Identifier: Apache-2.0
"""Runs a command as one process or several, and starts it again when it ends early.

What the exit codes of `errors` say decides: a finished run, a mistake of the user and Ctrl-C
end the supervisor too. After a preemption the command starts again at once. After a crash or
a hang it starts again when a pause is over, which doubles each time; a new checkpoint sets
the count of crashes back. Nothing here imports JAX or TensorFlow.
"""

import contextlib
import dataclasses
import signal
import subprocess
import sys
import threading
import time
from typing import BinaryIO, Callable, Iterator, Sequence

from flan_jax.errors import FINAL, HANG, MISTAKE, notice, ORDERLY, PREEMPTED, UserError

_POLL = 0.05  # seconds between looks at the processes
_SIGNALS = signal.SIGINT, signal.SIGTERM

# The command lines of one start, a process each.
Commands = Callable[[], Sequence[Sequence[str]]]


@dataclasses.dataclass(frozen=True)
class Policy:
  """When to start again.

  restarts: crashes in a row, within `window` seconds, after which the command starts again.
  first_pause, longest_pause: seconds before a start; the pause doubles from crash to crash.
  grace: seconds that a process has to end after SIGTERM, before it is killed.
  """

  restarts: int = 10
  window: float = 24 * 3600
  first_pause: float = 2
  longest_pause: float = 300
  grace: float = 60


class Supervisor:
  """Runs processes until they finish; `run` returns the exit code of the last start.

  SIGTERM and SIGINT are passed on to the processes, which save; they do not start again. A
  second signal kills them.
  """

  def __init__(self, commands: Commands, policy: Policy = Policy(), progress: Callable[[], object] = lambda: None):
    """commands: see Commands. progress: another value each time the run has got further."""
    self._commands, self._policy, self._progress = commands, policy, progress
    self._group: _Group | None = None
    self._told: list[int] = []  # signals to this process
    self._forwarded = False
    self._stirred = threading.Event()
    self._crashes: list[float] = []  # when, since the last progress
    self._seen: object = None

  def run(self) -> int:
    """Starts the processes, again and again; returns 0, or the code of the last failure."""
    self._seen = self._look()
    with self._signals():
      while True:
        code = self._start()
        pause = None if self._told else self._pause(code)
        if pause is None:
          return code
        self._stirred.wait(pause)
        if self._told:
          return 128 + self._told[0]

  def _start(self) -> int:
    """One start of all processes, to the end of the last of them."""
    self._group = _Group(self._commands(), self._policy.grace)
    if self._told and not self._forwarded:  # it came while the processes were made
      self._group.forward(self._told[0])
    try:
      return self._group.wait()
    finally:
      self._group.kill()
      self._group = None

  def _pause(self, code: int) -> float | None:
    """Seconds until the next start, None if there is none."""
    policy, now = self._policy, time.monotonic()
    if code in FINAL:
      return None
    if code == PREEMPTED:
      notice(f'the command was preempted; it starts again in {policy.first_pause:g} s')
      return policy.first_pause
    seen = self._look()
    if seen != self._seen:
      self._seen, self._crashes = seen, []
    self._crashes = [moment for moment in self._crashes if now - moment <= policy.window] + [now]
    count = len(self._crashes)
    how = f'ended with code {code}{" (a hang, or what it needs was gone)" if code == HANG else ""}'
    if count > policy.restarts:
      notice(f'the command {how} and is not started again: --restarts={policy.restarts} are used up')
      return None
    pause = min(policy.first_pause * 2 ** (count - 1), policy.longest_pause)
    notice(f'the command {how}; it starts again in {pause:g} s (restart {count} of {policy.restarts})')
    return pause

  def _look(self) -> object:
    """How far the run is; as before where nobody can tell, as in a bucket that is gone."""
    try:
      return self._progress()
    except UserError as error:
      notice(f'how far the run is cannot be seen: {error}')
      return self._seen

  @contextlib.contextmanager
  def _signals(self) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
      yield  # whoever runs us minds the signals
      return
    minded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # as under nohup
    before = {number: signal.signal(number, self._receive) for number in minded}
    try:
      yield
    finally:
      for number, handler in before.items():
        signal.signal(number, handler)

  def _receive(self, number: int, _) -> None:
    self._told.append(number)
    self._stirred.set()
    if self._group is None:
      return
    self._forwarded = True
    # Sent only: to wait here could wait for the very code that this has interrupted.
    self._group.forward(signal.SIGKILL if len(self._told) > 1 else number)


class _Group:
  """The processes of one start: the first that fails ends the others."""

  def __init__(self, commands: Sequence[Sequence[str]], grace: float):
    self._grace, self._ended_by_us = grace, set[int]()
    self._threads: list[threading.Thread] = []
    self._processes: list[subprocess.Popen] = []
    several = len(commands) > 1
    for index, command in enumerate(commands):
      # A group of its own: Ctrl-C at a terminal reaches this process alone, which passes it on.
      pipe = subprocess.PIPE if several else None
      process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, process_group=0)
      self._processes.append(process)
      for source, sink in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)) if several else ():
        thread = threading.Thread(target=_copy, args=(source, sink, index), daemon=True)
        thread.start()
        self._threads.append(thread)

  def wait(self) -> int:
    """Waits for all; returns the code that says most of why they ended."""
    codes: dict[int, int] = {}  # of those that ended by themselves, the first one first
    deadline, gentle = None, False
    while running := self._running():
      self._gather(codes)
      failed = next((code for code in codes.values() if code), None)
      if failed is not None and deadline is None:
        deadline, gentle = time.monotonic() + self._grace, failed in ORDERLY
        if not gentle:
          self._end(running, signal.SIGTERM)
      elif deadline is not None and time.monotonic() > deadline:
        # Those that were left to save are asked first.
        self._end(running, signal.SIGTERM if gentle else signal.SIGKILL)
        deadline, gentle = time.monotonic() + self._grace, False
      time.sleep(_POLL)
    self._gather(codes)
    for thread in self._threads:
      thread.join(self._grace)  # a grandchild may hold the pipe
    return _reason(list(codes.values()))

  def forward(self, number: int) -> None:
    for process in self._processes:
      _send(process, number)

  def kill(self) -> None:
    self.forward(signal.SIGKILL)
    for process in self._processes:
      process.wait()

  def _running(self) -> list[int]:
    return [index for index, process in enumerate(self._processes) if process.poll() is None]

  def _gather(self, codes: dict[int, int]) -> None:
    for index, process in enumerate(self._processes):
      if index not in codes and index not in self._ended_by_us and process.poll() is not None:
        codes[index] = _shell_code(process.returncode)
        if codes[index] and len(self._processes) > 1:
          notice(f'process {index} ended with code {codes[index]}')

  def _end(self, running: Sequence[int], number: int) -> None:
    for index in running:
      self._ended_by_us.add(index)
      _send(self._processes[index], number)


def _reason(codes: Sequence[int]) -> int:
  """Of the codes of processes that ended by themselves, in this order: a mistake stops all."""
  failures = [code for code in codes if code]
  return MISTAKE if MISTAKE in failures else (failures or [0])[0]


def _shell_code(code: int) -> int:
  """As shells have it: 128 and the signal's number for a process that a signal ended."""
  return 128 - code if code < 0 else code


def _send(process: subprocess.Popen, number: int) -> None:
  with contextlib.suppress(ProcessLookupError):
    if process.poll() is None:
      process.send_signal(number)


def _copy(source: BinaryIO, sink, index: int) -> None:
  """Writes what a process says, each line behind its number."""
  with source:
    for line in source:
      sink.write(f'[{index}] {line.decode("utf-8", "replace").rstrip()}\n')
      sink.flush()
