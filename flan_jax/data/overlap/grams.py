# SPDX-License-Identifier: Apache-2.0
"""Hashes of word n-grams that lie within one text and are not only numbers."""

import numpy as np

from flan_jax.data.overlap import words as words_lib


def of(words: words_lib.Words, length: int) -> tuple[np.ndarray, np.ndarray]:
  """Returns (hashes, uint64 [G], the number of each one's text, int64 [G], ascending)."""
  starts = places(words, length)
  return hashes(words, starts, length), texts(words)[starts]


def places(words: words_lib.Words, length: int) -> np.ndarray:
  """Returns the words at which n-grams begin, int64 [G], ascending."""
  count = len(words.hashes) - length + 1
  if count < 1:
    return np.zeros(0, np.int64)
  text_of = texts(words)
  spelled = np.concatenate([[0], np.cumsum(words.spelled)])
  return np.flatnonzero((text_of[:count] == text_of[length - 1 :]) & (spelled[length:] > spelled[:-length]))


def hashes(words: words_lib.Words, starts: np.ndarray, length: int) -> np.ndarray:
  """Returns the hashes of the n-grams that begin at these words, uint64 [G]."""
  return words_lib.runs(words.hashes, starts, starts + length)


def texts(words: words_lib.Words) -> np.ndarray:
  """Returns the number of each word's text, int64 [W]."""
  return np.repeat(np.arange(len(words.ends)), words.counts)


def distinct(several: np.ndarray, of_texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns the distinct pairs of hash and text, ordered by hash, then text."""
  order = np.lexsort((of_texts, several))
  several, of_texts = several[order], of_texts[order]
  new = np.ones(len(several), bool)
  new[1:] = (several[1:] != several[:-1]) | (of_texts[1:] != of_texts[:-1])
  return several[new], of_texts[new]
