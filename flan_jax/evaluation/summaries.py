# SPDX-License-Identifier: Apache-2.0
"""From answers to scores: of each template, of a dataset, of an evaluation.

Everything here is computed from the cells that are kept, so that an evaluation which was
interrupted ends with the same results as an unbroken one.
"""

from typing import Mapping, Sequence

import numpy as np

from flan_jax.data import datasets
from flan_jax.data.encoding import Encoding
from flan_jax.errors import UserError
from flan_jax.evaluation import answers, bootstrap, groups, metrics
from flan_jax.evaluation import ranking as ranking_lib
from flan_jax.evaluation.questions import DEV, TEST


def entry(task: str, kept: answers.Folder, wanted: Sequence[tuple[int, str]], ranking: str, encoding: Encoding) -> dict:
  """All that results.json says of a dataset, but for `held_in`.

  wanted: (template, method) of its cells; where there are two methods, ranking comes
  first, and what was decoded stands under `decoded`. `majority` is what always choosing
  the most frequent class of the split that is scored would score.
  """
  asked = kept.examples()
  groups = {}
  for template, method in wanted:
    groups.setdefault(method, []).append(kept.cell(template, method))
  first, *others = [_scored(task, asked, group) for group in groups.values()]
  primary = datasets.get(task).metrics[0]
  shown = next(iter(groups.values()))[0]
  found = {
    'primary': primary,
    **first,
    'majority': metrics.majority(primary, answers.answers(asked, shown)),
    'problems': [*asked.problems, *_unanswered(groups, any(one['options'] for one in asked.examples))],
    'prompt': _prompt(asked, shown, encoding),
  }
  if ranking != ranking_lib.SUM and answers.RANK in groups:
    found['ranking'] = ranking
  return found | ({'decoded': others[0]} if others else {})


def add_intervals(made: dict, task: str, kept: answers.Folder) -> np.ndarray:
  """Gives an entry its intervals; returns the replicates of its score, [draws]."""
  primary, asked = datasets.get(task).metrics[0], kept.examples()
  for part in filter(None, (made.get('decoded'), made)):
    found = bootstrap.replicates(
      primary, [answers.answers(asked, kept.cell(one['template'], one['method'])) for one in part['templates']]
    )
    part['interval'] = list(bootstrap.mean_interval([found]))
  return found


def _scored(task: str, asked: answers.Examples, group: Sequence[answers.Cell]) -> dict:
  dataset = datasets.get(task)
  templates = [
    {
      'template': cell.template,
      'kind': dataset.templates[cell.template].kind,
      'method': cell.method,
      'n_dev': asked.sizes[DEV],
      'n_test': asked.sizes[TEST],
      **{split: _metrics(dataset.metrics, asked, cell, split) for split in (DEV, TEST)},
      'cut': cell.cut,
      'cut_answers': cell.cut_answers,
      'unanswered': cell.unanswered,
    }
    for cell in group
  ]
  return {'templates': templates, **summary(templates, dataset.metrics[0]), 'interval': None}


def _metrics(names, asked, cell, split) -> dict[str, float]:
  if not asked.sizes[split]:
    return {}
  given = answers.answers(asked, cell, split)
  return {name: metrics.score(name, given) for name in names}


def summary(templates: Sequence[Mapping], primary: str) -> dict:
  """mean, std, median, quartiles, best_dev_template, best_dev_test of the primary metric.

  Over test where it was evaluated, else over dev. The deviation is that of the
  population; of templates equally good on dev the lowest number is taken.
  """
  scored = TEST if templates[0]['n_test'] else DEV
  values = [one[scored][primary] for one in templates]
  best = max(
    (one for one in templates if one['n_dev']),
    default=None,
    key=lambda one: (metrics.better(primary, one[DEV][primary]), -one['template']),
  )
  return {
    'mean': float(np.mean(values)),
    'std': float(np.std(values)),
    'median': float(np.median(values)),
    'quartiles': [float(value) for value in np.quantile(values, [0.25, 0.75])],
    'best_dev_template': best and best['template'],
    'best_dev_test': best[TEST].get(primary) if best else None,
  }


def _unanswered(groups: Mapping[str, Sequence[answers.Cell]], options: bool) -> list[str]:
  """Prompts that got no answer, and why. options: whether they have any."""
  lines = [
    f'template {cell.template}: {cell.unanswered:,} of {len(cell.answers):,} prompts '
    'had scores that are no numbers; they count as wrong'
    for cell in groups.get(answers.RANK, ())
    if cell.unanswered
  ]
  decoded = groups.get(answers.DECODE, ())
  count = sum(cell.unanswered for cell in decoded)
  if count:
    what = 'none of the options' if options else 'empty'
    lines.append(
      f'{count:,} of {sum(len(cell.answers) for cell in decoded):,} decoded answers are {what}; they count as wrong'
    )
  return lines


def _prompt(asked, cell: answers.Cell, encoding: Encoding) -> dict | None:
  """The first prompt, read back from its tokens: what the model really saw."""
  found = next(answers.shown(asked, cell), None)
  if found is None:
    return None
  _, example, given = found
  options, answer = example['options'], given['answer']
  if options:
    answer = options[answer] if answer >= 0 else ''
  return {
    'template': cell.template,
    'inputs': given['prompt'],
    'tokens': given['tokens'],
    'separators': list(encoding.separators),
    'options': options,
    'target': given['target'],
    'answer': answer,
  }


def evaluation(
  name: str,
  step: int,
  conditions: Mapping,
  entries: Mapping,
  problems: Mapping = {},
  replicates: Mapping[str, np.ndarray] = {},
  training: str = groups.KNOWN,
) -> dict:
  """One of the evaluations of results.json.

  conditions: see groups.conditions. replicates: of the entries, if there are any; `mean`
  then has its interval. training: see groups.TRAINING.
  """
  resampled = [replicates[dataset] for dataset in in_mean(entries)] if replicates else []
  return {
    'name': name,
    'step': step,
    **conditions,
    'answers': groups.folder(name, conditions),
    'training': training,
    'datasets': dict(entries),
    'problems': dict(problems),
    'mean': mean(entries),
    'interval': list(bootstrap.mean_interval(resampled)) if resampled else None,
  }


def mean(entries: Mapping[str, Mapping]) -> float | None:
  """That of the held-out datasets; None if there are none."""
  averaged = [entries[dataset]['mean'] for dataset in in_mean(entries)]
  return float(np.mean(averaged)) if averaged else None


def in_mean(entries: Mapping[str, Mapping]) -> list[str]:
  """The held-out datasets whose scores can be averaged: 0..100, words apart."""
  held_out = [name for name, one in entries.items() if not one['held_in']]
  scores = [name for name in held_out if entries[name]['primary'] not in metrics.COUNTED]
  return scores or held_out


def compare(
  ours: str, theirs: str, entries: Mapping[str, Mapping], columns: Sequence[Mapping[str, Sequence[metrics.Answers]]]
) -> dict:
  """A comparison of results.json: what `ours` has more than `theirs`, and how surely.

  entries: of ours. columns: of both, dataset -> answers in each template.
  """
  found, problems = {}, {}
  for name in entries:
    pair = [side.get(name) for side in columns]
    if not all(pair):
      continue
    try:
      found[name] = bootstrap.differences(entries[name]['primary'], *pair)
    except UserError as error:  # they answer different examples
      problems[name] = str(error)
  averaged = [found[name] for name in in_mean(entries) if name in found]
  return {
    'of': ours,
    'against': theirs,
    'problems': problems,
    'datasets': {name: _told(bootstrap.mean_difference([one])) for name, one in found.items()},
    'mean': _told(bootstrap.mean_difference(averaged)) if averaged else None,
  }


def _told(one: bootstrap.Difference) -> dict:
  return {'difference': one.difference, 'interval': [one.low, one.high], 'p': one.p}
