# SPDX-License-Identifier: Apache-2.0
"""The files of a prompt store: writing them, opening them, reading at random.

    prompts.array_record, lengths.npy, checksums.npy, manifest.json

A record is the ids of one prompt, inputs then targets; `lengths.npy` has the size of
both. Everything read is verified: the manifest by its digest, every file by the manifest,
each record by its checksum.
"""

import array
import dataclasses
import functools
import os
import zlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from flan_jax.data.tokens import manifest as manifests
from flan_jax.data.tokens.manifest import Unusable
from flan_jax.errors import notice

FORMAT = 2  # raise it if the files, or the ids in them, change

PROMPTS, LENGTHS, CHECKSUMS = 'prompts.array_record', 'lengths.npy', 'checksums.npy'
_TYPE_CODES = {'uint16': 'H', 'uint32': 'I'}
# A prompt is too short to compress: plain records are smaller and faster to write and read.
_WRITER_OPTIONS = 'group_size:1,uncompressed'
_READER_OPTIONS = 'readahead_buffer_size:0,max_parallelism:0'
_READER_BUFFER = 32 * 1024  # bytes; the default of 1 MiB is for sequential reads


@dataclasses.dataclass(frozen=True, eq=False)
class Store:
  """An open store.

  lengths: int32 [N, 2], tokens of inputs and of targets, as stored. checksums: uint32
  [N], CRC-32 of the records; None verifies none. fetch: returns once the records in
  `path` are complete; True makes it check again. None: they are present.
  """

  name: str
  path: str
  manifest: dict
  lengths: np.ndarray
  checksums: np.ndarray | None = None
  fetch: Callable[[bool], None] | None = None

  def read(self, indices: Sequence[int] | np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns (inputs ids, targets ids) of each prompt. Read many at once: 500 take a fourth
    of the time of single reads. Threads may share a store.

    Raises:
      Unusable: the records have been changed.
    """
    if not len(indices):
      return []
    numbers = np.asarray(indices, np.int64)
    records = self._records(numbers)
    # Slicing one array takes half the time of making one for each record.
    ids = np.frombuffer(b''.join(records), self.manifest['dtype'])
    ends = np.cumsum(self.lengths[numbers].ravel()).tolist()
    parts = [ids[start:end] for start, end in zip([0, *ends], ends)]
    return list(zip(parts[::2], parts[1::2]))

  def _records(self, numbers: np.ndarray) -> list[bytes]:
    """Returns the records of some prompts; fetches a damaged copy again, once."""
    if self.fetch is None:
      return self._checked(numbers)
    self.fetch(False)
    try:
      return self._checked(numbers)
    except Unusable as error:
      notice(f'{self.path} is a copy that cannot be used: {error.why}; it is compared with its source')
    self.fetch(True)
    self.__dict__.pop('_reader', None)
    return self._checked(numbers)

  def _checked(self, numbers: np.ndarray) -> list[bytes]:
    try:
      records = self._reader.read(numbers.tolist())
    except (RuntimeError, ValueError, OSError) as error:
      raise Unusable(self.path, f'{PROMPTS} is damaged ({_first(error)})') from None
    found = np.fromiter(map(zlib.crc32, records), np.uint32, len(records))
    wrong = [] if self.checksums is None else np.flatnonzero(found != self.checksums[numbers]).tolist()
    if wrong:
      raise Unusable(self.path, f'prompt {numbers[wrong[0]]:,} in {PROMPTS} is not the one that was written')
    return records

  @functools.cached_property
  def _reader(self):
    from array_record.python import array_record_module

    reader = array_record_module.ArrayRecordReader(
      os.path.join(self.path, PROMPTS), _READER_OPTIONS, file_reader_buffer_size=_READER_BUFFER
    )
    if reader.num_records() != len(self.lengths):
      raise ValueError(f'{reader.num_records():,} records can be found of {len(self.lengths):,}')
    return reader


def _first(error: Exception) -> str:
  return f'{error}'.splitlines()[0] if f'{error}' else type(error).__name__


def open_store(path: str) -> Store:
  """Opens an existing store.

  Raises:
    UserError: it is missing, another version of flan_jax wrote it, or its files have been
      changed.
  """
  manifest = manifests.read(path, FORMAT)
  manifests.check(path, PROMPTS, manifest)
  return opened(path, manifest)


def opened(path: str, manifest: dict, fetch: Callable[[bool], None] | None = None) -> Store:
  """Opens the store of a folder whose manifest has been read; reads only its small files."""
  lengths = manifests.array(path, LENGTHS, manifest)
  checksums = manifests.array(path, CHECKSUMS, manifest)
  return Store(manifest['task'], path, manifest, lengths, checksums, fetch)


def write(
  folder: str, name: str, prompts: Iterable[tuple[list, list]], dtype: str, describe: Callable[[int], dict]
) -> dict:
  """Writes the files of a store into an empty folder, and returns its manifest.

  Args:
    name: of the task.
    prompts: (inputs ids, targets ids), each a list of integers, with separators.
    dtype: 'uint16' or 'uint32'.
    describe: number of prompts -> further fields of the manifest; called at the end.
  """
  lengths = _write_prompts(folder, prompts, _TYPE_CODES[dtype])
  inputs_tokens, targets_tokens = lengths.sum(axis=0).tolist()
  manifests.write(
    folder,
    {
      'format': FORMAT,
      'task': name,
      'dtype': dtype,
      'prompts': len(lengths),
      'inputs_tokens': inputs_tokens,
      'targets_tokens': targets_tokens,
      **describe(len(lengths)),
    },
  )
  return manifests.read(folder, FORMAT)


def _write_prompts(folder: str, prompts, type_code: str) -> np.ndarray:
  """Writes the records and their arrays; returns the lengths, int32 [N, 2]."""
  from array_record.python import array_record_module

  lengths, checksums = array.array('i'), array.array('I')
  writer = array_record_module.ArrayRecordWriter(os.path.join(folder, PROMPTS), _WRITER_OPTIONS)
  try:
    for inputs, targets in prompts:
      record = array.array(type_code, inputs + targets).tobytes()
      writer.write(record)
      lengths.extend((len(inputs), len(targets)))
      checksums.append(zlib.crc32(record))
  finally:
    writer.close()
  sizes = np.array(lengths, np.int32).reshape(-1, 2)
  np.save(os.path.join(folder, LENGTHS), sizes)
  np.save(os.path.join(folder, CHECKSUMS), np.array(checksums, np.uint32))
  return sizes
