# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: a run saves and stops; before its first step it only stops."""

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Any, Callable

import jax
import orbax.checkpoint as ocp

from flan_jax.errors import INTERRUPTED, PREEMPTED, speak

GRACE = 5, 1  # seconds for the main thread to notice the first signal, a later one
# Platforms send SIGTERM to a supervisor, which forwards it, and to its processes too: within
# this time after the first signal it counts as the same.
SAME_SECONDS = 2

_LIBC = ctypes.CDLL(None)
_LIBC.signal.restype, _LIBC.signal.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_void_p]
_NAMES: dict[int, str] = {signal.SIGINT: 'Ctrl-C', signal.SIGTERM: 'SIGTERM'}


class Termination:
  """Handles SIGINT, SIGTERM, and a preemption that jax.distributed reports.

  A context. Once `begun` is set, `asked` returns after each step whether to save and
  stop. Before that a signal ends the process: by SystemExit if the main thread notices
  it in time, else (XLA compiles) from a thread. A second signal ends it at once; a
  SIGTERM only if it comes later than SAME_SECONDS. Exception: with several processes,
  SIGTERM before the first step is passed to all by jax.distributed, and all save once
  they have a step. A signal that the process was started to ignore stays ignored.
  """

  def __init__(self, kept: Callable[[], str]):
    """kept: describes the saved progress if the process ends now."""
    self.begun = False
    self.received: int | None = None
    self._kept, self._noticed, self._ended = kept, threading.Event(), threading.Event()
    self._several, self._wakeup = False, -1
    self._handlers: dict[int, Any] = {}
    self._pipe: int | None = None
    self._below: ctypes.c_void_p | None = None  # the handler of jax.distributed
    self._received_at = 0.0

  def __enter__(self):
    self._several = jax.process_count() > 1
    if threading.current_thread() is not threading.main_thread():
      return self  # the caller's main thread handles the signals
    reads, pipe = os.pipe()
    self._pipe = pipe
    os.set_blocking(pipe, False)
    self._wakeup = signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
    if self._several:  # jax.distributed handles SIGTERM, and all agree on the step
      self._below = _handler_of_the_process(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM):
      if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
        self._handlers[number] = signal.signal(number, self._receive)
    threading.Thread(target=self._watch, args=(reads,), daemon=True).start()
    return self

  def asked(self, checkpoints: ocp.CheckpointManager, step: int) -> bool:
    """Whether to save this step and stop."""
    if self._several and checkpoints.reached_preemption(step):
      self.received = self.received or signal.SIGTERM
      return True
    return self.asked_while_evaluating

  @property
  def asked_while_evaluating(self) -> bool:
    """Whether to stop after the current step; several processes run one more."""
    return not self._several and self.received is not None

  @property
  def name(self) -> str:
    return _NAMES[self.received or signal.SIGTERM]

  @property
  def code(self) -> int:
    """The exit code, as in shells: 130 or 143."""
    return INTERRUPTED if self.received == signal.SIGINT else PREEMPTED

  def _receive(self, number, _):
    """Runs in the main thread, once it executes Python."""
    self._noticed.set()
    if self.received is not None:
      if _is_another(number, self._received_at):
        self._ended.set()
        self._end_now(number)
      return
    self.received, self._received_at = number, time.monotonic()
    shared = self._several and (self.begun or number == signal.SIGTERM)
    if not self.begun and not shared:
      sys.exit(self._stopped())
    step = 'this step' if self.begun else 'the first step'
    speak(f'{self.name}: saves after {step} and stops; once more ends it unsaved')
    self._tell_all()

  def _watch(self, reads: int) -> None:
    """Runs in its own thread, independent of what the main one does."""
    first = None
    while received := os.read(reads, 1):
      number = received[0]
      if number not in self._handlers:
        continue
      if first is not None:
        if _is_another(number, first) and not self._ended.wait(GRACE[1]):
          self._end_now(number)
        continue
      first = time.monotonic()
      if self._several and number == signal.SIGTERM:
        self._tell_all()
      elif not self.begun and not self._noticed.wait(GRACE[0]):
        self.received = number
        os._exit(self._stopped())
    os.close(reads)

  def _tell_all(self) -> None:
    """Makes jax.distributed inform all processes, which then agree on a step."""
    if self._below is not None:
      ctypes.CFUNCTYPE(None, ctypes.c_int)(self._below.value or 0)(signal.SIGTERM)

  def _end_now(self, number: int) -> None:
    speak(f'{_NAMES[number]} after {self.name}: ended at once, unsaved; {self._kept()}')
    os._exit(INTERRUPTED if signal.SIGINT in (number, self.received) else PREEMPTED)

  def _stopped(self) -> int:
    speak(f'stopped by {self.name} before the first step; {self._kept()}')
    return self.code

  def __exit__(self, *_):
    self._noticed.set()
    self._ended.set()
    for number, handler in self._handlers.items():
      if handler is not None:  # None: installed outside Python
        signal.signal(number, handler)
    if self._below is not None:  # installed outside Python
      _LIBC.signal(signal.SIGTERM, self._below)
    if self._pipe is not None:
      signal.set_wakeup_fd(self._wakeup)
      os.close(self._pipe)  # ends the thread's loop


def _is_another(number: int, first: float) -> bool:
  """Whether a signal is a new request, not a repeat of the first one, received at `first`."""
  return number == signal.SIGINT or time.monotonic() - first >= SAME_SECONDS


def _handler_of_the_process(number: int) -> ctypes.c_void_p | None:
  """Returns a signal handler installed outside Python, such as jax.distributed's: it sets a flag."""
  action = (ctypes.c_void_p * 64)()  # struct sigaction, whose first field is the handler
  if _LIBC.sigaction(number, None, action) or action[0] in (None, 1):  # failed, default, ignored
    return None
  return ctypes.c_void_p(action[0])
