# SPDX-License-Identifier: Apache-2.0
"""The table of an evaluation in a terminal."""

import sys

from flan_jax.evaluation.groups import Group


def show(group: Group) -> None:
  """The table of a group, legible at 80 columns."""
  from rich import box
  from rich.console import Console
  from rich.table import Table

  from flan_jax.report import tables

  names = [one.name for one in tables.main(group)]
  table = Table(
    title=tables.title(group), box=box.SIMPLE_HEAD, title_justify='left', pad_edge=False, padding=(0, 1, 0, 0)
  )
  table.add_column('', no_wrap=True)
  rows = tables.rows(group)
  texts = {
    'majority': [row['majority'] for row in rows],
    **{f'{name}\nmean (sd)': [row['scores'][name]['text'] for row in rows] for name in names},
    'best\non dev': [row['scores'][names[-1]]['best'] for row in rows],
  }
  for column, own in texts.items():  # the names of the datasets give way, not these
    width = max(map(len, [*own, *column.split('\n')]))
    table.add_column(column, justify='right', no_wrap=True, min_width=width)
  for row in rows:
    if row['mean_row'] or row['first']:
      table.add_section()
    scores = [row['scores'][name] for name in names]
    table.add_row(
      row['name'],
      row['majority'],
      *(score['text'] for score in scores),
      scores[-1]['best'],
      style='bold' if row['mean_row'] else None,
    )
  console = Console(width=None if sys.stdout.isatty() else 80)
  console.print(table)
  for line in [*_differences(group), *tables.limits(group), *tables.notes(group)]:
    console.print(line, highlight=False, soft_wrap=True)


def _differences(group: Group) -> list[str]:
  """'tuned - untuned: +4.1 (95%: 0.2 to 8.0; p = 0.04), mean of the held-out sets'."""
  from flan_jax.report import tables

  return [
    f'{one.of} - {one.against}: {one.mean.difference:+.1f} (95%: '
    f'{tables.interval(one.mean.interval)}; p = {one.mean.p:.2g}), mean of '
    'the held-out sets'
    for one in group.comparisons
    if one.mean
  ]
