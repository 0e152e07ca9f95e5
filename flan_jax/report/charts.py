# SPDX-License-Identifier: Apache-2.0
"""Curves over the steps of a run, as points of a 100 x 100 square."""

import math
import re
from typing import Any, Mapping, Sequence

from flan_jax.evaluation import metrics
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import Evaluation, Results

HELD_OUT = 'held_out/'  # prefix of the keys of held-out scores in metrics.jsonl
MEAN = 'mean'
_POINTS = 400  # limit per curve; a screen cannot show more
_TICKS = 5

Series = dict[str, list[tuple[int, float]]]


def loss(records: Sequence[Mapping]) -> Series:
  """Returns `loss` and `dev loss` by step."""
  return _found(records, {'loss': 'loss', 'dev loss': 'dev_loss'})


def accuracy(records: Sequence[Mapping]) -> Series:
  """Returns the share of target tokens predicted correctly, 0 to 100."""
  found = _found(records, {'accuracy': 'accuracy', 'dev accuracy': 'dev_accuracy'})
  return {name: [(step, 100 * value) for step, value in points] for name, points in found.items()}


def held_out(records: Sequence[Mapping], results: Results | Group | None = None) -> Series:
  """Returns the scores of held-out datasets that training logged, the mean first."""
  keys = dict.fromkeys(key for one in records for key in one if key.startswith(HELD_OUT))
  found = _found(records, {key.removeprefix(HELD_OUT): key for key in keys})
  return _mean_first(_drawable(found, results.evaluations if results else ()))


def evaluated(group: Group, from_base: bool) -> Series:
  """Returns held-out scores of fully evaluated checkpoints; {} if there are fewer than two.

  from_base: the run began from the untuned model, whose scores are at step 0. A model that
  was never tuned is untuned at every step.
  """
  stands: dict[int, Evaluation] = {}
  tuned = any(re.fullmatch(r'tuned|step \d+', one.name) for one in group.evaluations)
  ours = r'tuned|step \d+' if tuned else r'untuned|untuned step \d+'
  for one in group.evaluations:
    if re.fullmatch(ours, one.name):
      stands[one.step] = one
    elif one.name == 'untuned' and from_base:
      stands.setdefault(0, one)
  series: Series = {}
  for step, one in sorted(stands.items()):
    scores = {MEAN: one.mean} | {name: own.mean for name, own in one.datasets.items() if not own.held_in}
    for name, value in scores.items():
      if _finite(value):
        series.setdefault(name, []).append((step, value))
  several = {name: points for name, points in series.items() if len(points) > 1}
  return _mean_first(_drawable(several, group.evaluations))


def _found(records: Sequence[Mapping], keys: Mapping[str, str]) -> Series:
  """Returns name -> points, for the keys with at least one finite number."""
  series = {name: [(one['step'], one[key]) for one in records if _finite(one.get(key))] for name, key in keys.items()}
  return {name: points for name, points in series.items() if points}


def _drawable(series: Series, evaluations: Sequence[Evaluation]) -> Series:
  """Drops the word counts, which are not on the scale of 0 to 100."""
  counted = {name for one in evaluations for name, own in one.datasets.items() if own.primary in metrics.COUNTED}
  return {name: points for name, points in series.items() if name not in counted}


def _mean_first(series: Series) -> Series:
  return dict(sorted(series.items(), key=lambda item: item[0] != MEAN))


def chart(series: Mapping[str, Sequence[tuple[int, float]]], digits: int = 2) -> dict:
  """Returns curves as points, with ticks.

  Args:
    series: name -> (step, value), in the order of the steps.
    digits: of the texts.

  Returns:
    `lines`: name -> SVG points; `y_ticks`: (percent from the top, text); `steps`: first
    and last; `last`: name -> the last value as text; `range`: lowest and highest value.
  """
  if not series:
    return {'lines': {}, 'y_ticks': [], 'steps': (0, 0), 'last': {}, 'range': (0, 0)}
  steps = [step for points in series.values() for step, _ in points]
  values = [value for points in series.values() for _, value in points]
  low, high = min(values), max(values)
  low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
  left, right = min(steps), max(max(steps), min(steps) + 1)

  def points(curve):
    return ' '.join(
      f'{100 * (step - left) / (right - left):.2f},{100 * (high - value) / (high - low):.2f}'
      for step, value in _thinned(curve)
    )

  return {
    'lines': {name: points(curve) for name, curve in series.items()},
    'y_ticks': [(round(100 * (high - value) / (high - low), 2), text) for value, text in _round_values(low, high)],
    'steps': (left, right),
    'range': (low, high),
    'last': {name: f'{curve[-1][1]:.{digits}f}' for name, curve in series.items()},
  }


def _thinned(curve: Sequence[tuple]) -> list[tuple]:
  if len(curve) == 1:
    return [*curve, *curve]  # a line of length 0, whose round ends make a dot
  kept = list(curve[:: max(1, len(curve) // _POINTS)])
  return kept + ([curve[-1]] if kept[-1] is not curve[-1] else [])


def _round_values(low: float, high: float) -> list[tuple[float, str]]:
  """Returns round numbers from low to high, from the top: 3, 2.5, 2 ..., with their texts."""
  rough = (high - low) / _TICKS
  power = 10.0 ** math.floor(math.log10(rough))
  wide = next(power * times for times in (1, 2, 5, 10) if power * times >= 0.7 * rough)
  digits = max(0, -math.floor(math.log10(wide) + 1e-9))
  first, last = math.ceil(low / wide - 1e-9), math.floor(high / wide + 1e-9)
  return [(i * wide, f'{i * wide:.{digits}f}') for i in range(last, first - 1, -1)]


def _finite(value: Any) -> bool:
  return isinstance(value, (int, float)) and math.isfinite(value)
