# SPDX-License-Identifier: Apache-2.0
"""The word n-grams of texts as hashes: those within one text and not of numbers only."""

import numpy as np

from flan_jax.data.overlap import words as words_lib


def of(words: words_lib.Words, length: int) -> tuple[np.ndarray, np.ndarray]:
  """(hashes, uint64 [G], and the number of the text of each, int64 [G], ascending)."""
  count = len(words.hashes) - length + 1
  if count < 1:
    return np.zeros(0, np.uint64), np.zeros(0, np.int64)
  text_of = np.repeat(np.arange(len(words.ends)), words.counts)
  spelled = np.concatenate([[0], np.cumsum(words.spelled)])
  wanted = (text_of[:count] == text_of[length - 1 :]) & (spelled[length:] > spelled[:-length])
  starts = np.flatnonzero(wanted)
  return words_lib.runs(words.hashes, starts, starts + length), text_of[starts]


def distinct(hashes: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Each pair once, ordered by hash, then text."""
  if not len(hashes):
    return hashes, texts
  order = np.lexsort((texts, hashes))
  hashes, texts = hashes[order], texts[order]
  new = np.ones(len(hashes), bool)
  new[1:] = (hashes[1:] != hashes[:-1]) | (texts[1:] != texts[:-1])
  return hashes[new], texts[new]
