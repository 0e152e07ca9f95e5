# SPDX-License-Identifier: Apache-2.0
"""A GGUF file of llama.cpp: its metadata, and its tensors read and dequantized by rows."""

import contextlib
import dataclasses
import importlib
from typing import Any, Mapping

import numpy as np

from flan_jax.errors import UserError
from flan_jax.public_models import byte_ranges


@dataclasses.dataclass(frozen=True)
class Contents:
  """metadata: key -> value. places: name of a tensor -> (shape, name of its type, first byte)."""

  metadata: Mapping[str, Any]
  places: Mapping[str, tuple[tuple[int, ...], str, int]]


def is_file(path: str) -> bool:
  """Whether a path is to be read as one, by its name."""
  return path.endswith('.gguf')


def package() -> Any:
  """The package gguf. Raises UserError if it is not installed."""
  try:
    return importlib.import_module('gguf')
  except ImportError as error:
    raise UserError(
      f"files of GGUF are read by the package gguf, which cannot be imported ({error}); pip install 'flan_jax[gguf]'"
    ) from None


def read(path: str) -> Contents:
  """What a file says of itself; no tensor is read.

  Raises:
    UserError: there is no such file, it is no whole GGUF file, or a part of several.
  """
  gguf = package()
  try:
    reader = gguf.GGUFReader(path)
    metadata = {name: field.contents() for name, field in reader.fields.items()}
    swapped = reader.byte_order != 'I'
    places = {
      tensor.name: (tuple(int(size) for size in tensor.shape)[::-1], tensor.tensor_type.name, int(tensor.data_offset))
      for tensor in reader.tensors
    }
  except FileNotFoundError:
    raise UserError(f'{path} is not there; name a GGUF file') from None
  except Exception as error:  # the package raises whatever numpy does with a torn file
    why = ' '.join(str(error).split())[:200]
    raise UserError(f'{path} is no whole GGUF file ({type(error).__name__}: {why}); download it again') from None
  if swapped:
    raise UserError(f'{path} has the byte order of other machines; convert the model again without --bigendian')
  if metadata.get('split.count', 1) > 1:
    raise UserError(
      f'{path} is one of {metadata["split.count"]} parts (split.count); join them with llama-gguf-split --merge'
    )
  return Contents(metadata, places)


def open_tensors(path: str, contents: Contents, files: contextlib.ExitStack) -> dict[str, Any]:
  """Name -> the tensor, which reads only what it is indexed with."""
  file = files.enter_context(byte_ranges.File(path))
  return {name: _tensor(file, *place) for name, place in contents.places.items()}


def _tensor(file: byte_ranges.File, shape: tuple[int, ...], kind: str, begin: int) -> Any:
  if kind in byte_ranges.FLOATS:
    return byte_ranges.Stored(file, begin, shape, byte_ranges.FLOATS[kind])
  return Quantized(file, begin, shape, kind)


class Quantized:
  """A tensor of quantized rows; indexed with slices it reads and dequantizes what they name."""

  def __init__(self, file: byte_ranges.File, begin: int, shape: tuple[int, ...], kind: str):
    gguf = package()
    self.shape, self.kind = shape, kind
    self._file, self._begin = file, begin
    self._type = gguf.GGMLQuantizationType[kind]
    self._dequantize = gguf.quants.dequantize
    self._block, self._block_bytes = gguf.GGML_QUANT_SIZES[self._type]

  @property
  def obstacle(self) -> str:
    """Why it cannot be read, '' if it can."""
    try:
      self._dequantize(np.zeros((1, self._block_bytes), np.uint8), self._type)
      return ''
    except NotImplementedError:
      return f'of type {self.kind}, which the package gguf cannot dequantize; take a file of another type'

  def __getitem__(self, at: tuple[slice, ...]) -> np.ndarray:
    (first, last), (left, right) = byte_ranges.ranges(self.shape, at)
    start, end = left // self._block, -(-right // self._block)
    row = self.shape[-1] // self._block * self._block_bytes
    part = (start * self._block_bytes, end * self._block_bytes)
    blocks = self._file.read_rows(self._begin + first * row, row, part, last - first)
    numbers = self._dequantize(np.ascontiguousarray(blocks), self._type)
    numbers = numbers[:, left - start * self._block : right - start * self._block]
    return numbers.reshape(*[-1] * (len(self.shape) - 1), right - left)


class Permuted:
  """A tensor whose rows of a head are turned by pairs, (0, 1), (2, 3) and so on, as halves of the head."""

  def __init__(self, stored: Any, head: int):
    self.shape, self.obstacle = stored.shape, stored.obstacle
    self._stored, self._head = stored, head

  def __getitem__(self, at: tuple[slice, ...]) -> np.ndarray:
    first, last, _ = at[0].indices(self.shape[0])
    start, end = first // self._head * self._head, -(-last // self._head) * self._head
    block = self._stored[(slice(start, end), *at[1:])]
    pairs = block.reshape(-1, self._head // 2, 2, *block.shape[1:])
    return pairs.swapaxes(1, 2).reshape(block.shape)[first - start : last - start]


class Shifted:
  """A tensor to which 1 was added."""

  def __init__(self, stored: Any):
    self.shape, self.obstacle, self._stored = stored.shape, stored.obstacle, stored

  def __getitem__(self, at: tuple[slice, ...]) -> np.ndarray:
    return self._stored[at].astype(np.float32) - np.float32(1)
