# SPDX-License-Identifier: Apache-2.0
"""DIR/embedded.json, which marks the data of a data_dir as embedded; see `embedded`.

Needs only the standard library: every run checks it, and none of them needs the world.
"""

import functools
import json
import os
import pathlib

from flan_jax import storage
from flan_jax.errors import UserError

FILE = 'embedded.json'


def read(data_dir: str | os.PathLike[str]) -> dict | None:
  """Returns the contents of embedded.json, or None if the folder has no embedded data."""
  if storage.is_remote(data_dir):  # `sample` writes to a disk, whose copy may be in a bucket
    return _remote(storage.join(storage.absolute(data_dir), FILE))
  path = pathlib.Path(data_dir).expanduser() / FILE
  if not path.is_file():
    return None
  stamp = path.stat()
  return _recorded(path, stamp.st_mtime_ns, stamp.st_size)


@functools.lru_cache(maxsize=8)
def _remote(path: str) -> dict | None:
  """Cached: data in a bucket does not change during a run."""
  return _recorded(path) if storage.is_file(path) else None


@functools.lru_cache(maxsize=8)
def _recorded(path: str | pathlib.Path, *_stamp: int) -> dict:
  """Cached, because every task reads it; must not be modified."""
  try:
    recorded = json.loads(storage.read_text(path))
    recorded['parts'], recorded['data']
    return recorded
  except (ValueError, TypeError, KeyError):
    raise UserError(
      f'{path} is not what `flan_jax sample` writes; move the folder away and let it write a new one'
    ) from None
