# SPDX-License-Identifier: Apache-2.0
"""The prompt store: a task rendered and tokenized once, then read at random.

    <directory>/<task>/<split>-<fingerprint>/prompts.array_record
                                             lengths.npy
                                             checksums.npy
                                             manifest.json

The fingerprint covers everything that determines the ids, so a change builds a new store
beside the old one. A local store is written under another name and renamed when it is
complete: a partial one is never read. A directory may be a gs:// address, see `published`.
"""

import dataclasses
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from typing import Any, TYPE_CHECKING

from flan_jax import storage
from flan_jax.data.tokens import cutting, drafts, prompt_files, tokenizing
from flan_jax.data.tokens.host_cache import HostCache
from flan_jax.data.tokens.manifest import Unusable as Unusable
from flan_jax.data.tokens.prompt_files import FORMAT, open_store, Store
from flan_jax.data.tokens.published import Published
from flan_jax.errors import notice, UserError

if TYPE_CHECKING:
  import seqio


@dataclasses.dataclass(frozen=True)
class Settings:
  """The settings that determine the ids of a prompt, besides the task itself.

  inputs_length, targets_length: maximum tokens, separators included. Longer inputs are
    shortened as in evaluation.
  separators: the ends of the inputs and of the targets: 'eos', '' or any text.
  beginning: ids before the inputs, see ends.Ends.
  overflow: for longer targets. 'cut' drops the rest; 'split', for plain text, continues
    it in further prompts without inputs, the last of which is ended.
  cap: maximum number of prompts; None keeps all.
  seed: for preprocessors that draw.
  fingerprint_extra: other things whose change must be noticed, such as the source code
    of the preprocessors; JSON values.
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


def find(path: str, say: Callable[[str], object] = lambda text: None) -> Store | None:
  """Returns the store at the `location` of a task; None if it must be built.

  say: called with the reason if an existing store is unusable.
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
  """Returns the path of a task's store, and the inputs of its fingerprint."""
  inputs = {
    'format': FORMAT,
    'task': task.name,
    'split': split,
    'source': tokenizing.source_identity(task.source, split),
    'vocabulary': tokenizing.vocabulary_identity(task.output_features['targets'].vocabulary),
    **vars(settings),
  }
  if not settings.beginning:  # keeps the fingerprints of versions without beginnings
    del inputs['beginning']
  canonical = json.dumps(inputs, sort_keys=True, separators=(',', ':'))
  fingerprint = hashlib.sha256(canonical.encode()).hexdigest()[:16]
  return os.path.join(directory, task.name, f'{split}-{fingerprint}'), inputs


@dataclasses.dataclass(frozen=True)
class Wanted:
  """The store that a task needs, whether it exists or not.

  task, split: a seqio.Task and one of its splits. directory: of all stores, local or
  gs://. settings: of its prompts. cache: of copies, for a gs:// directory.
  """

  task: 'seqio.Task'
  split: str
  directory: str
  settings: Settings
  cache: HostCache = HostCache()

  @functools.cached_property
  def located(self) -> tuple[str, dict]:
    """The result of `location`."""
    return location(self.task, self.split, self.directory, self.settings)

  @property
  def path(self) -> str:
    """The path of the store."""
    return self.located[0]

  @property
  def known(self) -> 'Known':
    """The part that can be looked up without the task."""
    return Known(self.path, self.task.name, self.cache, self.build_in)

  def find(self, say: Callable[[str], object] = notice) -> Store | None:
    """Opens it; None if it must be built. say: called with the reason if it is unusable."""
    return self.known.find(say)

  def is_there(self, say: Callable[[str], object]) -> bool:
    """Whether `find` would open it, as far as can be checked without fetching it."""
    if not storage.is_remote(self.directory):
      return find(self.path, say) is not None
    return self.known.published.is_there(say)

  def build(self, progress: Callable[[int], object] | None = None) -> Store:
    """Builds it in its place."""
    if storage.is_remote(self.directory):
      return self.known.published.build()
    return _build(self, progress)

  def build_in(self, folder: str) -> Store:
    """Builds it in a local folder, to be published from there."""
    return _build(dataclasses.replace(self, directory=folder), None, 'STORE_CACHE')


@dataclasses.dataclass(frozen=True)
class Known:
  """A store whose path is known; its task may be unknown.

  path: local or gs://. name: of the task. cache: of copies, for a gs:// path. make: builds
  the store to publish inside the folder passed to it, and returns it.
  """

  path: str
  name: str
  cache: HostCache
  make: Callable[[str], Store]

  def find(self, say: Callable[[str], object] = notice) -> Store | None:
    """As `Wanted.find`."""
    return self.published.find(say) if storage.is_remote(self.path) else find(self.path, say)

  @property
  def published(self) -> Published:
    """The store in a bucket."""
    return Published(self.path, os.path.join(self.name, os.path.basename(self.path)), self.cache, self.make)


def ensure(
  task: 'seqio.Task',
  split: str = 'train',
  *,
  directory: str,
  cache: HostCache = HostCache(),
  progress: Callable[[int], object] | None = None,
  **settings: Any,
) -> Store:
  """Opens the store of a task; arguments as `build`.

  It is built if it is missing, and again if its files have been changed.
  """
  wanted = Wanted(task, split, os.fspath(directory), Settings(**settings), cache)
  return wanted.find() or wanted.build(progress)


def build(
  task: 'seqio.Task',
  split: str = 'train',
  *,
  directory: str,
  cache: HostCache = HostCache(),
  progress: Callable[[int], object] | None = None,
  **settings: Any,
) -> Store:
  """Renders, tokenizes and writes the prompts of a task.

  A prompt whose target has no token of text, or that is not valid UTF-8, is refused; the
  manifest counts refusals, and a notice on standard error reports them. It also counts
  prompts that were too long, see `shortfalls`.

  Args:
    task: a seqio.Task; 'inputs' may be missing.
    split: of the task.
    directory: of all stores, local or gs://.
    cache: of this machine, for stores of a gs:// directory.
    progress: called now and then with the number of prompts added, for a local directory.
    **settings: the fields of `Settings`.

  Raises:
    UserError: nothing is left to write, the lengths leave no room for text, or the
      directory is not writable.
  """
  return Wanted(task, split, os.fspath(directory), Settings(**settings), cache).build(progress)


def _build(wanted: Wanted, progress: Callable[[int], object] | None, setting: str = 'STORE_DIR') -> Store:
  """Builds a store in a local directory; setting: that names it."""
  task, split, settings = wanted.task, wanted.split, wanted.settings
  path, inputs = wanted.located
  vocabulary = task.output_features['targets'].vocabulary
  tally = cutting.Tally()
  prompts = _accepted(task, split, settings, _cutter(task, settings), tally, progress)

  def describe(count: int) -> dict:
    _report_refused(task.name, split, vocabulary, tally, count)
    told = {'fingerprint': _fingerprint(path), 'fingerprint_of': inputs, 'split': split}
    return told | tally.counts() | {'created_by': _version()}

  most = max(vocabulary.vocab_size - 1, *settings.beginning, 0)  # soft prompt ids exceed the vocabulary
  dtype = 'uint16' if most < 2**16 else 'uint32'
  return write(path, task.name, prompts, dtype, describe, setting)


def write(
  path: str,
  name: str,
  prompts: Iterable[tuple[list, list]],
  dtype: str = 'uint16',
  describe: Callable[[int], dict] = lambda count: {},
  setting: str = 'STORE_DIR',
) -> Store:
  """Writes a local store from ids; renames it to its path when it is complete.

  Args:
    path: of the store. If another process was first, its store stays.
    name: of the task.
    prompts: (inputs ids, targets ids), each a list of integers, with separators.
    dtype: 'uint16' or 'uint32'.
    describe: number of prompts -> further fields of the manifest; called at the end.
    setting: to change if the disk is full.
  """
  folder = os.path.dirname(path)
  with drafts.in_words(f'the prompt store {path}', setting):
    os.makedirs(folder, exist_ok=True)
    drafts.clear(folder)
    draft = drafts.make(folder)  # on the same disk, so that it can be renamed
    try:
      prompt_files.write(draft, name, prompts, dtype, describe)
      drafts.publish(draft, path, usable=lambda path: find(path) is not None)
    finally:
      shutil.rmtree(draft, ignore_errors=True)
  return open_store(path)


def _accepted(task, split, settings: Settings, cutter: cutting.Cutter, tally: cutting.Tally, progress):
  """Yields the prompts to write, at most `cap`."""
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
  """Raises UserError if `build` would because the lengths leave no room for text."""
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
  """Describes the prompts that did not fit, as sentences."""
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
