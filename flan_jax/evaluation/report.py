"""The results for people: rows of the table, and report.html, one file without network.

Everything that came from data is escaped by the template.
"""

import datetime
import math
import os
from typing import Any, Mapping, Sequence

from flan_jax import files
from flan_jax.evaluation import metrics

FILE = 'report.html'
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'report.html.j2')
_POINTS = 400  # of a curve; more than a screen can show
_TICKS = 4
_NOTHING = '–'


def title(results: Mapping) -> str:
  """'nli held out · data: embedded'."""
  cluster = results['cluster']
  subject = f'{cluster} held out' if cluster else 'held-in sets'
  return f'{subject} · data: {results["data"]}'


def limits(results: Mapping) -> list[str]:
  """Which scores are of a part of the examples only; nothing where none is."""
  evaluations = results['evaluations']
  lines = []
  for limit in sorted({one['limit'] for one in evaluations} - {None}):
    limited = ' and '.join(one['name'] for one in evaluations if one['limit'] == limit)
    lines.append(f'limited: only the first {limit} examples of each split ({limited})')
  return lines


def notes(results: Mapping) -> list[str]:
  """What a reader must know to read the table."""
  evaluations = results['evaluations']
  entries = [entry for one in evaluations for entry in one['datasets'].values()]
  lines = []
  if any(map(_entry_of_dev, entries)):
    lines.append('held-in: scores of the dev set, of tasks that were trained on')
  lines += _metrics_note(results)
  if results['data'] == 'embedded':
    lines.append('embedded data: a small invented world, not the published datasets')
  return lines


def _metrics_note(results: Mapping) -> list[str]:
  """Which scores are what, as far as it is not accuracy."""
  by_metric = {}
  for row in rows(results):
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


def rows(results: Mapping) -> list[dict]:
  """The table: held-out datasets, their mean, held-in datasets.

  Each row: `name`, `metric`, `plotted` (has a place from 0 to 100), `held_in`, `first`
  (begins a group), `mean_row`,
  `majority` (text), `scores`: evaluation name -> {'text', 'best', 'mean', 'std'}; for
  the marks of the chart `majority_value`.
  """
  evaluations = results['evaluations']
  table = []
  for held_in in (False, True):
    names = dict.fromkeys(name for one in evaluations
                          for name, entry in one['datasets'].items()
                          if entry['held_in'] == held_in)
    group = [_row(name, evaluations) for name in names]
    if group and not held_in:
      group.append(_mean_row(evaluations))
    if group:
      group[0]['first'] = True
    table += group
  return table


def _row(name: str, evaluations: Sequence[Mapping]) -> dict:
  entries = {one['name']: one['datasets'].get(name) for one in evaluations}
  last = next(entry for entry in reversed(entries.values()) if entry)
  metric = last['primary']
  return {
      'name': name, 'metric': metric, 'plotted': metric not in metrics.COUNTED,
      'held_in': last['held_in'], 'first': False,
      'mean_row': False, 'majority': _number(last['majority']),
      'majority_value': last['majority'],
      'scores': {key: _cell(entry) for key, entry in entries.items()}}


def _mean_row(evaluations: Sequence[Mapping]) -> dict:
  scores = {
      one['name']: {'mean': one['mean'], 'std': None, 'text': _number(one['mean']),
                    'best': ''} for one in evaluations}
  baselines = [entry['majority'] for entry in evaluations[-1]['datasets'].values()
               if not entry['held_in']]
  known = [value for value in baselines if value is not None]
  majority = sum(known) / len(known) if known and len(known) == len(baselines) else None
  return {
      'name': 'mean', 'metric': '', 'plotted': True, 'held_in': False, 'first': False,
      'mean_row': True, 'majority': _number(majority), 'majority_value': majority,
      'scores': scores}


def _cell(entry: Mapping | None) -> dict:
  if entry is None:
    return {'mean': None, 'std': None, 'text': _NOTHING, 'best': _NOTHING}
  best = _NOTHING
  if entry['best_dev_test'] is not None:
    best = f'{entry["best_dev_test"]:.1f} (#{entry["best_dev_template"]})'
  return {'mean': entry['mean'], 'std': entry['std'], 'best': best,
          'text': f'{entry["mean"]:.1f} ({entry["std"]:.1f})'}


def _number(value: float | None) -> str:
  return _NOTHING if value is None else f'{value:.1f}'


def _entry_of_dev(entry: Mapping) -> bool:
  return all(one['n_test'] == 0 for one in entry['templates'])


def write(
    model_dir: str, results: Mapping, run: Mapping, rule: Mapping,
    curves: Mapping[str, Sequence[Mapping]]) -> str:
  """Writes report.html into MODEL_DIR, whole or not at all; returns its path."""
  path = os.path.join(model_dir, FILE)
  files.write_whole(path, page(results, run, rule, curves))
  return path


def page(
    results: Mapping, run: Mapping, rule: Mapping,
    curves: Mapping[str, Sequence[Mapping]]) -> str:
  """The report as HTML.

  Args:
    results: what results.json holds.
    run: run.json of the run.
    rule: {'train': task -> rate, 'dropped': task -> reason}.
    curves: title -> records of metrics.jsonl with `step`, `loss`, perhaps `dev_loss`.
  """
  return files.filled(
      _TEMPLATE, place=place, number=_number, run=run,
      title=title(results), limits=limits(results), notes=notes(results),
      names=[one['name'] for one in results['evaluations']], rows=rows(results),
      details=_details(results), tiles=_tiles(results), facts=_facts(results, run),
      curves={name: chart(records) for name, records in curves.items()},
      train=_shares(rule['train']), dropped=dict(rule['dropped']),
      written=datetime.datetime.now().strftime('%Y-%m-%d %H:%M'))


def place(value: float | None) -> float:
  """Where a score stands on a track from 0 to 100; a negative correlation at 0."""
  return round(min(max(value or 0.0, 0.0), 100.0), 2)


def _tiles(results: Mapping) -> list[tuple[str, str]]:
  means = [row for row in rows(results) if row['mean_row']]
  if not means:
    return []
  scores = means[0]['scores'].items()
  return [('majority class', means[0]['majority']),
          *((name, score['text']) for name, score in scores)]


def _facts(results: Mapping, run: Mapping) -> list[tuple[str, str]]:
  steps = ', '.join(f'{one["name"]} at step {one["step"]:,}'
                    for one in results['evaluations'])
  model, words = run['model'], run['vocabulary']
  return [
      ('held out', results['cluster'] or 'nothing'), ('data', results['data']),
      ('trained on', f'{run["mixture"]}, {len(run["tasks"])} tasks ({run["data"]})'),
      ('checkpoints', steps),
      ('model', f'{model["layers"]} layers of width {model["d_model"]}'),
      ('vocabulary', f'{words["path"]} ({words["hash"]})')]


def _details(results: Mapping) -> list[dict]:
  """For each dataset the scores of every template, and one prompt."""
  details = []
  for row in rows(results):
    entries = {one['name']: one['datasets'][row['name']]
               for one in results['evaluations'] if row['name'] in one['datasets']}
    if not entries:
      continue  # the mean
    last = list(entries.values())[-1]
    columns = [(name, split, metric) for name, entry in entries.items()
               for split in ('dev', 'test') for metric in entry['templates'][0][split]]
    details.append({
        'name': row['name'], 'held_in': row['held_in'], 'columns': columns,
        'prompt': last.get('prompt'), 'templates': _by_template(entries, columns),
        'answers': {name: entry['prompt']['answer'] for name, entry in entries.items()
                    if entry.get('prompt')},
        'sizes': f'{last["templates"][0]["n_dev"]:,} dev, '
                 f'{last["templates"][0]["n_test"]:,} test examples, '
                 f'{last["templates"][0]["method"]}'})
  return details


def _by_template(entries: Mapping, columns) -> list[tuple[int, list[str]]]:
  found: dict[int, dict] = {}
  for name, entry in entries.items():
    for one in entry['templates']:
      for split in ('dev', 'test'):
        for metric, value in one[split].items():
          found.setdefault(one['template'], {})[name, split, metric] = value
  return [(number, [_number(values.get(column)) for column in columns])
          for number, values in sorted(found.items())]


def _shares(weights: Mapping[str, float]) -> list[dict]:
  total, largest = sum(weights.values()) or 1, max(weights.values(), default=1)
  return [
      {'task': task, 'weight': f'{weight:,.0f}', 'share': f'{weight / total:.1%}',
       'width': round(100 * weight / largest, 1)} for task, weight in weights.items()]


def chart(records: Sequence[Mapping]) -> dict[str, Any]:
  """Curves of a run as points of a 100 x 100 square, with ticks.

  Returns:
    `lines`: name -> SVG points; `y_ticks`: (percent from the top, text); `steps`: first
    and last; `last`: name -> the last value as text. Records without a finite number
    are passed over.
  """
  series = {name: [(one['step'], one[key]) for one in records if _finite(one.get(key))]
            for name, key in (('loss', 'loss'), ('dev loss', 'dev_loss'))}
  series = {name: points for name, points in series.items() if points}
  if not series:
    return {'lines': {}, 'y_ticks': [], 'steps': (0, 0), 'last': {}}
  steps = [step for points in series.values() for step, _ in points]
  values = [value for points in series.values() for _, value in points]
  low, high = min(values), max(values)
  low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
  left, right = min(steps), max(max(steps), min(steps) + 1)

  def points(curve):
    kept = curve[::max(1, len(curve) // _POINTS)]
    kept += [curve[-1]] if kept[-1] is not curve[-1] else []
    return ' '.join(
        f'{100 * (step - left) / (right - left):.2f},'
        f'{100 * (high - value) / (high - low):.2f}' for step, value in kept)

  ticks = [(100 * i / _TICKS, f'{high - (high - low) * i / _TICKS:.2f}')
           for i in range(_TICKS + 1)]
  return {
      'lines': {name: points(curve) for name, curve in series.items()},
      'y_ticks': ticks, 'steps': (left, max(steps)),
      'last': {name: f'{curve[-1][1]:.3f}' for name, curve in series.items()}}


def _finite(value: Any) -> bool:
  return isinstance(value, (int, float)) and math.isfinite(value)
