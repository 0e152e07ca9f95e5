# SPDX-License-Identifier: Apache-2.0
"""Parts of an array in the host's memory that become its shards without a copy on CPUs."""

import math
from typing import Any, NamedTuple, Sequence

import jax
import numpy as np

_ALIGNED = 64  # bytes: so aligned, a host's memory becomes that of the CPU device uncopied


class Shard(NamedTuple):
  """A part of an array in the host's memory, and the devices that want it."""

  content: np.ndarray
  begin: tuple[int, ...]
  devices: Sequence[jax.Device]


def of(leaf: Any) -> list[Shard]:
  """The parts that devices of this process have, each once, not yet filled.

  leaf: has the shape, type and sharding of the array.
  """
  devices: dict[tuple, list] = {}
  for device, index in leaf.sharding.addressable_devices_indices_map(tuple(leaf.shape)).items():
    ends = tuple(part.indices(size)[:2] for part, size in zip(index, leaf.shape))
    devices.setdefault(ends, []).append(device)
  return [
    Shard(_empty([end - begin for begin, end in ends], leaf.dtype), tuple(begin for begin, _ in ends), ours)
    for ends, ours in devices.items()
  ]


def on_devices(leaf: Any, shards: Sequence[Shard]) -> jax.Array:
  """The array of these shards, now filled."""
  placed = [jax.device_put(shard.content, device) for shard in shards for device in shard.devices]
  return jax.make_array_from_single_device_arrays(tuple(leaf.shape), leaf.sharding, placed)


def _empty(shape: Sequence[int], dtype: Any) -> np.ndarray:
  size = math.prod(shape) * np.dtype(dtype).itemsize
  room = np.empty(size + _ALIGNED, np.uint8)
  begin = -room.ctypes.data % _ALIGNED
  return room[begin : begin + size].view(dtype).reshape(shape)
