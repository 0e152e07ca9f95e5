# SPDX-License-Identifier: Apache-2.0
"""What the page says beside the scores: that they are of unseen tasks, what was trained
on, which templates did best, and what went wrong."""

from typing import Any, Mapping, Sequence

from flan_jax.data import clusters
from flan_jax.evaluation import groups, metrics
from flan_jax.report import score_plot, tables


def unseen(rule: Mapping | None, results: Mapping) -> dict[str, Any] | None:
  """The proof that what is held out was not trained on; None where nothing is.

  Returns:
    `training`: what is known of it (groups.TRAINING); `held_out` and `trained`: (task,
    its clusters); `dropped`: (reason, tasks); `shared`: (task trained on, clusters of
    held-out tasks that it belongs to); `unchecked`: tasks trained on that are of no
    cluster; `headings`: clusters that merely collect others, which nothing follows from.
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
    'training': groups.training(results),
    'unchecked': [task for task, names in trained.items() if not names],
    'held_out': list(held_out.items()),
    'trained': list(trained.items()),
    'dropped': list(reasons.items()),
    'headings': sorted(headings),
    'shared': [(task, names) for task, names in shared if names],
  }


def shares(weights: Mapping[str, float], drawn: Mapping[str, int | None] | None):
  """For each task its intended share of the prompts and the share that was drawn.

  Returns:
    A list of `task`, `weight`, `share` and `width` (of the bar, in percent), `count`,
    `drawn` and `drawn_width`; the last three None where nothing was counted.
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


def templates(results: Mapping, phrasings: Mapping[str, Mapping]) -> list[dict]:
  """For each dataset its best and worst template, a prompt, and all scores.

  Best and worst are by the last of the evaluations that asked in several templates.
  """
  evaluations = tables.main(results)
  made = []
  for row in tables.rows(results):
    entries = {one['name']: one['datasets'][row['name']] for one in evaluations if row['name'] in one['datasets']}
    if not entries:
      continue  # the mean
    last = list(entries.values())[-1]
    names = [
      (name, split, metric)
      for name, entry in entries.items()
      for split in ('dev', 'test')
      for metric in entry['templates'][0][split]
    ]
    made.append(
      {
        'name': row['name'],
        'held_in': row['held_in'],
        'columns': names,
        'prompt': last.get('prompt'),
        'templates': _by_template(entries, names),
        'extremes': _extremes(entries, row['metric'], phrasings.get(row['name'], {})),
        'answers': {name: entry['prompt']['answer'] for name, entry in entries.items() if entry.get('prompt')},
        'sizes': f'{last["templates"][0]["n_dev"]:,} dev, '
        f'{last["templates"][0]["n_test"]:,} test examples, '
        f'{last["templates"][0]["method"]}',
      }
    )
  return made


def _by_template(entries: Mapping, columns) -> list[tuple[int, list[str]]]:
  found: dict[int, dict] = {}
  for name, entry in entries.items():
    for one in entry['templates']:
      for split in ('dev', 'test'):
        for metric, value in one[split].items():
          found.setdefault(one['template'], {})[name, split, metric] = value
  return [
    (number, [tables.number(values.get(column)) for column in columns]) for number, values in sorted(found.items())
  ]


def _extremes(entries: Mapping, metric: str, texts: Mapping) -> list[dict]:
  """Best and worst, each `label`, `template`, `text` and `scores`: (name, score).

  [] where there are fewer than two templates, or all have the same score.
  """
  by_name = {name: _scores(entry, metric) for name, entry in entries.items()}
  several = [name for name, scores in by_name.items() if len(scores) > 1]
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


def _scores(entry: Mapping, metric: str) -> dict[int, float]:
  split = tables.split_of(entry)
  return {one['template']: one[split][metric] for one in entry['templates'] if one[split].get(metric) is not None}


def problems(results: Mapping) -> list[dict]:
  """What went wrong, each thing once: `dataset`, `text`, and in which `evaluations`."""
  found: dict[tuple[str, str], list[str]] = {}
  for one in results['evaluations']:
    for problem in _problems_of(one):
      found.setdefault(problem, []).append(one['name'])
  return [
    {'dataset': dataset, 'text': text, 'evaluations': ', '.join(names)} for (dataset, text), names in found.items()
  ]


def _problems_of(evaluation: Mapping):
  for dataset, reason in (evaluation.get('problems') or {}).items():
    yield dataset, f'could not be evaluated: {reason}'
  for dataset, entry in evaluation['datasets'].items():
    for text in entry.get('problems') or ():
      yield dataset, text
    for part, how in ((entry, ''), (entry.get('decoded'), 'when decoding, ')):
      for text in _counts(part['templates'] if part else ()):
        yield dataset, how + text


def _counts(templates: Sequence[Mapping]):
  """How many prompts or answers were cut, and how many went without an answer."""
  asked = sum(one['n_dev'] + one['n_test'] for one in templates)
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
    count = sum(one.get(key) or 0 for one in templates)
    if key == 'unanswered' and any(one.get('method') == 'decode' for one in templates):
      continue  # a problem of the dataset tells how many answers were empty
    if count:
      yield f'{count:,} of {asked:,} prompts {one_was if count == 1 else several_were}'
