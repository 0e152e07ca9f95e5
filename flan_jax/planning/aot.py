# SPDX-License-Identifier: Apache-2.0
"""Compiles a step for absent devices: abstract arguments, real program.

libtpu compiles for every TPU topology on any machine. Without libtpu, and for GPUs, the
step is partitioned over as many virtual CPU devices: its collectives are exact, its
memory is only an approximation.
"""

import contextlib
import dataclasses
import functools
import importlib.util
import math
import os
import time
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import Mesh

from flan_jax.errors import UserError
from flan_jax.model import decoder, kv_cache, losses
from flan_jax.planning import candidates, estimate, hlo
from flan_jax.settings import hardware
from flan_jax.training import compiled_step, optim, sharding
from flan_jax.training import state as state_lib

_OUT_OF_MEMORY = 'RESOURCE_EXHAUSTED'


@dataclasses.dataclass(frozen=True)
class Program:
  """A compiled step; all bytes are per device.

  peak_bytes: peak of live memory, arguments and code included; libtpu rejects a program
    by this number. temp_bytes: size of the heap, which may count a place twice.
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
  """Turns off the search for TPUs and its log output. Call it before jax is imported."""
  os.environ['JAX_PLATFORMS'] = 'cpu'
  os.environ.setdefault('TPU_SKIP_MDS_QUERY', '1')
  os.environ.setdefault('TPU_WORKER_HOSTNAMES', 'localhost')
  # libtpu locks itself against a second process that would share a TPU; no TPU is used here.
  os.environ.setdefault('ALLOW_MULTIPLE_LIBTPU_LOAD', '1')


@functools.lru_cache(maxsize=1)
def devices(where: hardware.Topology) -> tuple[list[Any], str]:
  """Returns (devices to compile for, a description of them). Raises UserError if there are none.

  Call it before jax makes its own devices; only then can enough CPU devices be requested.
  """
  if where.kind in hardware.GPUS or not has_libtpu():
    return _host_devices(where.devices), f'{where.devices} host devices'
  from jax.experimental import topologies

  options = {'num_slices': where.slices} if where.slices > 1 else {}
  if math.prod(where.shape) == 1:  # libtpu assumes four chips per host by default
    options['chips_per_host_bounds'] = [1, 1, 1]
  if where.device.chip_config:
    options['chip_config_name'] = where.device.chip_config
  try:
    found = topologies.get_topology_desc(platform='tpu', topology_name=where.name, **options).devices
  except Exception as error:
    raise UserError(
      f'libtpu knows no topology {where.name}: {str(error).splitlines()[0]}; try {where.device.example}'
    ) from None
  return list(found), 'libtpu'


def _host_devices(count: int) -> list[Any]:
  with contextlib.suppress(RuntimeError):  # the devices exist already; use those
    jax.config.update('jax_num_cpu_devices', count)
  found = jax.devices('cpu')
  if len(found) < count:
    raise UserError(
      f'{count} host devices are wanted, {len(found)} are there: start a process of its own for each topology'
    )
  return found[:count]


def compile_plan(plan: candidates.Plan) -> Program:
  """Compiles the step. Raises UserError if the compiler reports that it does not fit."""
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
  peak = (
    memory.peak_memory_in_bytes
    if target == 'libtpu'
    # other compilers count less
    else memory.argument_size_in_bytes + memory.temp_size_in_bytes
  )
  return Program(
    peak + memory.generated_code_size_in_bytes,
    memory.argument_size_in_bytes,
    memory.temp_size_in_bytes,
    memory.generated_code_size_in_bytes,
    seconds,
    hlo.traffic(compiled.as_text(), plan.where.slices),
    target,
  )


def _does_not_fit(plan: candidates.Plan, message: str) -> str:
  found = message.splitlines()[0]
  return (
    f'the compiled step does not fit {plan.where.name}: {found} Fewer '
    "rows (TOKENS_PER_BATCH), REMAT = 'full' or a larger tensor axis need less; "
    '--search looks for what fits'
  )


def _train(plan: candidates.Plan, mesh: Mesh):
  rule = optim.optimizer(**plan.optimizer)
  program = compiled_step.Program(plan.config, rule, mesh, plan.loss, plan.microbatches, plan.frozen, plan.adapter)
  return program.jitted(), (program.state_shapes(), _batch(plan.work, mesh))


def _score(plan: candidates.Plan, mesh: Mesh):
  score = functools.partial(losses.queried_log_likelihoods, plan.config)
  return jax.jit(score), (_params(plan, mesh), _batch(plan.work, mesh))


def _generate(plan: candidates.Plan, mesh: Mesh):
  """Reads the prompts, then adds `slots` tokens to every row in one loop."""
  work = plan.work

  def generate(params, batch):
    x_BLD, cache = kv_cache.prefill(plan.config, params, batch, work.length + work.slots)
    logits_BV = decoder.logits(plan.config, params, x_BLD[:, -1])

    def grow(step, carry):
      token_B, position_B, cache = carry
      logits_BV, cache = kv_cache.decode_step(plan.config, params, token_B, position_B + step, cache)
      return _likeliest(logits_BV), position_B, cache

    start = _likeliest(logits_BV), batch['positions'][:, -1] + 1, cache
    return jax.lax.fori_loop(0, work.slots, grow, start)[0]

  batch = {
    name: leaf for name, leaf in _batch(work, mesh).items() if name in ('tokens', 'positions', 'segment_ids', 'branch')
  }
  return jax.jit(generate), (_params(plan, mesh), batch)


# Mode -> (plan, mesh) -> (jitted function, its abstract arguments).
STEPS = {'train': _train, 'score': _score, 'generate': _generate}


def _likeliest(logits_BV: jax.Array) -> jax.Array:
  return jnp.argmax(logits_BV, axis=-1).astype(jnp.int32)


def _params(plan: candidates.Plan, mesh: Mesh) -> Any:
  shapes = decoder.abstract_params(plan.config)
  axes = decoder.parameter_axes(plan.config)
  return state_lib.abstract(shapes, sharding.param_shardings(mesh, axes, shapes))


def _batch(work: estimate.Work, mesh: Mesh) -> dict[str, jax.ShapeDtypeStruct]:
  return compiled_step.batch_shapes(work.rows, work.length, work.slots, mesh)
