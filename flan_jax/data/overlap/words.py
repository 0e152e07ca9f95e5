# SPDX-License-Identifier: Apache-2.0
"""Texts as arrays of word hashes, without a Python loop over words.

    words.of([b'Jack, Jack & 7.'])  ->  three hashes, the first two equal; the last one is
                                        not `spelled`: it has no letter

The hash of a run of characters is a polynomial modulo 2**64, computed from two entries of
a cumulative sum, and mixed afterwards.
"""

import functools
import sys
import unicodedata
from typing import NamedTuple, Sequence

import numpy as np

_ODD = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_OTHER, _NUMBER, _LETTER, _WORD = range(4)  # kinds of characters
# Scripts without spaces: kana, Chinese characters.
_WORDS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_END = b'\0'  # terminates a text


class Words(NamedTuple):
  """The words of T texts.

  hashes: uint64 [W]. spelled: bool [W], whether a word has a letter. ends: int64 [T], end
  of each text's words. keys: uint64 [T], equal for texts with the same sequence of letters
  and digits; 0 for a text without any.
  """

  hashes: np.ndarray
  spelled: np.ndarray
  ends: np.ndarray
  keys: np.ndarray

  @property
  def counts(self) -> np.ndarray:
    """Returns the number of words of each text, int64 [T]."""
    return np.diff(self.ends, prepend=0)


def joined(texts: Sequence[bytes]) -> bytes:
  """Concatenates UTF-8 texts with terminators, for `of_joined`."""
  whole = _END.join([*texts, b''])
  if whole.count(_END) != len(texts):
    whole = _END.join([*(text.replace(_END, b' ') for text in texts), b''])
  return whole


def parted(whole: bytes) -> list[bytes]:
  """Inverse of `joined`."""
  return whole.split(_END)[:-1]


def of(texts: Sequence[bytes]) -> Words:
  """Returns the words of UTF-8 texts."""
  return of_joined(joined(texts))


def of_joined(whole: bytes) -> Words:
  """Returns the words of texts concatenated by `joined`."""
  codes = np.frombuffer(_normalised(whole).encode('utf-32-le'), np.uint32)
  kinds, values = _characters()
  kind = kinds[codes]
  inside = kind > _OTHER
  alone = kind == _WORD
  before = np.zeros_like(inside)
  before[1:] = inside[:-1] & ~alone[:-1]
  first = inside & (~before | alone)
  starts = np.flatnonzero(first)
  last = inside.copy()
  last[:-1] &= ~inside[1:] | first[1:]
  stops = np.flatnonzero(last) + 1
  spelled = np.maximum.reduceat(kind, starts) >= _LETTER if len(starts) else np.zeros(0, bool)
  ends = np.searchsorted(starts, np.flatnonzero(codes == 0))
  sums = _run_sums(values[codes], starts, stops)
  return Words(mixed(sums.copy()), spelled, ends, _keys(sums, stops - starts, ends))


def runs(values: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
  """Returns the hash of values[start:stop] for each pair. values: uint64 [V]; returns uint64 [R]."""
  return mixed(_run_sums(values, starts, stops))


def _run_sums(values: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
  """Returns the polynomial of values[start:stop] for each pair: the first value, plus the second
  times a base, and so on."""
  powers, inverses = _powers(_rounded(len(values) + 1))
  sums = _sums(values * powers[: len(values)])
  return (sums[stops] - sums[starts]) * inverses[starts]


def mixed(hashes: np.ndarray) -> np.ndarray:
  """Mixes each number so that all bits depend on all, as splitmix64's finalizer does. In place."""
  hashes ^= hashes >> np.uint64(30)
  hashes *= np.uint64(0xBF58476D1CE4E5B9)
  hashes ^= hashes >> np.uint64(27)
  hashes *= np.uint64(0x94D049BB133111EB)
  hashes ^= hashes >> np.uint64(31)
  return hashes


def _keys(sums: np.ndarray, sizes: np.ndarray, ends: np.ndarray) -> np.ndarray:
  """Returns the keys of texts, as if the characters of their words were adjacent.

  sums, sizes: the polynomial and the number of characters of each word.
  """
  before = _sums(sizes)
  powers, inverses = _powers(_rounded(int(before[-1]) + 1))
  rows = _sums(sums * powers[before[:-1]])
  starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
  keys = mixed((rows[ends] - rows[starts]) * inverses[before[starts]])
  return np.where(ends > starts, keys, np.uint64(0))


def _sums(values: np.ndarray) -> np.ndarray:
  """Returns cumulative sums with a leading 0; uint64 wraps modulo 2**64."""
  sums = np.zeros(len(values) + 1, np.uint64 if values.dtype == np.uint64 else np.int64)
  np.cumsum(values, out=sums[1:])
  return sums


def _normalised(whole: bytes) -> str:
  """Folds case and normalises Unicode (NFKC)."""
  text = whole.decode('utf-8', 'replace')
  if text.isascii():
    return text.lower()
  return '\0'.join(
    one.lower() if one.isascii() else unicodedata.normalize('NFKC', one).casefold() for one in text.split('\0')
  )


def _rounded(length: int) -> int:
  return 1 << max(16, (length - 1).bit_length())


@functools.lru_cache(maxsize=2)
def _powers(length: int) -> tuple[np.ndarray, np.ndarray]:
  """Returns the powers of a base from 0 on, and of its inverse, modulo 2**64."""
  both = []
  for base in (_ODD, pow(_ODD, -1, 1 << 64)):
    powers = np.full(length, base, np.uint64)
    powers[0] = 1
    both.append(np.cumprod(powers))
  return both[0], both[1]


@functools.cache
def _characters() -> tuple[np.ndarray, np.ndarray]:
  """Returns kind (uint8) and value (uint64) of each code point; 0 if it is in no word."""
  letter, number = ord('L'), ord('N')
  of_category = {letter: _LETTER, ord('M'): _LETTER, number: _NUMBER}
  count = sys.maxunicode + 1
  kinds = np.fromiter((of_category.get(ord(unicodedata.category(chr(i))[0]), 0) for i in range(count)), np.uint8, count)
  for start, stop in _WORDS:
    kinds[start : stop + 1] = np.where(kinds[start : stop + 1] == _LETTER, _WORD, kinds[start : stop + 1])
  values = mixed(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_ODD))
  return kinds, np.where(kinds > _OTHER, values, np.uint64(0))
