# SPDX-License-Identifier: Apache-2.0
"""The metrics of written answers, as SeqIO's evaluator asks for them: a mean a task."""

import collections
from typing import Sequence

import numpy as np

from flan_jax.data.expected import Expected
from flan_jax.errors import notice, UserError
from flan_jax.evaluation import metrics, ranking

TEXT = 'accuracy'  # compares whole texts; known to every kind of task


def scores(
  task: str, names: Sequence[str], targets: Sequence[Expected], predictions: Sequence[str]
) -> dict[str, float]:
  """The mean over templates of each metric, 0..100; what has no score is told.

  Of a classification the option counts that a prediction is, or begins with. Where no
  options are known, as to tasks with inverted templates, texts are compared: a metric of
  options becomes accuracy. Beside metrics that count, which are 0 for the right answer,
  accuracy stands too.

  Raises:
    UserError: no target can be compared with.
  """
  names = _known(names, has_options=any(one.options for one in targets))
  templates = collections.defaultdict(list)
  for one, text in zip(targets, predictions, strict=True):
    references = metrics.comparable(names, one.references, chosen=bool(one.options))
    if references and all(one.options):
      templates[one.template].append((one, references, text))
  texts = [text for own in templates.values() for *_, text in own]
  _tell(
    task,
    len(targets) - len(texts),
    len(targets),
    'prompts have no reference to compare a prediction with; they are left out',
  )
  _tell(task, texts.count(''), len(texts), 'predictions are empty; they count as wrong')
  if not texts:
    raise UserError(
      f'{task} has no prompt to score among {len(targets):,}: none has a reference to compare a prediction with'
    )
  given = [_answers(own) for own in templates.values()]
  return {name: round(float(np.mean([metrics.score(name, one) for one in given])), 6) for name in names}


def _known(names: Sequence[str], has_options: bool) -> list[str]:
  known = metrics.known_metrics(chosen=has_options)
  kept = [name for name in names if name in known]
  return kept + [TEXT] * (TEXT not in kept and set(kept) <= metrics.COUNTED)


def _answers(pairs: Sequence[tuple[Expected, Sequence[str], str]]) -> metrics.Answers:
  expected, references, texts = zip(*pairs)
  chosen = None
  if expected[0].options:
    chosen = [_chosen(text, one.options) for one, text in zip(expected, texts)]
  return metrics.Answers(
    labels=[one.label for one in expected],
    options=[one.options for one in expected],
    references=references,
    chosen=chosen,
    written=texts if chosen is None else None,
    groups=[one.group for one in expected],
  )


def _chosen(text: str, options: Sequence[str]) -> int:
  """The option that a text is, be it a sign, or else begins with; -1 if none."""
  return options.index(text) if text in options else ranking.matched(text, options)


def _tell(task: str, count: int, total: int, what: str) -> None:
  if count:
    notice(f'{task}: {count:,} of {total:,} {what}')
