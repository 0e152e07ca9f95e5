# SPDX-License-Identifier: Apache-2.0
"""How far a piece of work is: a bar on a terminal, plain lines in a log."""

import contextlib
import sys
from typing import Iterator


@contextlib.contextmanager
def progress(title: str, total: int | None = None) -> Iterator:
  """A bar on a terminal, plain lines in a log.

  Yields advance(steps=1, note=''), to be called as the work goes on.
  """
  if sys.stderr.isatty():
    from rich import progress as bars
    from rich.console import Console

    columns = (
      bars.TextColumn('{task.description}'),
      bars.BarColumn(),
      bars.MofNCompleteColumn(),
      bars.TimeRemainingColumn(),
      bars.TextColumn('{task.fields[note]}'),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
      task = bar.add_task(title, total=total, note='')
      yield lambda steps=1, note='': bar.update(task, advance=steps, note=note)
  else:
    yield _plain_lines(title, total)


def _plain_lines(title: str, total: int | None):
  done, shown = 0, -1

  def advance(steps: int = 1, note: str = '') -> None:
    nonlocal done, shown
    done += steps
    tenth = 10 * done // total if total else done
    if tenth != shown:
      shown = tenth
      of = f'{done}/{total}' if total else f'{done}'
      print(f'{title}: {of} {note}'.rstrip(), file=sys.stderr, flush=True)

  return advance
