# SPDX-License-Identifier: Apache-2.0
"""One update: gradients of all rows, a microbatch at a time, and their application."""

import functools
from typing import Any, Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import optax

from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder, layers, losses
from flan_jax.training import optim, sharding
from flan_jax.training import state as state_lib


def make_step(
  config: decoder.DecoderConfig,
  optimizer: optax.GradientTransformation,
  loss: losses.LossConfig = losses.PLAIN,
  microbatches: int = 1,
  frozen: Sequence[str] = (),
  adapter: adapters.Adapter | None = None,
) -> Callable[[state_lib.State, Mapping], tuple[state_lib.State, dict]]:
  """Returns one update: (state, batch) -> (state, sums over the batch).

  Gradients are those of the summed loss, added up over the microbatches and divided once
  by the weight of all rows, so that the number of microbatches changes only rounding.

  Args:
    microbatches: parts of the rows, processed one after the other; activations exist for
      one part at a time. The gradient is accumulated in float32.
    frozen: patterns of parameters whose gradients are neither computed nor counted in
      'gradient_norm'; pass those of optim.optimizer.
    adapter: what is trained beside state.base; None: state.params are the model's.

  Raises (when traced):
    UserError: each device's rows do not divide into `microbatches` equal parts.
  """

  def step(state: state_lib.State, batch: Mapping) -> tuple[state_lib.State, dict]:
    gradients, sums = summed(
      functools.partial(_gradients_and_sums, config, loss, frozen, adapter, state), batch, microbatches
    )
    weight = jnp.maximum(sums['weight'], 1.0)
    gradients = jax.tree.map(lambda gradient: gradient / weight, gradients)
    norm = optax.global_norm(gradients)
    after, finite = _moved(optimizer, state, gradients, sums['loss'], norm)
    return after, {**sums, 'gradient_norm': norm, 'skipped': ~finite, **_counts(batch)}

  return step


def _moved(optimizer, state, gradients, loss, norm):
  """(the state after an update, whether it was applied: loss and gradients are finite)."""
  updates, moments = optimizer.update(gradients, state.optimizer, state.params)
  finite = jnp.isfinite(loss) & jnp.isfinite(norm)
  keep = lambda new, old: jnp.where(finite, new, old)
  after = state._replace(
    step=state.step + 1,
    params=jax.tree.map(keep, optax.apply_updates(state.params, updates), state.params),
    optimizer=jax.tree.map(keep, moments, state.optimizer),
  )
  return after, finite


def _gradients_and_sums(config, loss, frozen, adapter, state, rows):
  def objective(params):
    whole = adapters.joined(adapter, state.base, optim.held(params, frozen))
    return losses.decoder_loss(config, whole, rows, loss)

  gradients, sums = jax.grad(objective, has_aux=True)(state.params)
  axes = adapters.axes(config, adapter) if adapter else decoder.parameter_axes(config)
  return _like_parameters(axes, gradients), sums


def _counts(batch: Mapping) -> dict[str, Any]:
  """Counts the prompt tokens in the rows, and the capacity of the rows."""
  return {'used': jnp.sum(batch['segment_ids'] > 0), 'room': batch['tokens'].size}


def summed(function: Callable[[Mapping], Any], batch: Mapping, microbatches: int) -> Any:
  """Computes function(batch), a tree of sums over rows, a microbatch at a time."""
  if microbatches == 1:
    return function(batch)
  parts = {name: _parts(leaf, microbatches) for name, leaf in batch.items()}
  shapes = jax.eval_shape(function, {name: leaf[0] for name, leaf in parts.items()})
  zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

  def add(total, rows):
    return jax.tree.map(jnp.add, total, function(rows)), None

  return jax.lax.scan(add, zeros, parts)[0]


def check_microbatches(rows: int, microbatches: int, mesh: jax.sharding.Mesh | jax.sharding.AbstractMesh) -> None:
  """Raises UserError unless each device's rows divide into that many equal parts."""
  devices = layers.row_parts(mesh.shape)
  if rows % (devices * microbatches):
    own = rows // devices
    choices = [str(parts) for parts in range(1, own + 1) if own % parts == 0]
    raise UserError(
      f'MICROBATCHES = {microbatches} does not divide the {own} rows that each of '
      f'{devices} parts of mesh axes {" x ".join(layers.ROW_AXES)} has in a step of '
      f'{rows} rows; choose one of {", ".join(choices)}, or other TOKENS_PER_BATCH'
    )


def _parts(leaf, microbatches):
  """[B, ...] to [microbatches, B / microbatches, ...]; no row leaves its device.

  Part j has rows j, j + microbatches, and so on. Example: rows 0 to 7, of which one
  device holds 0 to 3, make two parts 0 2 4 6 and 1 3 5 7; that device holds half of each.
  """
  rows = leaf.shape[0]
  check_microbatches(rows, microbatches, jax.sharding.get_abstract_mesh())
  shape = (rows // microbatches, microbatches, *leaf.shape[1:])
  return jnp.moveaxis(layers.over_rows(leaf.reshape(shape)), 1, 0)


def _like_parameters(axes, gradients):
  """Shards gradients as their parameters, on the mesh in use.

  Explicit, because the compiler might otherwise sum a whole kernel's gradient on a device.
  """
  if jax.sharding.get_abstract_mesh().empty:
    return gradients
  return jax.tree.map(
    lambda leaf, names: jax.lax.with_sharding_constraint(leaf, sharding.partition_spec(names)), gradients, axes
  )
