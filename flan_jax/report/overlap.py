# SPDX-License-Identifier: Apache-2.0
"""The page's section on held-out text in the training data, as in the paper's appendix C."""

from typing import Any, Mapping, Sequence

from flan_jax.evaluation import clean_part, groups
from flan_jax.evaluation.groups import Group
from flan_jax.report import tables

NOTHING_HELD_OUT = 'Nothing is held out, so no text was compared.'
IMPORTED = 'The text of the examples was not compared: the model was imported, and its training text is not known.'
NOT_COMPARED = 'The text of held-out examples was not compared with the text trained on.'


def section(run: Any, every: Sequence[Group], given: Any) -> dict[str, Any]:
  """Returns the content of the section.

  Args:
    run: training.run_file.Run.
    every: the groups of the results.
    given: page.Inputs.

  Returns:
    If the run compared the text: `rows`, one per held-out dataset, `left_out`: (task, number
    of its training records left out), `skipped`: (reason, tasks not compared) and `policy`.
    Otherwise `missing`, a sentence, and `command`, which would compare, or ''. In both
    cases `clean`, the scores on the clean part by group, `fewest` and `not_clean`.
  """
  clean = [one for group in every if (one := _clean(group, every, given.clean))]
  return {**compared(run), 'clean': clean, 'fewest': clean_part.FEWEST, 'not_clean': given.not_clean}


def compared(run: Any) -> dict[str, Any]:
  """The section without scores, of a training.run_file.Run."""
  return {'left_out': [], **(_missing(run) if run.overlap is None else _compared(run.overlap))}


def _compared(found: Any) -> dict[str, Any]:
  reasons: dict[str, list[str]] = {}
  for task, reason in found.skipped.items():
    reasons.setdefault(reason, []).append(task)
  return {
    'missing': '',
    'policy': found.policy,
    'rows': [_row(name, numbers) for name, numbers in found.datasets.items()],
    'left_out': [(task, f'{count:,}') for task, count in found.left_out.items()],
    'total': f'{sum(found.left_out.values()):,}',
    'skipped': list(reasons.items()),
  }


def _clean(group: Group, every: Sequence[Group], given: Mapping[str, Mapping]) -> dict[str, Any] | None:
  """Returns the scores of a group's tuned model; None if they are unknown."""
  rows, problems = [], []
  for one in group.evaluations:
    for name, parts in given.get(one.folder, {}).items() if one.name == 'tuned' else ():
      if name in one.datasets and 'problem' in parts:
        problems.append((name, parts['problem']))
      elif name in one.datasets:
        rows.append({'name': name, 'metric': parts['metric'], 'split': parts['split'], 'parts': _parts(parts)})
  label = groups.label(group, every) if len(every) > 1 else ''
  return {'label': label, 'rows': rows, 'problems': problems} if rows or problems else None


def _parts(parts: Mapping[str, Any]) -> list[tuple[str, str]]:
  """(score, number of examples) of all, of the clean and of the marked examples."""
  own = [parts[name] for name in ('whole', 'clean', 'marked')]
  return [(tables.number(part['score']), f'{part["examples"]:,}') for part in own]


def _missing(run: Any) -> dict[str, Any]:
  if run.imported is not None:
    return {'missing': IMPORTED, 'command': ''}
  if not run.held_out:
    return {'missing': NOTHING_HELD_OUT, 'command': ''}
  return {'missing': NOT_COMPARED, 'command': f'flan_jax holdout --cluster={run.held_out} --text'}


def _row(name: str, numbers: Any) -> dict[str, Any]:
  examples, test = numbers['examples'], numbers['test']
  counts = [_counted(numbers[rule], examples) for rule in ('exact', 'paper', 'absolute')]
  return {
    'name': name,
    'examples': f'{examples:,}',
    'counts': counts,
    'test': f'{test:,}',
    'of_test': _counted(numbers['test_absolute'], test),
  }


def _counted(count: int, of: int) -> tuple[str, str]:
  """('12', '1.2%'); no percentage if there are none."""
  return f'{count:,}', f'{count / of:.1%}' if count else ''
