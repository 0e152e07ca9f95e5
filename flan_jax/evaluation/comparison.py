"""Several runs side by side, as one page: scores, paired differences, curves.

The first run is what the others are measured against.
"""

import dataclasses
import os
from typing import Any, Callable, Mapping, Sequence

from flan_jax.evaluation import cells
from flan_jax.evaluation import charts
from flan_jax.evaluation import lanes
from flan_jax.evaluation import report
from flan_jax.evaluation import tables

_HERE = os.path.dirname(os.path.abspath(__file__))
_TEMPLATE = os.path.join(_HERE, 'comparison.html.j2')
MISSING = 'no predictions'
DAMAGED = 'predictions are damaged, incomplete or of an earlier version'


@dataclasses.dataclass(frozen=True)
class Run:
  """An evaluated run. curves: title -> records of metrics.jsonl, its own the last."""

  name: str
  model_dir: str
  results: Mapping
  run: Mapping
  curves: Mapping[str, Sequence[Mapping]]

  @property
  def evaluation(self) -> Mapping:
    """The one to compare: 'tuned', else the last."""
    every = tables.main(self.results)
    return next((one for one in every if one['name'] == 'tuned'), every[-1])


def page(runs: Sequence[Run]) -> str:
  """The comparison as HTML."""
  return report.filled(
      _TEMPLATE, title='Comparison of runs', runs=[_about(one) for one in runs],
      notices=notices(runs), matrix=matrix(runs), charts=_charts(runs),
      missing=MISSING, written=report.now())


def notices(runs: Sequence[Run]) -> list[str]:
  """Why the runs, or some of their scores, cannot stand side by side."""
  first, found = runs[0], []
  for one in runs[1:]:
    if one.results['data'] != first.results['data']:
      found.append(f'{one.name} was evaluated on {one.results["data"]} data, '
                   f'{first.name} on {first.results["data"]} data: their scores say '
                   'nothing about each other')
    if one.results['cluster'] != first.results['cluster']:
      found.append(f'{one.name} held out {one.results["cluster"] or "nothing"}, '
                   f'{first.name} {first.results["cluster"] or "nothing"}')
  for one in runs:
    if one.evaluation['limit'] is not None:
      found.append(f'{one.name}: only the first {one.evaluation["limit"]} examples of '
                   'each split were evaluated')
  return found


def _about(one: Run) -> dict[str, Any]:
  model = one.run['model']
  return {
      'name': one.name, 'folder': one.model_dir,
      'held_out': one.results['cluster'] or 'nothing', 'data': one.results['data'],
      'evaluation': one.evaluation['name'], 'step': f'{one.evaluation["step"]:,}',
      'mixture': one.run['mixture'], 'seed': one.run.get('seed'),
      'model': f'{model["layers"]} layers of width {model["d_model"]}'}


def matrix(
    runs: Sequence[Run], tell: Callable[[str], None] | None = None) -> list[dict]:
  """A row for each dataset and for the mean: `name`, `metric`, `cells`.

  Each cell, one a run: `score`, `interval`; `why` it cannot be compared with the first
  run's, '' where it can; `difference` from it, as lanes.difference has it, or None.
  tell: is given what is wrong with predictions; by default a notice.
  """
  tell = tell or cells.once()
  names = dict.fromkeys(
      name for held_in in (False, True) for one in runs
      for name, entry in one.evaluation['datasets'].items()
      if entry['held_in'] == held_in)
  rows = [_row(name, runs, tell) for name in names]
  means = [{'score': tables.number(one.evaluation['mean']),
            'interval': tables.interval(one.evaluation.get('interval')),
            'why': _why_not_means(runs[0], one), 'difference': None} for one in runs]
  return [*rows, {'name': 'mean', 'metric': 'held out', 'cells': means}]


def _row(name: str, runs: Sequence[Run], tell) -> dict:
  entries = [one.evaluation['datasets'].get(name) for one in runs]
  cells = []
  for one, entry in zip(runs, entries):
    if entry is None:
      cells.append({'score': tables.NOTHING, 'interval': '', 'why': '',
                    'difference': None})
      continue
    why = '' if one is runs[0] else _why_not(runs[0], one, name)
    found = None
    if one is not runs[0] and not why:
      found, why = _difference(runs[0], one, name, tell)
    cells.append({'score': tables.spread(entry), 'why': why, 'difference': found,
                  'interval': tables.interval(entry.get('interval'))})
  metric = next(entry['primary'] for entry in entries if entry)
  return {'name': name, 'metric': metric, 'cells': cells}


def _why_not(first: Run, one: Run, name: str) -> str:
  """Why the scores of a dataset cannot be compared; '' where they can."""
  ours, theirs = (run.evaluation['datasets'].get(name) for run in (one, first))
  if theirs is None:
    return f'not evaluated in {first.name}'
  if one.results['data'] != first.results['data']:
    return 'other data'
  if one.evaluation['limit'] != first.evaluation['limit']:
    return 'another limit'
  if ours['primary'] != theirs['primary']:
    return 'another metric'
  if _sizes(ours) != _sizes(theirs):
    return 'other examples'
  return ''


def _why_not_means(first: Run, one: Run) -> str:
  held_out = [{name for name, entry in run.evaluation['datasets'].items()
               if not entry['held_in']} for run in (first, one)]
  if held_out[0] != held_out[1]:
    return 'of other datasets'
  reasons = [_why_not(first, one, name) for name in sorted(held_out[0])]
  return next(filter(None, reasons), '')


def _sizes(entry: Mapping) -> set[tuple[int, int]]:
  return {(one['n_dev'], one['n_test']) for one in entry['templates']}


def _difference(first: Run, one: Run, name: str, tell) -> tuple[dict | None, str]:
  """(what is known of the difference, why nothing is): one of them."""
  folders = [cells.path(run.model_dir, run.evaluation['name'], name)
             for run in (one, first)]
  if not all(map(os.path.isdir, folders)):
    return None, MISSING
  ours, theirs = (cells.columns(folder, run.evaluation['datasets'][name], tell)
                  for folder, run in zip(folders, (one, first)))
  if not (ours and theirs):
    return None, DAMAGED
  if len({_asked(column) for column in (*ours.values(), *theirs.values())}) > 1:
    return None, 'other examples'
  if len(ours) == len(theirs) and ours.keys() != theirs.keys():
    return None, 'other templates'
  from flan_jax.evaluation import statistics
  metric = one.evaluation['datasets'][name]['primary']
  found = statistics.difference(metric, list(ours.values()), list(theirs.values()))
  told = {'difference': found.difference, 'interval': [found.low, found.high],
          'p': found.p}
  return lanes.difference(told, metric), ''


def _asked(column) -> tuple:
  """What tells apart the examples that a column answers."""
  return tuple(zip(column.labels, map(tuple, column.options),
                   map(tuple, column.references), column.groups))


def _charts(runs: Sequence[Run]) -> list[dict]:
  """Loss, dev loss and held-out means, a line a run."""
  own = {one.name: (list(one.curves.values()) or [[]])[-1] for one in runs}
  losses = {name: charts.loss(records) for name, records in own.items()}
  scores = {name: charts.held_out(records) for name, records in own.items()}
  kinds = [('Loss', 'nats a token', 3, losses, 'loss'),
           ('Dev loss', 'nats a token', 3, losses, 'dev loss'),
           ('Held-out mean', 'quick checks while training', 1, scores, charts.MEAN)]
  found = []
  for heading, note, digits, curves, key in kinds:
    series = {name: lines[key] for name, lines in curves.items() if key in lines}
    if series:
      found.append({'title': heading, 'note': note, **charts.chart(series, digits)})
  return found
