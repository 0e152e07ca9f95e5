# SPDX-License-Identifier: Apache-2.0
"""The file of a vocabulary, without loading it."""

import functools
import hashlib

from flan_jax import storage

VARIABLE = 'FLAN_VOCABULARY'  # environment variable: the path, or 'bytes'
ENDS = 'FLAN_VOCABULARY_ENDS'  # environment variable: {'path', the fields of Ends.told}
BYTES = 'bytes'  # the vocabulary without a file


@functools.lru_cache(maxsize=None)
def content_hash(path: str) -> str:
  """Returns the file's sha256, 16 hex digits. Cached: every task calls this, and a file may be large."""
  return hashlib.sha256(storage.read_bytes(path)).hexdigest()[:16]


def known_hash(path: str) -> str:
  """content_hash, or 'bytes' for the byte vocabulary."""
  return BYTES if path == BYTES else content_hash(path)


def matches(path: str, known_hash: str) -> bool:
  """Whether the vocabulary at a path, or 'bytes', has that content hash."""
  if BYTES in (path, known_hash):
    return path == known_hash
  return storage.is_file(path) and content_hash(storage.absolute(path)) == known_hash
