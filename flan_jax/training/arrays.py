# SPDX-License-Identifier: Apache-2.0
"""Reads arrays of a checkpoint straight into their shards.

Orbax writes the arrays of an item into one OCDBT database, each in chunks under its name.
Its own reader holds each array twice, and all of them at once. Here each shard is filled
in place, chunk by chunk, so that peak memory is only slightly above the shards.
"""

import collections
import itertools
import math
from typing import Any, Iterator, Sequence

import jax
import orbax.checkpoint as ocp
import tensorstore as ts

from flan_jax import storage
from flan_jax.model import shards as shards_lib

CHUNK_BYTES = 1 << 23  # upper limit, of an array as written
_SPARE = 0.1  # share of the shards' bytes that may be read but not yet copied to a shard
_LEAST_SPARE = 1 << 25
_MOST_READS = 128
_INDEX_BYTES = 10**7  # of the database's index that are kept


def save_args(items: Any) -> Any:
  """Returns Orbax's arguments for writing the arrays in separately readable chunks."""
  return jax.tree.map(lambda _: ocp.SaveArgs(chunk_byte_size=CHUNK_BYTES), items)


def handlers(items: Sequence[str], at_once: int) -> Any:
  """Orbax's handlers that write so many bytes at a time, more than the largest array has."""
  registry = ocp.handlers.DefaultCheckpointHandlerRegistry()
  handler = ocp.StandardCheckpointHandler(save_concurrent_gb=at_once / 10**9)
  for name in items:
    registry.add(name, ocp.args.StandardSave, handler)
  return registry


def read(folder: str, target: Any) -> Any:
  """Returns the arrays of an item, with the shapes, types and shardings of `target`.

  Raises:
    ValueError: the file has other arrays or shapes, or is damaged.
  """
  database = {'driver': 'ocdbt', 'base': _base(folder), 'cache_pool': 'cache_pool#index'}
  context = ts.Context({'cache_pool#index': {'total_bytes_limit': _INDEX_BYTES}})
  leaves, tree = jax.tree_util.tree_flatten_with_path(target)
  wanted = {jax.tree_util.keystr(path, simple=True, separator='.'): leaf for path, leaf in leaves}
  _check_names(ts.KvStore.open(database, context=context).result(), wanted)
  opened = {name: ts.open(_spec(database, name), context=context, open=True) for name in wanted}
  stored = {name: _checked(name, opened[name].result(), leaf) for name, leaf in wanted.items()}
  shards = {name: shards_lib.of(leaf) for name, leaf in wanted.items()}
  size = sum(shard.content.nbytes for parts in shards.values() for shard in parts)
  spare = max(_LEAST_SPARE, _SPARE * size)
  pending: collections.deque = collections.deque()
  for name, parts in shards.items():
    for shard in parts:
      for chunk in _chunks(stored[name], shard):
        pending.append(_fill(stored[name], shard, chunk))
        while len(pending) > min(_MOST_READS, spare // (2 * _chunk_bytes(stored[name]))):
          pending.popleft().result()
  for write in pending:
    write.result()
  return jax.tree.unflatten(tree, [shards_lib.on_devices(leaf, shards.pop(name)) for name, leaf in wanted.items()])


def _base(folder: str) -> dict[str, str]:
  if not storage.is_remote(folder):
    return {'driver': 'file', 'path': f'{folder}/'}
  bucket, _, path = folder.removeprefix(storage.BUCKET).partition('/')
  return {'driver': 'gcs', 'bucket': bucket, 'path': f'{path}/'}


def _spec(database: dict, name: str) -> dict:
  whole = {'recheck_cached_data': False, 'recheck_cached_metadata': False}  # nothing writes there
  return {'driver': 'zarr', 'kvstore': {**database, 'path': f'{name}/'}, **whole}


def _check_names(database: ts.KvStore, wanted) -> None:
  there = {key.decode().rpartition('/')[0] for key in database.list().result()}
  for names, what in ((set(wanted) - there, 'lacks'), (there - set(wanted), 'has besides')):
    if names:
      raise ValueError(f'it {what} the array {min(names)}')


def _checked(name: str, stored: ts.TensorStore, leaf: Any) -> ts.TensorStore:
  if tuple(stored.shape) != tuple(leaf.shape):
    raise ValueError(f'{name} has the shape {tuple(stored.shape)} instead of {tuple(leaf.shape)}')
  return stored if stored.dtype.numpy_dtype == leaf.dtype else ts.cast(stored, leaf.dtype)


def _chunks(stored: ts.TensorStore, shard: shards_lib.Shard) -> Iterator[tuple[slice, ...]]:
  """What of each chunk is in a shard, in the places of the whole array."""
  ranges = []
  for begin, size, step in zip(shard.begin, shard.content.shape, _chunk_shape(stored)):
    cuts = [begin, *range((begin // step + 1) * step, begin + size, step), begin + size]
    ranges.append([slice(*pair) for pair in itertools.pairwise(cuts)])
  return itertools.product(*ranges)


def _chunk_shape(stored: ts.TensorStore) -> Sequence[int]:
  return tuple(size or 1 for size in stored.chunk_layout.read_chunk.shape or ())  # None for a scalar


def _chunk_bytes(stored: ts.TensorStore) -> int:
  return math.prod(_chunk_shape(stored)) * stored.dtype.numpy_dtype.itemsize


def _fill(stored: ts.TensorStore, shard: shards_lib.Shard, chunk: tuple[slice, ...]) -> ts.WriteFutures:
  """Begins to read a part of a chunk into its place in the shard."""
  inside = tuple(slice(part.start - begin, part.stop - begin) for part, begin in zip(chunk, shard.begin))
  target = ts.array(shard.content)[inside]
  return target.write(stored[chunk][ts.d[:].translate_to[target.origin]] if chunk else stored)
