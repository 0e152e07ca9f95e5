# SPDX-License-Identifier: Apache-2.0
"""How sure a score is, and a difference of two: bootstrap over examples and templates.

A dataset's score is the mean over T templates of a metric of N examples. Both were
drawn from more that could have been asked, so both are drawn again, with replacement,
and the score is computed of what was drawn: a replicate. An interval lies between
percentiles of the replicates (Efron & Tibshirani 1993, An Introduction to the
Bootstrap, chapter 13). A difference of two systems is taken within each replicate,
where both are asked the same (paired: Koehn 2004, Statistical Significance Tests for
Machine Translation Evaluation, EMNLP). Examples of one group, such as the answers to
one question, are drawn together.
"""

from typing import Iterator, Sequence

import numpy as np

from flan_jax.errors import UserError
from flan_jax.evaluation import additive_metrics
from flan_jax.evaluation.metrics import Answers
from flan_jax.evaluation.scores import Difference

DRAWS, LEVEL = 1_000, 0.95
_DIGITS = 9
_COUNTS_AT_ONCE = 1 << 20  # numbers of draws x examples that are held in memory


def replicates(name: str, columns: Sequence[Answers], *, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
  """[draws] scores, each of N examples and T templates drawn with replacement.

  Args:
    name: of the metric.
    columns: for each of T templates the answers to the same N examples.
    seed: the same one gives the same replicates.

  Raises:
    UserError: no such metric, no examples, or not the same ones in every column.
  """
  rng = np.random.default_rng(seed)
  _, scores = _scores(name, columns, draws, rng)
  return (scores * _shares(len(columns), draws, rng)).sum(axis=-1)


def difference(
  name: str,
  ours: Sequence[Answers],
  theirs: Sequence[Answers],
  *,
  draws: int = DRAWS,
  seed: int = 0,
  level: float = LEVEL,
) -> Difference:
  """Of two systems' means over their templates, paired as `differences` says."""
  return _difference(*differences(name, ours, theirs, draws=draws, seed=seed), level)


def differences(
  name: str, ours: Sequence[Answers], theirs: Sequence[Answers], *, draws: int = DRAWS, seed: int = 0
) -> tuple[float, np.ndarray]:
  """Ours less theirs, and [draws] replicates of it.

  Each draws the same examples for both. Templates are paired where both have as many;
  otherwise (a plain prompt is asked alone) they are drawn independently. Where lower is
  better, a negative difference says that ours is better.

  Raises:
    UserError: as replicates, or the two are answers to different examples.
  """
  rng = np.random.default_rng(seed)
  observed, scores = _scores(name, [*ours, *theirs], draws, rng)
  shares = _shares(len(ours), draws, rng)
  other = shares if len(ours) == len(theirs) else _shares(len(theirs), draws, rng)
  first, second = np.split(scores, [len(ours)], axis=-1)
  resampled = (first * shares).sum(axis=-1) - (second * other).sum(axis=-1)
  between = observed[: len(ours)].mean() - observed[len(ours) :].mean()
  # The last digits would give equal systems a sign, and with it a small p.
  return float(np.round(between, _DIGITS)), np.round(resampled, _DIGITS)


def mean_interval(resampled: Sequence[np.ndarray], *, seed: int = 0, level: float = LEVEL) -> tuple[float, float]:
  """Between which scores the unweighted mean over datasets lies, at this confidence.

  resampled: the `replicates` of each; of one alone, the interval is that of its score.
  """
  return _percentiles(_mean(resampled, seed), level)


def mean_difference(found: Sequence[tuple[float, np.ndarray]], *, seed: int = 0, level: float = LEVEL) -> Difference:
  """That of the unweighted mean over datasets, from the `differences` of each."""
  observed, resampled = zip(*found)
  return _difference(float(np.mean(observed)), _mean(resampled, seed), level)


def _mean(resampled: Sequence[np.ndarray], seed: int) -> np.ndarray:
  # The same seed drew the same numbers in each dataset; shuffled, they are independent.
  rng = np.random.default_rng(seed)
  return np.mean([rng.permutation(one) for one in resampled], axis=0)


def _percentiles(resampled: np.ndarray, level: float) -> tuple[float, float]:
  low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
  return float(low), float(high)


def _difference(observed: float, resampled: np.ndarray, level: float) -> Difference:
  p = 2 * min(float(np.mean(resampled <= 0)), float(np.mean(resampled >= 0)))
  p = min(1.0, max(p, 1 / len(resampled)))
  return Difference(difference=observed, interval=_percentiles(resampled, level), p=p)


def _shares(templates: int, draws: int, rng: np.random.Generator) -> np.ndarray:
  """[draws, T]: how much each template weighs in a mean over T that were drawn."""
  return rng.multinomial(templates, [1 / templates] * templates, draws) / templates


def _scores(
  name: str, columns: Sequence[Answers], draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
  """The metric of each column: [C] of all its examples, [draws, C] of those drawn."""
  _check_same(columns)
  tables, combines = zip(*(additive_metrics.summands(name, column) for column in columns))
  table, combine = np.stack(tables, axis=1), combines[0]
  units = additive_metrics.units(columns[0])
  grouped = np.zeros([units.max() + 1, *table.shape[1:]])
  np.add.at(grouped, units, table)
  scores = [combine(sums) for sums in _resampled(grouped, draws, rng)]
  return combine(grouped.sum(axis=0)), np.concatenate(scores)


def _resampled(table: np.ndarray, draws: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
  """Sums over as many rows as there are, drawn with replacement, in parts."""
  rows = len(table)
  at_once = max(1, _COUNTS_AT_ONCE // rows)
  for start in range(0, draws, at_once):
    size = min(at_once, draws - start)
    drawn = rng.integers(rows, size=(size, rows)) + rows * np.arange(size)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows)
    sums = counts.astype(np.float64) @ table.reshape(rows, -1)
    yield sums.reshape(size, *table.shape[1:])


def _check_same(columns: Sequence[Answers]) -> None:
  first = columns[0]
  for column in columns[1:]:
    if len(column.labels) != len(first.labels):
      raise UserError(
        f'answers to {len(column.labels)} examples cannot be compared with answers '
        f'to {len(first.labels)}; evaluate both with the same --limit'
      )
    number = next(
      (number for number, (one, other) in enumerate(zip(_asked(first), _asked(column))) if one != other), None
    )
    if number is not None:
      raise UserError(
        f'example {number} is not the same in all answers: it asks for '
        f'{first.references[number]!r} and for {column.references[number]!r}; '
        'evaluate both on the same data'
      )


def _asked(answers: Answers) -> Iterator[tuple]:
  groups = answers.groups if len(answers.groups) else [''] * len(answers.labels)
  for label, options, references, group in zip(answers.labels, answers.options, answers.references, groups):
    yield label, tuple(options), tuple(references), group
