# SPDX-License-Identifier: Apache-2.0
"""The safetensors of a folder: tensors by name, read part by part, and written."""

import contextlib
import json
import os
from typing import Any, Callable, Iterator, Mapping, Sequence

import jax  # noqa: F401, makes bfloat16 a type of numpy
import numpy as np
import safetensors
from safetensors.numpy import save_file

from flan_jax import storage
from flan_jax.errors import UserError

INDEX, WHOLE = 'model.safetensors.index.json', 'model.safetensors'
FLOATS = ('F64', 'F32', 'F16', 'BF16')
GB = 10**9
FILE_BYTES = 5 * GB  # of an exported file; that much is in memory at a time


def open_tensors(folder: str, files: contextlib.ExitStack) -> dict[str, Any]:
  """Name -> a slice of the file, which reads only what it is indexed with."""
  tensors: dict[str, Any] = {}
  for name in _file_names(folder):
    path = os.path.join(folder, name)
    try:
      file = files.enter_context(safetensors.safe_open(path, 'np'))
    except FileNotFoundError:
      raise UserError(f'{path} is missing; download the whole folder') from None
    except (OSError, safetensors.SafetensorError) as error:
      raise UserError(f'{path} is broken ({error}); download it again') from None
    tensors |= {key: file.get_slice(key) for key in file.keys()}
  return tensors


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


def check_tensors(folder: str, found: Mapping, wanted: Mapping, ignored: Callable[[str], bool]) -> None:
  """Raises UserError unless the tensors are those of the model, in floating point.

  wanted: name -> shape. ignored: whether a tensor may be there without being read.
  """
  spare = [name for name in found if name not in wanted and not ignored(name)]
  for names, what in (([n for n in wanted if n not in found], 'lacks'), (spare, 'has, unknown to its family,')):
    if names:
      rest = f' and {len(names) - 3} more' if len(names) > 3 else ''
      raise UserError(f'{folder} {what} {len(names)} tensors: {", ".join(names[:3])}{rest}')
  for name, shape in wanted.items():
    there, kind = tuple(found[name].get_shape()), found[name].get_dtype()
    if there != shape:
      raise UserError(f'{folder}: {name} is {there}, by config.json it must be {shape}')
    if kind not in FLOATS:
      raise UserError(
        f'{folder}: {name} is of type {kind}; only {", ".join(FLOATS)} are read, export the model without quantization'
      )


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
