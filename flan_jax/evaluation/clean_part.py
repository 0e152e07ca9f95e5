# SPDX-License-Identifier: Apache-2.0
"""Scores with and without the examples whose text is trained on, as in the paper's appendix C.

Everything is computed from answers that are kept; see `answers`.
"""

import dataclasses
import math
from typing import Callable, Collection, NamedTuple, Sequence

import numpy as np

from flan_jax.errors import notice, UserError
from flan_jax.evaluation import answers, metrics
from flan_jax.evaluation.questions import rows
from flan_jax.evaluation.scores import DatasetScores

FEWEST = 5  # examples that a score is of
_CLOSE = 1e-6  # points


class Marks(NamedTuple):
  """Keys of records, see data.records.record_keys.

  compared: of all that were looked for in the training text. marked: of those that were found.
  """

  compared: Collection[int]
  marked: Collection[int]


class Part(NamedTuple):
  """Some examples. score: mean over the templates; None if there are fewer than FEWEST."""

  examples: int
  score: float | None


class Parts(NamedTuple):
  """The scores of all examples of a split ('dev' or 'test'), of the clean and of the marked ones."""

  split: str
  whole: Part
  clean: Part
  marked: Part


def scores(
  folder: str, made: DatasetScores, marks: Callable[[str], Marks], tell: Callable[[str], None] = notice
) -> Parts:
  """Splits the score of a dataset.

  Args:
    folder: of the answers that the score is of.
    made: the score; its primary metric and its templates count.
    marks: gives those of a split, 'dev' or 'test'.
    tell: is given what is wrong with a file of the folder.

  Raises:
    UserError: the answers are not those of the score, or an example is not known to be clean
      or marked.
  """
  asked, columns = _answered(folder, made, tell)
  split = answers.scored_split(asked.sizes)
  keys = [one.get('key') for one in asked.examples[rows(asked.sizes, split)]]
  if None in keys:
    raise UserError(
      f'an earlier version kept its answers, without the keys of the records; move {folder} away and evaluate again'
    )
  compared, overlapping = marks(split)
  unknown = sum(key not in compared for key in keys)
  if unknown:
    raise UserError(f'{unknown:,} of its {len(keys):,} {split} examples were not compared with the training text')
  marked = np.array([key in overlapping for key in keys])
  whole = _part(made.primary, columns, np.ones(len(keys), bool), fewest=1)
  if made.mean is None or not math.isclose(whole.score or 0.0, made.mean, abs_tol=_CLOSE):
    raise UserError(f'the answers in {folder} are not those of its score; evaluate it again')
  return Parts(split, whole, _part(made.primary, columns, ~marked), _part(made.primary, columns, marked))


def _answered(
  folder: str, made: DatasetScores, tell: Callable[[str], None]
) -> tuple[answers.Examples, list[metrics.Answers]]:
  """What was asked, and the answers in each template that is scored."""
  found = answers.stored(folder, tell)
  wanted = {(one.template, one.method) for one in made.templates}
  cells = [cell for cell in found[1] if (cell.template, cell.method) in wanted] if found else []
  if not found or len(cells) < len(wanted):
    raise UserError(f'{folder} lacks answers; evaluate it again')
  return found[0], [answers.answers(found[0], cell) for cell in cells]


def _part(primary: str, columns: Sequence[metrics.Answers], chosen: np.ndarray, fewest: int | None = None) -> Part:
  """The score of the chosen ones. chosen: bool, of each example."""
  count, fewest = int(chosen.sum()), FEWEST if fewest is None else fewest
  if count < fewest:
    return Part(count, None)
  numbers = np.flatnonzero(chosen).tolist()
  return Part(count, float(np.mean([metrics.score(primary, _chosen(column, numbers)) for column in columns])))


def _chosen(column: metrics.Answers, numbers: Sequence[int]) -> metrics.Answers:
  """The answers to the examples of those numbers."""
  some = {name: values and [values[number] for number in numbers] for name, values in vars(column).items()}
  return dataclasses.replace(column, **some)
