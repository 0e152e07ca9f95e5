# SPDX-License-Identifier: Apache-2.0
"""The parallel layout: a mesh of named axes, and one table of logical axis -> mesh axis.

Trace and run a step inside `jax.set_mesh(mesh)`, so that the decoder can keep its
activations sharded by rows.
"""

import contextlib
import math
from typing import Any, Mapping, Optional, Sequence

import jax
import numpy as np
from jax.experimental import mesh_utils
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from flan_jax.errors import UserError
from flan_jax.model.layers import ROW_AXES, row_parts

# data: shards rows, replicates parameters; fsdp: shards rows and parameters; tensor:
# shards heads, hidden units and vocabulary. Slowest network first.
MESH_AXES = ('data', 'fsdp', 'tensor')

# A parameter's logical axis -> the mesh axis that shards it; None: not sharded.
AXIS_RULES = {
  'embed': 'fsdp',
  'joined_heads': 'tensor',
  'joined_kv_heads': 'tensor',
  'mlp': 'tensor',
  'vocab': 'tensor',
  'heads': 'tensor',
  'layers': None,
  'buckets': None,
  'positions': None,
  'head_dim': None,
  'rank': None,
  'prompt': None,
}

# Widths of a DecoderConfig -> the logical axis of that size.
WIDTHS = {'heads': 'heads', 'd_ff': 'mlp', 'vocab_size': 'vocab', 'd_model': 'embed'}


def mesh(axes: Mapping[str, int], devices: Optional[Sequence[Any]] = None) -> Mesh:
  """Returns a mesh with the axes of MESH_AXES, all of type Auto; an omitted axis has size 1.

  Args:
    axes: size of each axis; one of them may be -1, the rest of the devices.
    devices: by default all of jax's. If they form several slices, `data` spans the
      slices, the slower network.

  Raises:
    UserError: an unknown axis, or sizes that do not match the devices or slices.

  Example: on eight devices {'data': 1, 'fsdp': -1, 'tensor': 2} is 1 x 4 x 2.
  """
  devices = jax.devices() if devices is None else list(devices)
  slices = len({getattr(device, 'slice_index', 0) for device in devices})
  sizes = filled(axes, len(devices), slices)
  laid = _laid_out(tuple(sizes.values()), slices, devices)
  return Mesh(laid, MESH_AXES, axis_types=(AxisType.Auto,) * len(sizes))


def mesh_where_asked(axes: Optional[Mapping[str, int]]) -> Optional[Mesh]:
  """Returns the mesh of an evaluation; without axes, all devices with rows sharded over them.

  Batches are padded to whole rows per device. None for one device.
  """
  axes = axes or ({'data': -1} if jax.device_count() > 1 else None)
  return mesh(axes) if axes else None


def mesh_for_rows(axes: Optional[Mapping[str, int]], rows: int) -> Mesh:
  """Returns the mesh of a training run with so many rows per step.

  Without axes, `data` gets as many devices as divide the rows: one process leaves the
  others idle, several processes need all of theirs (`check_rows` reports a mismatch).
  """
  if axes is not None:
    return mesh(axes)
  devices = jax.devices()
  if jax.process_count() == 1:
    devices = devices[: dividing(rows, len(devices))]
  return mesh({'data': -1}, devices)


def dividing(rows: int, devices: int) -> int:
  """Returns the largest number of devices, at most `devices`, that divides the rows."""
  return next(count for count in range(min(rows, devices), 0, -1) if rows % count == 0)


def host_devices(count: Optional[int]) -> None:
  """Creates so many virtual CPU devices per process; None: no change.

  Raises UserError if jax has already created a different number.
  """
  if count is None:
    return
  with contextlib.suppress(RuntimeError):  # the devices exist already; count them below
    jax.config.update('jax_num_cpu_devices', count)
  made = len(jax.local_devices(backend='cpu'))
  if made != count:
    raise UserError(
      f'HOST_DEVICES = {count}, but this process has made {made} devices of the processor '
      'already: set it in a process of its own'
    )


def filled(axes: Mapping[str, int], device_count: int, slices: int = 1) -> dict[str, int]:
  """Returns the sizes of all MESH_AXES, in their order, with -1 filled in.

  Raises UserError for an unknown axis, or for sizes that do not match the devices or
  slices, with the nearest that do.
  """
  unknown = sorted(set(axes) - set(MESH_AXES))
  if unknown:
    raise UserError(f'The mesh has an unknown axis {unknown[0]!r}: name sizes for {", ".join(MESH_AXES)} only.')
  asked = {axis: axes.get(axis, 1) for axis in MESH_AXES}
  known = math.prod(size for size in asked.values() if size != -1)
  rest = device_count // known if known > 0 and device_count % known == 0 else 0
  if list(asked.values()).count(-1) > 1:
    rest = 0
  sizes = {axis: rest if size == -1 else size for axis, size in asked.items()}
  if min(sizes.values()) < 1 or math.prod(sizes.values()) != device_count:
    raise UserError(
      f'MESH = {asked}, but there are {device_count} devices: the sizes must multiply '
      'to that number, and at most one may be -1, the rest of them; the nearest that '
      f'works is MESH = {_nearest_mesh(asked, device_count, slices)}.'
    )
  if sizes['data'] % slices:
    raise UserError(
      f'The mesh has data {sizes["data"]}, which does not divide over {slices} slices: '
      'only data may cross the network between them, so make it a multiple of '
      f'{slices}, as in MESH = {_nearest_mesh(asked, device_count, slices)}.'
    )
  return sizes


def _nearest_mesh(asked, device_count, slices):
  per_slice = device_count // slices
  data = nearest_divisor(per_slice, asked['data'] // slices)
  tensor = nearest_divisor(per_slice // data, asked['tensor'])
  return {'data': data * slices, 'fsdp': -1, 'tensor': tensor}


def nearest_divisor(number: int, wish: int) -> int:
  """Returns the divisor of `number` nearest to a wish; the smaller one of a tie."""
  return min(divisors(number), key=lambda size: (abs(size - wish), size))


def divisors(number: int) -> list[int]:
  return [size for size in range(1, number + 1) if number % size == 0]


def _laid_out(shape: tuple[int, ...], slices: int, devices: Sequence[Any]):
  """Arranges devices in the mesh's shape along their torus axes, without splitting a slice."""
  if slices > 1:
    inside = (shape[0] // slices, *shape[1:])
    across = (slices, *[1] * len(shape[1:]))
    return mesh_utils.create_hybrid_device_mesh(inside, across, devices, allow_split_physical_axes=True)
  try:
    return mesh_utils.create_device_mesh(shape, devices)
  except NotImplementedError:  # a mesh axis covers only a part of a torus axis
    return mesh_utils.create_device_mesh(shape, devices, allow_split_physical_axes=True)


def check_widths(config: Any, axes: Mapping[str, int]) -> None:
  """Raises UserError if a mesh axis does not divide a decoder width that it shards.

  axes: sizes of all MESH_AXES.
  """
  for name, logical in WIDTHS.items():
    axis, size = AXIS_RULES[logical], getattr(config, name)
    if axis is not None and size % axes[axis]:
      shared = [getattr(config, n) for n in WIDTHS if AXIS_RULES[WIDTHS[n]] == axis]
      both = math.gcd(math.prod(axes.values()), *shared)
      raise UserError(
        f'{name} = {size} does not divide over the {axes[axis]} devices of mesh axis '
        f'{axis!r}; the nearest size of that axis that works is '
        f'{nearest_divisor(both, axes[axis])}.'
      )


def check_rows(rows: int, axes: Mapping[str, int]) -> None:
  """Raises UserError if the rows do not divide over the devices that share them."""
  parts = row_parts(axes)
  if rows % parts:
    near = sorted({rows // parts * parts, -(-rows // parts) * parts} - {0})
    raise UserError(
      f'A batch of {rows} rows does not divide over the {parts} parts of mesh axes '
      f'{" x ".join(ROW_AXES)}: take {" or ".join(map(str, near))} rows '
      '(TOKENS_PER_BATCH is that times ROW_LENGTH), or make the product of these axes '
      f'{math.gcd(rows, parts)} and give tensor the other devices.'
    )


def partition_spec(logical_axes: Sequence[Optional[str]]) -> PartitionSpec:
  """Returns a parameter's PartitionSpec by AXIS_RULES.

  Raises ValueError if a name has no rule (a gap) or two names share a mesh axis
  (a collision).
  """
  gaps = [axis for axis in logical_axes if axis is not None and axis not in AXIS_RULES]
  if gaps:
    raise ValueError(f'Logical axis {gaps[0]!r} has no rule: add it to AXIS_RULES.')
  spec = [None if axis is None else AXIS_RULES[axis] for axis in logical_axes]
  used = [axis for axis in spec if axis is not None]
  if len(set(used)) < len(used):
    raise ValueError(f'Logical axes {tuple(logical_axes)} collide: AXIS_RULES spreads two of them over one mesh axis.')
  return PartitionSpec(*spec)


def param_shardings(mesh: Mesh, axes_tree: Any, shapes: Any) -> Any:
  """Returns a NamedSharding for each parameter.

  Args:
    axes_tree: tuples of logical axis names, as from decoder.parameter_axes.
    shapes: the same tree of arrays or shapes, as from decoder.abstract_params.

  Raises:
    UserError: a mesh axis does not divide its dimension.
    ValueError: a gap or a collision, see partition_spec.
  """

  def one(path, leaf, logical_axes):
    spec = partition_spec(logical_axes)
    for dimension, axis in zip(leaf.shape, spec):
      if axis is not None and dimension % mesh.shape[axis]:
        raise UserError(
          f'Parameter {_name(path)} of shape {tuple(leaf.shape)} has a dimension of '
          f'{dimension}, which does not divide over the {mesh.shape[axis]} devices of '
          f'mesh axis {axis!r}: choose another size for that axis.'
        )
    return NamedSharding(mesh, spec)

  return jax.tree_util.tree_map_with_path(one, shapes, axes_tree)


def state_shardings(mesh: Mesh, param_shardings: Any, params_shape: Any, opt_state_shape: Any) -> Any:
  """Returns a NamedSharding for each leaf of the optimizer state.

  A leaf shaped like its parameter takes the parameter's sharding; the rest (factored
  rows and columns, counts) is small and replicated. A leaf belongs to the parameter
  whose path is the longest suffix of its own.
  """
  shapes = _by_path(params_shape)
  shardings = _by_path(param_shardings)

  def one(path, leaf):
    keys = _keys(path)
    ends = (keys[start:] for start in range(len(keys)))
    owner = next((end for end in ends if end in shapes), None)
    if owner is not None and shapes[owner].shape == leaf.shape:
      return shardings[owner]
    return NamedSharding(mesh, PartitionSpec())

  return jax.tree_util.tree_map_with_path(one, opt_state_shape)


def batch_sharding(mesh: Mesh) -> NamedSharding:
  """Shards a batch's rows over the data and fsdp axes; the tensor axis replicates them."""
  return NamedSharding(mesh, PartitionSpec(ROW_AXES))


def local_rows(sharding: NamedSharding, global_rows: int) -> list[int]:
  """Returns the rows of a batch that this process supplies, in order.

  Raises UserError if the rows do not divide over the devices that share them.
  """
  check_rows(global_rows, sharding.mesh.shape)
  slices = sharding.addressable_devices_indices_map((global_rows,)).values()
  return sorted(
    {row for index in slices if index is not None for one in index for row in range(*one.indices(global_rows))}
  )


def global_batch(
  sharding: NamedSharding, local_batch: Mapping[str, np.ndarray], global_rows: int
) -> dict[str, jax.Array]:
  """Assembles arrays of `global_rows` rows from the local_rows of every process."""
  return {
    name: jax.make_array_from_process_local_data(sharding, np.asarray(rows), (global_rows, *rows.shape[1:]))
    for name, rows in local_batch.items()
  }


def _keys(path) -> tuple[str, ...]:
  return tuple(jax.tree_util.keystr((key,), simple=True) for key in path)


def _name(path) -> str:
  return '/'.join(_keys(path))


def _by_path(tree: Any) -> dict[tuple[str, ...], Any]:
  return {_keys(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}
