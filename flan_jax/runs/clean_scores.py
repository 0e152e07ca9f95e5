# SPDX-License-Identifier: Apache-2.0
"""Scores of a run with and without the examples whose text it is trained on, for its report."""

import functools
import os
from typing import Any

from flan_jax.errors import UserError
from flan_jax.evaluation import answers, clean_part
from flan_jax.evaluation.questions import SPLITS
from flan_jax.evaluation.scores import DatasetScores, Results
from flan_jax.runs import evaluation_request

Clean = dict[str, dict[str, dict]]


def found(results: Results, run: Any, model_dir: str) -> tuple[Clean, str]:
  """Splits the scores of the tuned model if the proof by text of the run is kept.

  Nothing is compared here. The proof is looked for in `store` of the data_dir.

  Returns:
    (folder of an evaluation's answers -> held-out dataset -> page.CleanScores, why there are
    none or ''). A run that compared nothing needs no reason.
  """
  if not run.held_out:
    return {}, ''
  proven, where = _proof(run)
  if proven is None:
    lost = f'the comparison by text is not kept in {where}, or data, templates or rules have changed since'
    return {}, lost if run.overlap else ''
  marks = functools.cache(functools.partial(_marks, proven))
  made: Clean = {}
  for one in results.evaluations:
    if one.name == evaluation_request.TUNED:
      own = made.setdefault(one.folder, {})
      for row, scores in one.datasets.items():
        if not scores.held_in and _dataset(row) in proven.datasets:
          own[row] = _split(answers.path(model_dir, one.folder, row), scores, functools.partial(marks, _dataset(row)))
  return made, ''


def _proof(run: Any) -> tuple[Any, str]:
  """(the overlap.results.Overlap that is kept, or None; the folder that was looked in)."""
  from flan_jax.data import holdouts, prompt_variants, splits
  from flan_jax.data.overlap import proof

  folder = os.path.join(splits.data_dir(), 'store', proof.FOLDER)
  tasks = [prompt_variants.complete(task) for task in run.tasks]
  try:
    return proof.kept(holdouts.holdout(run.held_out).held_out, tasks, folder), folder
  except UserError:  # the cluster is declared no more
    return None, folder


def _dataset(row: str) -> str:
  from flan_jax.data import datasets

  return datasets.plain(row)


def _marks(proven: Any, name: str, split: str) -> clean_part.Marks:
  from flan_jax.data.overlap import marks

  return clean_part.Marks(*marks.keys(proven.datasets[name], name, SPLITS[split]))


def _split(folder: str, scores: DatasetScores, marks: Any) -> dict[str, Any]:
  """A page.CleanScores."""
  try:
    parts = clean_part.scores(folder, scores, marks)
  except UserError as error:
    return {'metric': scores.primary, 'problem': f'{error}'}
  own = {name: part._asdict() for name, part in parts._asdict().items() if name != 'split'}
  return {'metric': scores.primary, 'split': parts.split, **own}
