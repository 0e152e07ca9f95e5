# SPDX-License-Identifier: Apache-2.0
"""Prompt stores in a bucket: built on one machine, published, fetched by the others.

    gs://<bucket>/<folder>/<task>/<split>-<fingerprint>/...  the files of a local store

A bucket cannot rename: the manifest, which has the checksums of the other files, is
written last, and a store without a manifest does not exist. Files are read by name, never
listed. Builders of one store write the same bytes, so one may overwrite the other's.
"""

import os
import shutil
import threading
from typing import Callable

from flan_jax import storage
from flan_jax.data.tokens import drafts, prompt_files
from flan_jax.data.tokens import manifest as manifests
from flan_jax.data.tokens.host_cache import Copy, HostCache
from flan_jax.data.tokens.manifest import Missing, Unusable
from flan_jax.data.tokens.prompt_files import FORMAT, PROMPTS, Store
from flan_jax.errors import notice, UserError

ATTEMPTS = 2  # downloads of a file before the published one counts as wrong


class Published:
  """A store in a bucket, and its copy on this machine.

  Args:
    address: 'gs://bucket/store/task/train-0123456789abcdef'.
    name: of the store in the cache, 'task/train-0123456789abcdef'.
    cache: where copies are kept.
    make: builds the store inside the folder passed to it, and returns it.
  """

  def __init__(self, address: str, name: str, cache: HostCache, make: Callable[[str], Store]):
    self.address, self._name, self._cache, self._make = address, name, cache, make

  def is_there(self, say: Callable[[str], object]) -> bool:
    """Whether it is published, each file with its original size. say: as in `find`."""
    try:
      manifest, _ = self._manifest()
      for name in manifest['files']:
        self._check_size(name, manifest)
    except Unusable as error:
      self._say(error, say)
      return False
    return True

  def find(self, say: Callable[[str], object]) -> Store | None:
    """Opens the store; None if it must be built. say: called with the reason if it is unusable.

    Fetches lengths at once, records on their first read.
    """
    try:
      return self._opened(*self._manifest())
    except Unusable as error:
      self._say(error, say)
      return None

  def build(self) -> Store:
    """Publishes the store, built now or found in the cache, and opens it."""
    copy, manifest = self._kept() or self._built()
    self._upload(copy, manifest)
    return self._store(copy, manifest)

  def _manifest(self) -> tuple[dict, bytes]:
    """Returns the published manifest, parsed and as bytes."""
    text = _read(storage.join(self.address, manifests.NAME))
    if text is None:
      raise Missing(self.address, f'it has no {manifests.NAME}')
    manifest = manifests.parsed(text, self.address, FORMAT)
    fingerprint = self.address.rpartition('-')[2]
    if manifest.get('fingerprint', fingerprint) != fingerprint:
      raise Unusable(self.address, 'it was built for another task or with other settings')
    return manifest, text

  def _check_size(self, name: str, manifest: dict) -> None:
    manifests.check_size(self.address, name, manifest, _size(storage.join(self.address, name)))

  def _opened(self, manifest: dict, text: bytes) -> Store:
    copy = self._cache.use(self._copy_name(manifest))
    for name in manifest['files']:
      if name != PROMPTS:
        self._fetch(copy, name, manifest)
      elif not os.path.exists(os.path.join(copy.path, PROMPTS)):
        self._check_size(PROMPTS, manifest)
    with copy.alone(), self._in_words(manifests.NAME):
      storage.write_whole(os.path.join(copy.path, manifests.NAME), text)
    return self._store(copy, manifest)

  def _store(self, copy: Copy, manifest: dict) -> Store:
    return prompt_files.opened(copy.path, manifest, _Arrival(self, copy, manifest))

  def _copy_name(self, manifest: dict) -> str:
    return f'{self._name}.{manifests.identity(manifest)}'

  def _fetch(self, copy: Copy, name: str, manifest: dict) -> None:
    """Fetches a file into the copy unless it is there; one process per machine does it.

    Raises:
      Unusable: the published file is not the one that was written.
    """
    with copy.alone():
      if _agrees(copy.path, name, manifest):
        return
      with self._in_words(name):
        self._cache.make_room(manifest['files'][name]['bytes'])
        if any(self._downloaded(copy, name, manifest) for _ in range(ATTEMPTS)):
          return
    raise Unusable(self.address, f'{name} is not what was written')

  def _downloaded(self, copy: Copy, name: str, manifest: dict) -> bool:
    """Fetches a file; returns whether it is the one that was written."""
    file = os.path.join(copy.path, name)
    try:
      storage.download(storage.join(self.address, name), file)
      manifests.check(copy.path, name, manifest)
    except FileNotFoundError:
      return False
    except Unusable:
      os.unlink(file)
      return False
    return True

  def _in_words(self, name: str):
    return drafts.in_words(f'a copy of {self.address}/{name} in {self._cache.path}', 'STORE_CACHE')

  def fetch_records(self, copy: Copy, manifest: dict) -> None:
    """Fetches the records into the copy; if the published ones are wrong, builds them again."""
    try:
      return self._fetch(copy, PROMPTS, manifest)
    except Unusable as error:
      self._say(error, notice)
    if manifests.identity(self.build().manifest) != manifests.identity(manifest):
      raise UserError(self._differs())

  def _kept(self) -> tuple[Copy, dict] | None:
    """Returns a complete cached copy, which can be published without a build; else None."""
    for name in self._cache.copies(self._name):
      copy = self._cache.use(name)
      try:
        manifest = manifests.read(copy.path, FORMAT)
        for file in manifest['files']:
          manifests.check(copy.path, file, manifest)
      except UserError:
        copy.release()
      else:
        return copy, manifest
    return None

  def _built(self) -> tuple[Copy, dict]:
    with drafts.in_words(f'the prompt store {self._name} in {self._cache.path}', 'STORE_CACHE'):
      os.makedirs(self._cache.path, exist_ok=True)
      drafts.clear(self._cache.path)
      draft = drafts.make(self._cache.path)
    try:
      built = self._make(draft)
      copy = self._cache.use(self._copy_name(built.manifest))
      with copy.alone(), self._in_words(PROMPTS):
        self._cache.make_room(sum(file['bytes'] for file in built.manifest['files'].values()))
        for name in (*built.manifest['files'], manifests.NAME):
          os.replace(os.path.join(built.path, name), os.path.join(copy.path, name))
      return copy, built.manifest
    finally:
      shutil.rmtree(draft, ignore_errors=True)

  def _upload(self, copy: Copy, manifest: dict) -> None:
    """Publishes a complete copy, the manifest last."""
    target = storage.join(self.address, manifests.NAME)
    text = storage.read_text(os.path.join(copy.path, manifests.NAME))
    try:
      for name in manifest['files']:
        storage.upload(os.path.join(copy.path, name), storage.join(self.address, name))
      if storage.write_new(target, text):
        return
    except FileNotFoundError:
      raise UserError(f'{self.address} cannot be written: {storage.bucket_problem(self.address)}') from None
    try:
      theirs, _ = self._manifest()
    except Unusable:
      return storage.write_whole(target, text)
    if manifests.identity(theirs) != manifests.identity(manifest):
      raise UserError(self._differs())

  def _say(self, error: Unusable, say: Callable[[str], object]) -> None:
    if not isinstance(error, Missing):
      say(f'the prompt store at {self.address} cannot be used: {error.why}; it is built again')

  def _differs(self) -> str:
    return (
      f'two builds of the prompt store {self.address} differ: the source or the preprocessors of its task give '
      'other prompts each time. Make them depend on nothing but the records, and delete that folder'
    )


class _Arrival:
  """Fetches the records of a store once, for whichever thread asks first."""

  def __init__(self, published: Published, copy: Copy, manifest: dict):
    self._published, self._copy, self._manifest = published, copy, manifest
    self._lock, self._there = threading.Lock(), False

  def __call__(self, again: bool) -> None:
    with self._lock:
      if again or not self._there:
        self._published.fetch_records(self._copy, self._manifest)
        self._there = True


def _agrees(folder: str, name: str, manifest: dict) -> bool:
  """Whether a copy of a file exists and is correct; reports it if it is damaged."""
  try:
    manifests.check(folder, name, manifest)
    return True
  except Unusable as error:
    if os.path.exists(os.path.join(folder, name)):
      notice(f'{folder} is a copy that cannot be used: {error.why}; it is fetched again')
    return False


def _read(path: str) -> bytes | None:
  """Returns the content; None if it is missing."""
  try:
    return storage.read_bytes(path)
  except FileNotFoundError:
    return None


def _size(path: str) -> int | None:
  try:
    return storage.size(path)
  except FileNotFoundError:
    return None
