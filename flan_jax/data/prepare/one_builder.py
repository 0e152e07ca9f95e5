# SPDX-License-Identifier: Apache-2.0
"""Prepares one builder into a checked folder beside its place: the work of one process."""

import contextlib
import dataclasses
import datetime
import pathlib
import shutil
import threading
from typing import Any, Callable, Iterator

import tensorflow_datasets as tfds

from flan_jax.data import datasets
from flan_jax.data.prepare import checks, copies, fetching, records
from flan_jax.data.prepare.fetching import Failed
from flan_jax.errors import UserError

_EVERY = 1.0  # seconds between reports


@dataclasses.dataclass(frozen=True)
class Job:
  """A builder to prepare.

  Attributes:
    name: TFDS name with its version.
    ways: sources to try, in this order: 'tfds', 'hub', 'folder'.
    refused: why earlier sources are not tried, by source.
    folders: where it is prepared.
    limit: on the rows of each split; None takes all.
    folder: for 'folder', contains parquet, jsonl or csv.
    alone: whether that folder contains only this dataset.
  """

  name: str
  ways: tuple[str, ...]
  refused: dict[str, Failed]
  folders: fetching.Folders
  limit: int | None = None
  folder: str = ''
  alone: bool = False


@dataclasses.dataclass(frozen=True)
class Outcome:
  """The outcome of a job.

  Attributes:
    name: of the builder.
    record: of the prepared builder, None if it failed.
    place: of the prepared builder, relative to the work folder.
    failures: {source: why it failed}, for the sources that were tried.
    notices: for the reader of the log.
    megabytes: downloaded.
  """

  name: str
  record: records.Record | None
  place: str
  failures: dict[str, Failed]
  notices: tuple[str, ...] = ()
  megabytes: float = 0


@dataclasses.dataclass(frozen=True)
class Progress:
  """Progress of a builder. stage: 'tfds', 'hub', 'folder' or 'checks'."""

  name: str
  stage: str
  bytes: int
  rows: int


class _State:
  """Reports the progress of a job, in its own thread."""

  def __init__(self, job: Job, report: Callable[[Progress], None]):
    self.job, self.report = job, report
    self.stage, self.rows, self.before = '', 0, 0
    self.cache = job.folders.downloads
    self.telling = threading.Lock()

  def begin(self, way: str) -> None:
    """Starts counting rows and bytes of a source that is tried now."""
    own = 'hub' if way == records.HUB else self.job.name.partition('/')[0].partition(':')[0]
    self.stage, self.rows, self.cache = way, 0, self.job.folders.downloads / own
    self.before = _size(self.cache)
    self.tell()

  @property
  def bytes(self) -> int:
    return max(0, _size(self.cache) - self.before)

  def count(self) -> None:
    self.rows += 1

  def tell(self) -> None:
    with self.telling:
      self.report(Progress(self.job.name, self.stage, self.bytes, self.rows))

  @contextlib.contextmanager
  def told(self) -> Iterator[None]:
    ended = threading.Event()

    def tell_now_and_then():
      while not ended.wait(_EVERY):
        self.tell()

    thread = threading.Thread(target=tell_now_and_then, daemon=True)
    thread.start()
    try:
      yield
    finally:
      ended.set()
      thread.join()


def _size(folder: pathlib.Path) -> int:
  total = 0
  for path in folder.rglob('*') if folder.is_dir() else ():
    with contextlib.suppress(OSError):  # it was renamed in the meantime
      total += path.stat().st_size if path.is_file() and not path.is_symlink() else 0
  return total


def prepare(job: Job, report: Callable[[Progress], None]) -> Outcome:
  """Prepares and checks a builder in its work folder, from the first source that succeeds.

  report: called about every second.

  Raises:
    Failed: the disk is full.
  """
  failures: dict[str, Failed] = dict(job.refused)
  state = _State(job, report)
  with state.told(), fetching.counted_rows(state.count):
    for way in job.ways:
      state.begin(way)
      try:
        return _outcome(job, state, failures, *_made(job, way))
      except Failed as error:
        failures[way] = error
        _clear(job.folders.work)
        if error.kind in (fetching.DISK, fetching.MISTAKE, fetching.CHECKS):
          break
  full = next((one for one in failures.values() if one.kind == fetching.DISK), None)
  if full is not None:
    raise full
  return Outcome(job.name, None, '', failures, megabytes=state.bytes / 1e6)


def _clear(work: pathlib.Path) -> None:
  shutil.rmtree(work, ignore_errors=True)


def _made(job: Job, way: str) -> tuple[Any, str]:
  """Makes the builder; returns the copy it was made from, None for TFDS, and its order."""
  job.folders.work.mkdir(parents=True, exist_ok=True)
  if way == records.TFDS:
    fetching.fetch(job.name, job.folders, job.limit)
    return None, records.TFDS
  hub = next(one.origin.hub for one in map(datasets.get, datasets.names()) if one.tfds == job.name)
  try:
    with fetching.quiet():
      if way == records.FOLDER:
        copy = copies.from_folder(job.name, hub, job.folder, job.limit, job.alone)
      else:
        assert hub is not None  # else this source is not tried
        copy = copies.from_hub(job.name, hub, job.folders.downloads / 'hub', job.limit)
      copies.write(job.name, copy, job.folders.work)
  except UserError as error:
    if fetching.is_full(error):
      raise fetching.explained(error, job.folders) from error
    # Unsuitable files of the user are a mistake, those of the hub are not.
    own = way == records.FOLDER and not isinstance(error, copies.Unavailable)
    raise Failed(fetching.MISTAKE if own else fetching.COPY, str(error), '') from error
  except Exception as error:  # reading foreign files can raise anything
    if fetching.is_full(error):
      raise fetching.explained(error, job.folders) from error
    raise Failed(fetching.COPY, f'its rows cannot be read ({type(error).__name__}: {error})', '') from error
  return copy, copy.order


def _outcome(job: Job, state: _State, failures: dict[str, Failed], copy: Any, order: str) -> Outcome:
  """Checks the prepared builder and records its origin."""
  state.stage = 'checks'
  state.tell()
  checked = checks.check(job.name, job.folders.work, job.limit)
  made = fetching.builder(job.name, job.folders.work)
  group = [one for one in map(datasets.get, datasets.names()) if one.tfds == job.name]
  record = records.Record(
    source=copy.source if copy else records.TFDS,
    revision=copy.revision if copy else f'tensorflow-datasets {tfds.__version__}',
    order=order,
    rows=checked.rows,
    published=dict(group[0].origin.rows) if group else {},
    limit=job.limit,
    missing=tuple(copy.missing) if copy else (),
    date=datetime.date.today().isoformat(),
  )
  place = pathlib.Path(made.data_dir).relative_to(job.folders.work)
  return Outcome(job.name, record, str(place), failures, checked.notices, state.bytes / 1e6)
