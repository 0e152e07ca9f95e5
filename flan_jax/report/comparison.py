# SPDX-License-Identifier: Apache-2.0
"""A page that compares several runs: scores, paired differences, curves.

The first run is the baseline.
"""

import dataclasses
import os
from typing import Any, Callable, Mapping, Sequence

from flan_jax import storage
from flan_jax.evaluation import answers, bootstrap, groups, summaries
from flan_jax.evaluation.scores import DatasetScores, Evaluation, MethodScores, Results
from flan_jax.report import charts, comparison_notices, score_plot, tables
from flan_jax.report import page as page_lib

_HERE = os.path.dirname(os.path.abspath(__file__))
_TEMPLATE = os.path.join(_HERE, 'comparison.html.j2')
MISSING = 'no predictions'
DAMAGED = 'predictions are damaged, incomplete or of an earlier version'
# Conditions that must be equal for scores to be comparable, and the message if not.
_APART = {
  'data': 'other data',
  'limit': 'another limit',
  'style': 'another style',
  'shots': 'other exemplars',
  'shot_seed': 'other exemplars',
  'ranking': 'another ranking',
  'answer_by': 'answered otherwise',
  'decode_tokens': 'answers of another length',
  'begin': 'texts that begin otherwise',
  'separators': 'asked otherwise',
}


@dataclasses.dataclass(frozen=True)
class Run:
  """An evaluated run.

  run: training.run_file.Run. curves: title -> records of metrics.jsonl, its own last.
  group: the group of the results to compare.
  """

  name: str
  model_dir: str
  results: Results
  run: Any
  curves: Mapping[str, Sequence[Mapping]]
  group: groups.Group

  @property
  def evaluation(self) -> Evaluation:
    """The one to compare: 'tuned', else 'untuned', else the last."""
    every = {one.name: one for one in tables.main(self.group)}
    return every.get('tuned') or every.get('untuned') or list(every.values())[-1]


def page(runs: Sequence[Run]) -> str:
  """Returns the comparison as HTML."""
  runs = alike(runs)
  return page_lib.filled(
    _TEMPLATE,
    title='Comparison of runs',
    runs=[_about(one) for one in runs],
    notices=comparison_notices.notices(runs),
    matrix=matrix(runs),
    charts=_charts(runs),
    missing=MISSING,
    written=page_lib.now(),
  )


def alike(runs: Sequence[Run]) -> list[Run]:
  """Returns the runs, each with a group of equal conditions, the latest that all have.

  If there is none: equal except for the held-out and held-in sets; else each run's last.
  """
  by_run = [groups.split(one.results)[::-1] for one in runs]
  for but in (), ('cluster', 'held_in'):
    asked_of = lambda group: tuple(v for k, v in dataclasses.asdict(group.conditions).items() if k not in but)
    by_asked = [{asked_of(group): group for group in reversed(every)} for every in by_run]
    for asked in map(asked_of, by_run[0]):
      if all(asked in found for found in by_asked):
        return [dataclasses.replace(run, group=found[asked]) for run, found in zip(runs, by_asked)]
  return [dataclasses.replace(run, group=every[0]) for run, every in zip(runs, by_run)]


def _about(one: Run) -> dict[str, Any]:
  model = one.run.model
  trained = (
    ('not known: imported', '')
    if one.run.imported is not None
    else (one.run.mixture, '' if one.run.seed is None else one.run.seed)
  )
  cluster = one.group.conditions.cluster or 'nothing'
  return {
    'name': one.name,
    'folder': one.model_dir,
    'facts': [
      ('held out', 'nothing' if one.group.perhaps_seen else cluster),
      ('model', f'{model.layers} layers of width {model.d_model}'),
      ('trained on', trained[0]),
      ('seed', trained[1]),
      ('evaluated', f'{one.evaluation.name}, step {one.evaluation.step:,}'),
      ('on', f'{cluster}, {one.group.conditions.data} data'),
      ('asked', groups.manner(one.group.conditions)),
    ],
  }


def matrix(runs: Sequence[Run], tell: Callable[[str], None] | None = None) -> list[dict]:
  """Returns a row for each held-out dataset, one for their mean, and those of held-in ones.

  Each: `name`, `metric`, `heading` (of the section that it begins, or ''), `mean_row`,
  `cells`. Each cell, one per run: `score`, `interval`; `why` it is not comparable with
  the first run's, or ''; `difference` from it, as from score_plot.difference, or None.
  tell: receives problems with predictions; by default a notice.
  """
  tell = tell or answers.once()
  found: list[dict] = []
  for held_in in (False, True):
    names = dict.fromkeys(
      name for one in runs for name, own in one.evaluation.datasets.items() if own.held_in == held_in
    )
    gaps: dict[tuple[str, str], tuple] = {}
    rows = [_row(name, held_in, runs, gaps, tell) for name in names]
    rows += [_mean_row(runs, gaps, rows)] if rows and not held_in else []
    if rows:
      headings = dict.fromkeys(tables.heading(one.group, held_in) for one in runs)
      rows[0]['heading'] = '; '.join(headings)
    found += rows
  return found


def _row(name: str, held_in: bool, runs: Sequence[Run], gaps: dict, tell) -> dict:
  """gaps: receives (run, dataset) -> `bootstrap.differences` from the first run."""
  entries = [one.evaluation.datasets.get(name) for one in runs]
  entries = [entry if entry and entry.held_in == held_in else None for entry in entries]
  cells = []
  for one, entry in zip(runs, entries):
    if entry is None:
      cells.append({'score': tables.NOTHING, 'interval': '', 'why': '', 'difference': None})
      continue
    why = '' if one is runs[0] else _why_not(runs[0], one, name)
    found = None
    if one is not runs[0] and not why:
      gap, why = _difference(runs[0], one, name, tell)
      if gap:
        gaps[one.name, name] = gap
        found = _told([gap], entry.primary)
    cells.append(_cell(entry, why, found))
  metric = next(entry.primary for entry in entries if entry)
  return {'name': name, 'metric': metric, 'heading': '', 'mean_row': False, 'cells': cells}


def _cell(scores: MethodScores, why: str, difference: dict[str, str] | None) -> dict[str, Any]:
  ends = tables.interval(scores.interval)
  return {'score': tables.spread(scores), 'why': why, 'difference': difference, 'interval': ends}


def _mean_row(runs: Sequence[Run], gaps: Mapping, rows: Sequence[Mapping]) -> dict:
  """The mean's row; a difference only if every averaged row has one."""
  cells = []
  for column, one in enumerate(runs):
    averaged = summaries.in_mean(one.evaluation.datasets)
    why, found = '', None
    if column and averaged:
      why = _why_not_means(runs[0], one) or next(
        filter(None, (row['cells'][column]['why'] for row in rows if row['name'] in averaged)), ''
      )
    if column and averaged and not why:
      metrics = {one.evaluation.datasets[name].primary for name in averaged}
      found = _told([gaps[one.name, name] for name in averaged], metrics.pop() if len(metrics) == 1 else '')
    cells.append(_cell(one.evaluation.summary, why, found))
  return {'name': 'mean', 'metric': '', 'heading': '', 'mean_row': True, 'cells': cells}


def _told(gaps: Sequence[tuple], metric: str) -> dict:
  """The mean of differences, as from score_plot.difference."""
  return score_plot.difference(bootstrap.mean_difference(gaps), metric)


def _why_not(first: Run, one: Run, name: str) -> str:
  """Returns why the scores of a dataset are not comparable; '' if they are."""
  ours, theirs = (run.evaluation.datasets.get(name) for run in (one, first))
  if theirs is None:
    return f'not evaluated in {first.name}'
  if ours.held_in != theirs.held_in:
    return f'{"held in" if theirs.held_in else "held out"} in {first.name}'
  for condition, why in _APART.items():
    if getattr(one.group.conditions, condition) != getattr(first.group.conditions, condition):
      return why
  if ours.primary != theirs.primary:
    return 'another metric'
  if _sizes(ours) != _sizes(theirs):
    return 'other examples'
  return ''


def _why_not_means(first: Run, one: Run) -> str:
  averaged = [set(summaries.in_mean(run.evaluation.datasets)) for run in (first, one)]
  if averaged[0] != averaged[1]:
    return 'of other datasets'
  reasons = [_why_not(first, one, name) for name in sorted(averaged[0])]
  return next(filter(None, reasons), '')


def _sizes(scores: DatasetScores) -> set[tuple[int, int]]:
  return {(one.n_dev, one.n_test) for one in scores.templates}


def _difference(first: Run, one: Run, name: str, tell) -> tuple[tuple | None, str]:
  """(`bootstrap.differences` from the first, why there are none): one of the two."""
  folders = [answers.path(run.model_dir, run.evaluation.folder, name) for run in (one, first)]
  if not all(map(storage.is_folder, folders)):
    return None, MISSING
  ours, theirs = (
    answers.columns(folder, run.evaluation.datasets[name], tell) for folder, run in zip(folders, (one, first))
  )
  if not (ours and theirs):
    return None, DAMAGED
  if len({_asked(column) for column in (*ours.values(), *theirs.values())}) > 1:
    return None, 'other examples'
  if len(ours) == len(theirs) and ours.keys() != theirs.keys():
    return None, 'other templates'
  metric = one.evaluation.datasets[name].primary
  return bootstrap.differences(metric, list(ours.values()), list(theirs.values())), ''


def _asked(column) -> tuple:
  """Identifies the examples that a column answers."""
  return tuple(zip(column.labels, map(tuple, column.options), map(tuple, column.references), column.groups))


def _charts(runs: Sequence[Run]) -> list[dict]:
  """Returns loss, dev loss and held-out means, a line per run."""
  own = {one.name: (list(one.curves.values()) or [[]])[-1] for one in runs}
  losses = {name: charts.loss(records) for name, records in own.items()}
  scores = {name: charts.held_out(records) for name, records in own.items()}
  kinds = [
    ('Loss', 'nats a token', 3, losses, 'loss'),
    ('Dev loss', 'nats a token', 3, losses, 'dev loss'),
    ('Held-out mean', 'quick checks while training', 1, scores, charts.MEAN),
  ]
  found = []
  for heading, note, digits, curves, key in kinds:
    series = {name: lines[key] for name, lines in curves.items() if key in lines}
    if series:
      found.append({'title': heading, 'note': note, **charts.chart(series, digits)})
  return found
