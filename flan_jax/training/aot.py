"""Compiles a step for devices that are not here: abstract arguments, real program.

libtpu compiles for every TPU topology on any machine. Where it is missing, and for
GPUs, the same step is partitioned over as many devices made of the host's processor:
its collectives are those of the partitioning, its memory only resembles.
"""

import contextlib
import dataclasses
import functools
import importlib.util
import math
import os
import time
from typing import Any, Iterator, Mapping

import jax
import jax.numpy as jnp
from jax.sharding import Mesh

from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.model import losses
from flan_jax.training import estimate
from flan_jax.training import hardware
from flan_jax.training import hlo
from flan_jax.training import step as step_lib
from flan_jax.training import optim
from flan_jax.training import sharding
from flan_jax.training import state as state_lib

_OUT_OF_MEMORY = 'RESOURCE_EXHAUSTED'


@dataclasses.dataclass(frozen=True)
class Plan:
  """What is to be compiled. axes: sizes of the mesh, none of them -1."""

  config: decoder.DecoderConfig
  work: estimate.Work
  axes: Mapping[str, int]
  where: hardware.Topology
  optimizer: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Program:
  """A compiled step, all bytes on one device.

  peak_bytes: most that is alive at once, arguments and code included; libtpu refuses a
    program by it. temp_bytes is the size of the heap, which may count a place twice.
  """

  peak_bytes: int
  argument_bytes: int
  temp_bytes: int
  code_bytes: int
  compile_seconds: float
  traffic: hlo.Traffic
  target: str


def has_libtpu() -> bool:
  return importlib.util.find_spec('libtpu') is not None


def prepare_environment() -> None:
  """To be called before jax is imported: no search for TPUs, no noise about them."""
  os.environ['JAX_PLATFORMS'] = 'cpu'
  os.environ.setdefault('TPU_SKIP_MDS_QUERY', '1')
  # libtpu locks itself against a second process that would share a TPU; here is none.
  os.environ.setdefault('ALLOW_MULTIPLE_LIBTPU_LOAD', '1')


def devices(where: hardware.Topology) -> tuple[list[Any], str]:
  """(devices to compile for, what they are). Raises UserError if there are none."""
  if where.kind in hardware.GPUS or not has_libtpu():
    return _host_devices(where.devices), f'{where.devices} host devices'
  from jax.experimental import topologies
  options = {'num_slices': where.slices} if where.slices > 1 else {}
  if math.prod(where.shape) == 1:  # libtpu's hosts have four chips unless told
    options['chips_per_host_bounds'] = [1, 1, 1]
  try:
    found = topologies.get_topology_desc(
        platform='tpu', topology_name=where.name, **options).devices
  except Exception as error:
    raise UserError(
        f'libtpu knows no topology {where.name}: {str(error).splitlines()[0]}; try '
        f'{hardware.EXAMPLES[where.kind]}') from None
  return list(found), 'libtpu'


def _host_devices(count: int) -> list[Any]:
  with contextlib.suppress(RuntimeError):  # they exist already: so many there are
    jax.config.update('jax_num_cpu_devices', count)
  found = jax.devices('cpu')
  if len(found) < count:
    raise UserError(
        f'{count} host devices are wanted, {len(found)} are there: start a process of '
        'its own for each topology')
  return found[:count]


def filled_axes(axes: Mapping[str, int], where: hardware.Topology) -> dict[str, int]:
  """Sizes of all three axes, -1 filled in.

  Raises UserError if they do not make up the devices, or data does not divide over the
  slices; names the nearest mesh that works.
  """
  count = where.devices
  sizes = {axis: axes.get(axis, 1) for axis in sharding.MESH_AXES}
  known = math.prod(size for size in sizes.values() if size != -1)
  if list(sizes.values()).count(-1) == 1 and known > 0 and count % known == 0:
    sizes = {a: count // known if size == -1 else size for a, size in sizes.items()}
  if min(sizes.values()) < 1 or math.prod(sizes.values()) != count:
    tensor = _nearest_divisor(count // where.slices, sizes['tensor'])
    best = f"{{'data': {where.slices}, 'fsdp': -1, 'tensor': {tensor}}}"
    raise UserError(f'MESH = {dict(axes)} does not multiply to the {count} devices of '
                    f'{where.name}; nearest that does: MESH = {best}')
  if sizes['data'] % where.slices:
    raise UserError(f"MESH has 'data': {sizes['data']}, which does not divide over "
                    f"{where.slices} slices; nearest: 'data': {where.slices}")
  return sizes


def check(plan: Plan) -> None:
  """All that arithmetic can know before compiling.

  Raises UserError: a width that an axis does not divide, rows that devices cannot
  share, a state that does not fit; each with the numbers and what would work.
  """
  config, axes, where = plan.config, plan.axes, plan.where
  spread = {'tensor': ('heads', 'd_ff', 'vocab_size'), 'fsdp': ('d_model',)}
  for axis, names in spread.items():
    sizes = [getattr(config, name) for name in names]
    for name, size in zip(names, sizes):
      if size % axes[axis]:
        both = math.gcd(where.devices, *sizes)
        raise UserError(
            f'{name} = {size} does not divide over the {axes[axis]} devices of mesh '
            f'axis {axis!r}; the nearest size of that axis that works is '
            f'{_nearest_divisor(both, axes[axis])}')
  parts = axes['data'] * axes['fsdp']
  if plan.work.rows % parts:
    more = -(-plan.work.rows // parts) * parts
    raise UserError(
        f'{plan.work.rows} rows do not divide over data {axes["data"]} x fsdp '
        f'{axes["fsdp"]} = {parts} devices; the nearest that do: {more} rows '
        f'(TOKENS_PER_BATCH = {more * plan.work.length})')
  _check_memory(plan)


def least_bytes(plan: Plan) -> float:
  """What a device must hold at least: parameters, gradients, moments, activations."""
  shapes, axes = _state_shapes(
      dataclasses.replace(plan.config, remat='full'), tuple(plan.optimizer.items()))
  mesh = jax.sharding.AbstractMesh(
      tuple(plan.axes.values()), tuple(plan.axes),
      axis_types=(jax.sharding.AxisType.Auto,) * len(plan.axes))
  placed = sharding.param_shardings(mesh, axes, shapes.params)
  params = _shard_bytes(shapes.params, placed)
  if plan.work.mode != 'train':
    return params
  moments = sharding.state_shardings(mesh, placed, shapes.params, shapes.optimizer)
  return (2 * params + _shard_bytes(shapes.optimizer, moments)
          + estimate.saved_bytes(plan.config, plan.work, plan.axes))


@functools.lru_cache(maxsize=8)
def _state_shapes(config: decoder.DecoderConfig, optimizer: tuple) -> tuple:
  """(shapes of the state, logical axes of its parameters): the same on every mesh."""
  params = decoder.abstract_params(config)
  moments = jax.eval_shape(optim.optimizer(**dict(optimizer)).init, params)
  return state_lib.State(None, params, moments), decoder.parameter_axes(config)


def _check_memory(plan: Plan) -> None:
  least, room = least_bytes(plan), plan.where.device.memory
  if least <= room:
    return
  everywhere = {'data': 1, 'fsdp': plan.where.devices, 'tensor': 1}
  count = plan.where.devices * 2 ** math.ceil(math.log2(least / room))
  remedy = (f'a mesh that spreads parameters over all devices, {everywhere}'
            if plan.axes['data'] > 1 else f'about {count} devices of this kind')
  raise UserError(
      f'the model cannot fit: a device of {plan.where.name} has {room / 2**30:.1f} '
      f'GiB, and parameters, gradients, optimizer and saved activations alone are '
      f'{least / 2**30:.1f} GiB of it on mesh {dict(plan.axes)}; try {remedy}')


def _shard_bytes(shapes: Any, placed: Any) -> int:
  def one(leaf, where):
    return math.prod(where.shard_shape(leaf.shape)) * leaf.dtype.itemsize
  return sum(jax.tree.leaves(jax.tree.map(one, shapes, placed)))


def compile_plan(plan: Plan) -> Program:
  """Compiles the step. Raises UserError if the compiler finds that it does not fit."""
  found, target = devices(plan.where)
  mesh = sharding.mesh(plan.axes, found)
  step, arguments = STEPS[plan.work.mode](plan, mesh)
  start = time.monotonic()
  with jax.set_mesh(mesh):
    lowered = step.lower(*arguments)
    try:
      compiled = lowered.compile()
    except jax.errors.JaxRuntimeError as error:
      if _OUT_OF_MEMORY not in str(error):
        raise
      raise UserError(_does_not_fit(plan, str(error))) from None
    seconds = time.monotonic() - start
  memory = compiled.memory_analysis()
  peak = memory.peak_memory_in_bytes + memory.generated_code_size_in_bytes
  return Program(
      peak, memory.argument_size_in_bytes, memory.temp_size_in_bytes,
      memory.generated_code_size_in_bytes, seconds,
      hlo.traffic(compiled.as_text(), plan.where.slices), target)


def _does_not_fit(plan: Plan, message: str) -> str:
  found = message.splitlines()[0]
  return (f'the compiled step does not fit {plan.where.name}: {found} Fewer '
          "rows (TOKENS_PER_BATCH), REMAT = 'full' or a larger tensor axis need less; "
          '--search looks for what fits')


def _train(plan: Plan, mesh: Mesh):
  rule = optim.optimizer(**plan.optimizer)
  shapes, placed = state_lib.shardings(plan.config, rule, mesh)
  step = jax.jit(step_lib.make_step(plan.config, rule), donate_argnums=0,
                 out_shardings=(placed, None))
  return step, (state_lib.abstract(shapes, placed), _batch(plan.work, mesh))


def _score(plan: Plan, mesh: Mesh):
  def log_likelihoods(params, batch):
    x_BLD = decoder.hidden_states(plan.config, params, batch)
    x_BSD = decoder.gather_queries(x_BLD, batch['query_position'])
    unembed = functools.partial(decoder.logits, plan.config, params)
    return losses.token_log_likelihoods(unembed, x_BSD, batch['target_id'])
  return jax.jit(log_likelihoods), (_params(plan, mesh), _batch(plan.work, mesh))


def _generate(plan: Plan, mesh: Mesh):
  """Reads the prompts, then grows every row by `slots` tokens in one loop."""
  work = plan.work

  def generate(params, batch):
    x_BLD, cache = decoder.prefill(plan.config, params, batch, work.length + work.slots)
    logits_BV = decoder.logits(plan.config, params, x_BLD[:, -1])

    def grow(step, carry):
      token_B, position_B, cache = carry
      logits_BV, cache = decoder.decode_step(
          plan.config, params, token_B, position_B + step, cache)
      return _likeliest(logits_BV), position_B, cache

    start = _likeliest(logits_BV), batch['positions'][:, -1] + 1, cache
    return jax.lax.fori_loop(0, work.slots, grow, start)[0]

  batch = {name: leaf for name, leaf in _batch(work, mesh).items()
           if name in ('tokens', 'positions', 'segment_ids', 'branch')}
  return jax.jit(generate), (_params(plan, mesh), batch)


# Mode -> (plan, mesh) -> (jitted function, its abstract arguments).
STEPS = {'train': _train, 'score': _score, 'generate': _generate}


def _likeliest(logits_BV: jax.Array) -> jax.Array:
  return jnp.argmax(logits_BV, axis=-1).astype(jnp.int32)


def _params(plan: Plan, mesh: Mesh) -> Any:
  shapes = decoder.abstract_params(plan.config)
  axes = decoder.parameter_axes(plan.config)
  return state_lib.abstract(shapes, sharding.param_shardings(mesh, axes, shapes))


def _batch(work: estimate.Work, mesh: Mesh) -> dict[str, jax.ShapeDtypeStruct]:
  placed = sharding.batch_sharding(mesh)

  def leaf(width, dtype=jnp.int32):
    return jax.ShapeDtypeStruct((work.rows, width), dtype, sharding=placed)

  whole = ('tokens', 'positions', 'segment_ids', 'branch')
  return {**{name: leaf(work.length) for name in whole},
          'query_position': leaf(work.slots), 'target_id': leaf(work.slots),
          'weight': leaf(work.slots, jnp.float32)}


def candidates(plan: Plan) -> Iterator[Plan]:
  """Every mesh and remat policy that arithmetic allows, the fastest in theory first."""
  per_slice = plan.where.devices // plan.where.slices
  found = []
  for tensor in _divisors(per_slice):
    for fsdp in _divisors(per_slice // tensor):
      data = plan.where.devices // (fsdp * tensor)
      for remat in decoder.REMAT_POLICIES:
        found.append(dataclasses.replace(
            plan, config=dataclasses.replace(plan.config, remat=remat),
            axes={'data': data, 'fsdp': fsdp, 'tensor': tensor}))
  return iter(sorted(filter(_allowed, found), key=least_seconds))


def least_seconds(plan: Plan) -> float:
  """A lower bound of a step: its products, gathering kernels, adding activations up."""
  where, axes = plan.where, plan.axes
  compute = (estimate.executed_flops(plan.config, plan.work)
             / where.devices / where.device.flops)
  item = jnp.dtype(plan.config.dtype).itemsize
  kernels = item * estimate.kernel_parameters(plan.config) / axes['tensor']
  tokens = plan.work.rows * plan.work.length / (axes['data'] * axes['fsdp'])
  passes = 3 if plan.work.mode == 'train' else 1
  gathered = passes * hlo.ring_bytes('all-gather', kernels, axes['fsdp'])
  added = 2 * passes * plan.config.layers * hlo.ring_bytes(
      'all-reduce', item * tokens * plan.config.d_model, axes['tensor'])
  return compute + (gathered + added) / where.device.network_bandwidth


def _allowed(plan: Plan) -> bool:
  try:
    check(plan)
  except UserError:
    return False
  return True


def _divisors(number: int) -> list[int]:
  return [size for size in range(1, number + 1) if number % size == 0]


def _nearest_divisor(number: int, wish: int) -> int:
  return min(_divisors(number), key=lambda size: (abs(size - wish), size))
