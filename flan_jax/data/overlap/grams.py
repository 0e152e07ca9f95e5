# SPDX-License-Identifier: Apache-2.0
"""The word n-grams of texts as hashes: those within one text and not of numbers only."""

import numpy as np

from flan_jax.data.overlap import words as words_lib


def of(words: words_lib.Words, length: int) -> tuple[np.ndarray, np.ndarray]:
  """(hashes, uint64 [G], and the number of the text of each, int64 [G], ascending)."""
  starts = places(words, length)
  return hashes(words, starts, length), texts(words)[starts]


def places(words: words_lib.Words, length: int) -> np.ndarray:
  """The words with which n-grams begin, int64 [G], ascending."""
  count = len(words.hashes) - length + 1
  if count < 1:
    return np.zeros(0, np.int64)
  text_of = texts(words)
  spelled = np.concatenate([[0], np.cumsum(words.spelled)])
  return np.flatnonzero((text_of[:count] == text_of[length - 1 :]) & (spelled[length:] > spelled[:-length]))


def hashes(words: words_lib.Words, starts: np.ndarray, length: int) -> np.ndarray:
  """Of the n-grams that begin with some words, uint64 [G]."""
  return words_lib.runs(words.hashes, starts, starts + length)


def texts(words: words_lib.Words) -> np.ndarray:
  """The number of the text of each word, int64 [W]."""
  return np.repeat(np.arange(len(words.ends)), words.counts)


def distinct(several: np.ndarray, of_texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Each pair of a hash and a text once, ordered by hash, then text."""
  order = np.lexsort((of_texts, several))
  several, of_texts = several[order], of_texts[order]
  new = np.ones(len(several), bool)
  new[1:] = (several[1:] != several[:-1]) | (of_texts[1:] != of_texts[:-1])
  return several[new], of_texts[new]
