# SPDX-License-Identifier: Apache-2.0
"""Prepares one builder by TFDS: with its own code, its own download, its own checksums.

A failure has a kind, which decides what happens next: a failed download has a second
source, a full disk has none.
"""

import contextlib
import dataclasses
import errno
import io
import json
import logging
import pathlib
import re
import shutil
import urllib.error
from typing import Callable, Iterator

import requests
import tensorflow_datasets as tfds
from tensorflow_datasets.core import utils as tfds_utils
from tensorflow_datasets.core.download import checksums, download_manager, util
from tensorflow_datasets.core.utils import tqdm_utils

from flan_jax.data.prepare import hosts

DOWNLOAD, CHECKSUM, BY_HAND, PACKAGE, BUILDER = 'download', 'checksum', 'by hand', 'package', 'builder'
DISK, MISTAKE, CHECKS, COPY, PROCESS = 'disk', 'mistake', 'checks', 'copy', 'process'


_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = ('No space left', 'Not enough disk space')
_NETWORK = (requests.RequestException, util.DownloadError, urllib.error.URLError, TimeoutError, ConnectionError)
_TEMPORARY = re.compile(r'\.tmp\.[0-9a-f]{32}$')
_REASON = 300  # maximum characters


class Failed(Exception):
  """A builder that could not be prepared.

  kind: one of the constants of this module. text: what happened. remedy: what to do.
  """

  def __init__(self, kind: str, text: str, remedy: str):
    super().__init__(kind, text, remedy)  # so that it can be pickled
    self.kind, self.text, self.remedy = kind, text, remedy


@dataclasses.dataclass(frozen=True)
class Folders:
  """Where a builder is prepared.

  work: a separate TFDS data_dir. downloads: the cache, shared and permanent. manual: this
  builder's manually downloaded files.
  """

  work: pathlib.Path
  downloads: pathlib.Path
  manual: pathlib.Path


def builder(name: str, data_dir: pathlib.Path) -> tfds.core.DatasetBuilder:
  """Returns the TFDS builder without downloading anything."""
  return tfds.builder(name, data_dir=str(data_dir), try_gcs=False)


def fetch(name: str, folders: Folders, limit: int | None) -> None:
  """Downloads and prepares a builder in the work folder.

  limit: on the rows of each split, None takes all; everything is downloaded in any case.

  Raises:
    Failed: it could not be prepared.
  """
  folders.downloads.mkdir(parents=True, exist_ok=True)
  config = tfds.download.DownloadConfig(
    try_download_gcs=False,
    manual_dir=folders.manual,
    extract_dir=folders.work / 'extracted',
    max_examples_per_split=limit,
  )
  try:
    with hosts.patience(), quiet():
      builder(name, folders.work).download_and_prepare(
        download_dir=folders.downloads, download_config=config, file_format='tfrecord'
      )
  except Exception as error:  # the builder's code can raise anything on downloaded data
    failed = explained(error, folders)
    _forget(name, folders.downloads, failed.kind == BUILDER)
    raise failed from error
  shutil.rmtree(folders.work / 'extracted', ignore_errors=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
  """Suppresses what TFDS prints and logs."""
  logger = logging.getLogger('absl')
  level = logger.level
  logger.setLevel(logging.CRITICAL)
  try:
    with contextlib.redirect_stdout(io.StringIO()):
      yield
  finally:
    logger.setLevel(level)


@contextlib.contextmanager
def counted_rows(count: Callable[[], None]) -> Iterator[None]:
  """Calls `count` for each row that TFDS writes, instead of its progress bars."""
  shown = tfds_utils.tqdm

  def bar(*args, **rest):
    if rest.get('unit') != ' examples' or 'Generating' not in rest.get('desc', ''):
      return tqdm_utils.EmptyTqdm(*args, **rest)
    return _each(args[0], count)

  tfds.disable_progress_bar()
  tfds_utils.tqdm = bar
  try:
    yield
  finally:
    tfds_utils.tqdm = shown


def _each(rows, count: Callable[[], None]) -> Iterator:
  for row in rows:
    count()
    yield row


def explained(error: Exception, folders: Folders) -> Failed:
  """Returns the meaning of an error of TFDS's preparation, and the remedy."""
  if isinstance(error, Failed):
    return error
  causes = list(_causes(error))
  text = _first_line(error)
  if is_full(error):
    return Failed(DISK, f'the disk of {folders.work} is full', 'Make room, and start `flan_jax prepare` again')
  if any(isinstance(one, download_manager.NonMatchingChecksumError) for one in causes):
    return _wrong_bytes(text, folders)
  network = next((one for one in causes if isinstance(one, _NETWORK)), None)
  if network is not None:
    return Failed(DOWNLOAD, f'the download failed: {hosts.reason(network)}', 'Try again later; what is there stays')
  lacking = next((one for one in causes if isinstance(one, ImportError)), None)
  if lacking is not None:
    return Failed(PACKAGE, f'a package is missing: {_first_line(lacking)}', 'Install it with pip')
  given = files(folders.manual)
  if given:
    return Failed(
      MISTAKE,
      f'the builder cannot read {", ".join(given)} in {folders.manual} ({text})',
      'See that these are the files of this dataset, or take them out',
    )
  return Failed(BUILDER, f'the builder cannot read what was downloaded ({text})', 'Try again, or another source')


def is_full(error: BaseException) -> bool:
  """Whether the disk is full, which TFDS and TensorFlow report in several ways."""
  return any(
    getattr(one, 'errno', None) in _FULL or any(words in str(one) for words in _FULL_TEXTS) for one in _causes(error)
  )


def _wrong_bytes(text: str, folders: Folders) -> Failed:
  """The failure of a file whose checksum is not the registered one; `text` has its path."""
  wrong = next((name for name in files(folders.manual) if str(folders.manual / name) in text), None)
  if wrong:
    return Failed(
      MISTAKE,
      f'{folders.manual / wrong} is not the file that TFDS registers: its checksum is another',
      'Bring the file of this dataset, or take this one out',
    )
  address = next((word.rstrip(',') for word in text.split() if '://' in word), 'a file')
  return Failed(CHECKSUM, f'{address} has other bytes than TFDS registers', 'Try again later, or another source')


def files(folder: pathlib.Path) -> list[str]:
  """Returns the names of the files in a folder, sorted."""
  return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _causes(error: BaseException | None) -> Iterator[BaseException]:
  seen: list[BaseException] = []
  while error is not None and error not in seen:
    seen.append(error)
    yield error
    error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
  lines = [line.strip() for line in str(error).splitlines() if line.strip()]
  return f'{type(error).__name__}: {lines[0][:_REASON]}' if lines else type(error).__name__


def clear_downloads(downloads: pathlib.Path, name: str | None = None) -> None:
  """Deletes unfinished downloads, of one builder or of all."""
  root = downloads / name.partition('/')[0].partition(':')[0] if name else downloads
  for path in root.rglob('*.tmp.*'):
    if path.is_dir() and _TEMPORARY.search(path.name):
      shutil.rmtree(path, ignore_errors=True)


def _forget(name: str, downloads: pathlib.Path, unregistered: bool) -> None:
  """Deletes the remains of a failed download, so that they are not reused.

  unregistered: also complete files without a registered checksum.
  """
  clear_downloads(downloads, name)
  if not unregistered:
    return
  known = checksums.get_all_url_infos() | (tfds.builder_cls(name.partition(':')[0].partition('/')[0]).url_infos or {})
  for info in (downloads / name.partition('/')[0].partition(':')[0]).rglob('*.INFO'):
    if not _addresses(info) <= set(known):
      info.with_suffix('').unlink(missing_ok=True)
      info.unlink()


def _addresses(info: pathlib.Path) -> set[str]:
  """Returns the addresses of a download, from the file that TFDS writes beside it."""
  try:
    return set(json.loads(info.read_text())['urls'])
  except (ValueError, KeyError, TypeError):  # damaged, so nothing confirms the download
    return {''}
