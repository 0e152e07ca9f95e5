# SPDX-License-Identifier: Apache-2.0
"""Output of training: metrics.jsonl, TensorBoard events, a progress line."""

import json
import os
import time
from typing import Any, Iterator, Mapping

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.storage import growing

FILE = 'metrics.jsonl'
# The numbers of a record: name -> (unit, meaning). A record covers the steps since the
# previous record. `held_out/<dataset>` and `held_out/mean` are scores, 0 to 100, of a
# few dev examples with the parameters after `step`.
NUMBERS = {
  'step': ('steps', 'made so far, over all processes and restarts'),
  'steps': ('steps', 'that the record tells of; they end with `step`'),
  'loss': ('nats per target token', 'mean cross-entropy over the steps'),
  'z_loss': ('nats per target token', 'mean of what Z_LOSS adds'),
  'smoothing_loss': ('nats per target token', 'mean of what LABEL_SMOOTHING adds'),
  'accuracy': ('fraction, 0 to 1', 'of the target tokens that were the likeliest'),
  'gradient_norm': ('norm', 'mean over the steps, of the whole gradient, unclipped'),
  'tokens_per_second': ('tokens per second', 'all places of the rows, padding too, over all devices; in `seconds`'),
  'useful_fraction': ('fraction, 0 to 1', 'of the places of the rows that hold a token'),
  'target_tokens': ('tokens', 'with loss, summed over the steps'),
  'skipped_steps': ('steps', 'among `steps` whose loss or gradient was not finite; they count in no mean'),
  'loss_spikes': ('steps', 'among `steps` whose loss was a spike, see LOSS_SPIKE; they count in the means'),
  'seconds': ('seconds', 'of the steps together; in the first record after a start with compilation'),
  'input_seconds': ('seconds', 'among `seconds` in which devices had no rows'),
  'step_seconds_p50': (
    'seconds per step',
    'median; the first step after a start, which compiles, is left out, and so are all three if it is alone',
  ),
  'step_seconds_p90': ('seconds per step', '90th percentile'),
  'step_seconds_p99': ('seconds per step', '99th percentile'),
  'mfu': (
    'fraction, 0 to 1',
    'model FLOPs in `seconds` of what all devices can do; missing where their peak is unknown',
  ),
  'learning_rate': ('per update', 'of the last step'),
  'dev_loss': (
    'nats per target token',
    'cross-entropy on dev batches, with the parameters after `step`; every EVAL_EVERY steps',
  ),
}


class Logbook:
  """Writes MODEL_DIR/metrics.jsonl, a line per record, and the same to TensorBoard.

  On resume, records after the resumed step are dropped: their steps run again, with the
  same results. Earlier steps without a record are reported. With writes=False, for
  processes other than the first, nothing is written.
  """

  def __init__(self, model_dir: str, first_step: int, train_steps: int, writes: bool = True):
    self._path = os.path.join(model_dir, FILE)
    self._train_steps, self._first_step = train_steps, first_step
    self._start = time.monotonic()
    self._writes = writes
    self._curves: Any = None
    if not writes:
      return
    _resume(model_dir, first_step)
    self._records, self._events = growing.Growing(self._path), growing.Mirror(model_dir)

  def write(self, step: int, scalars: Mapping[str, float]) -> None:
    """Appends {"step": step, **scalars}."""
    if not self._writes:
      return
    self._records.write((json.dumps({'step': step, **scalars}) + '\n').encode())
    self._records.put()
    if self._curves is None:
      from flan_jax.training import scalar_events  # a slow import that must not delay the first step

      self._curves = scalar_events.ScalarEvents(self._events.local)
    self._curves.write(step, scalars)
    self._events.copy()

  def line(self, step: int, scalars: Mapping[str, float]) -> str:
    """Returns the progress line."""
    elapsed = time.monotonic() - self._start
    left = elapsed / max(step - self._first_step, 1) * (self._train_steps - step)
    return (
      f'step {step}/{self._train_steps}  loss {scalars["loss"]:.4f}  '
      f'{scalars["tokens_per_second"]:,.0f} tokens/s  '
      f'useful {scalars["useful_fraction"]:.1%}  {_speed(scalars)}{_held_out(scalars)}'
      f'{clock(left)} left'
    )

  def close(self) -> None:
    if self._writes:
      if self._curves:
        self._curves.close()
      self._records.close()
      self._events.close()


def read(model_dir: str) -> list[dict]:
  """Returns the records of metrics.jsonl. Reports missing ones.

  A truncated last line, of a run that was killed or is writing it, is ignored.
  """
  records = [record for _, record in _lines(model_dir) if record]
  for first, last in _missing(records):
    _tell(model_dir, f'has no record of steps {first:,} to {last:,}')
  return records


def _lines(model_dir: str) -> Iterator[tuple[str, dict | None]]:
  """Yields (line, its record or None); reports lines that are no record."""
  try:
    lines = storage.read_text(os.path.join(model_dir, FILE), errors='replace').split('\n')
  except (FileNotFoundError, NotADirectoryError):
    return
  except OSError as error:
    raise UserError(
      f'{os.path.join(model_dir, FILE)} cannot be read: {error.strerror}; put the file of '
      'the run there, or move away what stands in its place'
    ) from None
  for number, line in enumerate(lines[:-1], 1):
    record = _record(line)
    if record is None:
      _tell(model_dir, f'line {number} is torn and was passed over: {line[:40]!r}')
    yield line, record


def _record(line: str) -> dict | None:
  try:
    record = json.loads(line)
    whole = all(_is_number(value) for value in record.values()) and all(
      isinstance(record[name], int) and record[name] >= 1
      for name in ('step', *(['steps'] if 'steps' in record else []))
    )
    return record if whole else None
  except (ValueError, TypeError, KeyError, AttributeError):
    return None


def _is_number(value: object) -> bool:
  return isinstance(value, (int, float)) and not isinstance(value, bool)


def _missing(records: list[dict], end: int | None = None) -> Iterator[tuple[int, int]]:
  """Yields (first, last) of consecutive steps without a record, up to step `end`.

  Records of earlier versions do not state their number of steps; whether steps before
  them are missing is unknown.
  """
  done = 0
  for record in records:
    begin = record['step'] - record.get('steps', record['step'] - done)
    if begin > done:
      yield done + 1, begin
    done = max(done, record['step'])
  if end is not None and end > done:
    yield done + 1, end


def _resume(model_dir: str, step: int) -> None:
  """Drops the records after a step, and reports earlier steps without one.

  Truncated lines among the remaining ones stay as they are.
  """
  kept = []
  for line, record in _lines(model_dir):
    if record and record['step'] > step:
      break
    kept.append((line, record))
  for first, last in _missing([record for _, record in kept if record], step):
    _tell(model_dir, f'has no record of steps {first:,} to {last:,}')
  storage.write_whole(os.path.join(model_dir, FILE), ''.join(f'{line}\n' for line, _ in kept))


def _tell(model_dir: str, what: str) -> None:
  notice(f'{os.path.join(model_dir, FILE)} {what}')


def _speed(scalars: Mapping[str, float]) -> str:
  """Returns MFU, if the peak is known, and time lost to input, if it is significant."""
  lost = scalars['input_seconds'] / scalars['seconds']
  mfu = f'MFU {scalars["mfu"]:.1%}  ' if 'mfu' in scalars else ''
  return f'{mfu}waits for input {lost:.0%}  ' if lost >= 0.01 else mfu


def _held_out(scalars: Mapping[str, float]) -> str:
  mean = scalars.get('held_out/mean')
  return '' if mean is None else f'held out {mean:.1f}  '


def clock(seconds: float) -> str:
  """'2:03:10', or '3:10'."""
  minutes, seconds = divmod(int(seconds), 60)
  hours, minutes = divmod(minutes, 60)
  return f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'
