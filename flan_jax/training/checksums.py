# SPDX-License-Identifier: Apache-2.0
"""Checksums of a checkpoint's files: a flipped bit is detected before it is loaded.

`checkpoints/<step>/checksums.json` lists each file of the items with its size and its
CRC32C, the checksum that Google's object store keeps for each object, so files in a
bucket are not read twice. The list is written before the checkpoint is committed, so
each finished checkpoint has one.
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
_PART = 1 << 20  # bytes per read
_THREADS = 8  # the checksum is computed without Python's lock


class Listed(NamedTuple):
  """A listed file. crc32c: eight hexadecimal digits; '' if it is not computed yet."""

  bytes: int
  crc32c: str


def write(folder: str, step: int, saved: int | None) -> None:
  """Lists the files of a checkpoint that is about to be committed.

  Args:
    folder: of the checkpoint, possibly under its unfinished name.
    step: of the checkpoint.
    saved: start of its writing, in nanoseconds, see step_folders.identity.
  """
  there = _listed(folder)
  names = sorted(there)
  with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
    sums = pool.map(lambda name: there[name].crc32c or _crc32c(storage.join(folder, name)), names)
    files = {name: [there[name].bytes, crc32c] for name, crc32c in zip(names, sums)}
  told = {'format': FORMAT, 'step': step, 'saved': saved, 'files': files}
  storage.write_whole(storage.join(folder, FILE), json.dumps(storage.with_digest(told), indent=0))


def read(folder: str) -> dict[str, Any] | None:
  """Returns the content of the list; None if the checkpoint has none.

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
  """Returns what is wrong with the files of the items; '' if nothing is.

  Collective: each process checks its share of the files, and all agree on the result.
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
  """Whether files are missing, empty or cut, judged by size only."""
  there = _listed(folder)
  try:
    told = read(folder) or {'files': {}}
  except UserError:
    return True
  cut = any(name not in there or there[name].bytes != size for name, (size, _) in told['files'].items())
  return cut or not there or any(not one.bytes for one in there.values())


def _listed(folder: str) -> dict[str, Listed]:
  """Returns the files of the items: 'params/d/0a1b' -> its size, and in a bucket its checksum."""
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
  """Computes a file's checksum in parts: the file may exceed the memory."""
  found = 0
  with storage.path(path).open('rb') as file:
    while part := file.read(_PART):
      found = google_crc32c.extend(found, part)
  return f'{found:08x}'
