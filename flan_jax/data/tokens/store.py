# SPDX-License-Identifier: Apache-2.0
"""The prompt store: a task rendered and tokenized once, read at random ever after.

    <directory>/<task>/<split>-<fingerprint>/prompts.array_record
                                             lengths.npy
                                             checksums.npy
                                             manifest.json

A record is the ids of one prompt, inputs then targets; `lengths.npy` says where the one
ends and the other begins. The fingerprint covers everything that decides the ids, so a
change builds a new store beside the old one. A store is written under another name and
renamed when it is whole: half of one is never read.

What is read is compared with what was written: the manifest with itself, sizes and
arrays with the manifest, each record with its checksum.
"""

import array
import dataclasses
import functools
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TYPE_CHECKING

import numpy as np

from flan_jax.data.tokens import cutting, drafts, tokenizing
from flan_jax.data.tokens import manifest as manifests
from flan_jax.data.tokens.manifest import Unusable
from flan_jax.errors import notice, UserError

if TYPE_CHECKING:
  import seqio

FORMAT = 2  # raise when the files, or the ids in them, come out differently

_PROMPTS, _LENGTHS, _CHECKSUMS = 'prompts.array_record', 'lengths.npy', 'checksums.npy'
_TYPE_CODES = {'uint16': 'H', 'uint32': 'I'}
# A prompt is too short to compress: plain records are smaller and faster both ways.
_WRITER_OPTIONS = 'group_size:1,uncompressed'
_READER_OPTIONS = 'readahead_buffer_size:0,max_parallelism:0'
_READER_BUFFER = 32 * 1024  # bytes; the default of 1 MiB is for reading in order


@dataclasses.dataclass(frozen=True)
class Settings:
  """What decides the ids of a prompt, beyond the task itself.

  inputs_length, targets_length: tokens at most, separators included. Longer inputs are
    shortened as in evaluation.
  separators: what ends the inputs and the targets: 'eos', '' or any text.
  beginning: ids before the inputs, see ends.Ends.
  overflow: what becomes of longer targets. 'cut' drops the rest; 'split', for plain
    text, lets it go on in further prompts without inputs, the last of which is ended.
  cap: prompts at most; None keeps all.
  seed: for preprocessors that draw.
  fingerprint_extra: what else must not change unnoticed, such as the source code of
    the preprocessors; JSON values.
  """

  inputs_length: int
  targets_length: int
  separators: tuple[str, str] = ('eos', 'eos')
  overflow: str = 'cut'
  cap: int | None = None
  seed: int = 0
  fingerprint_extra: dict = dataclasses.field(default_factory=dict)
  beginning: tuple[int, ...] = ()

  def __post_init__(self):
    if self.overflow not in ('cut', 'split'):
      raise UserError(f"OVERFLOW is {self.overflow!r}; it can be 'cut' or 'split'.")


@dataclasses.dataclass(frozen=True, eq=False)
class Store:
  """A warm store.

  lengths: int32 [N, 2], tokens of inputs and of targets, as stored. checksums: uint32
  [N], CRC-32 of the records; None compares none.
  """

  name: str
  path: str
  manifest: dict
  lengths: np.ndarray
  checksums: np.ndarray | None = None

  def read(self, indices: Sequence[int] | np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """(inputs ids, targets ids) of each prompt. Ask for many at once: 500 take a fourth
    of the time that they take one by one. Threads may share a store.

    Raises:
      Unusable: the records are not those that were written.
    """
    if not len(indices):
      return []
    numbers = np.asarray(indices, np.int64)
    try:
      records = self._reader.read(numbers.tolist())
    except (RuntimeError, ValueError, OSError) as error:
      raise Unusable(self.path, f'{_PROMPTS} is damaged ({_first(error)})') from None
    self._compare(numbers, records)
    # One array, cut: half the time of one for each record.
    ids = np.frombuffer(b''.join(records), self.manifest['dtype'])
    ends = np.cumsum(self.lengths[numbers].ravel()).tolist()
    parts = [ids[start:end] for start, end in zip([0, *ends], ends)]
    return list(zip(parts[::2], parts[1::2]))

  def _compare(self, indices: np.ndarray, records: list[bytes]) -> None:
    if self.checksums is None:
      return
    found = np.fromiter(map(zlib.crc32, records), np.uint32, len(records))
    wrong = np.flatnonzero(found != self.checksums[indices])
    if len(wrong):
      raise Unusable(self.path, f'prompt {indices[wrong[0]]:,} in {_PROMPTS} is not the one that was written')

  @functools.cached_property
  def _reader(self):
    from array_record.python import array_record_module

    reader = array_record_module.ArrayRecordReader(
      os.path.join(self.path, _PROMPTS), _READER_OPTIONS, file_reader_buffer_size=_READER_BUFFER
    )
    if reader.num_records() != len(self.lengths):
      raise ValueError(f'{reader.num_records():,} records can be found of {len(self.lengths):,}')
    return reader


def _first(error: Exception) -> str:
  return f'{error}'.splitlines()[0] if f'{error}' else type(error).__name__


def open_store(path: str) -> Store:
  """Opens a store that stands.

  Raises:
    UserError: there is none, another version of flan_jax wrote it, or its files are not
      those that were written.
  """
  manifest = manifests.read(path, FORMAT)
  lengths = manifests.array(path, _LENGTHS, manifest)
  checksums = manifests.array(path, _CHECKSUMS, manifest)
  return Store(manifest['task'], path, manifest, lengths, checksums)


def find(path: str, say: Callable[[str], object] = lambda text: None) -> Store | None:
  """The store at the `location` of a task; None if it must be built.

  say: is told why, if there is something that cannot be used.
  """
  if not os.path.lexists(path):
    return None
  try:
    found = open_store(path)
    if found.manifest.get('fingerprint', _fingerprint(path)) != _fingerprint(path):
      raise Unusable(path, 'it was built for another task or with other settings')
  except Unusable as error:
    say(f'the prompt store at {path} cannot be used: {error.why}; it is built again')
    return None
  return found


def _fingerprint(path: str) -> str:
  return path.rpartition('-')[2]


def location(task: 'seqio.Task', split: str, directory: str, settings: Settings) -> tuple[str, dict]:
  """Where the store of a task belongs, and what its fingerprint was taken of."""
  inputs = {
    'format': FORMAT,
    'task': task.name,
    'split': split,
    'source': tokenizing.source_identity(task.source, split),
    'vocabulary': tokenizing.vocabulary_identity(task.output_features['targets'].vocabulary),
    **vars(settings),
  }
  if not settings.beginning:  # as before there were any
    del inputs['beginning']
  canonical = json.dumps(inputs, sort_keys=True, separators=(',', ':'))
  fingerprint = hashlib.sha256(canonical.encode()).hexdigest()[:16]
  return os.path.join(directory, task.name, f'{split}-{fingerprint}'), inputs


def ensure(
  task: 'seqio.Task',
  split: str = 'train',
  *,
  directory: str,
  progress: Callable[[int], object] | None = None,
  **settings: Any,
) -> Store:
  """Opens the store of a task; arguments as `build`.

  It is built if it is missing, and again if its files are not those that were written.
  """
  path, _ = location(task, split, directory, Settings(**settings))
  return find(path, notice) or build(task, split, directory=directory, progress=progress, **settings)


def build(
  task: 'seqio.Task',
  split: str = 'train',
  *,
  directory: str,
  progress: Callable[[int], object] | None = None,
  **settings: Any,
) -> Store:
  """Renders, tokenizes and writes the prompts of a task.

  A prompt whose target has no token of text, or that is not valid UTF-8, is refused:
  refusals are counted in the manifest and reported on standard error. It also counts
  prompts that were too long, see `shortfalls`.

  Args:
    task: a seqio.Task; 'inputs' may be missing.
    split: of the task.
    directory: of all stores.
    progress: called with the number of prompts added, now and then.
    **settings: the fields of `Settings`.

  Raises:
    UserError: nothing is left to write, or the lengths leave no room for text.
  """
  wanted = Settings(**settings)
  path, inputs = location(task, split, directory, wanted)
  vocabulary = task.output_features['targets'].vocabulary
  tally = cutting.Tally()
  prompts = _accepted(task, split, wanted, _cutter(task, wanted), tally, progress)

  def describe(count: int) -> dict:
    _report_refused(task.name, split, vocabulary, tally, count)
    told = {'fingerprint': _fingerprint(path), 'fingerprint_of': inputs, 'split': split}
    return told | tally.counts() | {'created_by': _version()}

  dtype = 'uint16' if vocabulary.vocab_size <= 2**16 else 'uint32'
  return write(path, task.name, prompts, dtype, describe)


def write(
  path: str,
  name: str,
  prompts: Iterable[tuple[list, list]],
  dtype: str = 'uint16',
  describe: Callable[[int], dict] = lambda count: {},
) -> Store:
  """Writes a store from ids, under its name only when it is whole.

  Args:
    path: of the store. Where another process was first, its store stays.
    name: of the task.
    prompts: (inputs ids, targets ids), each a list of integers, ended as they shall be.
    dtype: 'uint16' or 'uint32'.
    describe: called with the number of prompts at the end; more for the manifest.
  """
  folder = os.path.dirname(path)
  os.makedirs(folder, exist_ok=True)
  drafts.clear(folder)
  draft = drafts.make(folder)  # in the same folder, or renaming would copy
  try:
    lengths = _write_prompts(draft, prompts, _TYPE_CODES[dtype])
    inputs_tokens, targets_tokens = lengths.sum(axis=0).tolist()
    manifests.write(
      draft,
      {
        'format': FORMAT,
        'task': name,
        'dtype': dtype,
        'prompts': len(lengths),
        'inputs_tokens': inputs_tokens,
        'targets_tokens': targets_tokens,
        **describe(len(lengths)),
      },
      large=[_PROMPTS],
    )
    drafts.publish(draft, path, usable=lambda path: find(path) is not None)
  finally:
    shutil.rmtree(draft, ignore_errors=True)
  return open_store(path)


def _write_prompts(folder: str, prompts, type_code: str) -> np.ndarray:
  """Writes the records and their arrays; returns the lengths, int32 [N, 2]."""
  from array_record.python import array_record_module

  lengths, checksums = array.array('i'), array.array('I')
  writer = array_record_module.ArrayRecordWriter(os.path.join(folder, _PROMPTS), _WRITER_OPTIONS)
  try:
    for inputs, targets in prompts:
      record = array.array(type_code, inputs + targets).tobytes()
      writer.write(record)
      lengths.extend((len(inputs), len(targets)))
      checksums.append(zlib.crc32(record))
  finally:
    writer.close()
  sizes = np.array(lengths, np.int32).reshape(-1, 2)
  np.save(os.path.join(folder, _LENGTHS), sizes)
  np.save(os.path.join(folder, _CHECKSUMS), np.array(checksums, np.uint32))
  return sizes


def _accepted(task, split, settings: Settings, cutter: cutting.Cutter, tally: cutting.Tally, progress):
  """The prompts to write, at most `cap`."""
  limits = {'inputs': settings.inputs_length, 'targets': settings.targets_length}
  batches = tokenizing.batches(
    task, split, sequence_length=limits, room=cutter.inputs_room, seed=settings.seed, refused=tally.refused
  )
  accepted = 0
  for batch in batches:
    for prompt in batch:
      pieces = cutter.prompts(*prompt, tally)
      if settings.cap and accepted + len(pieces) >= settings.cap:
        yield from pieces[: settings.cap - accepted]
        return
      accepted += len(pieces)
      yield from pieces
    if progress:
      progress(len(batch))


def check_room(task: 'seqio.Task', **settings: Any) -> None:
  """Raises UserError where `build` would, for lengths that leave no room for text."""
  _cutter(task, Settings(**settings))


def _cutter(task, settings: Settings) -> cutting.Cutter:
  features = task.output_features
  return cutting.Cutter.of(task.name, features['targets'].vocabulary, settings, 'inputs' in features)


def _report_refused(name: str, split: str, vocabulary, tally: cutting.Tally, kept: int) -> None:
  refused = tally.refused.total()
  if not kept:
    raise UserError(
      f'Task {name} has no prompt to store for split {split!r}: the source gave'
      f' {refused}, and each was refused: {tally.reasons(vocabulary)}. Look at what its'
      ' preprocessors render, and at the rows of its dataset.'
    )
  if refused:
    notice(f'{name} ({split}): {refused:,} of {kept + refused:,} prompts refused: {tally.reasons(vocabulary)}')


def shortfalls(store: Store) -> list[str]:
  """What of its prompts did not fit, in plain words."""
  manifest, settings = store.manifest, store.manifest['fingerprint_of']
  lines = [
    ('shortened', 'prompts were too long and were shortened', 'INPUTS_LENGTH'),
    ('targets_cut', 'targets were too long and lost their end', 'TARGETS_LENGTH'),
  ]
  return [
    f'{manifest[name]:,} of {manifest["prompts"]:,} {what} ({macro} = {settings[macro.lower()]})'
    for name, what, macro in lines
    if manifest[name]
  ]


def _version() -> str:
  from importlib import metadata

  try:
    return f'flan_jax {metadata.version("flan_jax")}'
  except metadata.PackageNotFoundError:
    return 'flan_jax'
