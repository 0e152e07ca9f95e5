# SPDX-License-Identifier: Apache-2.0
"""Chooses a command's mesh: over the devices present, or over those it is meant for.

A login machine has none of a pod's devices. A dry run with a TOPOLOGY then checks sizes,
widths and rows by arithmetic, and states what it could not check.
"""

import dataclasses
import math
from typing import Any, Mapping

import jax
from jax.sharding import AbstractMesh, AxisType, Mesh

from flan_jax.errors import UserError
from flan_jax.model import attention, attention_backends
from flan_jax.settings import hardware
from flan_jax.training import sharding


@dataclasses.dataclass(frozen=True)
class Layout:
  """mesh: of devices, or abstract if they are absent; None: one device. note: for the
  user, or ''."""

  mesh: Mesh | AbstractMesh | None
  note: str = ''

  @property
  def shape(self) -> Mapping[str, int]:
    """Sizes of all mesh axes."""
    return self.mesh.shape if self.mesh else dict.fromkeys(sharding.MESH_AXES, 1)

  @property
  def here(self) -> bool:
    return not isinstance(self.mesh, AbstractMesh)

  @property
  def dry_run(self) -> str:
    """The last line of a dry run."""
    checked = 'everything' if self.here else 'all that can be seen from here'
    return f'dry run: {checked} checked, nothing started'


def chosen(axes: Mapping[str, int] | None, topology: str | None, dry_run: bool, rows: int | None = None) -> Layout:
  """Returns the layout of a command.

  Args:
    axes: MESH; None: see sharding.mesh_for_rows and mesh_where_asked.
    topology: TOPOLOGY, the devices MESH is meant for; only a dry run uses it.
    rows: of a training step; None: an evaluation.

  Raises:
    UserError: the sizes do not match the devices.
  """
  if dry_run and topology and not _fits_here(axes, topology):
    return _rehearsed(axes, hardware.topology(topology), rows)
  if rows is None:
    return Layout(sharding.mesh_where_asked(axes))
  mesh = sharding.mesh_for_rows(axes, rows)
  idle = jax.device_count() - mesh.size
  return Layout(
    mesh,
    f'{idle} of {jax.device_count()} devices stay idle: a step of {rows} '
    'rows (TOKENS_PER_BATCH / ROW_LENGTH, of each microbatch) does not divide '
    'over more'
    if idle
    else '',
  )


def _fits_here(axes: Mapping[str, int] | None, topology: str) -> bool:
  """Whether the devices present match the topology, or fully stated mesh sizes."""
  if jax.device_count() == hardware.topology(topology).devices:
    return True
  sizes = list(axes.values()) if axes is not None else [-1]
  return -1 not in sizes and math.prod(sizes) == jax.device_count()


def _rehearsed(axes, where: hardware.Topology, rows: int | None) -> Layout:
  if axes is None:
    count = sharding.dividing(rows, where.devices) if rows else where.devices
    axes = {'data': -1}
  else:
    count = where.devices
  try:
    sizes = sharding.filled(axes, count, where.slices)
  except UserError as error:
    raise UserError(f'on {where.name}: {error}') from None
  return Layout(
    abstract(sizes),
    f'the {where.devices} devices of {where.slices} x {where.name} are not here '
    f'({jax.device_count()} are): mesh, widths and rows were checked by arithmetic. Not '
    'seen: the devices, the network between their hosts, whether the hosts have the '
    'same folders, and memory, for which see `flan_jax precompile`',
  )


def abstract(sizes: Mapping[str, int]) -> AbstractMesh:
  """Returns a mesh without devices; an omitted axis has size 1."""
  axes = sharding.MESH_AXES
  return AbstractMesh(tuple(sizes.get(axis, 1) for axis in axes), axes, axis_types=(AxisType.Auto,) * len(axes))


def check_attention(config: Any, layout: Layout, rows: int, length: int) -> None:
  """Raises UserError if the selected ATTENTION cannot run on the devices present."""
  if isinstance(layout.mesh, AbstractMesh):
    return
  shape: Any = jax.ShapeDtypeStruct((rows, length), 'int32')  # stands in for arrays
  with jax.set_mesh(layout.mesh):
    attention_backends.choose(config, attention.Rows(shape, shape, None))
