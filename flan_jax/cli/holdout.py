# SPDX-License-Identifier: Apache-2.0
"""Command: which tasks are trained on, held out and dropped, and with what weight."""

import json
from typing import Sequence

from flan_jax.cli import commandline
from flan_jax.runs import registration


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'holdout',
    """
      Prints what holding out a cluster or a task means: the tasks trained on with their mixing
      weights, the tasks held out, and the tasks dropped with them (paper section 2.2).
      Without prepared data the published sizes serve ("declared").""",
  )
  made.add_argument(
    '--cluster',
    required=True,
    help="the cluster to hold out, several joined by commas, a task, or a set such as 'superglue'",
  )
  made.add_argument('--json', action='store_true', help='one line of JSON')
  flags = commandline.parse(made, arguments)
  commandline.set_data_dir(flags)
  result = describe(flags.cluster)
  print(json.dumps(result)) if flags.json else show(result)


def describe(cluster: str) -> dict:
  """The hold-out as plain data; the keys are those that `--json` prints."""
  registration.load_tasks()
  from flan_jax.data import holdouts

  rule = holdouts.holdout(cluster)
  weights, counts = holdouts.weights(rule.train)
  total = sum(weights.values())
  return {
    'cluster': cluster,
    'counts': counts,
    'train': [{'task': task, 'weight': weight, 'probability': weight / total} for task, weight in weights.items()],
    'held_out': list(rule.held_out),
    'dropped': [{'task': t, 'because': why} for t, why in rule.dropped.items()],
  }


def show(result: dict) -> None:
  """The same as a table."""
  from rich.console import Console
  from rich.table import Table

  table = Table(title=f'{result["cluster"]} held out ({result["counts"]} sizes)')
  table.add_column('task')
  table.add_column('role')
  table.add_column('weight', justify='right')
  table.add_column('probability', justify='right')
  for row in result['train']:
    table.add_row(row['task'], 'train', f'{row["weight"]:,.0f}', f'{row["probability"]:.2%}')
  for task in result['held_out']:
    table.add_row(task, '[bold]held out[/bold]', '', '')
  for row in result['dropped']:
    table.add_row(row['task'], f'dropped: {row["because"]}', '', '')
  Console().print(table)
