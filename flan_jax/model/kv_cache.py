# SPDX-License-Identifier: Apache-2.0
"""Decoding with a cache of keys and values: prompts are read once, then one token per step.

Axis letters and parameters as in decoder.py; M is the length of the cache.
"""

import functools
from typing import Any, Mapping, Optional, Sequence

import jax
import jax.numpy as jnp

from flan_jax.model import attention, decoder, layers
from flan_jax.model.config import DecoderConfig
from flan_jax.model.decoder import Batch, Params

Cache = Mapping[str, Any]


def prefill(config: DecoderConfig, params: Params, batch: Batch, cache_length: int) -> tuple[jax.Array, Cache]:
  """Reads prompts, one segment per row, with padding anywhere.

  Returns x_BLD, whose state at a row's last prompt token predicts the first new one,
  and a cache with room for cache_length - L new tokens:
    past (an attention.Past [layers, B, G, M, H], or a tuple of one per layer if they are
    not scanned), positions [B, M], valid [B, M] (bool), and length (scalar), the slot of
    the next token, the same in every row.

  Raises ValueError if cache_length is less than L.
  """
  length = batch['tokens'].shape[1]
  if cache_length < length:
    raise ValueError(f'cache_length is {cache_length}, the prompts take {length}.')
  view = decoder.rows_of(batch)
  x_BLD, kept = decoder.apply(config, params, 'prefill', batch['tokens'], view)

  def with_room(leaf, axis):
    widths = [(0, 0)] * leaf.ndim
    widths[axis] = (0, cache_length - length)
    return jnp.pad(leaf, widths)

  room = lambda leaf: layers.over_heads(with_room(leaf, leaf.ndim - 2))
  return x_BLD, {
    'past': jax.tree.map(room, _past(config, kept)),
    'positions': with_room(jnp.asarray(batch['positions']), 1),
    'valid': with_room(jnp.asarray(batch['segment_ids']) > 0, 1),
    'length': jnp.asarray(length, jnp.int32),
  }


def _past(config: DecoderConfig, kept):
  """Turns the keys and values of Decoder.prefill into those of a cache."""
  if config.scan:
    return attention.Past.of(*kept)
  return tuple(attention.Past.of(*one) for one in kept)


def unstacked(config: DecoderConfig, params: Params) -> Optional[tuple[Params, ...]]:
  """Returns each layer's parameters separately, for many calls of decode_step; None if scanned.

  A loop would slice them from the stack at every step: a copy of all of them.
  """
  if config.scan:
    return None
  return tuple(decoder.layer_of(params['layers'], index) for index in range(config.layers))


def decode_step(
  config: DecoderConfig,
  params: Params,
  tokens_B: jax.Array,
  positions_B: jax.Array,
  cache: Cache,
  each_layer: Optional[Sequence[Params]] = None,
) -> tuple[jax.Array, Cache]:
  """Appends one token to each row and predicts the next: (logits_BV, cache).

  positions_B: each token's position in its own sequence (the prompt's length for the
  first new token). Shapes do not change, so the step fits a lax loop. The cache must
  have room: past its end the last slot would be overwritten. each_layer: `unstacked`
  of the parameters, computed outside the loop.
  """
  positions_B1, length = positions_B[:, None], cache['length']
  write = functools.partial(jax.lax.dynamic_update_slice_in_dim, start_index=length, axis=1)
  flat = {
    'positions': write(cache['positions'], positions_B1),
    'valid': write(cache['valid'], jnp.ones_like(positions_B1, bool)),
  }
  view = attention.Continuation(positions_B1, flat['positions'], flat['valid'][:, None, :])
  x_B1D, past = decoder.apply(
    config, params, 'decode', tokens_B[:, None], view, cache['past'], length, unstacked=each_layer
  )
  cache = {**flat, 'past': past, 'length': length + 1}
  return decoder.logits(config, params, x_B1D[:, 0]), cache


def take_rows(config: DecoderConfig, cache: Cache, rows_B: jax.Array) -> Cache:
  """Returns the cache of the given rows, in this order; rows may repeat."""
  axis = 1 if config.scan else 0
  past = jax.tree.map(lambda leaf: jnp.take(leaf, rows_B, axis=axis), cache['past'])
  flat = {name: cache[name][rows_B] for name in ('positions', 'valid')}
  return {**cache, **flat, 'past': past}
