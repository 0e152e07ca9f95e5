# SPDX-License-Identifier: Apache-2.0
"""Command: which tasks are trained on, held out and dropped, and with what weight."""

import json
import textwrap
from typing import Any, Sequence

from flan_jax.cli import commandline
from flan_jax.runs import registration

_WIDTH = 300  # characters of a text that are shown


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'holdout',
    """
      Prints what holding out a cluster or a task means: the tasks trained on with their mixing
      weights, the tasks held out, and the tasks dropped with them (paper section 2.2).
      Without prepared data the published sizes serve ("declared").

      With --text the text of all dev and test examples that are held out is looked for in the
      text trained on. The result is kept until data or code change.""",
  )
  made.add_argument(
    '--cluster',
    required=True,
    help="the cluster to hold out, several joined by commas, a task, or a set such as 'superglue'",
  )
  made.add_argument('--text', action='store_true', help='compare texts, too')
  made.add_argument('--processes', metavar='N', help='processes that compare (default: one per core for much data)')
  made.add_argument('--store_dir', metavar='DIR', help='where results are kept (default: `store` under the data_dir)')
  made.add_argument('--json', action='store_true', help='one line of JSON')
  flags = commandline.parse(made, arguments)
  commandline.set_data_dir(flags)
  result = describe(flags.cluster)
  if flags.text:
    result['text'] = _text(result, flags)
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


def _text(result: dict, flags: Any) -> dict:
  import os

  from flan_jax.data import datasets, splits
  from flan_jax.runs import text_overlap

  stores = flags.store_dir or os.path.join(splits.data_dir(), 'store')
  tasks = [row['task'] for row in result['train']]
  for names in (result['held_out'], tasks):
    if not any(datasets.get(name).source.prepared() for name in names):
      datasets.require_prepared(names)
  return text_overlap.described(text_overlap.find(flags.cluster, tasks, stores, flags.processes))


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
  if 'text' in result:
    show_text(result['text'])


def show_text(text: dict) -> None:
  """What was found of each held-out dataset, and the worst pairs."""
  from rich.console import Console
  from rich.markup import escape
  from rich.table import Table

  console = Console()
  table = Table(title=f'text of dev and test examples in {text["train_records"]:,} training records')
  table.add_column('dataset')
  for title in ('examples', 'exact', 'overlapping', "paper's rule", 'n'):
    table.add_column(title, justify='right')
  for name, one in text['datasets'].items():
    counts = [sum(one[key].values()) for key in ('examples', 'exact', 'absolute', 'paper')]
    table.add_row(name, *(f'{count:,}' for count in counts), f'{one["gram"]}')
  console.print(table)
  for name, one in text['datasets'].items():
    for pair in one['pairs']:
      share = 'exact' if pair['exact'] else f'{pair["share"]:.0%} of its n-grams'
      places = f'{pair["split"]} {pair["example"]:,} and {pair["dataset"]} train {pair["row"]:,} ({share})'
      console.print(f'\n[bold]{name}[/bold] {places}')
      console.print(f'  held out: {escape(_cut(pair["text"]))}\n  trained on: {escape(_cut(pair["train_text"]))}')
  for why in dict.fromkeys(text['skipped'].values()):
    names = [name for name, one in text['skipped'].items() if one == why]
    console.print(f'\nnot compared, because {why}: {", ".join(names)}')


def _cut(text: str) -> str:
  return textwrap.shorten(text, _WIDTH, placeholder=' ...')
