# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: a run saves and stops; before its first step it just stops."""

import os
import signal
import sys
import threading
from typing import Any, Callable

import jax
import orbax.checkpoint as ocp

GRACE = 5, 1  # seconds in which the main thread notices the first signal, a later one


class Termination:
  """Notices SIGINT, SIGTERM, or a preemption that jax.distributed knows of.

  Serves as a context. Once `begun` is set, `asked` tells after each step whether to save
  and stop. Before that a signal ends the process: by SystemExit if the main thread
  notices it in time, else (XLA compiles) from a thread. A Ctrl-C that is not the first
  signal ends it at once. A signal that the process was started to ignore stays ignored.
  """

  def __init__(self, kept: Callable[[], str]):
    """kept: tells what is there if the process ends now."""
    self.begun = False
    self.received: int | None = None
    self._kept, self._noticed, self._ended = kept, threading.Event(), threading.Event()
    self._several, self._wakeup = False, -1
    self._handlers: dict[int, Any] = {}
    self._pipe: int | None = None

  def __enter__(self):
    # With several processes jax.distributed minds SIGTERM, and all agree on the step.
    self._several = jax.process_count() > 1
    if threading.current_thread() is not threading.main_thread():
      return self  # whoever runs us minds the signals
    reads, pipe = os.pipe()
    self._pipe = pipe
    os.set_blocking(pipe, False)
    self._wakeup = signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
    for number in [signal.SIGINT] if self._several else [signal.SIGINT, signal.SIGTERM]:
      if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
        self._handlers[number] = signal.signal(number, self._receive)
    threading.Thread(target=self._watch, args=(reads,), daemon=True).start()
    return self

  def asked(self, checkpoints: ocp.CheckpointManager, step: int) -> bool:
    """Whether to save this step and stop."""
    if self._several and checkpoints.reached_preemption(step):
      self.received = self.received or signal.SIGTERM
      return True
    return not self._several and self.received is not None

  @property
  def name(self) -> str:
    return 'Ctrl-C' if self.received == signal.SIGINT else 'SIGTERM'

  @property
  def code(self) -> int:
    """The exit code, as shells have it: 130 or 143."""
    return 128 + (self.received or signal.SIGTERM)

  def _receive(self, number, _):
    """In the main thread, as soon as it runs Python."""
    self._noticed.set()
    again, self.received = self.received is not None, self.received or number
    if again and number == signal.SIGINT:
      self._ended.set()
      self._end_now()
    if not self.begun:
      sys.exit(self._stopped())
    if number == signal.SIGINT:
      _speak('Ctrl-C: saves after this step and stops; once more ends it unsaved')
      if self._several:
        os.kill(os.getpid(), signal.SIGTERM)  # which all processes get to know of

  def _watch(self, reads: int) -> None:
    """In a thread of its own, whatever the main one is busy with."""
    count = 0
    while received := os.read(reads, 1):
      number = received[0]
      if number not in self._handlers:
        continue
      count += 1
      if number == signal.SIGINT and count > 1 and not self._ended.wait(GRACE[1]):
        self._end_now()
      if not self.begun and not self._noticed.wait(GRACE[0]):
        self.received = number
        os._exit(self._stopped())
    os.close(reads)

  def _end_now(self) -> None:
    _speak(f'Ctrl-C again: ended at once; {self._kept()}')
    os._exit(128 + signal.SIGINT)

  def _stopped(self) -> int:
    _speak(f'stopped by {self.name} before the first step; {self._kept()}')
    return self.code

  def __exit__(self, *_):
    self._noticed.set()
    self._ended.set()
    for number, handler in self._handlers.items():
      if handler is not None:  # one that Python does not know
        signal.signal(number, handler)
    if self._pipe is not None:
      signal.set_wakeup_fd(self._wakeup)
      os.close(self._pipe)  # the thread reads to the end


def _speak(line: str) -> None:
  """To standard error, from a handler: print may be in the middle of a line."""
  os.write(2, f'{line}\n'.encode())
