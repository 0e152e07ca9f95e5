# SPDX-License-Identifier: Apache-2.0
"""The state of training, made straight into its shards."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from flan_jax.model import decoder
from flan_jax.training import sharding


class State(NamedTuple):
  """What a checkpoint holds. step: updates made so far, int32 scalar."""

  step: jax.Array
  params: Any
  optimizer: Any


def shardings(
  config: decoder.DecoderConfig, optimizer: optax.GradientTransformation, mesh: jax.sharding.Mesh
) -> tuple[State, State]:
  """(shapes, shardings) of the whole state; costs no memory at any size."""
  params = decoder.abstract_params(config)
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), params)
  moments = jax.eval_shape(optimizer.init, params)
  # In the place of arrays.
  step: Any = jax.ShapeDtypeStruct((), jnp.int32)
  replicated: Any = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
  return State(step, params, moments), State(
    replicated, placed, sharding.state_shardings(mesh, placed, params, moments)
  )


def abstract(shapes: Any, placed: Any) -> Any:
  """Shapes that know their sharding, as a restore wants them."""
  return jax.tree.map(lambda leaf, where: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=where), shapes, placed)


def fresh(
  config: decoder.DecoderConfig, optimizer: optax.GradientTransformation, placed: State, seed: int, params: Any = None
) -> State:
  """A state at step 0: from given parameters (already in their shards), or at random."""
  if params is None:
    init = jax.jit(lambda key: decoder.init_params(config, key), out_shardings=placed.params)
    params = init(jax.random.key(seed))
  moments = jax.jit(optimizer.init, out_shardings=placed.optimizer)(params)
  return State(jax.device_put(jnp.zeros((), jnp.int32), placed.step), params, moments)
