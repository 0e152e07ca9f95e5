# SPDX-License-Identifier: Apache-2.0
"""Sections of the page beside the scores: proof of unseen tasks, what was trained on, best
templates, problems."""

from typing import Any, Iterator, Mapping, Sequence

from flan_jax.data import clusters
from flan_jax.evaluation import metrics
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import DatasetScores, Evaluation, TemplateScores, Training
from flan_jax.report import score_plot, tables


def unseen(rule: Mapping | None, training: Training) -> dict[str, Any] | None:
  """The proof that what is held out was not trained on; None where nothing is.

  Returns:
    `training`: what is known of it (scores.Training); `held_out` and `trained`: (task,
    its clusters); `dropped`: (reason, tasks); `shared`: (task trained on, clusters of
    held-out tasks that it belongs to); `unchecked`: tasks trained on without a cluster;
    `headings`: clusters that only group others and prove nothing.
  """
  held_out = (rule or {}).get('held_out') or {}
  if not held_out:
    return None
  trained = rule.get('trained') or {}
  every = {name for names in [*held_out.values(), *trained.values()] for name in names}
  headings = {name for name in every & set(clusters.names()) if clusters.get(name).heading}
  closed = {name for names in held_out.values() for name in names} - headings
  shared = [(task, [name for name in names if name in closed]) for task, names in trained.items()]
  reasons: dict[str, list[str]] = {}
  for task, reason in rule['dropped'].items():
    reasons.setdefault(reason, []).append(task)
  return {
    'training': training,
    'unchecked': [task for task, names in trained.items() if not names],
    'held_out': list(held_out.items()),
    'trained': list(trained.items()),
    'dropped': list(reasons.items()),
    'headings': sorted(headings),
    'shared': [(task, names) for task, names in shared if names],
  }


def shares(weights: Mapping[str, float], drawn: Mapping[str, int | None] | None):
  """Returns each task's intended share of the prompts and the share drawn.

  Returns:
    A list of `task`, `weight`, `share` and `width` (of the bar, in percent), `count`,
    `drawn` and `drawn_width`; the last three None if nothing was counted.
  """
  drawn = drawn or {}
  total = sum(weights.values()) or 1
  count = sum(value or 0 for value in drawn.values())
  intended = {task: weight / total for task, weight in weights.items()}
  real = {task: drawn[task] / count for task in weights if count and drawn.get(task) is not None}
  largest = max([*intended.values(), *real.values()], default=0) or 1
  return [
    {
      'task': task,
      'weight': f'{weights[task]:,.0f}',
      'share': f'{part:.1%}',
      'width': round(100 * part / largest, 1),
      'count': f'{drawn[task]:,}' if task in real else None,
      'drawn': f'{real[task]:.1%}' if task in real else None,
      'drawn_width': round(100 * real[task] / largest, 1) if task in real else None,
    }
    for task, part in intended.items()
  ]


def templates(group: Group, phrasings: Mapping[str, Mapping]) -> list[dict]:
  """Returns for each dataset its best and worst template, a prompt, and all scores.

  Best and worst are those of the last evaluation that used several templates.
  """
  evaluations = tables.main(group)
  made = []
  for row in tables.rows(group):
    scores = {one.name: one.datasets[row['name']] for one in evaluations if row['name'] in one.datasets}
    if not scores:
      continue  # the mean over datasets
    last = list(scores.values())[-1]
    names = [
      (name, split, metric)
      for name, own in scores.items()
      for split in ('dev', 'test')
      for metric in own.templates[0].of(split)
    ]
    made.append(
      {
        'name': row['name'],
        'held_in': row['held_in'],
        'columns': names,
        'prompt': last.prompt,
        'templates': _by_template(scores, names),
        'extremes': _extremes(scores, row['metric'], phrasings.get(row['name'], {})),
        'answers': {name: own.prompt.answer for name, own in scores.items() if own.prompt},
        'sizes': f'{tables.sizes(last)}, {last.templates[0].method}',
      }
    )
  return made


def _by_template(scores: Mapping[str, DatasetScores], columns) -> list[tuple[int, list[str]]]:
  found: dict[int, dict] = {}
  for name, own in scores.items():
    for one in own.templates:
      for split in ('dev', 'test'):
        for metric, value in one.of(split).items():
          found.setdefault(one.template, {})[name, split, metric] = value
  return [
    (number, [tables.number(values.get(column)) for column in columns]) for number, values in sorted(found.items())
  ]


def _extremes(scores: Mapping[str, DatasetScores], metric: str, texts: Mapping) -> list[dict]:
  """Returns best and worst, each `label`, `template`, `text` and `scores`: (name, score).

  [] if there are fewer than two templates, or all have the same score.
  """
  by_name = {name: own.by_template(metric) for name, own in scores.items()}
  several = [name for name, own in by_name.items() if len(own) > 1]
  if not several:
    return []
  judge = by_name[several[-1]]
  order = sorted(judge, key=lambda number: -metrics.better(metric, judge[number]))
  if judge[order[0]] == judge[order[-1]]:
    return []
  return [
    {
      'label': label,
      'by': several[-1],
      'template': number,
      'text': texts.get(number, texts.get(str(number))),
      'scores': [(name, score_plot.colour(name), tables.number(by_name[name].get(number))) for name in several],
    }
    for label, number in (('best', order[0]), ('worst', order[-1]))
  ]


def problems(group: Group) -> list[dict]:
  """Returns the problems, each once: `dataset`, `text`, and the `evaluations` with it."""
  found: dict[tuple[str, str], list[str]] = {}
  for one in group.evaluations:
    for problem in _problems_of(one):
      found.setdefault(problem, []).append(one.name)
  return [
    {'dataset': dataset, 'text': text, 'evaluations': ', '.join(names)} for (dataset, text), names in found.items()
  ]


def _problems_of(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
  for dataset, reason in evaluation.problems.items():
    yield dataset, f'could not be evaluated: {reason}'
  for dataset, scores in evaluation.datasets.items():
    parts = (scores, ''), (scores.decoded, 'when decoding, ')
    counts = [how + text for part, how in parts if part for text in _counts(part.templates)]
    yield from ((dataset, text) for text in (*scores.problems, *counts))


def _counts(templates: Sequence[TemplateScores]) -> Iterator[str]:
  """Yields how many prompts or answers were cut, and how many prompts have no answer."""
  asked = sum(one.n_dev + one.n_test for one in templates)
  for key, one_was, several_were in (
    ('cut', 'was too long and was cut', 'were too long and were cut'),
    (
      'cut_answers',
      'has a right answer or an option that is too long, cut at the limit',
      'have a right answer or an option that is too long, cut at the limit',
    ),
    (
      'unanswered',
      'got no answer, because its scores were not numbers',
      'got no answer, because their scores were not numbers',
    ),
  ):
    count = sum(getattr(one, key) or 0 for one in templates)
    if key == 'unanswered' and any(one.method == 'decode' for one in templates):
      continue  # a problem of the dataset already reports the empty answers
    if count:
      yield f'{count:,} of {asked:,} prompts {one_was if count == 1 else several_were}'
