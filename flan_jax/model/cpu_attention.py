# SPDX-License-Identifier: Apache-2.0
"""Blockwise attention of rows over themselves for a CPU, which has no fused kernel.

Half of the scores of a row lie ahead of their query and have weight 0. Queries are
processed in blocks, each with the keys up to its own end only. The derivative, written
out here, recomputes the scores instead of storing them, as fused kernels do. (In layers
that are not scanned XLA detects the recomputation and stores them after all: faster, if
the memory suffices.) Axis letters as in decoder.py, and C for the queries of a block.
"""

import functools
from typing import Iterator, Optional

import jax
import jax.numpy as jnp

from flan_jax.model import attention, precision

# Minimum queries per block, maximum blocks per row: smaller products would be slow, and
# more of them save little.
BLOCK, BLOCKS = 128, 8


@functools.partial(jax.custom_vjp, nondiff_argnums=(4,))
def attend(
  query_BLNH: jax.Array,
  key_BLGH: jax.Array,
  value_BLGH: jax.Array,
  bias_BNLL: jax.Array,
  soft_cap: Optional[float] = None,
) -> jax.Array:
  """attention.attend with one source, for a bias_BNLL that hides what lies ahead."""
  operands = _heads_first(query_BLNH, key_BLGH, value_BLGH)
  parts = [_block(soft_cap, *_seen(rows, *operands, bias_BNLL)) for rows in _blocks(query_BLNH.shape[1])]
  return jnp.swapaxes(jnp.concatenate(parts, axis=2), 1, 2)


def _forward(query_BLNH, key_BLGH, value_BLGH, bias_BNLL, soft_cap):
  operands = query_BLNH, key_BLGH, value_BLGH, bias_BNLL
  return attend(*operands, soft_cap), operands


def _backward(soft_cap, operands, gradient_BLNH):
  query_BLNH, key_BLGH, value_BLGH, bias_BNLL = operands
  heads = _heads_first(query_BLNH, key_BLGH, value_BLGH)
  length = gradient_BLNH.shape[1]
  gradient_BNLH = jnp.swapaxes(gradient_BLNH, 1, 2)
  blocks = list(_blocks(length))
  query, key, value, bias = zip(
    *[_block_gradients(soft_cap, *_seen(rows, *heads, bias_BNLL), gradient_BNLH[:, :, rows]) for rows in blocks]
  )
  gradients = (
    jnp.concatenate([jnp.swapaxes(x, 1, 2) for x in query], axis=1) * _scale(query_BLNH),
    _joined(key, blocks),
    _joined(value, blocks),
    jnp.concatenate([_filled(part, length) for part in bias], axis=2),
  )
  return tuple(one.astype(like.dtype) for one, like in zip(gradients, operands))


attend.defvjp(_forward, _backward)


def _heads_first(query_BLNH, key_BLGH, value_BLGH) -> tuple[jax.Array, jax.Array, jax.Array]:
  """Transposes to [B, N or G, L, H] and scales the query."""
  query_BLNH = query_BLNH * _scale(query_BLNH)
  turned = lambda x: jnp.swapaxes(x, 1, 2)
  return turned(query_BLNH), turned(key_BLGH), turned(value_BLGH)


def _scale(query):
  return query.shape[-1] ** -0.5


def _joined(parts, blocks):
  """Sums the blocks' gradients of their keys, [B, G, H, M] each, into [B, L, G, H]."""
  sums = [sum(part[..., keys] for part in parts[number:]) for number, keys in enumerate(blocks)]
  return jnp.concatenate([jnp.moveaxis(x, 3, 1) for x in sums], axis=1)


def _filled(x, length):
  """Pads x with zeros for the keys that its block did not see."""
  return jnp.pad(x, [(0, 0)] * 3 + [(0, length - x.shape[-1])])


def _blocks(length: int) -> Iterator[slice]:
  """Yields the rows of each block, as in slice(0, 128), slice(128, 256), ..."""
  size = max(BLOCK, -(-length // BLOCKS))
  return (slice(first, min(first + size, length)) for first in range(0, length, size))


def _seen(
  rows: slice, query_BNLH, key_BGLH, value_BGLH, bias_BNLL
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
  """A block's queries, and the keys, values and bias up to its end."""
  until = slice(0, rows.stop)
  return (query_BNLH[:, :, rows], key_BGLH[:, :, until], value_BGLH[:, :, until], bias_BNLL[:, :, rows, until])


def _block(soft_cap, query_BNCH, key_BGMH, value_BGMH, bias_BNCM):
  weights_BNCM, total_BNC1, _ = _weights(soft_cap, query_BNCH, key_BGMH, bias_BNCM)
  out_BNCH = attention.mixed(weights_BNCM.astype(query_BNCH.dtype), value_BGMH)
  return (out_BNCH / total_BNC1).astype(query_BNCH.dtype)


def _weights(soft_cap, query_BNCH, key_BGMH, bias_BNCM):
  """(unnormalised weights, their sum, the soft cap's slope or 1), at least float32."""
  slope: jax.Array | float = 1.0
  scores_BNCM = attention.scores(query_BNCH, key_BGMH)
  if soft_cap is not None:
    bounded_BNCM = jnp.tanh(scores_BNCM / soft_cap)
    scores_BNCM, slope = soft_cap * bounded_BNCM, 1 - bounded_BNCM**2
  scores_BNCM += bias_BNCM
  weights_BNCM = jnp.exp(scores_BNCM - scores_BNCM.max(axis=-1, keepdims=True))
  return weights_BNCM, weights_BNCM.sum(axis=-1, keepdims=True), slope


def _block_gradients(soft_cap, query_BNCH, key_BGMH, value_BGMH, bias_BNCM, gradient_BNCH):
  """Gradients of query [B, N, C, H], key and value [B, G, H, M], and bias, at least float32."""
  weights_BNCM, total_BNC1, slope = _weights(soft_cap, query_BNCH, key_BGMH, bias_BNCM)
  gradient_BNCH = (gradient_BNCH / total_BNC1).astype(query_BNCH.dtype)
  by_weight_BNCM = attention.scores(gradient_BNCH, value_BGMH)
  mean_BNC1 = (weights_BNCM * by_weight_BNCM).sum(axis=-1, keepdims=True) / total_BNC1
  by_score_BNCM = weights_BNCM * (by_weight_BNCM - mean_BNC1)
  by_bias_BNCM = by_score_BNCM
  if bias_BNCM.shape[1] == 1:
    by_bias_BNCM = by_bias_BNCM.sum(axis=1, keepdims=True)
  by_score_BNCM = (by_score_BNCM * slope).astype(query_BNCH.dtype)
  weights_BNCM = weights_BNCM.astype(query_BNCH.dtype)
  return (
    attention.mixed(by_score_BNCM, key_BGMH),
    _gathered(query_BNCH, by_score_BNCM, key_BGMH.shape[1]),
    _gathered(gradient_BNCH, weights_BNCM, key_BGMH.shape[1]),
    by_bias_BNCM,
  )


def _gathered(x_BNCH, weights_BNCM, key_heads):
  """Sums x by weight over queries, and over the heads of each key head: [B, G, H, M].

  This order of axes reads the large operand along its rows, which makes the product
  twice as fast on a CPU.
  """
  grouped = lambda x: x.reshape(x.shape[0], key_heads, -1, x.shape[-1])
  return jnp.einsum(
    'BGRH,BGRM->BGHM', grouped(x_BNCH), grouped(weights_BNCM), preferred_element_type=precision.wide(x_BNCH.dtype)
  )
