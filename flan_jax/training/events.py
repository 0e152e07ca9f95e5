# SPDX-License-Identifier: Apache-2.0
"""MODEL_DIR/events.jsonl: what a run did and when, over all restarts; a line per event.

Unlike in metrics.jsonl, nothing is dropped on resume: lost steps stay recorded. Only
process 0 writes. Each line has `event`, `time` (seconds since 1970) and the fields in EVENTS.
"""

import contextlib
import json
import os
import time
from typing import Any, Iterator

from flan_jax import storage
from flan_jax.errors import code_of, notice, UserError
from flan_jax.storage import growing

FILE = 'events.jsonl'
# Event -> its further fields, each a number.
EVENTS = {
  'started': (),  # the command began; imports, checks and stores follow
  'resumed': ('step',),  # the state is loaded; step 0: from scratch or from given weights
  'compiled': ('step', 'seconds', 'input_seconds'),  # the next step; input_seconds: wait for its rows
  'first step': ('step',),  # finished on the devices
  'logged': ('step', 'input_seconds', 'evaluation_seconds'),  # since the previous record
  'saved': ('step', 'seconds'),  # time that training waited for the checkpoint
  'ended': ('code',),  # the exit code, see flan_jax.errors; missing if the process was killed
}


class Journal:
  """Writes the events of one start of a run.

  With writes=False, for processes other than the first, nothing is written.
  """

  def __init__(self, model_dir: str = '', writes: bool = True):
    self._path = storage.join(storage.absolute(model_dir), FILE) if writes else ''
    self._file: growing.Growing | None = None
    self._compiled = False

  def write(self, event: str, at: float | None = None, **numbers: float) -> None:
    """Appends an event. at: seconds since 1970, by default now."""
    if not self._path:
      return
    rounded = {name: round(value, 3) for name, value in numbers.items()}
    line = json.dumps({'event': event, 'time': round(at or time.time(), 3), **rounded})
    try:
      self._file = self._file or self._opened()
      self._file.write(f'{line}\n'.encode())
      # In a bucket a record may wait, at most until the next event of another kind.
      self._file.flush() if event == 'logged' else self._file.put()
    except OSError as error:  # such as a full disk; saving will report more
      notice(f'{self._path} lacks the event {event!r}: {error.strerror or error}')

  def _opened(self) -> growing.Growing:
    storage.make_folder(os.path.dirname(self._path))
    text = _text(self._path)
    file = growing.Growing(self._path)
    if text and not text.endswith('\n'):
      file.write(b'\n')  # completes the truncated last line of a killed process
    return file

  @contextlib.contextmanager
  def started(self, at: float | None = None) -> Iterator['Journal']:
    """Context of the run: records its start, by default now, and how it ended."""
    self.write('started', at)
    error: BaseException | None = None
    try:
      yield self
    except BaseException as one:
      error = one
      raise
    finally:
      self.ended(code_of(error))

  def ended(self, code: int) -> None:
    """Records the end with the exit code; also before an os._exit."""
    self.write('ended', code=code)
    file, self._file = self._file, None
    if file:
      with contextlib.suppress(OSError):  # `write` has reported it
        file.close()

  @contextlib.contextmanager
  def compiling(self, step: int, input_seconds: float) -> Iterator[None]:
    """Context that makes a step: the first one of a start compiles.

    input_seconds: time that the devices waited for its rows.
    """
    if self._compiled:
      yield
      return
    begin, self._compiled = time.monotonic(), True
    yield
    self.write('compiled', step=step, seconds=time.monotonic() - begin, input_seconds=input_seconds)

  @contextlib.contextmanager
  def saving(self, step: int) -> Iterator[None]:
    """Context in which training waits for a checkpoint."""
    begin = time.monotonic()
    yield
    self.write('saved', step=step, seconds=time.monotonic() - begin)


SILENT = Journal(writes=False)


def read(model_dir: str) -> list[dict[str, Any]]:
  """Returns the events of a run, in the order of writing; [] if the file is missing.

  A truncated last line, of a killed process, is ignored; one among others is reported.

  Raises:
    UserError: the file exists and cannot be read.
  """
  path = storage.join(storage.absolute(model_dir), FILE)
  lines = _text(path).splitlines()
  found = [(number, _event(line)) for number, line in enumerate(lines, 1)]
  for number, event in found[:-1]:
    if event is None:
      notice(f'{path}: line {number} is torn and was passed over: {lines[number - 1][:40]!r}')
  return [event for _, event in found if event is not None]


def _text(path: str) -> str:
  try:
    return storage.read_text(path, errors='replace')
  except (FileNotFoundError, NotADirectoryError):
    return ''
  except UserError:  # a bucket's, with a message
    raise
  except OSError as error:
    raise UserError(f'{path} cannot be read: {error.strerror}; move away what stands in its place') from None


def _event(line: str) -> dict[str, Any] | None:
  """Returns the record of a line, None if it is none."""
  try:
    event = json.loads(line)
    numbers = [event[name] for name in ('time', *EVENTS[event['event']])]
  except (ValueError, TypeError, KeyError):
    return None
  return event if all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in numbers) else None
