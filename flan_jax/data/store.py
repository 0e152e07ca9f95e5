"""The prompt store: a task rendered and tokenized once, read at random ever after.

    <directory>/<task>/<split>-<fingerprint>/prompts.array_record
                                             lengths.npy
                                             manifest.json

A record is the ids of one prompt, inputs then targets; `lengths.npy` says where the one
ends and the other begins. The fingerprint covers everything that decides the ids, so a
change builds a new store beside the old one. A store is written under another name and
renamed when it is whole: half of one is never read.
"""

import array
import dataclasses
import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from flan_jax.data import tokenizing
from flan_jax.errors import UserError

FORMAT = 1  # raise when the files, or the ids in them, come out differently

_PROMPTS, _LENGTHS, _MANIFEST = 'prompts.array_record', 'lengths.npy', 'manifest.json'
_TYPE_CODES = {'uint16': 'H', 'uint32': 'I'}
# A prompt is too short to compress: plain records are smaller and faster both ways.
_WRITER_OPTIONS = 'group_size:1,uncompressed'
_READER_OPTIONS = 'readahead_buffer_size:0,max_parallelism:0'
_READER_BUFFER = 32 * 1024  # bytes; the default of 1 MiB is for reading in order


@dataclasses.dataclass(frozen=True)
class Settings:
  """What decides the ids of a prompt, beyond the task itself.

  inputs_length, targets_length: tokens at most, separators included.
  separators: what ends the inputs and the targets: 'eos', '' or any text.
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

  def __post_init__(self):
    if self.overflow not in ('cut', 'split'):
      raise UserError(f"OVERFLOW is {self.overflow!r}; it can be 'cut' or 'split'.")


@dataclasses.dataclass(frozen=True, eq=False)
class Store:
  """A warm store. lengths: int32 [N, 2], tokens of inputs and of targets, as stored."""

  name: str
  path: str
  manifest: dict
  lengths: np.ndarray

  def read(self, indices: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """(inputs ids, targets ids) of each prompt. Ask for many at once: 500 take a fourth
    of the time that they take one by one. Threads may share a store."""
    if not len(indices):
      return []
    indices = np.asarray(indices, np.int64)
    records = self._reader.read(indices.tolist())
    ids = [np.frombuffer(record, self.manifest['dtype']) for record in records]
    ends = self.lengths[indices, 0].tolist()
    return [(prompt[:end], prompt[end:]) for prompt, end in zip(ids, ends)]

  @functools.cached_property
  def _reader(self):
    from array_record.python import array_record_module
    return array_record_module.ArrayRecordReader(
        os.path.join(self.path, _PROMPTS), _READER_OPTIONS,
        file_reader_buffer_size=_READER_BUFFER)


def open_store(path: str) -> Store:
  """Opens a store that stands.

  Raises:
    UserError: there is none, or another version of flan_jax wrote it.
  """
  try:
    with open(os.path.join(path, _MANIFEST), encoding='utf-8') as file:
      manifest = json.load(file)
  except FileNotFoundError:
    raise UserError(f'There is no prompt store at {path}. `python -m flan_jax.cache`'
                    ' builds it.') from None
  if manifest['format'] != FORMAT:
    raise UserError(f'The prompt store at {path} has format {manifest["format"]}, this'
                    f' version reads {FORMAT}. Build it anew.')
  lengths = np.load(os.path.join(path, _LENGTHS))
  return Store(manifest['task'], path, manifest, lengths)


def location(task, split: str, directory: str, settings: Settings) -> tuple[str, dict]:
  """Where the store of a task belongs, and what its fingerprint was taken of."""
  inputs = {
      'format': FORMAT, 'task': task.name, 'split': split,
      'source': tokenizing.source_identity(task.source, split),
      'vocabulary': tokenizing.vocabulary_identity(
          task.output_features['targets'].vocabulary),
      **dataclasses.asdict(settings)}
  canonical = json.dumps(inputs, sort_keys=True, separators=(',', ':'))
  fingerprint = hashlib.sha256(canonical.encode()).hexdigest()[:16]
  return os.path.join(directory, task.name, f'{split}-{fingerprint}'), inputs


def ensure(task, split: str = 'train', *, directory: str,
           progress: Callable[[int], object] | None = None, **settings) -> Store:
  """Opens the store of a task, or builds it if it is missing; arguments as `build`."""
  path, _ = location(task, split, directory, Settings(**settings))
  if os.path.isdir(path):
    return open_store(path)
  return build(task, split, directory=directory, progress=progress, **settings)


def build(task, split: str = 'train', *, directory: str,
          progress: Callable[[int], object] | None = None, **settings) -> Store:
  """Renders, tokenizes and writes the prompts of a task.

  A prompt whose target has no token of text is refused: refusals are
  counted in the manifest and reported on standard error.

  Args:
    task: a seqio.Task; 'inputs' may be missing.
    split: of the task.
    directory: of all stores.
    progress: called with the number of prompts added, now and then.
    **settings: the fields of `Settings`.

  Raises:
    UserError: nothing is left to write, or the lengths leave no room for text.
  """
  settings = Settings(**settings)
  path, inputs = location(task, split, directory, settings)
  vocabulary = task.output_features['targets'].vocabulary
  cut = _cutter(task.name, vocabulary, settings)
  refused = []
  prompts = _accepted(task, split, settings, cut, refused, progress)

  def describe(count: int) -> dict:
    _report_refused(task.name, split, vocabulary, refused, count)
    return {'fingerprint': path[-16:], 'fingerprint_of': inputs, 'split': split,
            'refused': len(refused), 'created_by': _version()}

  dtype = 'uint16' if vocabulary.vocab_size <= 2**16 else 'uint32'
  return write(path, task.name, prompts, dtype, describe)


def write(path: str, name: str, prompts: Iterable[tuple[list, list]],
          dtype: str = 'uint16', describe: Callable[[int], dict] = lambda count: {},
          ) -> Store:
  """Writes a store from ids, under its name only when it is whole.

  Args:
    path: of the store. Where another process was first, its store stays.
    name: of the task.
    prompts: (inputs ids, targets ids), each a list of integers, ended as they shall be.
    dtype: 'uint16' or 'uint32'.
    describe: called with the number of prompts at the end; more for the manifest.
  """
  os.makedirs(os.path.dirname(path), exist_ok=True)
  # In the same folder, or the rename would copy.
  draft = tempfile.mkdtemp(prefix='.building-', dir=os.path.dirname(path))
  try:
    lengths = _write_records(os.path.join(draft, _PROMPTS), prompts, _TYPE_CODES[dtype])
    np.save(os.path.join(draft, _LENGTHS), lengths)
    inputs_tokens, targets_tokens = lengths.sum(axis=0).tolist()
    manifest = {'format': FORMAT, 'task': name, 'dtype': dtype, 'prompts': len(lengths),
                'inputs_tokens': inputs_tokens, 'targets_tokens': targets_tokens,
                **describe(len(lengths))}
    with open(os.path.join(draft, _MANIFEST), 'w', encoding='utf-8') as file:
      json.dump(manifest, file, indent=2)
    _publish(draft, path)
  finally:
    shutil.rmtree(draft, ignore_errors=True)
  return open_store(path)


def _write_records(path: str, prompts, type_code: str) -> np.ndarray:
  """Returns the lengths, int32 [N, 2]."""
  from array_record.python import array_record_module
  lengths = array.array('i')
  writer = array_record_module.ArrayRecordWriter(path, _WRITER_OPTIONS)
  try:
    for inputs, targets in prompts:
      writer.write(array.array(type_code, inputs + targets).tobytes())
      lengths.extend((len(inputs), len(targets)))
  finally:
    writer.close()
  return np.array(lengths, np.int32).reshape(-1, 2)


def _accepted(task, split, settings: Settings, cut: Callable, refused: list, progress):
  """The prompts to write, at most `cap`; the inputs of the others go to `refused`."""
  limits = {'inputs': settings.inputs_length, 'targets': settings.targets_length}
  batches = tokenizing.batches(task, split, sequence_length=limits, seed=settings.seed)
  accepted = 0
  for batch in batches:
    for inputs, targets in batch:
      pieces = cut(inputs, targets)
      if not pieces:
        refused.append(inputs)
      if accepted + len(pieces) >= (settings.cap or float('inf')):
        yield from pieces[:settings.cap - accepted]
        return
      accepted += len(pieces)
      yield from pieces
    if progress:
      progress(len(batch))


def _cutter(name: str, vocabulary, settings: Settings) -> Callable:
  """(inputs, targets) -> the prompts they make: cut to length, ended by separators."""
  inputs_end, targets_end = (
      tokenizing.separator_ids(vocabulary, text) for text in settings.separators)
  inputs_room = settings.inputs_length - len(inputs_end)
  room = settings.targets_length - len(targets_end)
  if inputs_room < 0 or room < 1:
    raise UserError(
        f'Task {name}: inputs of {settings.inputs_length} and targets of'
        f' {settings.targets_length} tokens leave no room for text beside separators of'
        f' {len(inputs_end)} and {len(targets_end)}. Raise INPUTS_LENGTH or'
        ' TARGETS_LENGTH.')
  def cut(inputs, targets):
    if settings.overflow == 'cut':
      targets = targets[:room]
    pieces = [targets[i:i + room] for i in range(0, len(targets), room)]
    if not pieces:
      return []
    pieces[-1] = pieces[-1] + targets_end
    heads = [inputs[:inputs_room] + inputs_end] + [inputs_end] * (len(pieces) - 1)
    return list(zip(heads, pieces))
  return cut


def check_room(task, **settings) -> None:
  """Raises UserError where `build` would, for lengths that leave no room for text."""
  _cutter(task.name, task.output_features['targets'].vocabulary, Settings(**settings))


def _report_refused(name, split, vocabulary, refused: list, kept: int) -> None:
  if not kept:
    raise UserError(
        f'Task {name} has no prompt to store for split {split!r}: the source gave'
        f' {len(refused)}, and each target was empty. Look at what its preprocessors'
        ' render, and at the rows of its dataset.')
  if refused:
    start = vocabulary.decode(refused[0][:40])
    print(f'NOTE: {name} ({split}): {len(refused):,} of {kept + len(refused):,} prompts'
          f' refused, their targets are empty; the first begins {start!r}',
          file=sys.stderr, flush=True)


def _publish(draft: str, path: str) -> None:
  """Gives a finished draft its name, unless another process was first."""
  os.chmod(draft, 0o755)  # mkdtemp makes it private
  for entry in os.scandir(draft):
    _flush(entry.path)
  _flush(draft)
  try:
    os.rename(draft, path)
  except OSError:
    if not os.path.isfile(os.path.join(path, _MANIFEST)):
      raise
  _flush(os.path.dirname(path))


def _flush(path: str) -> None:
  descriptor = os.open(path, os.O_RDONLY)
  try:
    os.fsync(descriptor)
  finally:
    os.close(descriptor)


def _version() -> str:
  from importlib import metadata
  try:
    return f'flan_jax {metadata.version("flan_jax")}'
  except metadata.PackageNotFoundError:
    return 'flan_jax'
