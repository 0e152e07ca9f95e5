# SPDX-License-Identifier: Apache-2.0
"""Finds which n-grams of the test side occur in training texts, in several processes."""

import collections
import functools
import multiprocessing
import os
from concurrent import futures
from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence

import numpy as np

from flan_jax.data.overlap import grams, rules, sides
from flan_jax.data.overlap import words as words_lib
from flan_jax.data.overlap.tables import Table

_IN_FLIGHT = 3  # blocks per process that are queued or in progress


class Found(NamedTuple):
  """Matches in a block of texts.

  first: number of its first text. keys: uint64 [T], see words.Words. pairs: n-gram length
  -> (numbers in the table, numbers of the texts), uint32, distinct pairs.
  """

  first: int
  keys: np.ndarray
  pairs: dict[int, tuple[np.ndarray, np.ndarray]]


class Occurrences:
  """How many texts have each n-gram of a table, and which texts, if they are few."""

  def __init__(self, size: int) -> None:
    self.frequencies = np.zeros(size, np.uint32)
    self._pairs: list[tuple[np.ndarray, np.ndarray]] = []

  def add(self, numbers: np.ndarray, texts: np.ndarray) -> None:
    """Adds one block of distinct pairs."""
    np.add.at(self.frequencies, numbers, 1)
    few = self.frequencies[numbers] <= rules.LARGEST_FREQUENCY
    if few.any():
      self._pairs.append((numbers[few], texts[few]))

  def pairs(self, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns (numbers, texts) of the valid n-grams, ordered by number. valid: bool [size]."""
    kept = [(numbers[valid[numbers]], texts[valid[numbers]]) for numbers, texts in self._pairs]
    empty = np.zeros(0, np.uint32)
    numbers, texts = (np.concatenate([empty, *column]) for column in (zip(*kept) if kept else ((), ())))
    order = np.argsort(numbers, kind='stable')
    return numbers[order], texts[order]


def find(block: sides.Block, tables: Mapping[int, Table]) -> Found:
  """Looks up the n-grams of a block in each table."""
  words = words_lib.of_joined(block.texts)
  texts, possible, pairs = grams.texts(words), np.ones(len(words.hashes), bool), {}
  for length in sorted(tables):
    starts = grams.places(words, length)
    starts = starts[possible[starts]]
    places, numbers = tables[length].find(grams.hashes(words, starts, length))
    if length == rules.GRAM:  # a longer one can match only if its first 5-gram does
      possible[np.delete(starts, places)] = False
    numbers, of_texts = grams.distinct(numbers, texts[starts[places]] + block.first)
    pairs[length] = numbers.astype(np.uint32), of_texts.astype(np.uint32)
  return Found(block.first, words.keys, pairs)


def find_all(
  blocks: Iterable[sides.Block], tables: Mapping[int, Table], folder: str, processes: int
) -> Iterator[Found]:
  """As `find`, for many blocks in order. folder: for the tables, if processes share them."""
  if processes == 1:
    yield from (find(block, tables) for block in blocks)
    return
  for length, table in tables.items():
    table.save(os.path.join(folder, f'{length}'))
  spawn = multiprocessing.get_context('spawn')  # TensorFlow, used for reading, does not survive a fork
  pending: collections.deque[futures.Future[Found]] = collections.deque()
  pool = futures.ProcessPoolExecutor(processes, spawn)
  try:
    for block in blocks:
      pending.append(pool.submit(_find_from_files, block, folder, tuple(tables)))
      if len(pending) > _IN_FLIGHT * processes:
        yield pending.popleft().result()
    while pending:
      yield pending.popleft().result()
  finally:
    pool.shutdown(cancel_futures=True)


def _find_from_files(block: sides.Block, folder: str, lengths: Sequence[int]) -> Found:
  return find(block, _loaded(folder, lengths))


@functools.lru_cache(maxsize=1)
def _loaded(folder: str, lengths: Sequence[int]) -> dict[int, Table]:
  return {length: Table.load(os.path.join(folder, f'{length}')) for length in lengths}
