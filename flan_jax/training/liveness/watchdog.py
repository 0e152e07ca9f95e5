# SPDX-License-Identifier: Apache-2.0
"""Ends a run that makes no progress, with a message and the stacks of its threads.

The code reports its work by `phase`; two threads watch. One compares with the deadlines
and ends the process by os._exit, because the main thread may hang in C++. The other
writes this process's heartbeat, reads those of the others, and renews the lease; it may
wait for a bucket without blocking the first.
"""

import atexit
import contextlib
import dataclasses
import faulthandler
import os
import sys
import tempfile
import threading
import time
from typing import Callable, Iterator

import jax

from flan_jax import errors, storage
from flan_jax.training import events
from flan_jax.training.liveness import heartbeats

FOLDER = 'hangs'
STEP, PROGRESS = 'STEP_DEADLINE', 'PROGRESS_DEADLINE'  # the settings
TICK = 0.25  # seconds between checks of the phase and of processes on this machine
_WRITE_SECONDS = 20  # for files about a hang, in a bucket that may hang too
_SETTLE_SECONDS = 5  # after an error, time for the loss of another process to become known

# What the process does: (what, number of a step or None, its deadline). Always replaced
# by a new object, from which the threads see that something has changed.
_doing: tuple[str, int | None, str] = ('start', None, PROGRESS)


def phase(what: str, step: int | None = None, deadline: str = PROGRESS) -> None:
  """Sets what the process does from now on: 'step', 17, STEP. As cheap as an assignment."""
  global _doing
  _doing = (what, step, deadline)


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
  """Context with another phase; afterwards the previous phase continues."""
  before = _doing
  phase(what)
  try:
    yield
  finally:
    phase(*before)


@dataclasses.dataclass(frozen=True)
class Deadlines:
  """Seconds allowed for a step, and for any other progress of a run; 0: unlimited."""

  step: float = 900.0
  progress: float = 3600.0


class Watchdog:
  """Watches this process inside its context.

  Args:
    model_dir: receives a file in `hangs` with the stacks of all threads.
    deadlines: after these the process is ended, with exit code errors.HANG.
    beats: heartbeats of the run's processes, if there are several.
    renew: renews the lease; returns what is wrong if another run holds it.
    journal: records the exit code.
  """

  def __init__(
    self,
    model_dir: str,
    deadlines: Deadlines = Deadlines(),
    beats: heartbeats.Heartbeats | None = None,
    renew: Callable[[], str] | None = None,
    journal: events.Journal = events.SILENT,
  ):
    self._model_dir, self._deadlines = storage.absolute(model_dir), deadlines
    self._index = beats.index if beats else 0
    self._heartbeats, self._renew, self._journal = beats, renew, journal
    # Running time of this process, without the time in which it was stopped.
    self._clock = 0.0
    self._seen, self._since = _doing, 0.0
    self._stop, self._ending = threading.Event(), threading.Lock()
    self._look = threading.Event()  # read the other heartbeats at once
    self._told: set[str] = set()
    self._threads: list[threading.Thread] = []

  def __enter__(self) -> 'Watchdog':
    phase('start')
    work = [self._watch] + [self._beat] * bool(self._heartbeats or self._renew)
    self._threads = [threading.Thread(target=one, daemon=True, name=f'watchdog {one.__name__}') for one in work]
    for thread in self._threads:
      thread.start()
    return self

  def __exit__(self, kind, error, trace) -> None:
    if self._heartbeats and isinstance(error, Exception):
      self._blame(error)
    self._stop.set()
    self._look.set()
    for thread in self._threads:
      thread.join(_WRITE_SECONDS)
    if self._heartbeats:
      code = errors.code_of(error)
      self._heartbeats.end(code)
      if code not in errors.ORDERLY:
        atexit.register(_leave, code)

  def _blame(self, error: Exception) -> None:
    """Ends the process if its error is caused by the loss of another process.

    A collective fails as soon as a host is gone; the missing heartbeats show only later.
    """
    assert self._heartbeats
    what, is_told = shown(_doing), isinstance(error, errors.UserError)
    phase('an error')  # not part of the step
    settle = 0 if is_told else _SETTLE_SECONDS
    longest = settle + 2 * self._heartbeats.interval * isinstance(error, jax.errors.JaxRuntimeError)
    for _ in range(2):  # see Heartbeats.unsure
      self._heartbeats.read(self._clock)
    since, begun = self._clock, time.monotonic()
    while True:
      lost = self._heartbeats.lost(killed_only=is_told)
      unheard = self._heartbeats.unheard(since) if longest > settle else ''
      waited = time.monotonic() - begun
      if lost or waited >= (longest if unheard else settle):
        break
      time.sleep(TICK)
      self._heartbeats.read(self._clock)
    if lost or unheard:
      first_line = next(iter(str(error).splitlines()), type(error).__name__)
      self._end(f'{lost or unheard} while this process was in {what!r} ({first_line[:200]})')

  def _watch(self) -> None:
    deadlines = [one for one in dataclasses.astuple(self._deadlines) if one]
    tick = min([TICK, *(one / 4 for one in deadlines)])
    before = time.monotonic()
    while not self._stop.wait(tick):
      now = time.monotonic()
      # After SIGSTOP or on a busy machine: that time does not count.
      self._clock += min(now - before, 2 * tick + 1)
      before = now
      if _doing is not self._seen:
        self._seen, self._since = _doing, self._clock
      try:
        problem = self._problem()
      except Exception as error:  # perhaps a bucket or a disk: the deadlines still hold
        problem = ''
        self._tell_once(f'the heartbeats of the run cannot be looked at: {error}')
      if problem:
        self._end(problem)

  def _tell_once(self, text: str) -> None:
    if text not in self._told:
      self._told.add(text)
      errors.notice(text)

  def _problem(self) -> str:
    """Returns why the process must end, '' if it need not."""
    elapsed, name = self._clock - self._since, self._seen[2]
    limit = self._deadlines.step if name == STEP else self._deadlines.progress
    told = f'{shown(self._seen)!r} has taken {elapsed:.0f} s'
    silent = ''
    if self._heartbeats:
      if self._heartbeats.unsure():
        self._look.set()
      # A peer that ended with an error: this process may be about to report the same.
      if lost := self._heartbeats.lost(killed_only=elapsed < _SETTLE_SECONDS):
        return f'{lost} while this process was in {shown(self._seen)!r}'
      if name == PROGRESS:  # what other processes do counts as progress of the run
        elapsed = min(elapsed, self._clock - self._heartbeats.moved)
      patience = self._deadlines.step and self._heartbeats.patience(self._deadlines.step)
      silent = self._heartbeats.silent(patience) if patience and elapsed > patience else ''
      if silent:
        return f'{silent}; {told}'
    if limit and elapsed > limit:
      others = f' {self._heartbeats.described()}.' if self._heartbeats else ''
      return f'{told}, longer than {name} = {limit:g} s.{others}'
    return ''

  def _beat(self) -> None:
    """Writes heartbeats and the lease, which may block as long as a bucket does."""
    interval = self._heartbeats.interval if self._heartbeats else heartbeats.interval(self._model_dir)
    while True:
      if self._heartbeats:
        self._heartbeats.write(shown(_doing))
        self._heartbeats.read(self._clock)
      if self._renew and (problem := self._renew()):
        self._end(problem)
      self._look.wait(interval)
      self._look.clear()
      if self._stop.is_set():
        return

  def _end(self, problem: str) -> None:
    """Reports the problem and ends the process."""
    if not self._ending.acquire(blocking=False):
      time.sleep(3600)  # the other thread is ending it
    stacks = _stacks()
    name = f'process-{self._index}-{time.strftime("%Y%m%d-%H%M%S")}.txt'
    path = storage.join(self._model_dir, FOLDER, name)
    text = f'process {self._index} of the run {self._model_dir} is ended with code {errors.HANG}: {problem}'
    errors.speak(f'{stacks}\n{text}')
    written = threading.Thread(target=self._write, args=(path, f'{text}\n\n{stacks}'), daemon=True)
    written.start()
    written.join(_WRITE_SECONDS)
    errors.speak(
      f'the stacks of its threads are above{"" if written.is_alive() else f" and in {path}"}; start it again'
    )
    os._exit(errors.HANG)

  def _write(self, path: str, text: str) -> None:
    with contextlib.suppress(Exception):  # the process must end in any case
      storage.make_folder(os.path.dirname(path))
      storage.write_whole(path, text)
    with contextlib.suppress(Exception):
      if self._heartbeats:
        self._heartbeats.end(errors.HANG)
    with contextlib.suppress(Exception):
      self._journal.ended(errors.HANG)


def shown(doing: tuple[str, int | None, str]) -> str:
  """'step 17'."""
  what, step, _ = doing
  return what if step is None else f'{what} {step}'


def _leave(code: int) -> None:
  """Ends a failed process; jax would wait for the others, and abort when they end."""
  sys.stdout.flush()
  sys.stderr.flush()
  os._exit(code)


def _stacks() -> str:
  """Returns the stacks of all threads; '' if no temporary file can be written."""
  try:
    with tempfile.TemporaryFile() as file:
      faulthandler.dump_traceback(file, all_threads=True)
      file.seek(0)
      return file.read().decode('utf-8', 'replace')
  except OSError:
    return ''
