# SPDX-License-Identifier: Apache-2.0
"""Detects bad steps: loss spikes, losses that are not finite, steps without any loss.

Each gets a notice, and MODEL_DIR/bad_steps/<step>.json with the prompts of the step.
"""

import collections
import json
import math
from typing import Callable, Mapping

import numpy as np

from flan_jax import storage
from flan_jax.errors import notice, UserError

FOLDER = 'bad_steps'
WINDOW, LEAST = 128, 32  # good steps that a loss is compared with, at most and at least
NEW_LEVEL = 8  # this many spikes in a row mean that the loss has a new level
MOST_FILES = 16  # per start of a run
_ROUNDING = 1e-6  # losses within this relative difference are equal

NOT_FINITE, SPIKE, EMPTY = 'not finite', 'loss spike', 'no loss'


class LossAlarm:
  """Compares the loss of a step with those of the good steps before it.

  A spike is more than `deviations` standard deviations above their mean; 0 turns the
  alarm off. A spike or a loss that is not finite is no good step. After NEW_LEVEL spikes
  in a row the window starts anew.
  """

  def __init__(self, deviations: float):
    self._deviations, self._in_a_row = deviations, 0
    self._good: collections.deque[float] = collections.deque(maxlen=WINDOW)

  def spike(self, loss: float) -> tuple[float, float] | None:
    """Returns (mean, standard deviation) of the window if this loss is a spike; records the loss."""
    if not math.isfinite(loss):
      return None
    if self._deviations and len(self._good) >= LEAST:
      mean, deviation = float(np.mean(self._good)), float(np.std(self._good))
      if loss > mean + self._deviations * max(deviation, _ROUNDING * abs(mean)):
        self._in_a_row += 1
        if self._in_a_row == NEW_LEVEL:
          self._good.clear()
          self._in_a_row = 0
        return mean, deviation
    self._in_a_row = 0
    self._good.append(loss)
    return None


class BadSteps:
  """Checks the sums of every step, in order; all processes see the same."""

  def __init__(
    self, model_dir: str, deviations: float, prompts_of: Callable[[int], Mapping] | None = None, writes: bool = True
  ):
    """prompts_of: step -> description of its prompts. writes: also report; on process 0."""
    self._alarm = LossAlarm(deviations)
    self._model_dir, self._prompts_of, self._writes = model_dir, prompts_of, writes
    self._told = 0
    self._named: set[int] = set()  # steps whose file exists
    self._empty: int | None = None

  def look(self, step: int, sums: Mapping[str, float]) -> str | None:
    """Returns what is wrong with a step, if anything, after reporting it."""
    loss = sums['loss'] / (sums['weight'] or math.nan)
    if sums['weight'] == 0:
      self._empty = self._empty or step
      self._tell(step, EMPTY, 'no token of it carries loss', {})
      return EMPTY
    if sums['skipped']:
      norm = sums['gradient_norm']
      self._tell(step, NOT_FINITE, f'loss {loss:.4g}, gradient norm {norm:.4g}', {'loss': loss, 'gradient_norm': norm})
      return NOT_FINITE
    if found := self._alarm.spike(loss):
      mean, deviation = found
      what = f'loss {loss:.4g}, mean {mean:.4g} and standard deviation {deviation:.2g} of the good steps before it'
      self._tell(step, SPIKE, what, {'loss': loss, 'mean': mean, 'deviation': deviation})
      return SPIKE
    return None

  def check(self, up_to: int) -> None:
    """Raises UserError if a step up to this one had no token with loss."""
    if self._empty is not None and self._empty <= up_to:
      raise UserError(
        f'the rows of step {self._empty} have no token that carries loss{self.where(self._empty)}; the checkpoint '
        'before it stands. Look at its prompts, whose targets are empty or have weight 0, and correct their task or '
        'leave it out'
      )

  def where(self, step: int) -> str:
    """Returns ', its prompts are in FILE' if they are written, else ''."""
    return f', its prompts are in {file(self._model_dir, step)}' if step in self._named else ''

  def _tell(self, step: int, why: str, what: str, numbers: dict[str, float]) -> None:
    self._told += 1
    if self._prompts_of and self._told <= MOST_FILES:
      self._named.add(step)
    if not self._writes or self._told > MOST_FILES + 1:
      return
    if self._told > MOST_FILES:
      notice(f'step {step}: {why}; {MOST_FILES} such steps were told, more are counted in metrics.jsonl alone')
      return
    notice(f'step {step}: {why}: {what}{self._write(step, why, numbers)}')

  def _write(self, step: int, why: str, numbers: dict[str, float]) -> str:
    """Writes the file of a step; returns its part of the notice."""
    if not self._prompts_of:
      return ''
    name = file(self._model_dir, step)
    known = {key: value if math.isfinite(value) else None for key, value in numbers.items()}
    told = {'step': step, 'reason': why, **known, **self._prompts_of(step)}
    try:
      storage.make_folder(storage.join(self._model_dir, FOLDER))
      storage.write_whole(name, json.dumps(told))
    except (OSError, UserError) as error:
      self._named.remove(step)
      return f'; its prompts cannot be written to {name}: {error}'
    return self.where(step)


def file(model_dir: str, step: int) -> str:
  """Returns the file for the prompts of a bad step."""
  return storage.join(model_dir, FOLDER, f'{step}.json')
