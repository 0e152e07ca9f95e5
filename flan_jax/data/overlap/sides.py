# SPDX-License-Identifier: Apache-2.0
"""The records of datasets as numbered texts, each distinct text of a dataset once.

A paragraph with twenty questions is one text. Texts are yielded in blocks as they are
read; only numbers stay in memory.
"""

import array
from typing import Iterable, Iterator, NamedTuple, Sequence

import numpy as np

from flan_jax.data.overlap import words as words_lib

BLOCK = 2**19  # approximate bytes of text in a block


class Batch(NamedTuple):
  """The texts of some records, one after the other.

  texts: UTF-8. counts: int [R], texts of each record. asked: bool per text, whether it
  belongs to the question rather than the answer. rows: int [R], the records' rows in
  their split. keys: int64 [R], identify records.
  """

  texts: Sequence[bytes]
  counts: np.ndarray
  asked: Sequence[bool]
  rows: np.ndarray
  keys: np.ndarray


class Block(NamedTuple):
  """first: number of its first text. texts: as from words.joined."""

  first: int
  texts: bytes


class Side:
  """Datasets in sequence; numbers of texts and records continue from one to the next.

  names: of the datasets. text_starts, record_starts: where each begins.
  """

  def __init__(self) -> None:
    self.names: list[str] = []
    self.text_starts: list[int] = [0]
    self.record_starts: list[int] = [0]
    self._texts = array.array('I')  # a number for each text of each record
    self._asked = array.array('b')
    self._counts: list[np.ndarray] = []
    self._rows: list[np.ndarray] = []
    self._keys: list[np.ndarray] = []

  def add(self, name: str, batches: Iterable[Batch]) -> Iterator[Block]:
    """Reads a dataset; yields its distinct texts."""
    numbers: dict[bytes | int, int] = {}
    first, pending, size = self.text_starts[-1], [], 0
    for batch in batches:
      for text in batch.texts:
        digest = hash(text)  # 64 bits: the texts themselves would exhaust memory
        number = numbers.get(digest)
        if number is None:
          number = numbers[digest] = self.text_starts[-1] + len(numbers)
          pending.append(text)
          size += len(text)
        self._texts.append(number)
      self._asked.extend(map(int, batch.asked))
      self._counts.append(np.asarray(batch.counts, np.int32))
      self._rows.append(np.asarray(batch.rows, np.int32))
      self._keys.append(np.asarray(batch.keys, np.int64))
      if size >= BLOCK:
        yield Block(first, words_lib.joined(pending))
        first, pending, size = first + len(pending), [], 0
    if pending:
      yield Block(first, words_lib.joined(pending))
    self.names.append(name)
    self.text_starts.append(self.text_starts[-1] + len(numbers))
    self.record_starts.append(sum(map(len, self._rows)))

  @property
  def texts(self) -> np.ndarray:
    """The text numbers of all records, in the order of the records."""
    return np.frombuffer(self._texts, np.uint32) if self._texts else np.zeros(0, np.uint32)

  @property
  def asked(self) -> np.ndarray:
    """Whether each of `texts` belongs to the question."""
    return np.array(self._asked, bool)

  @property
  def records(self) -> np.ndarray:
    """The number of the record of each of `texts`."""
    counts = np.concatenate([np.zeros(0, np.int32), *self._counts])
    return np.repeat(np.arange(len(counts), dtype=np.uint32), counts)

  @property
  def rows(self) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int32), *self._rows])

  @property
  def keys(self) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int64), *self._keys])

  def repeats(self) -> np.ndarray:
    """Returns how often each text occurs in records."""
    return np.bincount(self.texts, minlength=self.text_starts[-1])

  def dataset_of_record(self, record: int) -> int:
    """Returns the index of its dataset in `names`."""
    return int(np.searchsorted(self.record_starts, record, 'right')) - 1

  def dataset_of_text(self, text: int) -> int:
    return int(np.searchsorted(self.text_starts, text, 'right')) - 1
