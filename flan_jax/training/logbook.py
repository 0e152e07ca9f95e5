"""What training writes down: metrics.jsonl, TensorBoard events, a progress line."""

import json
import os
import time
from typing import Mapping

from flan_jax import files

FILE = 'metrics.jsonl'


class Logbook:
  """Writes MODEL_DIR/metrics.jsonl, a line per record, and the same to TensorBoard.

  On resume, lines after the step resumed from are dropped: the steps they tell of are
  done again, and come out the same. With writes=False, of processes other than the
  first, nothing is written.
  """

  def __init__(
      self, model_dir: str, first_step: int, train_steps: int, writes: bool = True):
    self._path = os.path.join(model_dir, FILE)
    self._train_steps, self._first_step = train_steps, first_step
    self._start = time.monotonic()
    self._writer = None
    if not writes:
      return
    _drop_after(self._path, first_step)
    from clu import metric_writers  # brings TensorFlow, which takes seconds
    self._writer = metric_writers.AsyncWriter(metric_writers.SummaryWriter(model_dir))

  def write(self, step: int, scalars: Mapping[str, float]) -> None:
    """Appends {"step": step, **scalars}."""
    if not self._writer:
      return
    with open(self._path, 'a', encoding='utf-8') as file:
      file.write(json.dumps({'step': step, **scalars}) + '\n')
    self._writer.write_scalars(step, dict(scalars))

  def line(self, step: int, scalars: Mapping[str, float]) -> str:
    """What a person wants to see while it runs."""
    elapsed = time.monotonic() - self._start
    left = elapsed / max(step - self._first_step, 1) * (self._train_steps - step)
    return (f'step {step}/{self._train_steps}  loss {scalars["loss"]:.4f}  '
            f'{scalars["tokens_per_second"]:,.0f} tokens/s  '
            f'useful {scalars["useful_tokens"]:.1%}  {_speed(scalars)}{_held_out(scalars)}'
            f'{_clock(left)} left')

  def close(self) -> None:
    if self._writer:
      self._writer.flush()
      self._writer.close()


def read(model_dir: str) -> list[dict]:
  """The records of metrics.jsonl; a torn last line (a killed run) is passed over."""
  try:
    with open(os.path.join(model_dir, FILE), encoding='utf-8') as file:
      lines = file.read().split('\n')
  except FileNotFoundError:
    return []
  return [json.loads(line) for line in lines[:-1]]


def _drop_after(path: str, step: int) -> None:
  kept = [record for record in read(os.path.dirname(path)) if record['step'] <= step]
  files.write_whole(path, ''.join(json.dumps(record) + '\n' for record in kept))


def _speed(scalars: Mapping[str, float]) -> str:
  """MFU, where the peak is known, and time lost to input, where it is worth a word."""
  lost = scalars['input_seconds'] / scalars['seconds']
  mfu = f'MFU {scalars["mfu"]:.1%}  ' if 'mfu' in scalars else ''
  return f'{mfu}waits for input {lost:.0%}  ' if lost >= 0.01 else mfu


def _held_out(scalars: Mapping[str, float]) -> str:
  mean = scalars.get('held_out/mean')
  return '' if mean is None else f'held out {mean:.1f}  '


def _clock(seconds: float) -> str:
  minutes, seconds = divmod(int(seconds), 60)
  hours, minutes = divmod(minutes, 60)
  return f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'
