# SPDX-License-Identifier: Apache-2.0
"""Command: real data, from its hosts into a TFDS data_dir."""

import json
import sys
import time
from typing import Callable, Sequence

from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs import progress, registration

_ROWS = 10_000  # written in about the time that a megabyte takes to be downloaded


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'prepare',
    """
      Prepares real data in DIR, a TFDS data_dir: downloads what is missing, from the
      hosts that TFDS names or else from a copy on the Hugging Face hub, checks it, and
      says in DIR/prepared.json where it is from. First it prints a table of what is there
      and what it takes to get the rest; --dry_run ends there.
      What one builder lacks does not stop the others; a list with remedies ends the
      output, and the exit code is 1 (2 if an input is at fault). Started again, it
      goes on: whole downloads and prepared builders stay.
      Files that no program can fetch go into DIR/downloads/manual/NAME, each dataset its
      own folder. With --gin_file, the datasets are those that the run trains on and
      those that it holds out.
      Then: --tfds_data_dir=DIR.""",
    gin='runs/cache.gin',
  )
  made.add_argument('--data_dir', help='folder to write to (default: --tfds_data_dir)')
  made.add_argument(
    '--datasets', default='', metavar='A,B', help='tasks or clusters to prepare, by name (default: all)'
  )
  made.add_argument(
    '--source',
    default='auto',
    metavar='FROM',
    help='auto: TFDS, and where that fails the hub (default); tfds; hub; or a folder that '
    'holds parquet, jsonl or csv, asking no network',
  )
  made.add_argument('--limit', metavar='N', help='the first N rows of each split (default: all)')
  made.add_argument('--processes', default=1, metavar='N', help='builders prepared at once (default: 1)')
  made.add_argument('--json', action='store_true', help='print the table and what became of it as JSON')
  flags = commandline.parse(made, arguments)
  if not (flags.data_dir or flags.tfds_data_dir):
    made.error('--data_dir=DIR is missing')
  code = run(flags, flags.data_dir or flags.tfds_data_dir)
  if code:
    sys.exit(code)


def run(flags, data_dir: str) -> int:
  """Prints the table, prepares what is missing; returns the exit code."""
  names = _names(flags)
  from flan_jax.data.prepare import plan, preparing

  request = preparing.Request(data_dir, names, flags.source, flags.limit, flags.processes)
  if not flags.dry_run:
    preparing.check(request)
  preparing.check_limit(flags.limit, names)
  entries = plan.plan(data_dir, names)
  if not flags.json:
    show(entries, data_dir, '' if request.source in preparing.SOURCES else request.source)
  outcomes = [] if flags.dry_run else _prepared(request, entries)
  if flags.json:
    told = {'data_dir': data_dir, 'builders': [entry.to_json() for entry in entries]}
    print(json.dumps(told if flags.dry_run else told | {'outcomes': [_json(one) for one in outcomes]}, indent=1))
  return _ended(outcomes, len(entries), data_dir)


def _names(flags) -> list[str]:
  """The tasks asked for: by name, by a gin file, or all."""
  by_gin = flags.gin_file or flags.bindings
  if by_gin and flags.datasets:
    raise UserError(
      f'--datasets={flags.datasets} and gin files both say what to prepare; leave one of them out '
      '(--gin_file: what a run needs)'
    )
  if by_gin:
    commandline.configure(flags)
  registration.load_tasks()
  from flan_jax.data import datasets, holdouts

  if not by_gin:
    return holdouts.named(flags.datasets) or datasets.names()
  return _of_run()


def _of_run() -> list[str]:
  """The tasks that the run of the gin files trains on, and those that it holds out."""
  import gin
  from flan_jax.data import datasets, holdouts, mixture_subset
  from flan_jax.data.mixing import mixing

  value = {name: gin.query_parameter(f'{name}/gin.macro.value') for name in ('MIXTURE', 'HELD_OUT')}
  value = {name: None if one is gin.REQUIRED else one for name, one in value.items()}
  mixture = value['MIXTURE'] or holdouts.mixture(value['HELD_OUT'])
  members = commandline.call(mixture_subset.Selection).apply(mixture)
  members = commandline.call(mixing.Mixing).apply(members, value['HELD_OUT'])
  held_out = holdouts.holdout(value['HELD_OUT']).held_out if value['HELD_OUT'] else ()
  wanted = dict.fromkeys(map(datasets.plain, [*holdouts.members(members), *held_out]))
  ours = [name for name in wanted if name in datasets.names()]
  if not ours:
    raise UserError(f'the run of these gin files reads none of the datasets declared here ({members})')
  return ours


def show(entries: Sequence, data_dir: str, folder: str = '') -> None:
  """The table of what is there and what is missing. folder: that is read; '': downloads."""
  from rich.console import Console
  from rich.table import Table

  states = [entry.state for entry in entries]
  counts = ', '.join(f'{states.count(state)} {state}' for state in dict.fromkeys(states))
  table = Table(title=f'{len(entries)} builders in {data_dir}: {counts}')
  for name, justify in (
    ('builder', 'left'),
    ('state', 'left'),
    ('from', 'left'),
    ('MB', 'right'),
    ('disk', 'right'),
    ('licence', 'left'),
    ('hub', 'left'),
    ('needs', 'left'),
  ):
    table.add_column(name, justify=justify, overflow='fold', no_wrap=name == 'builder')
  for entry in entries:
    table.add_row(*_row(entry))
  console = Console(width=None if sys.stdout.isatty() else 200)
  console.print(table)
  needed = [entry for entry in entries if entry.state != 'prepared']
  sizes = [entry.origin.megabytes for entry in needed]
  unknown = f' and {sizes.count(None)} of unknown size' if None in sizes else ''
  if folder:
    console.print(f'to read from {folder}: {len(needed)} builders, nothing to fetch', highlight=False)
    return
  console.print(f'to fetch: {sum(filter(None, sizes)):,.0f} MB{unknown}', highlight=False)


def _row(entry) -> list[str]:
  origin = entry.origin
  needs = [f'by hand: {", ".join(entry.absent)}'] if entry.absent else []
  needs += [f'pip install {package}' for package, there in entry.packages.items() if not there]
  source = entry.source or ', '.join(origin.hosts) or ('by hand' if origin.by_hand else '')
  return [
    entry.name,
    entry.state,
    source,
    _figure(origin.megabytes),
    _figure(origin.disk),
    entry.licence,
    entry.hub,
    '; '.join([*needs, *([entry.why] if entry.why else [])]),
  ]


def _figure(value: float | None) -> str:
  return '?' if value is None else f'{value:,.0f}'


def _prepared(request, entries: Sequence) -> list:
  """Prepares; shows how far it is and a line for each builder."""
  from flan_jax.data.prepare import preparing

  missing = [entry for entry in entries if entry.state != 'prepared']
  if not missing:
    return []
  sizes = {entry.name: _size(entry, request.limit) for entry in missing}
  with progress.progress('real data (MB)', round(sum(sizes.values()))) as advance:
    shown = _Shown(sizes, advance)
    return preparing.prepare(request, registration.load_tasks, shown.report, shown.ended)


def _size(entry, limit: int | None) -> float:
  """Of the work, in megabytes; writing rows counts too."""
  rows = sum(min(count, limit or count) for count in entry.origin.rows.values())
  return 1 + (entry.origin.megabytes or 0) + rows / _ROWS


class _Shown:
  """Turns what builders report into a bar, or into lines of a log."""

  def __init__(self, sizes: dict[str, float], advance: Callable):
    self.sizes, self.advance = sizes, advance
    self.done: dict[str, float] = {}
    self.told, self.began = 0, time.monotonic()
    self.failed: set[str] = set()

  def report(self, progress) -> None:
    reached = progress.bytes / 1e6 + progress.rows / _ROWS
    most = 0.99 * self.sizes[progress.name]
    self.done[progress.name] = min(most, max(reached, self.done.get(progress.name, 0)))
    self._advance(
      f'{progress.name} ({progress.stage}): {progress.bytes / 1e6:,.1f} MB, {progress.rows:,} rows{self._left()}'
    )

  def ended(self, outcome) -> None:
    self.done[outcome.name] = self.sizes[outcome.name]
    if outcome.record is None:
      self.failed.add(outcome.name)
    print(_line(outcome), file=sys.stderr, flush=True)
    self._advance(f'{len([name for name in self.done if self.done[name] == self.sizes[name]])} builders{self._left()}')

  def _advance(self, note: str) -> None:
    total = int(sum(self.done.values()))
    self.advance(total - self.told, note)
    self.told = total

  def _left(self) -> str:
    # What failed took no time that tells of the others.
    done = sum(size for name, size in self.done.items() if name not in self.failed)
    whole = sum(size for name, size in self.sizes.items() if name not in self.failed)
    if done < 1:
      return ''
    minutes = (time.monotonic() - self.began) / 60 * (whole - done) / done
    return f', about {minutes:,.0f} min left' if minutes >= 1 else ', less than a minute left'


def _line(outcome) -> str:
  """What became of a builder, and of the sources that failed before."""
  lines = [f'{outcome.name}: {way}: {failed.text}' for way, failed in outcome.failures.items()]
  if outcome.record is None:
    return '\n'.join(f'failed: {line}' for line in lines)
  record = outcome.record
  lacks = f'; it lacks {", ".join(record.missing)}' if record.missing else ''
  order = '' if record.order == 'tfds' else ', in the order of the copy'
  lines += [f'{outcome.name}: prepared from {record.source}, {sum(record.rows.values()):,} rows{order}{lacks}']
  return '\n'.join(lines)


def _json(outcome) -> dict:
  failures = {
    way: {'kind': failed.kind, 'text': failed.text, 'remedy': failed.remedy} for way, failed in outcome.failures.items()
  }
  return {
    'name': outcome.name,
    'record': outcome.record.to_json() if outcome.record else None,
    'failures': failures,
    'notices': list(outcome.notices),
  }


def _ended(outcomes: Sequence, count: int, data_dir: str) -> int:
  """Lists what failed with remedies, on standard error; returns the exit code."""
  from flan_jax.data.prepare import fetching

  failed = [outcome for outcome in outcomes if outcome.record is None]
  if not outcomes:
    return 0
  print(f'{len(outcomes) - len(failed)} builders prepared in {data_dir}, {len(failed)} failed', file=sys.stderr)
  for outcome in failed:
    for way, one in outcome.failures.items():
      remedy = f' {one.remedy.rstrip(".")}.' if one.remedy else ''
      print(f'  {outcome.name} ({way}): {one.text.rstrip(".")}.{remedy}', file=sys.stderr)
  kinds = {one.kind for outcome in failed for one in outcome.failures.values()}
  return 2 if fetching.MISTAKE in kinds else 1 if failed else 0
