# SPDX-License-Identifier: Apache-2.0
"""The one error for a user's mistake, and notices of what does not stop the work."""

import difflib
import logging
import os
import sys
from typing import Iterable

# Exit codes of the commands. 0: finished. A run that is started again with the same settings
# goes on after all but a mistake; Ctrl-C and SIGTERM have those that shells give them.
MISTAKE = 2  # of the user: the same settings fail again
HANG = 75  # this process, or another of the run, made no progress, or what it needs was gone
INTERRUPTED, PREEMPTED = 130, 143
ORDERLY = 0, INTERRUPTED, PREEMPTED  # of a process that has saved; others of its run may do it still
FINAL = 0, MISTAKE, INTERRUPTED  # after which nobody wants the run to go on by itself

# Notices go to standard error unless a program that uses the library says otherwise.
LOG = logging.getLogger('flan_jax')


class _Stderr(logging.StreamHandler):
  """Writes to what sys.stderr is when a notice is given."""

  stream = property(lambda self: sys.stderr, lambda self, stream: None)  # type: ignore


if not LOG.handlers:
  LOG.addHandler(_Stderr())
  LOG.handlers[0].setFormatter(logging.Formatter('notice: %(message)s'))
  LOG.propagate = False


def notice(text: str, passing: bool = False) -> None:
  """Tells what a reader of the log must know. passing: it is of this moment, no later start need tell it."""
  LOG.warning('%s', text, extra={'passing': passing})


def speak(text: str) -> None:
  """To standard error, past its locks: from a handler, or while the main thread may hold them."""
  os.write(2, f'{text}\n'.encode())


class UserError(ValueError):
  """Names the thing, its value and the remedy; doors print it without a trace.

  code: with which a command ends.
  """

  code = MISTAKE


class Gone(UserError):
  """What a command needs is not there now; the same command may do later."""

  code = HANG


def code_of(error: BaseException | None) -> int:
  """The exit code of a command that ends with this error; None: without one."""
  if isinstance(error, SystemExit):
    return error.code if isinstance(error.code, int) else int(error.code is not None)
  if isinstance(error, KeyboardInterrupt):
    return INTERRUPTED
  if isinstance(error, UserError):
    return error.code
  return int(error is not None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
  """'; did you mean nli, math?': the known names that are like it, '' where none is."""
  near = difflib.get_close_matches(str(name), list(known), 4, 0.5)
  return f'; did you mean {", ".join(near)}?' if near else ''
