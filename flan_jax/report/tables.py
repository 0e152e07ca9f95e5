# SPDX-License-Identifier: Apache-2.0
"""A group of results as a table: its rows, its title, what a reader must know to read it.

Serves the terminal and the page alike. `results` is a group, see `groups`.
"""

import re
from typing import Mapping, Sequence

from flan_jax.evaluation import groups, metrics

NOTHING = '–'
PLAIN_RANKING = 'sum'
ZERO_SHOT = 'zero-shot'


def title(results: Mapping) -> str:
  """'nli held out · data: embedded', 'nli held out, 2 shots · data: tfds'."""
  cluster, asked = results['cluster'], groups.manner(results)
  state = ', not known to be unseen' if groups.perhaps_seen(results) else ' held out'
  subject = f'{cluster}{state}' if cluster else 'held-in sets'
  subject += '' if asked == ZERO_SHOT else f', {asked}'
  return f'{subject} · data: {results["data"]}'


def limits(results: Mapping) -> list[str]:
  """Which scores do not count in full: of a part of the examples, perhaps of seen ones."""
  evaluations = results['evaluations']
  lines = training(results)
  for limit in sorted({one['limit'] for one in evaluations} - {None}):
    limited = ' and '.join(one['name'] for one in evaluations if one['limit'] == limit)
    lines.append(f'limited: only the first {limit} examples of each split ({limited})')
  return lines


def training(results: Mapping) -> list[str]:
  """That nothing is known of the data of a model, or of that which a run began from."""
  known = groups.training(results)
  if known == groups.KNOWN:
    return []
  if known == groups.UNKNOWN:
    return ['nothing is known of what the model was trained on: it may have seen these datasets']
  return ['nothing is known of what the model that the run began from was trained on: it may have seen these datasets']


def notes(results: Mapping) -> list[str]:
  """What a reader must know to read the table."""
  evaluations = results['evaluations']
  entries = [entry for one in evaluations for entry in one['datasets'].values()]
  lines = []
  held_in = [entry for entry in entries if entry['held_in']]
  if any(map(_entry_of_dev, held_in)):
    lines.append('held-in: scores of the dev set, of tasks that were trained on')
  elif held_in:
    lines.append('held-in: scores of tasks that were trained on')
  lines += _metrics_note(results)
  lines += [
    f'{one["name"]}: options ranked by their {one["ranking"]} scores'
    for one in evaluations
    if one.get('ranking', PLAIN_RANKING) != PLAIN_RANKING
  ]
  return lines + data(results['data'])


def data(origin: str) -> list[str]:
  """What a reader must know of the data that scores are of. origin: 'tfds 58, hub 4'."""
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


def main(results: Mapping) -> list[Mapping]:
  """The evaluations to compare: not the steps on the way, where there are others."""
  every = results['evaluations']
  return [one for one in every if step(one['name']) is None] or every[-1:]


def step(name: str) -> int | None:
  """'step 1000', 'untuned step 1000' -> 1000: an evaluation that another followed."""
  found = re.fullmatch(r'(?:.* )?step (\d+)', name)
  return int(found[1]) if found else None


def rows(results: Mapping) -> list[dict]:
  """The table: held-out datasets, their mean, held-in datasets.

  Each row: `name`, `metric`, `plotted` (has a place from 0 to 100), `held_in`, `first`
  (begins a section, with this `heading`), `mean_row`, `majority` (text),
  `majority_value`, `scores`: evaluation name -> {'text', 'best', 'mean', 'std'}.
  """
  evaluations = results['evaluations']
  table = []
  for held_in in (False, True):
    names = dict.fromkeys(
      name for one in evaluations for name, entry in one['datasets'].items() if entry['held_in'] == held_in
    )
    group = [_row(name, evaluations) for name in names]
    if group and not held_in:
      group.append(_mean_row(evaluations, group))
    if group:
      group[0] |= {'first': True, 'heading': heading(results, held_in)}
    table += group
  return table


def heading(results: Mapping, held_in: bool) -> str:
  """Over the rows of the datasets that were held in, or were not."""
  if not held_in:
    return 'not known to be unseen' if groups.perhaps_seen(results) else 'held out'
  entries = [entry for one in results['evaluations'] for entry in one['datasets'].values() if entry['held_in']]
  of_dev = all(map(_entry_of_dev, entries))
  return 'held in: dev sets of tasks trained on' if of_dev else 'held in: tasks trained on'


def _row(name: str, evaluations: Sequence[Mapping]) -> dict:
  entries = {one['name']: one['datasets'].get(name) for one in evaluations}
  last = next(entry for entry in reversed(entries.values()) if entry)
  metric = last['primary']
  return {
    'name': name,
    'metric': metric,
    'plotted': metric not in metrics.COUNTED,
    'held_in': last['held_in'],
    'first': False,
    'heading': '',
    'mean_row': False,
    'majority': number(last['majority']),
    'majority_value': last['majority'],
    'scores': {key: _cell(entry) for key, entry in entries.items()},
  }


def _mean_row(evaluations: Sequence[Mapping], group: Sequence[Mapping]) -> dict:
  scores = {
    one['name']: {'mean': one['mean'], 'std': None, 'text': number(one['mean']), 'best': ''} for one in evaluations
  }
  baselines = [row['majority_value'] for row in group if row['plotted']]
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
    'scores': scores,
  }


def _cell(entry: Mapping | None) -> dict:
  if entry is None or entry['mean'] is None:
    return {'mean': None, 'std': None, 'text': NOTHING, 'best': NOTHING}
  return {'mean': entry['mean'], 'std': entry['std'], 'best': best_on_dev(entry), 'text': spread(entry)}


def spread(entry: Mapping) -> str:
  """'60.5 (1.2)': the mean over the templates, their deviation in brackets.

  Of a single template, as of the mean over datasets, there is no deviation.
  """
  return number(entry['mean']) + (f' ({entry["std"]:.1f})' if several(entry) else '')


def several(entry: Mapping) -> bool:
  """Whether there is more than one template to have a deviation."""
  return len(entry.get('templates', ())) > 1 and entry['std'] is not None


def best_on_dev(entry: Mapping) -> str:
  """'61.5 (#2)': the test score of the template that was best on dev."""
  if entry['best_dev_test'] is None:
    return NOTHING
  return f'{entry["best_dev_test"]:.1f} (#{entry["best_dev_template"]})'


def number(value: float | None) -> str:
  return NOTHING if value is None else f'{value:.1f}'


def interval(ends: Sequence[float] | None) -> str:
  """'48.0 to 56.0'."""
  return f'{ends[0]:.1f} to {ends[1]:.1f}' if ends else NOTHING


def split_of(entry: Mapping) -> str:
  """Where the scores are from: 'test', or 'dev' where there is no test."""
  return 'dev' if _entry_of_dev(entry) else 'test'


def _entry_of_dev(entry: Mapping) -> bool:
  return all(one['n_test'] == 0 for one in entry['templates'])
