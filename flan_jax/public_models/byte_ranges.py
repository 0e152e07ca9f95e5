# SPDX-License-Identifier: Apache-2.0
"""Tensors in files, of which only the bytes that are asked for are read.

They are read into memory of our own and not mapped: a mapped page counts as the process's
memory until the kernel takes it back, and a file that is cut meanwhile kills the process.

Orbax's layout of safetensors reads byte ranges too, but makes arrays of the tensors as they
lie in the file: layers apart and kernels turned. To stack and turn them afterwards takes the
memory of all of them once more; here each part is read into its place in the shard.
"""

import os
from typing import Any

import jax.numpy as jnp
import numpy as np

from flan_jax.errors import UserError

# The types of plain numbers that are read, as safetensors and GGUF name them.
FLOATS = {'F64': np.float64, 'F32': np.float32, 'F16': np.float16, 'BF16': jnp.bfloat16}
_GAP = 1 << 14  # bytes between two parts of a row that are read rather than left out


class File:
  """An open file; several threads may read it."""

  def __init__(self, path: str):
    self.path = path
    self._number = os.open(path, os.O_RDONLY)

  def __enter__(self) -> 'File':
    return self

  def __exit__(self, *exception: Any) -> None:
    os.close(self._number)

  def read(self, begin: int, size: int) -> np.ndarray:
    """Bytes from a place on; UserError if the file ends before."""
    room = np.empty(size, np.uint8)
    self._fill(room, begin)
    return room

  def read_rows(self, begin: int, row: int, part: tuple[int, int], count: int) -> np.ndarray:
    """Bytes part[0] to part[1] of each of so many rows of `row` bytes, [count, bytes]."""
    first, last = part
    if row - (last - first) < _GAP:
      size = (count - 1) * row + last - first
      room = np.empty(count * row, np.uint8)
      self._fill(room[:size], begin + first)
      return room.reshape(count, row)[:, : last - first]
    rows = np.empty((count, last - first), np.uint8)
    for number in range(count):
      self._fill(rows[number], begin + number * row + first)
    return rows

  def _fill(self, room: np.ndarray, begin: int) -> None:
    view, done = memoryview(room.data), 0
    while done < len(view):
      count = os.preadv(self._number, [view[done:]], begin + done)
      if not count:
        raise UserError(f'{self.path} ends before byte {begin + len(view)}; download it again')
      done += count


class Stored:
  """A tensor of plain numbers in a file, [rows, columns] or [columns].

  Indexed with slices it reads what they name. obstacle: why it cannot be read, '' if it can.
  """

  def __init__(self, file: File, begin: int, shape: tuple[int, ...], dtype: Any, obstacle: str = ''):
    self.shape, self.obstacle = shape, obstacle
    self._file, self._begin, self._dtype = file, begin, np.dtype(dtype)

  def __getitem__(self, at: tuple[slice, ...]) -> np.ndarray:
    (first, last), (left, right) = ranges(self.shape, at)
    if first >= last or left >= right:
      return np.empty([part.stop - part.start for part in at], self._dtype)
    size = self._dtype.itemsize
    row = size * self.shape[-1]
    block = self._file.read_rows(self._begin + first * row, row, (size * left, size * right), last - first)
    return np.ascontiguousarray(block).view(self._dtype).reshape(*[-1] * (len(self.shape) - 1), right - left)


def ranges(shape: tuple[int, ...], at: tuple[slice, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
  """((first row, end), (first column, end)); a vector is one row."""
  found = [part.indices(size)[:2] for part, size in zip(at, shape, strict=True)]
  rows, columns = ((0, 1), *found)[-2:]
  return rows, columns
