# SPDX-License-Identifier: Apache-2.0
"""The compiled loop that reads prompts and grows every row by a token a step.

Axis letters as in model/decoder.py; T is the most new tokens of a row, E the number of
tokens that end it. The cache stays where it is: spread by rows and heads, written in place.
"""

import dataclasses
import functools
from typing import Any, Callable, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, PartitionSpec

from flan_jax.inference import scoring
from flan_jax.model import decoder, kv_cache


@dataclasses.dataclass(frozen=True)
class Drawing:
  """How a token is taken from logits; see decoding.Settings."""

  temperature: float = 0.0
  top_k: int = 0
  top_p: float = 1.0


class Loop(NamedTuple):
  """start: (params, batch, ends_E, key) -> state, the prompts read.

  grow: (params, state, stopped_B, until) -> (state, new_BT, ended_B): grows the rows
  that have not ended (with any of ends_E), nor been stopped from outside, until they
  have `until` tokens; the first end fills what comes after. The state is used up.
  """

  start: Callable[..., Any]
  grow: Callable[..., Any]


@functools.lru_cache(maxsize=None)
def loop(config: decoder.DecoderConfig, mesh: Mesh | None, max_tokens: int, drawing: Drawing) -> Loop:
  """The two programs for a model on a mesh, compiled when first used."""
  start = functools.partial(_start, config, max_tokens, drawing)
  grow = functools.partial(_grow, config, drawing)
  return Loop(scoring.within(mesh, jax.jit(start)), scoring.within(mesh, jax.jit(grow, donate_argnums=1)))


def read(
  config: decoder.DecoderConfig, params: decoder.Params, batch: decoder.Batch, max_tokens: int
) -> tuple[jax.Array, kv_cache.Cache]:
  """(logits_BV of the first new token, a cache with room for max_tokens more)."""
  tokens_BL, size_B = batch['tokens'], batch['size']
  index_BL = jnp.broadcast_to(jnp.arange(tokens_BL.shape[1], dtype=jnp.int32), tokens_BL.shape)
  rows = {'tokens': tokens_BL, 'positions': index_BL, 'segment_ids': (index_BL < size_B[:, None]).astype(jnp.int32)}
  x_BLD, cache = kv_cache.prefill(config, params, rows, tokens_BL.shape[1] + max_tokens)
  last_B1 = jnp.maximum(size_B - 1, 0)[:, None]
  x_BD = decoder.gather_queries(x_BLD, last_B1)[:, 0]
  return decoder.logits(config, params, x_BD), cache


def whole(x: jax.Array) -> jax.Array:
  """x, on every process of the mesh in use."""
  if not jax.sharding.get_abstract_mesh().axis_names:
    return x
  return jax.lax.with_sharding_constraint(x, PartitionSpec())


def _start(config, max_tokens, drawing, params, batch, ends_E, key):
  logits_BV, cache = read(config, params, batch, max_tokens)
  size_B = batch['size']
  keys_B = jax.vmap(functools.partial(jax.random.fold_in, key))(batch['number'])
  return {
    'step': jnp.zeros((), jnp.int32),
    'size': size_B,
    'keys': keys_B,
    'ends': jnp.asarray(ends_E, jnp.int32),
    'cache': cache,
    'token': draw(drawing, logits_BV, keys_B, 0),
    'ended': size_B == 0,
    'new': jnp.full((size_B.shape[0], max_tokens), ends_E[0], jnp.int32),
  }


def _grow(config, drawing, params, state, stopped_B, until):
  state = {**state, 'ended': state['ended'] | stopped_B}
  each_layer = kv_cache.unstacked(config, params)

  def unfinished(state):
    return (state['step'] < until) & ~jnp.all(state['ended'])

  def step(state):
    place, ends_E = state['step'], state['ends']
    token_B = jnp.where(state['ended'], ends_E[0], state['token'])
    new_BT = jax.lax.dynamic_update_slice_in_dim(state['new'], token_B[:, None], place, 1)
    logits_BV, cache = kv_cache.decode_step(config, params, token_B, state['size'] + place, state['cache'], each_layer)
    return {
      **state,
      'step': place + 1,
      'new': new_BT,
      'cache': cache,
      'token': draw(drawing, logits_BV, state['keys'], place + 1),
      'ended': state['ended'] | jnp.isin(token_B, ends_E, method='compare_all'),
    }

  state = jax.lax.while_loop(unfinished, step, state)
  return state, whole(state['new']), whole(state['ended'])


def draw(drawing: Drawing, logits_BV: jax.Array, keys_B: jax.Array, place: jax.Array | int) -> jax.Array:
  """The next token of each row, int32 [B]; place: of the token, from 0.

  A row's key and the place decide what is drawn, so that no other row matters.
  """
  if not drawing.temperature:
    return jnp.argmax(logits_BV, axis=-1).astype(jnp.int32)
  allowed_BV = _allowed(drawing, logits_BV / drawing.temperature)
  here = lambda key, logits_V: jax.random.categorical(jax.random.fold_in(key, place), logits_V)
  return jax.vmap(here)(keys_B, allowed_BV).astype(jnp.int32)


def _allowed(drawing: Drawing, logits_BV: jax.Array) -> jax.Array:
  """Logits with those of tokens that may not be drawn at minus infinity."""
  size = logits_BV.shape[-1]
  if 0 < drawing.top_k < size:
    least_B1 = jax.lax.top_k(logits_BV, drawing.top_k)[0][:, -1:]
    logits_BV = jnp.where(logits_BV < least_B1, -jnp.inf, logits_BV)
  if drawing.top_p < 1:
    sorted_BV = jnp.flip(jnp.sort(logits_BV, axis=-1), axis=-1)
    chance_BV = jax.nn.softmax(sorted_BV, axis=-1)
    # A token is needed if those before it do not yet have the probability.
    needed_BV = jnp.cumsum(chance_BV, axis=-1) - chance_BV < drawing.top_p
    least_B1 = jnp.min(jnp.where(needed_BV, sorted_BV, jnp.inf), axis=-1, keepdims=True)
    logits_BV = jnp.where(logits_BV < least_B1, -jnp.inf, logits_BV)
  return logits_BV
