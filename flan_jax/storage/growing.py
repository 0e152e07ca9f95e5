# SPDX-License-Identifier: Apache-2.0
"""A file to append to, on a disk or in a bucket, whose objects cannot be appended to."""

import io
import os
import time

from flan_jax import storage

SECONDS = 30  # minimum between two writes of an object, except at close or on demand


class Growing(io.RawIOBase):
  """Appends to a file; in a bucket a longer object replaces the old one.

  Args:
    path: of the file.
    keep: bytes at its beginning to keep; None keeps all, 0 starts over.
  """

  def __init__(self, path: str, keep: int | None = None):
    super().__init__()
    self._path, self._remote = path, storage.is_remote(path)
    if self._remote:
      before = storage.read_bytes(path)[:keep] if keep != 0 and storage.exists(path) else b''
      self._content, self._written = bytearray(before), time.monotonic()
      if keep is not None:
        self.put()
    else:
      self._file = open(path, 'wb' if keep == 0 else 'ab')
      if keep:
        self._file.truncate(keep)

  def writable(self) -> bool:
    return True

  def write(self, data) -> int:  # type: ignore[override]
    if not self._remote:
      return self._file.write(data)
    self._content += data
    return len(data)

  def flush(self) -> None:
    """Writes the buffer: always on a disk, into a bucket only after `SECONDS` without a write."""
    if self.closed:
      return
    if not self._remote:
      self._file.flush()
    elif time.monotonic() - self._written > SECONDS:
      self.put()

  def put(self) -> None:
    """Writes the buffer, on a disk or in a bucket."""
    if not self._remote:
      self._file.flush()
      return
    storage.write_whole(self._path, bytes(self._content))
    self._written = time.monotonic()

  def close(self) -> None:
    if self.closed:
      return
    try:
      self.put()
    finally:
      super().close()
      if not self._remote:
        self._file.close()


class Mirror:
  """Copies the changed files of a local folder into a folder of a bucket.

  folder: the path shown to the user; if it is local, files are written to it directly.
  """

  def __init__(self, folder: str):
    self._folder, self._remote = folder, storage.is_remote(folder)
    self._copied: dict[str, tuple[int, int]] = {}
    if self._remote:
      import tempfile

      self._temporary = tempfile.TemporaryDirectory(prefix='flan_jax-')
    self._when = time.monotonic()

  @property
  def local(self) -> str:
    """Returns the folder to write to."""
    return self._temporary.name if self._remote else self._folder

  def copy(self, now: bool = False) -> None:
    """Copies the changed files, at most once every `SECONDS` unless now is true."""
    if not self._remote or not now and time.monotonic() - self._when < SECONDS:
      return
    for name in storage.sizes(self.local):
      path = os.path.join(self.local, name)
      state = os.stat(path).st_size, os.stat(path).st_mtime_ns
      if self._copied.get(name) != state:
        storage.upload(path, storage.join(self._folder, name))
        self._copied[name] = state
    self._when = time.monotonic()

  def close(self) -> None:
    """Copies the remaining changes and deletes the local folder."""
    if self._remote:
      self.copy(now=True)
      self._temporary.cleanup()
