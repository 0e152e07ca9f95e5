# SPDX-License-Identifier: Apache-2.0
"""What the page says of held-out text in the text trained on, as the paper's appendix C does."""

from typing import Any

NOTHING_HELD_OUT = 'Nothing is held out, so no text was compared.'
IMPORTED = 'The text of the examples was not compared: the model was imported, and its training text is not known.'
NOT_COMPARED = 'The text of held-out examples was not compared with the text trained on.'


def section(run: Any) -> dict[str, Any]:
  """Returns the content of the section, from a training.run_file.Run.

  Returns:
    If the run compared the text: `rows`, one of each held-out dataset, `left_out`: (task,
    its training records that were left out), `skipped`: (reason, tasks that were not compared)
    and `policy`. Otherwise `missing`, a sentence, and `command`, which compares, or ''.
  """
  found = run.overlap
  if found is None:
    return _missing(run)
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
    'marked': bool(numbers['absolute']),
  }


def _counted(count: int, of: int) -> tuple[str, str]:
  """('12', '1.2%'); no percentage of nothing."""
  return f'{count:,}', f'{count / of:.1%}' if count else ''
