# SPDX-License-Identifier: Apache-2.0
"""From answers to scores: of each template, of a dataset, of an evaluation.

Everything here is computed from the cells that are kept, so that an evaluation which was
interrupted ends with the same results as an unbroken one.
"""

import dataclasses
from typing import Any, Mapping, NamedTuple, Sequence, TypeVar

import numpy as np

from flan_jax.data import datasets
from flan_jax.data.encoding import Encoding
from flan_jax.errors import UserError
from flan_jax.evaluation import answers, bootstrap, groups, metrics
from flan_jax.evaluation import ranking as ranking_lib
from flan_jax.evaluation import scores as scores_lib
from flan_jax.evaluation.questions import DEV, TEST

_Scores = TypeVar('_Scores', bound=scores_lib.MethodScores)


class Sample(NamedTuple):
  """What a score is of: the answers in each template, and its bootstrap replicates."""

  columns: list[metrics.Answers]
  replicates: np.ndarray


def of_dataset(
  task: str, held_in: bool, kept: answers.Folder, wanted: Sequence[tuple[int, str]], ranking: str, encoding: Encoding
) -> scores_lib.DatasetScores:
  """The scores of a dataset, without intervals.

  wanted: (template, method) of its cells; where there are two methods, ranking comes
  first, and what was decoded stands under `decoded`. `majority` is what always choosing
  the most frequent class of the split that is scored would score.
  """
  asked, every = kept.content(wanted)
  cells: dict[str, list[answers.Cell]] = {}
  for cell in every:
    cells.setdefault(cell.method, []).append(cell)
  first, *others = [_scored(task, asked, column) for column in cells.values()]
  primary, shown = datasets.get(task).metrics[0], next(iter(cells.values()))[0]
  return scores_lib.DatasetScores(
    **vars(first),
    held_in=held_in,
    primary=primary,
    majority=metrics.majority(primary, answers.answers(asked, shown)),
    problems=(*asked.problems, *_unanswered(cells, any(one['options'] for one in asked.examples))),
    prompt=_prompt(asked, shown, encoding),
    ranking=ranking if ranking != ranking_lib.SUM and answers.RANK in cells else None,
    decoded=others[0] if others else None,
  )


def with_intervals(made: scores_lib.DatasetScores, kept: answers.Folder) -> tuple[scores_lib.DatasetScores, Sample]:
  """The scores with their intervals, and what they are of."""
  made, sample = _with_interval(made, made.primary, kept)
  if made.decoded:
    made = dataclasses.replace(made, decoded=_with_interval(made.decoded, made.primary, kept)[0])
  return made, sample


def _with_interval(made: _Scores, primary: str, kept: answers.Folder) -> tuple[_Scores, Sample]:
  asked, cells = kept.content((one.template, one.method) for one in made.templates)
  columns = [answers.answers(asked, cell) for cell in cells]
  sample = Sample(columns, bootstrap.replicates(primary, columns))
  return dataclasses.replace(made, interval=bootstrap.mean_interval([sample.replicates])), sample


def _scored(task: str, asked: answers.Examples, cells: Sequence[answers.Cell]) -> scores_lib.MethodScores:
  dataset = datasets.get(task)
  templates = [
    scores_lib.TemplateScores(
      template=cell.template,
      kind=dataset.templates[cell.template].kind,
      method=cell.method,
      n_dev=asked.sizes[DEV],
      n_test=asked.sizes[TEST],
      dev=_metrics(dataset.metrics, asked, cell, DEV),
      test=_metrics(dataset.metrics, asked, cell, TEST),
      cut=cell.cut,
      cut_answers=cell.cut_answers,
      unanswered=cell.unanswered,
    )
    for cell in cells
  ]
  return summary(templates, dataset.metrics[0])


def _metrics(names: Sequence[str], asked: answers.Examples, cell: answers.Cell, split: str) -> dict[str, float]:
  if not asked.sizes[split]:
    return {}
  given = answers.answers(asked, cell, split)
  return {name: metrics.score(name, given) for name in names}


def summary(templates: Sequence[scores_lib.TemplateScores], primary: str) -> scores_lib.MethodScores:
  """The primary metric over the templates, without an interval.

  Over test where it was evaluated, else over dev. The deviation is that of the
  population; of templates equally good on dev the lowest number is taken.
  """
  values: Any = [one.of(TEST if templates[0].n_test else DEV)[primary] for one in templates]
  dev: dict[int, Any] = {one.template: one.dev[primary] for one in templates if one.n_dev}
  best = max(
    (one for one in templates if one.n_dev),
    default=None,
    key=lambda one: (metrics.better(primary, dev[one.template]), -one.template),
  )
  low, high = np.quantile(values, [0.25, 0.75])
  return scores_lib.MethodScores(
    templates=tuple(templates),
    mean=float(np.mean(values)),
    std=float(np.std(values)),
    median=float(np.median(values)),
    quartiles=(float(low), float(high)),
    best_dev_template=best.template if best else None,
    best_dev_test=best.test.get(primary) if best else None,
    interval=None,
  )


def _unanswered(cells: Mapping[str, Sequence[answers.Cell]], options: bool) -> list[str]:
  """Prompts that got no answer, and why. options: whether they have any."""
  lines = [
    f'template {cell.template}: {cell.unanswered:,} of {len(cell.answers):,} prompts '
    'had scores that are no numbers; they count as wrong'
    for cell in cells.get(answers.RANK, ())
    if cell.unanswered
  ]
  decoded = cells.get(answers.DECODE, ())
  count = sum(cell.unanswered for cell in decoded)
  if count:
    what = 'none of the options' if options else 'empty'
    lines.append(
      f'{count:,} of {sum(len(cell.answers) for cell in decoded):,} decoded answers are {what}; they count as wrong'
    )
  return lines


def _prompt(asked: answers.Examples, cell: answers.Cell, encoding: Encoding) -> scores_lib.ShownPrompt | None:
  """The first prompt, read back from its tokens: what the model really saw."""
  shown = next(answers.shown(asked, cell), None)
  if shown is None:
    return None
  _, example, given = shown
  options, answer = example['options'], given['answer']
  if options:
    answer = options[answer] if answer >= 0 else ''
  return scores_lib.ShownPrompt(
    template=cell.template,
    inputs=given['prompt'],
    tokens=given['tokens'],
    separators=tuple(encoding.separators),
    options=tuple(options),
    target=given['target'],
    answer=answer,
  )


def evaluation(
  name: str,
  step: int,
  conditions: scores_lib.Conditions,
  scores: Mapping[str, scores_lib.DatasetScores],
  problems: Mapping[str, str] = {},
  samples: Mapping[str, Sample] = {},
  training: scores_lib.Training = groups.KNOWN,
) -> scores_lib.Evaluation:
  """The scores of a model. samples: those of the scores, if `mean` is to have its interval."""
  resampled = [samples[dataset].replicates for dataset in in_mean(scores)] if samples else []
  return scores_lib.Evaluation(
    name=name,
    step=step,
    conditions=conditions,
    answers=groups.folder(name, conditions),
    training=training,
    datasets=dict(scores),
    problems=dict(problems),
    mean=mean(scores),
    interval=bootstrap.mean_interval(resampled) if resampled else None,
  )


def mean(scores: Mapping[str, scores_lib.DatasetScores]) -> float | None:
  """That of the held-out datasets; None if there are none."""
  averaged: Any = [scores[name].mean for name in in_mean(scores)]
  return float(np.mean(averaged)) if averaged else None


def in_mean(scores: Mapping[str, scores_lib.DatasetScores]) -> list[str]:
  """The held-out datasets whose scores can be averaged: 0..100, words apart."""
  held_out = [name for name, one in scores.items() if not one.held_in]
  counted = [name for name in held_out if scores[name].primary in metrics.COUNTED]
  return [name for name in held_out if name not in counted] or held_out


def compare(
  ours: scores_lib.Evaluation, theirs: scores_lib.Evaluation, columns: Sequence[Mapping[str, Sequence[metrics.Answers]]]
) -> scores_lib.Comparison:
  """What `ours` scores more than `theirs`, and how surely.

  columns: of both, dataset -> answers in each template.
  """
  found, problems = {}, {}
  for name, own in ours.datasets.items():
    pair = [side[name] for side in columns if side.get(name)]
    if len(pair) < 2:
      continue
    try:
      found[name] = bootstrap.differences(own.primary, *pair)
    except UserError as error:  # they answer different examples
      problems[name] = str(error)
  shared = {name: own for name, own in ours.datasets.items() if name in theirs.datasets}
  averaged = [found[name] for name in in_mean(shared) if name in found]
  return scores_lib.Comparison(
    of=ours.name,
    against=theirs.name,
    problems=problems,
    datasets={name: bootstrap.mean_difference([one]) for name, one in found.items()},
    mean=bootstrap.mean_difference(averaged) if averaged else None,
    conditions=ours.conditions,
  )
