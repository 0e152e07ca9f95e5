# SPDX-License-Identifier: Apache-2.0
"""The training state, created directly in its shards."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from flan_jax.model import adapters, decoder
from flan_jax.training import sharding


class State(NamedTuple):
  """The training state. step: updates made so far, int32 scalar. params: what is trained.

  base: an adapter's base parameters, fixed and not part of a checkpoint; else None.
  """

  step: jax.Array
  params: Any
  optimizer: Any
  base: Any = None


def shardings(
  config: decoder.DecoderConfig,
  optimizer: optax.GradientTransformation,
  mesh: jax.sharding.Mesh,
  adapter: adapters.Adapter | None = None,
) -> tuple[State, State]:
  """Returns (shapes, shardings) of the whole state; costs no memory at any size."""
  base, base_placed = decoder.abstract_params(config), None
  params, axes = base, decoder.parameter_axes(config)
  if adapter:
    base_placed = sharding.param_shardings(mesh, axes, base)
    params, axes = adapters.abstract(config, adapter), adapters.axes(config, adapter)
  placed = sharding.param_shardings(mesh, axes, params)
  moments = jax.eval_shape(optimizer.init, params)
  # Stands in for an array.
  step: Any = jax.ShapeDtypeStruct((), jnp.int32)
  replicated: Any = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
  kept = sharding.state_shardings(mesh, placed, params, moments)
  shapes = base_shapes(config, adapter) if adapter else None
  return State(step, params, moments, shapes), State(replicated, placed, kept, base_placed)


def base_shapes(config: decoder.DecoderConfig, adapter: adapters.Adapter) -> Any:
  """Returns the shapes of an adapter's base parameters, in their storage type."""
  shapes = decoder.abstract_params(config)
  return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, adapter.base_dtype), shapes)


def abstract(shapes: Any, placed: Any) -> Any:
  """Returns shapes with shardings, as a restore needs them."""
  return jax.tree.map(lambda leaf, where: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=where), shapes, placed)


def fresh(
  config: decoder.DecoderConfig,
  optimizer: optax.GradientTransformation,
  placed: State,
  seed: int,
  params: Any = None,
  adapter: adapters.Adapter | None = None,
) -> State:
  """Returns a state at step 0: from given parameters (already sharded), or random.

  With an adapter, the given parameters are the base's.
  """
  base = None
  if adapter:
    begin = functools.partial(adapters.init, config, adapter)
    base, params = params, jax.jit(begin, out_shardings=placed.params)(jax.random.key(seed), params)
  elif params is None:
    init = jax.jit(lambda key: decoder.init_params(config, key), out_shardings=placed.params)
    params = init(jax.random.key(seed))
  moments = jax.jit(optimizer.init, out_shardings=placed.optimizer)(params)
  return State(jax.device_put(jnp.zeros((), jnp.int32), placed.step), params, moments, base)
