# SPDX-License-Identifier: Apache-2.0
"""A file that grows at its end, on a disk or in a bucket, where objects do not grow."""

import io
import os
import time

from flan_jax import storage

SECONDS = 30  # between two writes of an object, unless it is closed or must be there now


class Growing(io.RawIOBase):
  """Writes at the end of a file; in a bucket its object is replaced by a longer one.

  Args:
    path: of the file.
    keep: bytes at its beginning that stay; None keeps all, 0 begins anew.
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
    """Writes it all on a disk; into a bucket, if it was not written for a while."""
    if self.closed:
      return
    if not self._remote:
      self._file.flush()
    elif time.monotonic() - self._written > SECONDS:
      self.put()

  def put(self) -> None:
    """Writes it all, wherever it is."""
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
  """A local folder whose files are copied into a folder of a bucket, those that changed.

  folder: what is shown to people; where it is local, files are written there itself.
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
    """Where to write."""
    return self._temporary.name if self._remote else self._folder

  def copy(self, now: bool = False) -> None:
    """Copies what changed, unless it was done within the last `SECONDS` and need not be now."""
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
    """Copies the rest; the local folder is gone."""
    if self._remote:
      self.copy(now=True)
      self._temporary.cleanup()
