# SPDX-License-Identifier: Apache-2.0
"""Beam search in one compiled loop, with the length penalty of Wu et al. 2016.

Each prompt has K unfinished texts, which grow, and the K best finished ones. Axis letters
as in model/decoder.py, with K for beams and T for the most new tokens.
"""

import functools
from typing import Any, Callable

import jax
import jax.numpy as jnp
from jax.sharding import Mesh

from flan_jax.inference import decode_loop, scoring
from flan_jax.model import decoder, kv_cache

_NEVER = -1e30  # the score of what must not be chosen; finite, so that it can be divided


@functools.lru_cache(maxsize=None)
def search(
  config: decoder.DecoderConfig, mesh: Mesh | None, max_tokens: int, beams: int, length_penalty: float
) -> Callable[..., jax.Array]:
  """(params, batch, ends_E) -> the best new tokens int32 [B, T], filled up with an end.

  A text's score is its log-likelihood, its end included, divided by
  ((5 + tokens) / 6) ** length_penalty (arXiv 1609.08144, equation 14).
  """
  run = functools.partial(_search, config, max_tokens, beams, length_penalty)
  return scoring.within(mesh, jax.jit(run))


def _search(config, max_tokens, beams, length_penalty, params, batch, ends_E):
  each_layer = kv_cache.unstacked(config, params)
  logits_BV, cache = decode_loop.read(config, params, batch, max_tokens)
  height = logits_BV.shape[0]
  cache = kv_cache.take_rows(config, cache, jnp.repeat(jnp.arange(height), beams))
  size_BK = jnp.repeat(batch['size'][:, None], beams, axis=1)
  penalty = lambda tokens: ((5 + tokens) / 6) ** length_penalty
  state = _first_state(logits_BV, cache, beams, max_tokens, ends_E)

  def unfinished(state):
    """Whether an unfinished text could still come before the worst finished one."""
    hope_B = state['score'].max(axis=1) / penalty(max_tokens)
    open_B = (hope_B > state['finished_score'].min(axis=1)) & (batch['size'] > 0)
    return (state['step'] < max_tokens) & jnp.any(open_B)

  def step(state):
    place = state['step']
    chosen = _candidates(state, (1 + ends_E.shape[0]) * beams, ends_E)
    state = _with_finished(state, chosen, penalty(place + 1))
    state, rows_BK, token_BK = _with_unfinished(state, chosen, beams)
    rows = (rows_BK + beams * jnp.arange(height)[:, None]).reshape(-1)
    logits, cache = kv_cache.decode_step(
      config,
      params,
      token_BK.reshape(-1),
      (size_BK + place).reshape(-1),
      kv_cache.take_rows(config, state['cache'], rows),
      each_layer,
    )
    return {**state, 'step': place + 1, 'cache': cache, 'logits': logits.reshape(height, beams, -1)}

  state = jax.lax.while_loop(unfinished, step, state)
  return decode_loop.whole(_best(state, penalty(max_tokens)))


def _first_state(logits_BV, cache, beams: int, max_tokens: int, ends_E) -> dict[str, Any]:
  """Of texts without a token. At first all beams are equal: only the first counts."""
  height = logits_BV.shape[0]
  first_BK = jnp.broadcast_to(jnp.where(jnp.arange(beams) == 0, 0.0, _NEVER), (height, beams))
  empty_BKT = jnp.full((height, beams, max_tokens), ends_E[0], jnp.int32)
  return {
    'step': jnp.zeros((), jnp.int32),
    'cache': cache,
    'tokens': empty_BKT,
    'score': first_BK,
    'logits': jnp.repeat(logits_BV[:, None], beams, axis=1),
    'finished': empty_BKT,
    'finished_score': jnp.full((height, beams), _NEVER),
  }


def _candidates(state, count: int, ends_E) -> dict[str, Any]:
  """The `count` best continuations by a token of each prompt's texts.

  As many as beams for each end and once more: though all beams may end here in every
  way, as many are left that do not.
  """
  likelihood_BKV = jax.nn.log_softmax(state['logits'])
  height, beams, size = likelihood_BKV.shape
  total_BKV = state['score'][:, :, None] + likelihood_BKV
  score_BC, index_BC = jax.lax.top_k(total_BKV.reshape(height, -1), count)
  beam_BC, token_BC = index_BC // size, (index_BC % size).astype(jnp.int32)
  tokens_BCT = jnp.take_along_axis(state['tokens'], beam_BC[:, :, None], axis=1)
  tokens_BCT = jax.lax.dynamic_update_slice_in_dim(tokens_BCT, token_BC[:, :, None], state['step'], 2)
  return {
    'score': score_BC,
    'beam': beam_BC,
    'token': token_BC,
    'tokens': tokens_BCT,
    'ends': jnp.isin(token_BC, ends_E, method='compare_all'),
  }


def _with_finished(state, chosen, penalty):
  """Those that end now join the finished ones; the best K are kept."""
  beams = state['finished_score'].shape[1]
  score_BC = jnp.where(chosen['ends'], chosen['score'] / penalty, _NEVER)
  score = jnp.concatenate([state['finished_score'], score_BC], axis=1)
  tokens = jnp.concatenate([state['finished'], chosen['tokens']], axis=1)
  score_BK, index_BK = jax.lax.top_k(score, beams)
  tokens_BKT = jnp.take_along_axis(tokens, index_BK[:, :, None], axis=1)
  return {**state, 'finished': tokens_BKT, 'finished_score': score_BK}


def _with_unfinished(state, chosen, beams: int):
  """(state, the beam that each new one grew from, its new token)."""
  score_BC = jnp.where(chosen['ends'], _NEVER, chosen['score'])
  score_BK, index_BK = jax.lax.top_k(score_BC, beams)
  take = lambda leaf: jnp.take_along_axis(leaf, index_BK, axis=1)
  tokens = jnp.take_along_axis(chosen['tokens'], index_BK[:, :, None], axis=1)
  state = {**state, 'score': score_BK, 'tokens': tokens}
  return state, take(chosen['beam']), take(chosen['token'])


def _best(state, penalty) -> jax.Array:
  """[B, T]: the best of the finished and, at the full length, the unfinished texts."""
  score = jnp.concatenate([state['finished_score'], state['score'] / penalty], axis=1)
  tokens = jnp.concatenate([state['finished'], state['tokens']], axis=1)
  best_B11 = jnp.argmax(score, axis=1)[:, None, None]
  return jnp.take_along_axis(tokens, best_B11, axis=1)[:, 0]
