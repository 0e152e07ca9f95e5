# SPDX-License-Identifier: Apache-2.0
"""A group of results as a table: its rows, its title, and notes for the reader.

Used by the terminal and the page.
"""

import re
from typing import Any, Mapping, Sequence

from flan_jax.evaluation import groups, metrics
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import DatasetScores, Evaluation, MethodScores

NOTHING = '–'
PLAIN_RANKING = 'sum'
ZERO_SHOT = 'zero-shot'


def title(group: Group) -> str:
  """'nli held out · data: embedded', 'nli held out, 2 shots · data: tfds'."""
  cluster, asked = group.conditions.cluster, groups.manner(group.conditions)
  state = ', not known to be unseen' if group.perhaps_seen else ' held out'
  subject = f'{cluster}{state}' if cluster else 'held-in sets'
  subject += '' if asked == ZERO_SHOT else f', {asked}'
  return f'{subject} · data: {group.conditions.data}'


def limits(group: Group) -> list[str]:
  """Lists scores of restricted value: on some of the examples, or on possibly seen ones."""
  limit = group.conditions.limit
  if limit is None:
    return training(group)
  limited = ' and '.join(one.name for one in group.evaluations)
  return [*training(group), f'limited: only the first {limit} examples of each split ({limited})']


def training(group: Group) -> list[str]:
  """States if the training data of a model, or of its base run, is unknown."""
  if group.training == groups.KNOWN:
    return []
  if group.perhaps_seen:
    return ['nothing is known of what the model was trained on: it may have seen these datasets']
  return ['nothing is known of what the model that the run began from was trained on: it may have seen these datasets']


def notes(group: Group) -> list[str]:
  """Returns the notes needed to read the table."""
  lines = []
  held_in = _held_in(group)
  if any(scores.split == 'dev' for scores in held_in):
    lines.append('held-in: scores of the dev set, of tasks that were trained on')
  elif held_in:
    lines.append('held-in: scores of tasks that were trained on')
  lines += _metrics_note(group) + asked(group)
  ranking = group.conditions.ranking
  if ranking != PLAIN_RANKING:
    lines += [f'{one.name}: options ranked by their {ranking} scores' for one in group.evaluations]
  return lines + data(group.conditions.data)


def asked(group: Group) -> list[str]:
  """In which ways the models were asked, where one was chosen on dev or named."""
  lines = []
  chosen = any(scores.askings for one in main(group) for scores in one.datasets.values())
  for one in main(group) if chosen or group.conditions.separators is not None else ():
    by_asking: dict[str, list[str]] = {}
    for name, scores in one.datasets.items():
      if scores.asking and scores.asking != one.name:
        by_asking.setdefault(scores.asking, []).append(name)
    words = (
      list(by_asking) if len(by_asking) == 1 else [f'{way} ({", ".join(rows)})' for way, rows in by_asking.items()]
    )
    tried = dict.fromkeys(way for scores in one.datasets.values() for way in scores.askings or ())
    best = f', the best on dev of {", ".join(tried)}' if tried else ''
    lines += [f'{one.name}: asked by {", ".join(words)}{best}'] if words else []
  return lines


def asking(scores: MethodScores, name: str) -> str:
  """'newline (on dev: newline 58.0, chat 48.0)': how a dataset was asked, '' if the evaluation's name tells it."""
  if not isinstance(scores, DatasetScores) or scores.asking in (None, name):
    return ''
  tried = ', '.join(f'{way} {number(value)}' for way, value in (scores.askings or {}).items())
  return f'{scores.asking}' + (f' (on dev: {tried})' if tried else '')


def data(origin: str) -> list[str]:
  """Returns the notes on the data behind the scores. origin: 'tfds 58, hub 4'."""
  if 'embedded' in origin:
    return ['embedded data: a small invented world, not the published datasets']
  limits = re.findall(r'limit (\d+)', origin)
  notes = [f'data: only the first {limit} rows of each split were prepared' for limit in limits]
  copies = re.findall(r'(?:hub|folder) \d+', origin)
  if not copies:
    return notes
  return notes + [
    f'datasets of copies ({", ".join(dict.fromkeys(copies))}): their rows may stand in another order than TFDS has, '
    'so slices such as train[:30000] may hold other rows than those of FLAN'
  ]


def _held_in(group: Group) -> list[DatasetScores]:
  return [scores for one in group.evaluations for scores in one.datasets.values() if scores.held_in]


def _metrics_note(group: Group) -> list[str]:
  """Names the metric of scores other than accuracy."""
  by_metric: dict[str, list[str]] = {}
  for row in rows(group):
    if row['metric']:
      by_metric.setdefault(row['metric'], []).append(row['name'])
  if len(by_metric) == 1:
    [metric] = by_metric
    counted = ' (words; lower is better)' if metric in metrics.COUNTED else ''
    return [f'scores are {metric}{counted}'] if metric != 'accuracy' else []
  others = []
  for metric, names in by_metric.items():
    counted = metric in metrics.COUNTED
    remark = ' (words; lower is better; not in the mean)' if counted else ''
    others += [f'{", ".join(names)}: {metric}{remark}'] if metric != 'accuracy' else []
  return others + ['all other scores are accuracy'] * ('accuracy' in by_metric)


def main(group: Group) -> Sequence[Evaluation]:
  """Returns the evaluations to compare: without intermediate steps, if there are others."""
  return [one for one in group.evaluations if step(one.name) is None] or group.evaluations[-1:]


def step(name: str) -> int | None:
  """'step 1000', 'untuned step 1000' -> 1000: an intermediate evaluation."""
  found = re.fullmatch(r'(?:.* )?step (\d+)', name)
  return int(found[1]) if found else None


def rows(group: Group) -> list[dict[str, Any]]:
  """Returns the table: held-out datasets, their mean, held-in datasets.

  Each row: `name`, `metric`, `plotted` (is on the scale of 0 to 100), `held_in`, `first`
  (begins a section, with this `heading`), `mean_row`, `majority` (text),
  `majority_value`, `scores`: evaluation name -> {'text', 'best', 'mean', 'std'}.
  """
  table: list[dict[str, Any]] = []
  for held_in in (False, True):
    names = dict.fromkeys(
      name for one in group.evaluations for name, scores in one.datasets.items() if scores.held_in == held_in
    )
    section = [_row(name, group.evaluations) for name in names]
    if section and not held_in:
      section.append(_mean_row(group.evaluations, section))
    if section:
      section[0] |= {'first': True, 'heading': heading(group, held_in)}
    table += section
  return table


def heading(group: Group, held_in: bool) -> str:
  """Returns the heading of the rows of held-in datasets, or of the others."""
  if not held_in:
    return 'not known to be unseen' if group.perhaps_seen else 'held out'
  of_dev = all(scores.split == 'dev' for scores in _held_in(group))
  return 'held in: dev sets of tasks trained on' if of_dev else 'held in: tasks trained on'


def _row(name: str, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
  by_evaluation = {one.name: one.datasets.get(name) for one in evaluations}
  last = next(scores for scores in reversed(by_evaluation.values()) if scores)
  metric = last.primary
  return {
    'name': name,
    'metric': metric,
    'plotted': metric not in metrics.COUNTED,
    'held_in': last.held_in,
    'first': False,
    'heading': '',
    'mean_row': False,
    'majority': number(last.majority),
    'majority_value': last.majority,
    'scores': {key: _cell(scores) for key, scores in by_evaluation.items()},
  }


def _mean_row(evaluations: Sequence[Evaluation], section: Sequence[Mapping]) -> dict[str, Any]:
  baselines = [row['majority_value'] for row in section if row['plotted']]
  whole = baselines and None not in baselines
  majority = sum(baselines) / len(baselines) if whole else None
  return {
    'name': 'mean',
    'metric': '',
    'plotted': True,
    'held_in': False,
    'first': False,
    'heading': '',
    'mean_row': True,
    'majority': number(majority),
    'majority_value': majority,
    'scores': {one.name: _cell(one.summary) for one in evaluations},
  }


def _cell(scores: MethodScores | None) -> dict[str, Any]:
  if scores is None or scores.mean is None:
    return {'mean': None, 'std': None, 'text': NOTHING, 'best': NOTHING}
  return {'mean': scores.mean, 'std': scores.std, 'best': best_on_dev(scores), 'text': spread(scores)}


def spread(scores: MethodScores) -> str:
  """'60.5 (1.2)': mean over the templates, and their standard deviation.

  A single template, or a mean over datasets, has no deviation.
  """
  return number(scores.mean) + (f' ({scores.std:.1f})' if several(scores) else '')


def several(scores: MethodScores) -> bool:
  """Whether there are several templates, and so a deviation."""
  return len(scores.templates) > 1 and scores.std is not None


def best_on_dev(scores: MethodScores) -> str:
  """'61.5 (#2)': test score of the best template on dev, if there are templates."""
  if scores.best_dev_test is None:
    return NOTHING if scores.templates else ''
  return f'{scores.best_dev_test:.1f} (#{scores.best_dev_template})'


def sizes(scores: MethodScores) -> str:
  """'4 dev, 6 test examples'."""
  first = scores.templates[0]
  return f'{first.n_dev:,} dev, {first.n_test:,} test examples'


def number(value: float | None) -> str:
  return NOTHING if value is None else f'{value:.1f}'


def interval(ends: Sequence[float] | None) -> str:
  """'48.0 to 56.0'."""
  return f'{ends[0]:.1f} to {ends[1]:.1f}' if ends else NOTHING
