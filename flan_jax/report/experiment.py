# SPDX-License-Identifier: Apache-2.0
"""Tables of several runs: clusters held out in turn, ways to use a base, soft prompts.

A table is plain data, the content of <experiment>.json:

    {"schema": 1, "experiment": "holdouts", "title", "data", "limit", "notes": [...],
     "columns": ["untuned", "plain", "tuned"], "compared": "tuned − untuned" | null,
     "groups": [{"name": "nli", "title", "problem": null, "rows": [ROW], "mean": ROW}],
     "average": ROW | null}

where a ROW is {"name", "metric", "plotted", "scores": {COLUMN: {"mean", "std",
"interval"} | null}, "difference": {"difference", "interval", "p"} | null}; a score that
does not exist is null.
"""

import datetime
import json
import os
from typing import Any, Mapping, NamedTuple, Sequence

from flan_jax import storage
from flan_jax.evaluation import groups as groups_lib
from flan_jax.evaluation import metrics
from flan_jax.evaluation.groups import Group
from flan_jax.evaluation.scores import Comparison, DatasetScores, Difference, Evaluation, MethodScores
from flan_jax.report import score_plot, tables

SCHEMA = 1
UNTUNED, PLAIN, TUNED = 'untuned', 'plain', 'tuned'
FINE, INSTRUCTION = 'fine-tuned', 'instruction-tuned'
PROMPT_OF_UNTUNED, PROMPT_OF_TUNED = 'untuned, prompt-tuned', 'instruction-tuned, prompt-tuned'
NOTHING = '–'
_COMPARED = f'{TUNED} − {UNTUNED}'
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'experiment.html.j2')


class Outcome(NamedTuple):
  """The outcome of a run: its evaluations, a problem, or neither if it is unfinished."""

  name: str
  title: str
  group: Group | None
  problem: str | None


def holdouts(runs: Sequence[Outcome], limit: int | None) -> dict:
  """Returns the table of clusters held out one after the other (figures 1 and 4).

  Args:
    runs: one per cluster.
    limit: on the examples of a split; evaluations with another limit are ignored.
  """
  groups = [_group(run, limit) for run in runs]
  columns = _present([UNTUNED, PLAIN, TUNED], groups)
  for group in groups:
    _narrow([*group['rows'], group['mean']], columns)
  average = _average([group['mean'] for group in groups], columns, 'clusters')
  return _table(
    'holdouts',
    'Each cluster held out in turn',
    runs,
    limit,
    columns,
    _COMPARED if UNTUNED in columns else None,
    groups,
    average,
  )


def ways(run: Outcome, singles: Sequence[Outcome], limit: int | None) -> dict:
  """Returns the table of prompting, fine-tuning and instruction tuning (figure 2).

  Args:
    run: of the held-out cluster: its untuned model is the prompted one.
    singles: one per fine-tuning, named after its task.
  """
  held_out = _evaluations(run, limit)
  by_way = {
    UNTUNED: _datasets(held_out.get(UNTUNED)),
    PLAIN: _datasets(held_out.get(PLAIN)),
    FINE: _tuned(singles, limit),
    INSTRUCTION: _datasets(held_out.get(TUNED)),
  }
  return _of_ways('ways', f'Three ways to use a base: {run.title}', [run, *singles], limit, by_way)


def prompt_tuning(run: Outcome, untuned: Sequence[Outcome], tuned: Sequence[Outcome], limit: int | None) -> dict:
  """The table of soft prompts of a base and of the model that was tuned from it (figure 10).

  Args:
    run: of the cluster held out.
    untuned, tuned: of each soft prompt, beside the base and beside that run.
  """
  held_out = _evaluations(run, limit)
  by_way = {
    UNTUNED: _datasets(held_out.get(UNTUNED)),
    INSTRUCTION: _datasets(held_out.get(TUNED)),
    PROMPT_OF_UNTUNED: _tuned(untuned, limit),
    PROMPT_OF_TUNED: _tuned(tuned, limit),
  }
  return _of_ways('prompt_tuning', f'Soft prompts: {run.title}', [run, *untuned, *tuned], limit, by_way)


def _tuned(singles: Sequence[Outcome], limit: int | None) -> dict[str, DatasetScores]:
  """What runs of one task each reached on it."""
  found = [_evaluations(single, limit).get(TUNED) for single in singles]
  return {name: scores for one in found for name, scores in _datasets(one).items()}


def _of_ways(
  experiment: str,
  title: str,
  runs: Sequence[Outcome],
  limit: int | None,
  by_way: Mapping[str, Mapping[str, DatasetScores]],
) -> dict:
  """The table of one cluster, the first run's: a column for each way."""
  run = runs[0]
  rows = [_row(name, by_way) for name in dict.fromkeys(name for one in by_way.values() for name in one)]
  group: dict[str, Any] = {'name': run.name, 'title': run.title, 'problem': run.problem, 'rows': rows, 'mean': None}
  columns = _present(list(by_way), [group])
  _narrow(rows, columns)
  whole = [row for row in rows if all(row['scores'].values())]
  group['mean'] = _average(whole, columns, 'tasks with every way')
  return _table(experiment, title, runs, limit, columns, None, [group], None)


def _table(experiment, title, runs, limit, columns, compared, groups, average) -> dict:
  data = ' and '.join(dict.fromkeys(run.group.conditions.data for run in runs if run.group))
  return {
    'schema': SCHEMA,
    'experiment': experiment,
    'title': title,
    'data': data,
    'limit': limit,
    'notes': _notes(runs, groups, data, limit),
    'columns': columns,
    'compared': compared,
    'groups': groups,
    'average': average,
  }


def _notes(runs, groups, data: str, limit: int | None) -> list[str]:
  """Returns the notes needed to read the table."""
  notes = [f'{run.name} is missing: {run.problem}' for run in runs if run.problem]
  if limit is not None:
    notes.append(f'limited: only the first {limit} examples of each split')
  unknown = [run.name for run in runs if run.group and run.group.training != groups_lib.KNOWN]
  if unknown:
    notes.append(
      f'{", ".join(unknown)}: nothing is known of what the model that the run '
      'began from was trained on: it may have seen these datasets'
    )
  notes += tables.data(data)
  counted = [row['name'] for group in groups for row in group['rows'] if not row['plotted']]
  if counted:
    notes.append(f'{", ".join(counted)}: words to correct, lower is better, not averaged with scores')
  for run in runs:
    problems = {name: why for one in _evaluations(run, limit).values() for name, why in one.problems.items()}
    notes += [f'{name} could not be evaluated: {why}' for name, why in problems.items()]
  return list(dict.fromkeys(notes))


def _evaluations(run: Outcome, limit: int | None) -> dict[str, Evaluation]:
  if run.group is None or run.group.conditions.limit != limit:
    return {}
  return {one.name: one for one in run.group.evaluations}


def _datasets(evaluation: Evaluation | None) -> Mapping[str, DatasetScores]:
  return evaluation.datasets if evaluation else {}


def _group(run: Outcome, limit: int | None) -> dict[str, Any]:
  """Returns a cluster: its held-out datasets, and their mean from the evaluation."""
  evaluations, compared = _evaluations(run, limit), _comparison(run.group)
  by_name = {name: one.datasets for name, one in evaluations.items()}
  names = dict.fromkeys(name for own in by_name.values() for name, scores in own.items() if not scores.held_in)
  rows = [_row(name, by_name, compared and compared.datasets.get(name)) for name in names]
  scores = {name: _score(one.summary) for name, one in evaluations.items()}
  mean = {
    'name': 'mean',
    'metric': '',
    'plotted': any(row['plotted'] for row in rows),
    'scores': scores,
    'difference': _difference(scores, compared and compared.mean),
  }
  return {'name': run.name, 'title': run.title, 'problem': run.problem, 'rows': rows, 'mean': mean if rows else None}


def _comparison(group: Group | None) -> Comparison | None:
  ours = [one for one in group.comparisons if (one.of, one.against) == (TUNED, UNTUNED)] if group else []
  return ours[0] if ours else None


def _row(
  name: str, columns: Mapping[str, Mapping[str, DatasetScores]], compared: Difference | None = None
) -> dict[str, Any]:
  found = {column: datasets.get(name) for column, datasets in columns.items()}
  metric = next(scores.primary for scores in found.values() if scores)
  scores = {column: _score(scores) for column, scores in found.items()}
  return {
    'name': name,
    'metric': metric,
    'plotted': metric not in metrics.COUNTED,
    'scores': scores,
    'difference': _difference(scores, compared),
  }


def _score(scores: MethodScores | None) -> dict[str, Any] | None:
  """Returns the score of a dataset, or of an evaluation as a whole."""
  if scores is None or scores.mean is None:
    return None
  return {'mean': scores.mean, 'std': scores.std, 'interval': scores.interval and list(scores.interval)}


def _difference(scores: Mapping, compared: Difference | None = None) -> dict[str, Any] | None:
  """Returns the evaluation's difference; without a test if the evaluation has none."""
  if compared:
    return compared.to_json()
  before, after = scores.get(UNTUNED), scores.get(TUNED)
  if not (before and after):
    return None
  return {'difference': after['mean'] - before['mean'], 'interval': None, 'p': None}


def _present(columns: Sequence[str], groups) -> list[str]:
  rows = [row for group in groups for row in group['rows']]
  return [column for column in columns if any(row['scores'].get(column) for row in rows)]


def _narrow(rows: Sequence[dict | None], columns: Sequence[str]) -> None:
  """Reduces the rows to these columns."""
  for row in filter(None, rows):
    row['scores'] = {column: row['scores'].get(column) for column in columns}


def _average(rows: Sequence[Mapping | None], columns, of: str) -> dict | None:
  """Averages the rows on the scale of 0 to 100; the same rows in every column."""
  rows = [row for row in rows if row and row['plotted']]
  if not rows:
    return None
  scores: dict[str, Any] = {}
  for column in columns:
    found = [row['scores'][column] for row in rows]
    mean = sum(one['mean'] for one in found) / len(found) if all(found) else None
    scores[column] = None if mean is None else {'mean': mean, 'std': None, 'interval': None}
  return {
    'name': f'average over {of} ({len(rows)})',
    'metric': '',
    'plotted': True,
    'scores': scores,
    'difference': _difference(scores),
  }


def lines(table: Mapping) -> list[dict]:
  """Returns the rows for display: `name`, `first` (of its group), `mean_row`, and as text

  `cells`, for each column (score, interval), and `difference`, (difference, p).
  """
  found = []
  for group in table['groups']:
    rows = [(row['name'], row, False) for row in group['rows']]
    if group['mean']:
      own = group['mean']['name']
      rows.append((own if own != 'mean' else f'{group["name"]}: mean', group['mean'], True))
    rows = rows or [(group['name'], {'scores': {}, 'metric': ''}, False)]
    found += [_line(table, name, row, mean, turn == 0) for turn, (name, row, mean) in enumerate(rows)]
  if table['average']:
    found.append(_line(table, table['average']['name'], table['average'], True, True))
  return found


def _line(table, name: str, row: Mapping, mean_row: bool, first: bool) -> dict:
  metric = row['metric'] if row['metric'] not in ('', 'accuracy') else ''
  cells = [texts(row['scores'].get(column)) for column in table['columns']]
  return {
    'name': f'{name} ({metric})' if metric else name,
    'first': first,
    'mean_row': mean_row,
    'cells': cells,
    'difference': _gap(row.get('difference')),
  }


def texts(score: Mapping | None) -> tuple[str, str]:
  """('52.0 (1.3)', '[48.0, 56.0]'), or a placeholder."""
  if not score:
    return NOTHING, ''
  spread = '' if score['std'] is None else f' ({score["std"]:.1f})'
  return f'{score["mean"]:.1f}{spread}', _range(score['interval'])


def _range(interval: Sequence[float] | None) -> str:
  return f'[{interval[0]:.1f}, {interval[1]:.1f}]' if interval else ''


def _gap(difference: Mapping | None) -> tuple[str, str]:
  if not difference:
    return NOTHING, ''
  p = difference['p']
  known = '' if p is None else 'p < 0.001' if p < 0.001 else f'p = {p:.3f}'
  return f'{difference["difference"]:+.1f}', known


def markdown(table: Mapping) -> str:
  """Returns the table as Markdown."""
  compared = [table['compared']] if table['compared'] else []
  text = [f'# {table["title"]}', '', f'data: {table["data"] or NOTHING}', '']
  text += [f'- {note}' for note in table['notes']] + [''] * bool(table['notes'])
  heads = [f'{column}, mean (sd) [95%]' for column in table['columns']]
  sides = ['---:'] * len(heads + compared)
  text += [_bars(['', *heads, *compared]), _bars(['---', *sides])]
  for line in lines(table):
    cells = [' '.join(filter(None, cell)) for cell in line['cells']]
    if compared:
      cells.append(', '.join(filter(None, line['difference'])))
    bold = '**' if line['mean_row'] else ''
    text.append(_bars([f'{bold}{cell}{bold}' for cell in [line['name'], *cells]]))
  return '\n'.join(text) + '\n'


def _bars(cells: Sequence[str]) -> str:
  return f'| {" | ".join(cell.replace("|", "&#124;") for cell in cells)} |'


def page(table: Mapping) -> str:
  """Returns the table as an HTML page, with a bar for each score."""
  average = (
    [{'name': '', 'title': 'All of them', 'problem': None, 'rows': [], 'mean': table['average']}]
    if table['average']
    else []
  )
  return storage.filled(
    _TEMPLATE,
    table=table,
    groups=[*table['groups'], *average],
    texts=texts,
    gap=_gap,
    place=score_plot.place,
    written=datetime.datetime.now().strftime('%Y-%m-%d %H:%M'),
  )


def write(root: str, table: Mapping) -> list[str]:
  """Writes <experiment>.json, .md and .html into a folder; returns their paths."""
  made = {'json': json.dumps(table, indent=1, ensure_ascii=False) + '\n', 'md': markdown(table), 'html': page(table)}
  storage.make_folder(root)
  paths = []
  for ending, text in made.items():
    paths.append(os.path.join(root, f'{table["experiment"]}.{ending}'))
    storage.write_whole(paths[-1], text)
  return paths
