# SPDX-License-Identifier: Apache-2.0
"""Parameters from the tensors of a folder, and back, by the table of its family.

A tensor may be one parameter of one layer, or several that stand side by side; a shard
reads only its own rows and columns of it.
"""

import concurrent.futures
import fnmatch
import functools
import os
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Sequence

import jax
import numpy as np

from flan_jax.model import decoder
from flan_jax.model import shards as shards_lib
from flan_jax.model.families.family import Family, Part
from flan_jax.model.families.table import FAMILIES

_CHUNK = 1 << 18  # numbers that are read at a time: few enough for the cache of a core
_THREADS = 8
Read = Callable[[str, tuple[slice, ...]], np.ndarray]


class _Share(NamedTuple):
  """Where a parameter stands in its tensor, along its output axis.

  sizes: of all parts, in their order; number: which of them it is. heads: the parts of
  each head stand together; 0: all of a part does.
  """

  tensor: str
  sizes: tuple[int, ...]
  number: int
  heads: int

  @property
  def start(self) -> int:
    return sum(self.sizes[: self.number])


def _family(model_type: str | Family) -> Family:
  return model_type if isinstance(model_type, Family) else FAMILIES[model_type]


def canonical(model_type: str | Family, name: str) -> str:
  """The name of a tensor in the table; some folders of a family have other ones."""
  for start, instead in _family(model_type).renamed.items():
    if name.startswith(start):
      return instead + name[len(start) :]
  return name


def ignored(model_type: str | Family, name: str) -> bool:
  """Whether a tensor holds nothing that was learnt, or what a tied table holds as well."""
  patterns = (*_family(model_type).ignored, _whole(_family(model_type), 'unembedding'))
  return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def tensors(model_type: str | Family, config: decoder.DecoderConfig) -> dict[str, tuple[int, ...]]:
  """Name -> shape of every tensor that a folder of this model has."""
  family, found = _family(model_type), {}
  shares = _shares(family, decoder.abstract_params(config), config)
  for path, leaf in _leaves(decoder.abstract_params(config)):
    share, shape = shares[path], leaf.shape[1:] if _stacked(path) else leaf.shape
    shape = (*shape[:-1], sum(share.sizes))
    for layer in range(config.layers if _stacked(path) else 1):
      found[share.tensor.format(layer)] = shape[::-1] if _turned(family, path) else shape
  return found


def lone_kernels(model_type: str) -> dict[str, str]:
  """Kernel of a layer -> its tensor [out, in], of those that share it with no other."""
  family = FAMILIES[model_type]
  kernels = {path: place for path, place in family.tensors.items() if _stacked(path) and path.endswith('/kernel')}
  return {path: place for path, place in kernels.items() if isinstance(place, str) and family.turned}


def read_params(
  model_type: str | Family, config: decoder.DecoderConfig, shardings: Any, read: Read, dtype: str = 'float32'
) -> Any:
  """Parameters, straight into their shards: a process reads only its own.

  The host holds no more than the shards and a chunk for each of a few threads.

  model_type: or a family by itself. shardings: a tree as sharding.param_shardings gives
  it. read(name, slices) gives a part of a tensor; several threads call it. dtype: of the
  parameters.
  """
  family, shapes = _family(model_type), decoder.abstract_params(config)
  shares = _shares(family, shapes, config)

  def one(path, leaf, placed):
    path, leaf = _path(path), jax.ShapeDtypeStruct(leaf.shape, dtype, sharding=placed)
    parts = shards_lib.of(leaf)
    fills = [fill for part in parts for fill in _fills(family, path, shares[path], part, read)]
    for _ in threads.map(lambda fill: fill(), fills):
      pass
    return shards_lib.on_devices(leaf, parts)

  with concurrent.futures.ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as threads:
    return jax.tree_util.tree_map_with_path(one, shapes, shardings)


def _fills(
  family: Family, path: str, share: _Share, shard: shards_lib.Shard, read: Read
) -> Iterator[Callable[[], None]]:
  """Yields what reads a chunk of rows of a tensor into its place in the shard."""
  turned = _turned(family, path)
  layers = enumerate(shard.content, shard.begin[0]) if _stacked(path) else [(None, shard.content)]
  begin = shard.begin[1:] if _stacked(path) else shard.begin

  def fill(layer, out, inside):
    name = share.tensor.format(layer)
    index = tuple(slice(part.start + first, part.stop + first) for part, first in zip(inside, begin))
    fetch = lambda index: _upright(read(name, tuple(index)[::-1] if turned else tuple(index)), turned)
    block = _part(share, index, fetch)
    out[inside] = _apart(block.T, out.dtype).T if turned and block.ndim == 2 else block

  for layer, out in layers:
    axis = out.ndim - 1 if turned else 0  # of the rows of the tensor
    rows = max(1, _CHUNK * out.shape[axis] // max(out.size, 1))
    for first in range(0, out.shape[axis], rows):
      inside = [slice(0, size) for size in out.shape]
      inside[axis] = slice(first, min(first + rows, out.shape[axis]))
      yield functools.partial(fill, layer, out, tuple(inside))


def _apart(rows: np.ndarray, dtype: Any) -> np.ndarray:
  """The rows a little apart in memory: cores forget the first of rows a power of two apart as they turn them."""
  room = np.empty((len(rows), rows.shape[1] + 16), dtype)[:, : rows.shape[1]]
  room[...] = rows
  return room


def _part(share, index, fetch):
  """What a parameter has at an index; fetch: (index) -> what its tensor has there."""
  *before, last = index
  first, end, _ = last.indices(share.sizes[share.number])
  if not share.heads:
    return fetch((*before, slice(share.start + first, share.start + end)))
  size = share.sizes[share.number] // share.heads
  head, until = first // size, -(-end // size)
  width = sum(share.sizes) // share.heads
  block = fetch((*before, slice(head * width, until * width)))
  block = block.reshape(*block.shape[:-1], until - head, width)
  start = share.start // share.heads
  block = block[..., start : start + size].reshape(*block.shape[:-2], -1)
  return block[..., first - head * size : end - head * size]


def written_tensors(
  model_type: str, config: decoder.DecoderConfig, params: Any
) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
  """Yields (name, function that fetches the array), nothing fetched before it is asked."""
  family, leaves = FAMILIES[model_type], dict(_leaves(params))
  shares = _shares(family, params, config)
  together: dict[str, list[str]] = {}
  for path in sorted(leaves, key=lambda path: shares[path].number):
    together.setdefault(shares[path].tensor, []).append(path)
  for path in leaves:
    share = shares[path]
    paths = together[share.tensor]
    if path != paths[0]:
      continue
    for layer in range(config.layers if _stacked(path) else 1):

      def fetch(paths=paths, layer=layer, heads=share.heads):
        blocks = [np.asarray(leaves[one][layer] if _stacked(one) else leaves[one]) for one in paths]
        return np.ascontiguousarray(_upright(_joined(blocks, heads), _turned(family, paths[0])))

      yield share.tensor.format(layer), fetch


def _joined(blocks: Sequence[np.ndarray], heads: int) -> np.ndarray:
  if len(blocks) == 1:
    return blocks[0]
  if not heads:
    return np.concatenate(blocks, axis=-1)
  parts = [block.reshape(*block.shape[:-1], heads, -1) for block in blocks]
  joined = np.concatenate(parts, axis=-1)
  return joined.reshape(*joined.shape[:-2], -1)


def _shares(family: Family, params: Any, config: decoder.DecoderConfig) -> Mapping[str, _Share]:
  """Parameter -> its place, by the shapes of all that share a tensor."""
  sizes = {path: leaf.shape[-1] for path, leaf in _leaves(params)}
  beside: dict[str, dict[int, int]] = {}
  for path, size in sizes.items():
    place = family.tensors[path]
    if isinstance(place, Part):
      beside.setdefault(place.tensor, {})[place.number] = size

  def share(path):
    place = family.tensors[path]
    if not isinstance(place, Part):
      return _Share(place, (sizes[path],), 0, 0)
    parts = beside[place.tensor]
    each = tuple(parts[number] for number in sorted(parts))
    return _Share(place.tensor, each, place.number, config.heads if place.by_head else 0)

  return {path: share(path) for path in sizes}


def _whole(family, path) -> str:
  place = family.tensors[path]
  assert isinstance(place, str)
  return place


def _upright(block: np.ndarray, turned: bool) -> np.ndarray:
  return block.T if turned else block


def _turned(family: Family, path: str) -> bool:
  """A product here is x @ kernel, there kernel @ x; a table of rows is the same."""
  return path == 'unembedding' or (family.turned and path.endswith('kernel'))


def _stacked(path: str) -> bool:
  return path.startswith('layers/')


def _leaves(tree: Any):
  for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
    yield _path(path), leaf


def _path(path) -> str:
  return '/'.join(jax.tree_util.keystr((key,), simple=True) for key in path)
