# SPDX-License-Identifier: Apache-2.0
"""The n-grams of the test side in memory: sorted hashes behind a bit filter.

Nearly all n-grams of other texts are absent, which one bit shows.
"""

import dataclasses
import os

import numpy as np

_BITS = 16  # filter bits per hash: one of sixteen absent hashes passes it


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
  """hashes: uint64 [H], ascending, distinct. bits: uint8, see `_place`."""

  hashes: np.ndarray
  bits: np.ndarray

  @classmethod
  def of(cls, hashes: np.ndarray) -> 'Table':
    """hashes: ascending, distinct."""
    size = 1 << max(16, (_BITS * len(hashes) - 1).bit_length())
    bits = np.zeros(size // 8, np.uint8)
    byte, bit = _place(hashes, size)
    for number in range(8):  # one bit at a time: of several updates of a byte only one would stay
      bits[byte[bit == number]] |= np.uint8(1 << number)
    return cls(hashes, bits)

  def find(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns (indices of the hashes that are present, their numbers in the table), int64 [F] each.

    In the order of the table.
    """
    byte, bit = _place(hashes, 8 * len(self.bits))
    perhaps = np.flatnonzero(self.bits[byte] >> bit & 1)
    perhaps = perhaps[np.argsort(hashes[perhaps])]  # sorted, so that searches in turn touch nearby memory
    asked = hashes[perhaps]
    numbers = np.minimum(np.searchsorted(self.hashes, asked), max(len(self.hashes) - 1, 0))
    there = self.hashes[numbers] == asked if len(self.hashes) else np.zeros(len(asked), bool)
    return perhaps[there], numbers[there]

  def save(self, path: str) -> None:
    """Writes two files with this path as prefix."""
    np.save(f'{path}-hashes.npy', self.hashes)
    np.save(f'{path}-bits.npy', self.bits)

  @classmethod
  def load(cls, path: str) -> 'Table':
    """Reads what `save` wrote; all processes that read it share the memory."""
    return cls(*(np.load(f'{os.fspath(path)}-{name}.npy', mmap_mode='r') for name in ('hashes', 'bits')))


def _place(hashes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
  """Returns (byte, bit) of each hash in a filter of this size, from its highest bits."""
  place = hashes >> np.uint64(64 - (size.bit_length() - 1))
  return (place >> np.uint64(3)).astype(np.int64), (place & np.uint64(7)).astype(np.uint8)
