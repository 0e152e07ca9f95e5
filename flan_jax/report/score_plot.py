# SPDX-License-Identifier: Apache-2.0
"""The plot of the scores: for each dataset a lane per evaluation, from 0 to 100.

A lane has a faint dot for every template, a box from the first to the third quartile, a
line for the 95% interval and a mark for the mean. The paper's figures are ticks.
"""

import re
from typing import Any, Iterator, Mapping, Sequence

from flan_jax.evaluation import metrics
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import Difference, Evaluation, MethodScores
from flan_jax.report import tables

COLOURED = ('untuned', 'plain', 'tuned')
_APART = 3.2  # percent of a lane, the width of a letter
_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'


def place(value: float | None) -> float:
  """Returns a score's position on a track from 0 to 100; a negative correlation is at 0."""
  return round(min(max(value or 0.0, 0.0), 100.0), 2)


def colour(name: str) -> str:
  """Returns the CSS class of an evaluation."""
  return name if name in COLOURED else 'other'


def blocks(group: Group, references: Mapping[str, Sequence[Mapping]]) -> list[dict]:
  """Returns a block for each row of the table.

  Each: the keys of `tables.rows`, `sizes`, `ticks` (see `_ticks`), `lanes` (see `_lane`),
  `differences` (see `_difference`).
  """
  letters, evaluations = legend(references), tables.main(group)
  made = []
  for row in tables.rows(group):
    lanes = []
    for one in evaluations:
      lanes += _lanes_of(one, row)
    if not lanes:
      continue  # only intermediate evaluations have it
    own = of_dataset(references, row['name'])
    made.append(
      {
        **row,
        'lanes': lanes,
        'sizes': _sizes(evaluations, row['name']),
        'ticks': _ticks(own, letters, row['metric']) if row['plotted'] else [],
        'differences': list(_differences(group, row)),
      }
    )
  return made


def legend(references: Mapping[str, Sequence[Mapping]]) -> dict[tuple[str, str], str]:
  """Returns (system, setting) -> the letter of its ticks."""
  kinds = dict.fromkeys((one['system'], one['setting']) for group in references.values() for one in group)
  return {kind: _LETTERS[i] if i < len(_LETTERS) else str(i + 1) for i, kind in enumerate(kinds)}


def of_dataset(references: Mapping, name: str) -> Sequence[Mapping]:
  """Returns a dataset's references; a variant, 'rte.5shot', has those of its dataset."""
  return references.get(name) or references.get(name.split('.')[0], [])


def _ticks(own: Sequence[Mapping], letters: Mapping, metric: str) -> list[dict]:
  """Returns ticks from left to right: `letter`, `place`, `text`, `level`.

  Letters too close to each other get different levels, 0 at the bottom.
  """
  ticks, ends = [], []
  for one in sorted(drawn(own, metric), key=lambda one: one['value']):
    where = place(one['value'])
    level = next((i for i, end in enumerate(ends) if where - end >= _APART), len(ends))
    ends[level : level + 1] = [where]
    letter = letters[one['system'], one['setting']]
    ticks.append({'letter': letter, 'place': where, 'level': level, 'text': f'{letter}: {told(one)}'})
  return ticks


def drawn(own: Sequence[Mapping], metric: str) -> list[Mapping]:
  """Returns the references with the metric of the lanes."""
  return [one for one in own if one['value'] is not None and _same_metric(one.get('metric'), metric)]


def _same_metric(theirs: str | None, ours: str) -> bool:
  """'F1' matches 'f1a', 'Exact match' 'trivia_exact_match'; no name matches any metric."""
  theirs, ours = (re.sub('[^a-z0-9]', '', (name or '').lower()) for name in (theirs, ours))
  return not theirs or theirs in ours or ours in theirs


def told(one: Mapping) -> str:
  """Describes a reference: 'FLAN 137B, zero-shot: 64.1 accuracy (a note)'."""
  of = f'{one["system"]}, {one["setting"]}' if one['setting'] else one['system']
  note = f' ({one["note"]})' if one.get('note') else ''
  return f'{of}: {tables.number(one["value"])} {one.get("metric") or ""}'.strip() + note


def _lanes_of(evaluation: Evaluation, row: Mapping) -> list[dict]:
  name = evaluation.name
  if row['mean_row']:
    return [_lane(name, name, evaluation.summary, row)] if evaluation.mean is not None else []
  scores = evaluation.datasets.get(row['name'])
  if scores is None:
    return []
  lanes = [_lane(name, name, scores, row)]
  return lanes + ([_lane(name, f'{name}, decoded', scores.decoded, row)] if scores.decoded else [])


def _lane(name: str, label: str, scores: MethodScores, row: Mapping) -> dict[str, Any]:
  """Returns `label`, `colour`, places (`mark`, `dots`, `box`, `line`) and texts of one lane."""
  mean, plotted = scores.mean, row['plotted']
  quartiles = scores.quartiles if tables.several(scores) else None
  middle = tables.number(scores.median)
  middle += f' ({tables.interval(quartiles)})' if quartiles else ''
  return {
    'label': label,
    'colour': colour(name),
    'decoded': label != name,
    'mark': place(mean) if plotted and mean is not None else None,
    'dots': _dots(scores, row['metric']) if plotted else [],
    'box': _ends(quartiles) if plotted else None,
    'line': _ends(scores.interval) if plotted else None,
    'mean': tables.spread(scores),
    'interval': tables.interval(scores.interval),
    'median': middle,
    'best': tables.best_on_dev(scores),
    'asked': tables.asking(scores, name),
  }


def _ends(pair: Sequence[float] | None) -> tuple[float, float] | None:
  """Returns the distances of the two ends from the left and from the right."""
  return (place(pair[0]), round(100 - place(pair[1]), 2)) if pair else None


def _dots(scores: MethodScores, metric: str) -> list[dict[str, Any]]:
  return [
    {'place': place(value), 'text': f'template {template}: {value:.1f}'}
    for template, value in scores.by_template(metric).items()
  ]


def _sizes(evaluations: Sequence[Evaluation], name: str) -> str:
  every = [one.datasets[name] for one in evaluations if name in one.datasets]
  return tables.sizes(every[-1]) if every else ''


def _differences(group: Group, row: Mapping) -> Iterator[dict[str, str]]:
  """Yields the comparisons of a row: see `difference`."""
  for one in group.comparisons:
    found = one.mean if row['mean_row'] else one.datasets.get(row['name'])
    if found:
      yield {'of': one.of, 'against': one.against, **difference(found, row['metric'])}


def difference(found: Difference, metric: str = '') -> dict[str, str]:
  """Returns `value`, `interval` and `p` as text, and `verdict`.

  The verdict is 'better' or 'worse' if the interval excludes 0, else ''.
  """
  ends = found.interval
  clear = ends is not None and (ends[0] > 0 or ends[1] < 0)
  good = metrics.better(metric, found.difference) > 0
  return {
    'value': f'{found.difference:+.1f}',
    'interval': f'{ends[0]:+.1f} to {ends[1]:+.1f}' if ends else '',
    'p': _chance(found.p),
    'verdict': ('better' if good else 'worse') if clear else '',
  }


def _chance(p: float | None) -> str:
  if p is None:
    return ''
  return 'p < 0.001' if p < 0.001 else f'p = {p:.3f}' if p < 0.1 else f'p = {p:.2f}'
