# SPDX-License-Identifier: Apache-2.0
"""The file of a vocabulary, as far as it can be told without reading a word of it."""

import functools
import hashlib

from flan_jax import storage

VARIABLE = 'FLAN_VOCABULARY'  # environment variable: the path, or 'bytes'
ENDS = 'FLAN_VOCABULARY_ENDS'  # environment variable: {'path', what Ends.told gives}
BYTES = 'bytes'  # the vocabulary without a file


@functools.lru_cache(maxsize=None)
def content_hash(path: str) -> str:
  """sha256 of a file, 16 hex digits. Read once: every task asks, and a tokenizer.json may be large."""
  return hashlib.sha256(storage.read_bytes(path)).hexdigest()[:16]


def known_hash(path: str) -> str:
  """content_hash, or 'bytes' for the byte vocabulary."""
  return BYTES if path == BYTES else content_hash(path)


def matches(path: str, known_hash: str) -> bool:
  """Whether the vocabulary of that content hash is at a path, or 'bytes' is meant."""
  if BYTES in (path, known_hash):
    return path == known_hash
  return storage.is_file(path) and content_hash(storage.absolute(path)) == known_hash
