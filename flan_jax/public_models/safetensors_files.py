# SPDX-License-Identifier: Apache-2.0
"""The safetensors of a folder: tensors by name, read part by part, and written."""

import contextlib
import json
import os
from typing import Any, Callable, Iterator, Mapping, Sequence

import numpy as np
import safetensors
from safetensors.numpy import save_file

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.public_models import byte_ranges

INDEX, WHOLE = 'model.safetensors.index.json', 'model.safetensors'
GB = 10**9
FILE_BYTES = 5 * GB  # of an exported file; that much is in memory at a time


def open_tensors(folder: str, files: contextlib.ExitStack) -> dict[str, byte_ranges.Stored]:
  """Name -> the tensor, which reads only what it is indexed with."""
  tensors: dict[str, byte_ranges.Stored] = {}
  for name in _file_names(folder):
    path = os.path.join(folder, name)
    try:
      with safetensors.safe_open(path, 'np'):  # which checks the header against the file
        file = files.enter_context(byte_ranges.File(path))
    except FileNotFoundError:
      raise UserError(f'{path} is missing; download the whole folder') from None
    except (OSError, safetensors.SafetensorError) as error:
      raise UserError(f'{path} is broken ({error}); download it again') from None
    tensors |= _tensors(file)
  return tensors


def _tensors(file: byte_ranges.File) -> dict[str, byte_ranges.Stored]:
  """By the header: its length in 8 bytes, then an object of JSON."""
  size = int.from_bytes(file.read(0, 8), 'little')
  header = json.loads(file.read(8, size).tobytes())
  header.pop('__metadata__', None)
  return {name: _tensor(file, 8 + size, told) for name, told in header.items()}


def _tensor(file: byte_ranges.File, start: int, told: Mapping[str, Any]) -> byte_ranges.Stored:
  kind = told['dtype']
  floats, known = byte_ranges.FLOATS, ', '.join(byte_ranges.FLOATS)
  why = '' if kind in floats else f'of type {kind}; only {known} are read, export the model without quantization'
  return byte_ranges.Stored(
    file, start + told['data_offsets'][0], tuple(told['shape']), floats.get(kind, np.uint8), why
  )


def _file_names(folder: str) -> list[str]:
  index = os.path.join(folder, INDEX)
  if os.path.exists(index):
    place = storage.read_object(index).get('weight_map')
    if not isinstance(place, dict):
      raise UserError(f'{index} has no object weight_map; download it again')
    for key, name in place.items():
      if not isinstance(name, str) or not name:
        raise UserError(f'{index}: weight_map has {name!r} as the file of {key}; download it again')
    return sorted(set(place.values()))
  if os.path.isfile(os.path.join(folder, WHOLE)):
    return [WHOLE]
  raise UserError(f'{folder} has neither {WHOLE} nor {INDEX}; other formats are not read')


def write_tensors(
  folder: str,
  shapes: Mapping[str, Sequence[int]],
  tensors: Iterator[tuple[str, Callable]],
  dtype: str = 'float32',
  file_bytes: int = FILE_BYTES,
) -> None:
  """In one file, or in several of at most file_bytes with an index.

  tensors: (name, what gives it in float32). dtype: 'float32', or 'bfloat16', to which the
  nearest number is taken.
  """
  kind = np.dtype(dtype)
  counts = {name: int(np.prod(shape)) for name, shape in shapes.items()}
  fetch, sizes = dict(tensors), {name: kind.itemsize * count for name, count in counts.items()}
  groups = _groups(sizes, file_bytes)
  place: dict[str, str] = {}
  for number, names in enumerate(groups, 1):
    file = WHOLE if len(groups) == 1 else (f'model-{number:05}-of-{len(groups):05}.safetensors')
    block = {name: fetch[name]().astype(kind, copy=False) for name in names}
    save(block, os.path.join(folder, file), {'format': 'pt'})
    place |= dict.fromkeys(names, file)
  if len(groups) > 1:
    total = {'total_parameters': sum(counts.values()), 'total_size': sum(sizes.values())}
    storage.write_whole(os.path.join(folder, INDEX), json.dumps({'metadata': total, 'weight_map': place}, indent=2))


def save(tensors: Mapping[str, np.ndarray], path: str, told: Mapping[str, str]) -> None:
  """Writes a file that others may read as they may any file; safetensors writes one for the user alone."""
  save_file(dict(tensors), path, metadata=dict(told))
  mask = os.umask(0)
  os.umask(mask)
  os.chmod(path, 0o666 & ~mask)


def _groups(sizes: Mapping[str, int], most: int) -> list[list[str]]:
  """Names in order, together at most so many bytes; a larger one stands alone."""
  groups: list[list[str]] = []
  filled = most + 1
  for name, size in sizes.items():
    if filled + size > most:
      groups.append([])
      filled = 0
    groups[-1].append(name)
    filled += size
  return groups
