# SPDX-License-Identifier: Apache-2.0
"""Candidate steps to compile, and what arithmetic predicts of them: errors, bytes, time."""

import dataclasses
import functools
import math
from typing import Any, Iterator, Mapping

import jax
import jax.numpy as jnp

from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder, losses
from flan_jax.planning import estimate, hlo
from flan_jax.settings import hardware
from flan_jax.training import optim, sharding
from flan_jax.training import state as state_lib
from flan_jax.training import step as step_lib


@dataclasses.dataclass(frozen=True)
class Plan:
  """A step to compile, with every setting that changes its program.

  axes: sizes of all axes of the mesh, none of them -1. optimizer: keyword arguments of
  optim.optimizer. loss: what training adds. microbatches: see step.make_step. adapter:
  what is trained beside the model; None: all of it.
  """

  config: decoder.DecoderConfig
  work: estimate.Work
  axes: Mapping[str, int]
  where: hardware.Topology
  optimizer: Mapping[str, Any]
  loss: losses.LossConfig = losses.PLAIN
  microbatches: int = 1
  adapter: adapters.Adapter | None = None

  @property
  def frozen(self) -> tuple[str, ...]:
    return self.optimizer.get('frozen', ())

  @property
  def trains(self) -> bool:
    return self.work.mode == 'train'

  def __str__(self) -> str:
    adapter = f', ADAPTER = {self.adapter.kind!r}' if self.adapter else ''
    return f'MESH = {dict(self.axes)}, REMAT = {self.config.remat!r}, MICROBATCHES = {self.microbatches}{adapter}'


def check(plan: Plan) -> None:
  """Checks everything that arithmetic can check before compiling.

  Raises UserError, with the numbers and what would work, for a width that an axis does
  not divide, rows that devices or microbatches cannot divide, a pattern of frozen
  parameters that matches none, and a state that does not fit.
  """
  optim.is_frozen(decoder.abstract_params(plan.config), plan.frozen)
  _check_shares(plan)
  _check_memory(plan)


def _check_shares(plan: Plan) -> None:
  sharding.check_widths(plan.config, plan.axes)
  sharding.check_rows(plan.work.rows, plan.axes)
  if plan.trains:
    step_lib.check_microbatches(plan.work.rows, plan.microbatches, abstract_mesh(plan))


def abstract_mesh(plan: Plan) -> jax.sharding.AbstractMesh:
  types = (jax.sharding.AxisType.Auto,) * len(plan.axes)
  return jax.sharding.AbstractMesh(tuple(plan.axes.values()), tuple(plan.axes), axis_types=types)


def least_bytes(plan: Plan) -> float:
  """What a device must hold at least: parameters, gradients, moments, activations."""
  mesh = abstract_mesh(plan)
  config, trained = dataclasses.replace(plan.config, remat='full'), plan.adapter if plan.trains else None
  shapes, axes = _state_shapes(config, _hashable(plan.optimizer), trained)
  placed = sharding.param_shardings(mesh, axes, shapes.params)
  params = _shard_bytes(shapes.params, placed)
  if not plan.trains:
    return params
  moments = sharding.state_shardings(mesh, placed, shapes.params, shapes.optimizer)
  rows = dataclasses.replace(plan.work, rows=plan.work.rows // plan.microbatches)
  saved = estimate.saved_bytes(plan.config, rows, plan.axes)
  return 2 * params + _base_bytes(shapes.base, config, mesh) + _shard_bytes(shapes.optimizer, moments) + saved


def _base_bytes(base: Any, config: decoder.DecoderConfig, mesh: jax.sharding.AbstractMesh) -> int:
  """Of what an adapter is beside; base: its shapes, None without an adapter."""
  return 0 if base is None else _shard_bytes(base, sharding.param_shardings(mesh, decoder.parameter_axes(config), base))


def _hashable(settings: Mapping[str, Any]) -> tuple:
  return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in settings.items())


@functools.lru_cache(maxsize=8)
def _state_shapes(config: decoder.DecoderConfig, optimizer: tuple, adapter: adapters.Adapter | None) -> tuple:
  """(shapes of the state, logical axes of what is trained): the same on every mesh."""
  rule = optim.optimizer(**dict(optimizer))
  params, axes, base = decoder.abstract_params(config), decoder.parameter_axes(config), None
  if adapter:
    base = state_lib.base_shapes(config, adapter)
    params, axes = adapters.abstract(config, adapter), adapters.axes(config, adapter)
  return state_lib.State(None, params, jax.eval_shape(rule.init, params), base), axes


def _check_memory(plan: Plan) -> None:
  least, room = least_bytes(plan), plan.where.device.memory
  if least <= room:
    return
  meshes = (dataclasses.replace(plan, axes=axes) for axes in _meshes(plan.where))
  fitting = [other for other in meshes if _shares(other) and least_bytes(other) <= room]
  if fitting:
    remedy = f'MESH = {dict(min(fitting, key=least_seconds).axes)}'
  else:
    count = plan.where.devices * 2 ** math.ceil(math.log2(least / room))
    remedy = f'about {count} devices of this kind'
  raise UserError(
    f'the model cannot fit: a device of {plan.where.name} has {room / 2**30:.2f} '
    f'GiB, and parameters, gradients, optimizer and saved activations alone are '
    f'{least / 2**30:.2f} GiB of it on mesh {dict(plan.axes)}; try {remedy}'
  )


def _shares(plan: Plan) -> bool:
  """Whether devices and microbatches divide the widths and rows."""
  try:
    _check_shares(plan)
  except UserError:
    return False
  return True


def _shard_bytes(shapes: Any, placed: Any) -> int:
  def one(leaf, where):
    return math.prod(where.shard_shape(leaf.shape)) * leaf.dtype.itemsize

  return sum(jax.tree.leaves(jax.tree.map(one, shapes, placed)))


def candidates(plan: Plan) -> Iterator[Plan]:
  """Yields variants of a step, over all meshes, remat policies and microbatches, that arithmetic allows.

  Sorted by theoretical speed; ties by least memory.
  """
  room = plan.where.device.memory
  found = (one for one in _every(plan) if _shares(one) and least_bytes(one) <= room)
  return iter(sorted(found, key=lambda one: (least_seconds(one), least_bytes(one))))


def _every(plan):
  for axes in _meshes(plan.where):
    own = plan.work.rows // (axes['data'] * axes['fsdp'])
    for remat in decoder.REMAT_POLICIES if plan.trains else [plan.config.remat]:
      config = dataclasses.replace(plan.config, remat=remat)
      for parts in sharding.divisors(own) if plan.trains else [1]:
        yield dataclasses.replace(plan, config=config, axes=axes, microbatches=parts)


def _meshes(where: hardware.Topology) -> Iterator[dict[str, int]]:
  """Yields all ways to split the devices into axes; slices are on the data axis."""
  per_slice = where.devices // where.slices
  for tensor in sharding.divisors(per_slice):
    for fsdp in sharding.divisors(per_slice // tensor):
      yield {'data': where.devices // (fsdp * tensor), 'fsdp': fsdp, 'tensor': tensor}


def least_seconds(plan: Plan) -> float:
  """Returns a lower bound of the step time: matrix products, kernel gathers, activation all-reduces.

  Kernels are gathered and their gradients scattered once per microbatch.
  """
  where, axes = plan.where, plan.axes
  compute = estimate.executed_flops(plan.config, plan.work) / where.devices / where.device.flops
  item = jnp.dtype(plan.config.dtype).itemsize
  kernels = item * estimate.kernel_parameters(plan.config) / axes['tensor']
  tokens = plan.work.rows * plan.work.length / (axes['data'] * axes['fsdp'])
  passes = plan.work.kernel_passes
  gathered = passes * plan.microbatches * hlo.ring_bytes('all-gather', kernels, axes['fsdp'])
  added = (
    2 * passes * plan.config.layers * hlo.ring_bytes('all-reduce', item * tokens * plan.config.d_model, axes['tensor'])
  )
  return compute + (gathered + added) / where.device.network_bandwidth
