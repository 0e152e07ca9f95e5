"""The parallel layout: a mesh of named axes and one table from names to axes.

A mesh is used with `jax.set_mesh(mesh)` around tracing and running a step, so that the
decoder can keep its activations spread by rows.
"""

from typing import Any, Mapping, Optional, Sequence

import jax
from jax.experimental import mesh_utils
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
import numpy as np

from flan_jax.errors import UserError
from flan_jax.model.layers import ROW_AXES

# data: rows, whole parameters; fsdp: rows, and parameters in parts; tensor: heads,
# hidden units and vocabulary. Slowest network first.
MESH_AXES = ('data', 'fsdp', 'tensor')

# A parameter's logical axis -> the mesh axis it is spread over; None keeps it whole.
AXIS_RULES = {
  'embed': 'fsdp',
  'joined_heads': 'tensor',
  'joined_kv_heads': 'tensor',
  'mlp': 'tensor',
  'vocab': 'tensor',
  'heads': 'tensor',
  'layers': None,
  'buckets': None,
  'head_dim': None,
}


def mesh(axes: Mapping[str, int], devices: Optional[Sequence[Any]] = None) -> Mesh:
  """A mesh with the axes of MESH_AXES, all of type Auto; an axis left out has size 1.

  Args:
    axes: size of each axis; one of them may be -1, the rest of the devices.
    devices: by default all that jax has. Where they lie in several slices, `data`
      goes over the slices, the slower network.

  Raises:
    UserError: for an unknown axis, or sizes that do not make up the devices or slices.

  Example: on eight devices {'data': 1, 'fsdp': -1, 'tensor': 2} is 1 x 4 x 2.
  """
  devices = jax.devices() if devices is None else list(devices)
  unknown = sorted(set(axes) - set(MESH_AXES))
  if unknown:
    raise UserError(
      f'The mesh has an unknown axis {unknown[0]!r}: name sizes for '
      f'{", ".join(MESH_AXES)} only.'
    )
  shape = _filled([axes.get(axis, 1) for axis in MESH_AXES], len(devices))
  types = (AxisType.Auto,) * len(shape)
  slices = len({getattr(device, 'slice_index', 0) for device in devices})
  if slices > 1:
    return Mesh(_over_slices(shape, slices, devices), MESH_AXES, axis_types=types)
  return jax.make_mesh(shape, MESH_AXES, axis_types=types, devices=devices)


def _over_slices(shape: tuple[int, ...], slices: int, devices: Sequence[Any]):
  """Devices in the mesh's shape, each slice a run of the data axis."""
  data, *inside = shape
  if data % slices:
    raise UserError(
      f'The mesh has data {data}, which does not divide over {slices} slices: only '
      f'data may cross the network between them, so make it a multiple of {slices}.'
    )
  across = (slices, *[1] * len(inside))
  return mesh_utils.create_hybrid_device_mesh(
    (data // slices, *inside), across, devices, allow_split_physical_axes=True
  )


def _filled(sizes: list[int], device_count: int) -> tuple[int, ...]:
  known = int(np.prod([size for size in sizes if size != -1]))
  if sizes.count(-1) == 1 and known > 0 and device_count % known == 0:
    sizes = [device_count // known if size == -1 else size for size in sizes]
  if min(sizes) < 1 or np.prod(sizes) != device_count:
    asked = ', '.join(f'{axis} {size}' for axis, size in zip(MESH_AXES, sizes))
    raise UserError(
      f'The mesh asks for {asked}, but there are {device_count} devices: the sizes '
      'must multiply to that number, and at most one may be -1, the rest of them.'
    )
  return tuple(sizes)


def partition_spec(logical_axes: Sequence[Optional[str]]) -> PartitionSpec:
  """Looks a parameter's axes up in AXIS_RULES.

  Raises ValueError if a name has no rule (a gap) or two of them share a mesh axis
  (a collision).
  """
  gaps = [axis for axis in logical_axes if axis is not None and axis not in AXIS_RULES]
  if gaps:
    raise ValueError(f'Logical axis {gaps[0]!r} has no rule: add it to AXIS_RULES.')
  spec = [None if axis is None else AXIS_RULES[axis] for axis in logical_axes]
  used = [axis for axis in spec if axis is not None]
  if len(set(used)) < len(used):
    raise ValueError(
      f'Logical axes {tuple(logical_axes)} collide: AXIS_RULES spreads two of them '
      'over one mesh axis.'
    )
  return PartitionSpec(*spec)


def param_shardings(mesh: Mesh, axes_tree: Any, shapes: Any) -> Any:
  """A NamedSharding for each parameter.

  Args:
    axes_tree: tuples of logical axis names, as decoder.parameter_axes gives them.
    shapes: the same tree of arrays or shapes, as decoder.abstract_params gives it.

  Raises:
    UserError: if a dimension does not divide over its mesh axis.
    ValueError: for a gap or a collision, see partition_spec.
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


def state_shardings(
  mesh: Mesh, param_shardings: Any, params_shape: Any, opt_state_shape: Any
) -> Any:
  """A NamedSharding for each leaf of the optimizer state.

  A leaf shaped like its parameter is spread like it; the rest (factored rows and
  columns, counts) is small, and replicated. A leaf's parameter is the one whose path
  ends the leaf's path; the longest, if several do.
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
  """Rows of a batch over the data and fsdp axes; the tensor axis shares them."""
  return NamedSharding(mesh, PartitionSpec(ROW_AXES))


def local_rows(sharding: NamedSharding, global_rows: int) -> list[int]:
  """The rows of a batch that this process feeds, in order.

  Raises UserError if the rows do not divide over the devices that share them.
  """
  parts = int(np.prod([sharding.mesh.shape[axis] for axis in ROW_AXES]))
  if global_rows % parts:
    raise UserError(
      f'A batch of {global_rows} rows does not divide over the {parts} parts of mesh '
      f'axes {" x ".join(ROW_AXES)}: make the number of rows a multiple of {parts}.'
    )
  slices = sharding.addressable_devices_indices_map((global_rows,)).values()
  return sorted({row for (one,) in slices for row in range(*one.indices(global_rows))})


def global_batch(
  sharding: NamedSharding, local_batch: Mapping[str, np.ndarray], global_rows: int
) -> dict[str, jax.Array]:
  """Arrays of `global_rows` rows out of every process's local_rows of them."""
  return {
    name: jax.make_array_from_process_local_data(
      sharding, np.asarray(rows), (global_rows, *rows.shape[1:])
    )
    for name, rows in local_batch.items()
  }


def _keys(path) -> tuple[str, ...]:
  return tuple(jax.tree_util.keystr((key,), simple=True) for key in path)


def _name(path) -> str:
  return '/'.join(_keys(path))


def _by_path(tree: Any) -> dict[tuple[str, ...], Any]:
  return {_keys(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}
