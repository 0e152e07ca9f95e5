# SPDX-License-Identifier: Apache-2.0
"""Fills a TFDS data_dir with real data, one builder after the other, each atomically.

A builder is made in DIR/.prepare-unfinished, checked there, and renamed into its place. The
next process deletes leftovers of a killed one; complete files in DIR/downloads stay.
"""

import dataclasses
import os
import pathlib
import shutil
import urllib.parse
from typing import Callable, Mapping, Sequence

from flan_jax import storage
from flan_jax.data import datasets, splits
from flan_jax.data.prepare import fetching, hosts, plan, records, workers
from flan_jax.data.prepare.fetching import Failed
from flan_jax.data.prepare.one_builder import Job, Outcome
from flan_jax.data.sample_data import embedded_marker
from flan_jax.errors import notice, UserError
from flan_jax.settings import places

AUTO = 'auto'
SOURCES = (AUTO, records.TFDS, records.HUB)  # any other value is a folder
_WORK = '.prepare-unfinished'
_ENOUGH = 2_000  # rows per split that suffice for every declared slice
_SPREAD = 3  # megabytes on disk per downloaded megabyte, if no figure is declared


@dataclasses.dataclass(frozen=True)
class Request:
  """What to prepare, and how.

  Attributes:
    data_dir: a local folder, created if it is missing.
    names: tasks, None for all.
    source: 'auto' (TFDS, and if that fails the copy on the hub), 'tfds', 'hub', or a
      folder with parquet, jsonl or csv.
    limit: on the rows of each split.
    processes: number of builders at once; 0 prepares in this process.
  """

  data_dir: str
  names: Sequence[str] | None = None
  source: str = AUTO
  limit: int | None = None
  processes: int = 1


def check(request: Request) -> pathlib.Path:
  """Returns the folder to write to.

  Raises:
    UserError: it is not writable or has embedded data, or the source is invalid.
  """
  local = '://' not in request.data_dir
  problem = places.folder_problem(request.data_dir, made=True) if local else 'it is no local folder'
  if problem:
    raise UserError(f'--data_dir={request.data_dir} must be a folder that can be written to; {problem}')
  folder = pathlib.Path(request.data_dir).expanduser().absolute()
  if embedded_marker.read(folder) is not None:
    raise UserError(
      f'{folder} holds embedded data ({embedded_marker.FILE}), and real data does not go beside it: '
      'name another --data_dir'
    )
  if request.source not in SOURCES and not pathlib.Path(request.source).is_dir():
    raise UserError(
      f'--source={request.source} is neither auto, tfds or hub, nor a folder that is there; '
      'name a folder that holds parquet, jsonl or csv'
    )
  return folder


def check_limit(limit: int | None, names: Sequence[str] | None) -> None:
  """Raises UserError for a limit that leaves some slice of a task empty."""
  if limit is None:
    return
  asked = [datasets.get(name) for name in names or datasets.names()]
  readers: dict[str, list[str]] = {one.tfds: [] for one in asked}
  for one in map(datasets.get, datasets.names()):
    readers.get(one.tfds, []).extend(one.splits.values())
  wrong = _too_small(limit, asked, readers)
  if wrong:
    enough = next((n for n in range(limit, _ENOUGH, 25) if not _too_small(n, asked, readers)), _ENOUGH)
    raise UserError(f'--limit={limit} is too small: {wrong}; --limit={enough} is enough for all of these')


def _too_small(limit: int, asked: Sequence[datasets.Dataset], readers: Mapping[str, Sequence[str]]) -> str:
  """Returns a task for which the limit is too small, and why; '' if there is none."""
  for one in asked:
    bases = {splits.parse(expression).base for expression in readers[one.tfds]}
    sizes = {base: min(limit, one.origin.rows.get(base, limit)) for base in bases}
    try:
      splits.resolve(one.splits, sizes, readers[one.tfds])
    except UserError as error:
      return f'{one.name}: {error}'
  return ''


def prepare(
  request: Request,
  setup: Callable[[], None],
  report: workers.Report = lambda progress: None,
  ended: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
  """Prepares the missing builders; one that fails does not stop the others.

  Args:
    request: what to prepare.
    setup: registers the datasets in a new process; a function of a module.
    report: called about every second with the progress of each builder.
    ended: called with the outcome of each.

  Returns:
    The outcomes of all builders that were not already prepared.

  Raises:
    UserError: an invalid request, or the disk is full. Prepared builders stay.
  """
  folder = check(request)
  check_limit(request.limit, request.names)
  done: list[Outcome] = []
  with storage.work_folder(folder, _WORK, 'preparing data in') as work:
    asked = plan.plan(folder, request.names)  # after locking out other processes
    entries = {entry.name: entry for entry in asked if entry.state != plan.PREPARED}
    fetching.clear_downloads(folder / plan.DOWNLOADS)
    hosts.forget()
    jobs = [_job(request, folder, work, entry, len(asked) == 1) for entry in entries.values()]
    decide = lambda job: _decided(job, entries[job.name], folder)
    try:
      for outcome in workers.outcomes(jobs, request.processes, setup, decide, report):
        _move_in(folder, work, outcome)
        done.append(outcome)
        ended(outcome)
    except (Failed, OSError) as error:
      if not isinstance(error, Failed) and not fetching.is_full(error):
        raise
      raise _full(folder, done) from error
  return done


def _full(folder: pathlib.Path, done: Sequence[Outcome]) -> UserError:
  free = shutil.disk_usage(folder).free / 1e6
  count = sum(outcome.record is not None for outcome in done)
  return UserError(
    f'the disk of {folder} is full ({free:,.0f} MB free). {count} builders were prepared before and stay, '
    'the one at work is not kept. Make room and start `flan_jax prepare` again: it goes on from there'
  )


def _folders(folder: pathlib.Path, work: pathlib.Path, name: str) -> fetching.Folders:
  own = name.replace('/', '_').replace(':', '_')
  return fetching.Folders(work / own, folder / plan.DOWNLOADS, plan.manual_dir(folder, name))


def _job(request: Request, folder: pathlib.Path, work: pathlib.Path, entry: plan.Entry, alone: bool) -> Job:
  ways = {AUTO: (records.TFDS, records.HUB), records.TFDS: (records.TFDS,), records.HUB: (records.HUB,)}
  return Job(
    name=entry.name,
    ways=ways.get(request.source, (records.FOLDER,)),
    refused={},
    folders=_folders(folder, work, entry.name),
    limit=request.limit,
    folder=request.source,
    alone=alone,
  )


def _decided(job: Job, entry: plan.Entry, folder: pathlib.Path) -> Job | Outcome:
  """Returns the job with the sources that can be tried, or its outcome if there is none."""
  if entry.state == plan.BROKEN:
    broken = Failed(fetching.MISTAKE, f'what is there cannot be read ({entry.why})', 'Delete it, and start again')
    return Outcome(job.name, None, '', {way: broken for way in job.ways[:1]})
  refused = {}
  for way in job.ways:
    why = _obstacle(way, job, entry, folder)
    if why is not None:
      refused[way] = why
  ways = tuple(way for way in job.ways if way not in refused)
  if not ways:
    return Outcome(job.name, None, '', refused)
  return dataclasses.replace(job, ways=ways, refused=refused)


def _obstacle(way: str, job: Job, entry: plan.Entry, folder: pathlib.Path) -> Failed | None:
  """Returns why a source cannot be tried; checks the download's hosts last."""
  if way == records.FOLDER:
    return None
  if way == records.HUB:
    return (
      _no_hub() if entry.origin.hub else Failed(fetching.COPY, 'there is no open copy on the hub', entry.origin.closed)
    )
  if entry.absent:
    return Failed(
      fetching.BY_HAND, f'{", ".join(entry.absent)} missing', f'Put {entry.origin.by_hand} into {entry.manual_dir}'
    )
  lacking = [package for package, there in entry.packages.items() if not there]
  if lacking:
    return Failed(fetching.PACKAGE, f'TFDS needs {", ".join(lacking)}', f'pip install {" ".join(lacking)}')
  return _no_room(entry, folder) or _no_host(job, entry)


def _no_hub() -> Failed | None:
  host = urllib.parse.urlsplit(os.environ.get('HF_ENDPOINT') or 'https://huggingface.co').netloc
  return _no_answer(hosts.unreachable([host]), 'Try again later')


def _no_answer(dead: Mapping[str, str], remedy: str) -> Failed | None:
  words = ', '.join(f'{host} ({why})' for host, why in dead.items())
  return Failed(fetching.DOWNLOAD, f'no answer from {words}', remedy) if dead else None


def _no_room(entry: plan.Entry, folder: pathlib.Path) -> Failed | None:
  size = entry.origin.megabytes or 0
  needed, free = size + (entry.origin.disk or _SPREAD * size), shutil.disk_usage(folder).free / 1e6
  if needed <= free:
    return None
  words = f'about {needed:,.0f} MB are needed, the disk of {folder} has {free:,.0f} MB'
  return Failed(fetching.DOWNLOAD, words, 'Make room')


def _no_host(job: Job, entry: plan.Entry) -> Failed | None:
  """Returns a failure if a host is unreachable, unless the files may already be present."""
  cached = job.folders.downloads / entry.name.partition('/')[0].partition(':')[0]
  if any(cached.rglob('*.INFO')) or fetching.files(job.folders.manual):
    return None
  return _no_answer(
    hosts.unreachable(entry.origin.hosts),
    f'Try again later, or put the files of TFDS, fetched elsewhere, into {job.folders.manual}',
  )


def _move_in(folder: pathlib.Path, work: pathlib.Path, outcome: Outcome) -> None:
  """Moves a finished builder to its place, its record first, and clears its work folder."""
  own = _folders(folder, work, outcome.name).work
  if outcome.record is not None:
    for text in outcome.notices:
      notice(text)
    target = folder / outcome.place
    target.parent.mkdir(parents=True, exist_ok=True)
    records.add(folder, outcome.name, outcome.record)
    os.rename(own / outcome.place, target)
  shutil.rmtree(own, ignore_errors=True)
  fetching.clear_downloads(folder / plan.DOWNLOADS, outcome.name)
