# SPDX-License-Identifier: Apache-2.0
"""The test side: dev and test examples, and the tables of their n-grams."""

import dataclasses
from typing import Iterable, Mapping, Sequence

import numpy as np

from flan_jax.data.overlap import grams, rules, sides
from flan_jax.data.overlap import words as words_lib
from flan_jax.data.overlap.tables import Table


@dataclasses.dataclass(eq=False)
class Examples:
  """The examples to search for.

  side: their numbering; it names its datasets 'rte/dev'. blocks: their texts.
  counts: int64 [T], words of each text. keys: uint64 [T]. paper_lengths: int [T], the
  n-gram length of the paper's rule for each text. tables: n-gram length -> those of the
  texts compared with it. frequencies: length -> number of texts that have each.
  """

  side: sides.Side
  blocks: list[sides.Block]
  counts: np.ndarray
  keys: np.ndarray
  paper_lengths: np.ndarray
  tables: dict[int, Table]
  frequencies: dict[int, np.ndarray]

  def compared(self, length: int) -> np.ndarray:
    """Whether each text is compared by n-grams of this length, bool [T]."""
    return np.ones(len(self.counts), bool) if length == rules.GRAM else self.paper_lengths == length

  def grams(self, block: sides.Block, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns (numbers in the table, numbers of texts) of a block, distinct pairs."""
    hashes, texts = _grams(block, length, self.compared(length))
    return np.searchsorted(self.tables[length].hashes, hashes), texts


def examples(datasets: Mapping[str, Mapping[str, Iterable[sides.Batch]]]) -> Examples:
  """Reads the examples. datasets: name -> split -> batches of its records."""
  side, places = sides.Side(), []
  blocks: list[sides.Block] = []
  for name, splits in datasets.items():
    for split, batches in splits.items():
      blocks += side.add(f'{name}/{split}', batches)
      places.append(name)
  empty = np.zeros(0, np.int64)
  words = [words_lib.of_joined(block.texts) for block in blocks]
  counts = np.concatenate([empty, *(one.counts for one in words)])
  keys = np.concatenate([empty.astype(np.uint64), *(one.keys for one in words)])
  del words
  lengths = _paper_lengths(side, places, counts)
  found = Examples(side, blocks, counts, keys, lengths, {}, {})
  for length in sorted({rules.GRAM, *lengths.tolist()}):
    found.tables[length], found.frequencies[length] = _table(blocks, length, found.compared(length))
  return found


def _paper_lengths(side: sides.Side, places: Sequence[str], counts: np.ndarray) -> np.ndarray:
  """Returns n for each text: one number for all splits of a dataset."""
  totals = np.bincount(side.records, counts[side.texts], minlength=side.record_starts[-1])
  of_text = np.zeros(len(counts), np.int64)
  for name in dict.fromkeys(places):
    own = [place for place, other in enumerate(places) if other == name]
    sizes = np.concatenate([totals[side.record_starts[place] : side.record_starts[place + 1]] for place in own])
    if len(sizes):
      low = int(np.percentile(sizes, rules.PAPER_PERCENTILE))
      for place in own:
        of_text[side.text_starts[place] : side.text_starts[place + 1]] = np.clip(
          low, rules.PAPER_SHORTEST, rules.PAPER_LONGEST
        )
  return of_text


def _grams(block: sides.Block, length: int, compared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns (hashes, numbers of texts), distinct pairs, ordered by hash."""
  if not compared[block.first : block.first + block.texts.count(b'\0')].any():
    return np.zeros(0, np.uint64), np.zeros(0, np.int64)
  hashes, texts = grams.of(words_lib.of_joined(block.texts), length)
  texts = texts + block.first
  wanted = compared[texts]
  return grams.distinct(hashes[wanted], texts[wanted])


def _table(blocks: Iterable[sides.Block], length: int, compared: np.ndarray) -> tuple[Table, np.ndarray]:
  found = [_grams(block, length, compared)[0] for block in blocks]
  hashes = np.concatenate([np.zeros(0, np.uint64), *found])
  del found
  hashes, frequencies = np.unique(hashes, return_counts=True)
  return Table.of(hashes), frequencies.astype(np.uint32)
