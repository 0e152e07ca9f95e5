# SPDX-License-Identifier: Apache-2.0
"""Checksums of a checkpoint's files: a changed bit is found before it becomes a parameter.

`checkpoints/<step>/checksums.json` lists each file of the items with its bytes and its
CRC32C, the checksum that Google's object store keeps of each object: in a bucket nothing is
read twice. The list is written before the checkpoint is committed, so that each finished
checkpoint has one.
"""

import base64
import concurrent.futures
import functools
import json
from typing import Any, Iterable, Mapping, NamedTuple

import google_crc32c
import jax

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.training import multihost

FILE = 'checksums.json'
FORMAT = 1
_PART = 1 << 20  # bytes that are read at a time
_THREADS = 8  # the checksum is made outside of Python's lock


class Listed(NamedTuple):
  """Of a file. crc32c: as eight hexadecimal digits; '' if the file must be read for it."""

  bytes: int
  crc32c: str


def write(folder: str, step: int, saved: int | None) -> None:
  """Lists the files of a checkpoint that is about to be committed.

  Args:
    folder: of the checkpoint, perhaps under the name of an unfinished one.
    step: of the checkpoint.
    saved: when its writing began, in nanoseconds, see step_folders.identity.
  """
  there = _listed(folder)
  names = sorted(there)
  with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
    sums = pool.map(lambda name: there[name].crc32c or _crc32c(storage.join(folder, name)), names)
    files = {name: [there[name].bytes, crc32c] for name, crc32c in zip(names, sums)}
  told = {'format': FORMAT, 'step': step, 'saved': saved, 'files': files}
  storage.write_whole(storage.join(folder, FILE), json.dumps(storage.with_digest(told), indent=0))


def read(folder: str) -> dict[str, Any] | None:
  """What the list tells; None if the checkpoint has none.

  Raises:
    UserError: the list is damaged, or a later version wrote it.
  """
  path = storage.join(folder, FILE)
  remedy = 'bring it back from a copy, or delete it to read the checkpoint unchecked'
  if not storage.exists(path):
    return None
  told = storage.read_object(path, remedy)
  storage.check_version(path, 'format', told.get('format', FORMAT), FORMAT)
  if not storage.has_digest(told):
    raise UserError(f'{path} is damaged: its digest is of other content; {remedy}')
  return told


def problem(folder: str, step: int, items: Iterable[str]) -> str:
  """What is wrong with the files of the items; '' if nothing is.

  Each process compares its share of the files: all must ask, and then agree.
  """
  try:
    told = read(folder)
    if told is None:
      _tell_unchecked(folder)
      return ''
    if told['step'] != step:
      return f'its {FILE} is of step {told["step"]}'
    return _difference(folder, {name: Listed(*one) for name, one in told['files'].items() if _item(name) in items})
  except UserError as error:
    return str(error)


def _difference(folder: str, expected: Mapping[str, Listed]) -> str:
  there = _listed(folder)
  lacking = next((name for name in sorted(expected) if name not in there), None)
  if lacking:
    return f'{lacking} is missing'
  resized = next((name for name in sorted(expected) if there[name].bytes != expected[name].bytes), None)
  if resized:
    return f'{resized} has {there[resized].bytes:,} bytes instead of {expected[resized].bytes:,}'
  mine = sorted(expected, key=lambda name: -expected[name].bytes)[jax.process_index() :: jax.process_count()]
  with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
    sums = pool.map(lambda name: there[name].crc32c or _crc32c(storage.join(folder, name)), mine)
    changed = next((name for name, crc32c in zip(mine, sums) if crc32c != expected[name].crc32c), None)
  return f'{changed} was changed after it was written: its checksum is another' if changed else ''


def _item(name: str) -> str:
  return name.partition('/')[0]


@functools.cache
def _tell_unchecked(folder: str) -> None:
  if multihost.first():
    notice(
      f'the checkpoint {folder} has no {FILE} (an earlier version of flan_jax wrote it, or it '
      'was copied without that file): whether its files are what was written cannot be told'
    )


def lacks_bytes(folder: str) -> bool:
  """Whether files are missing, empty or cut, by their sizes alone."""
  there = _listed(folder)
  try:
    told = read(folder) or {'files': {}}
  except UserError:
    return True
  cut = any(name not in there or there[name].bytes != size for name, (size, _) in told['files'].items())
  return cut or not there or any(not one.bytes for one in there.values())


def _listed(folder: str) -> dict[str, Listed]:
  """The files of the items: 'params/d/0a1b' -> its bytes; of a bucket, its checksum, too."""
  if not storage.is_remote(folder):
    return {name: Listed(size, '') for name, size in storage.sizes(folder).items() if '/' in name}
  with storage.in_words(folder):
    there = storage.files().find(folder, detail=True)
  prefix = folder.removeprefix(storage.BUCKET) + '/'
  return {
    name.removeprefix(prefix): Listed(int(entry['size']), base64.b64decode(entry.get('crc32c', '')).hex())
    for name, entry in there.items()
    if '/' in name.removeprefix(prefix)
  }


def _crc32c(path: str) -> str:
  """Of a file, a part at a time: it may be larger than the memory."""
  found = 0
  with storage.path(path).open('rb') as file:
    while part := file.read(_PART):
      found = google_crc32c.extend(found, part)
  return f'{found:08x}'
