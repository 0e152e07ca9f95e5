# SPDX-License-Identifier: Apache-2.0
"""Attention of rows by blocks equals plain attention, and so do its derivatives."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.model import attention, cpu_attention, cpu_kernels, positions
from flan_jax.model.config import DecoderConfig
from tests import rounding

B, N, H = 2, 4, 8


def operands(length, key_heads, bias_heads, dtype=jnp.float64):
  """Query, key, value, a bias of two segments, and weights of the output."""
  keys = jax.random.split(jax.random.key(length), 5)
  shapes = [(B, length, heads, H) for heads in (N, key_heads, key_heads, N)]
  query, key, value, weight = (jax.random.normal(one, shape, dtype) for one, shape in zip(keys, shapes))
  segments = jnp.broadcast_to(1 + (jnp.arange(length) > length // 3), (B, length))
  bias = attention.mask_bias(attention.visible(segments))
  bias += jax.random.normal(keys[4], (B, bias_heads, length, length))
  return query, key, value, bias, weight


def weighed(attend, soft_cap):
  def total(query, key, value, bias, weight):
    out = attend(query, key, value, bias, soft_cap)
    return jnp.sum(out.astype(bias.dtype) * weight), out

  return jax.jit(jax.value_and_grad(total, argnums=(0, 1, 2, 3), has_aux=True))


def plain(query, key, value, bias, soft_cap):
  return attention.attend(query, (key, value), bias, soft_cap)


@pytest.mark.parametrize(
  'length, key_heads, bias_heads, soft_cap', [(300, 4, 1, None), (256, 2, N, None), (40, 4, N, 2.0), (300, 1, 1, 2.0)]
)
def test_blocks_equal_plain_attention_with_gradients(length, key_heads, bias_heads, soft_cap, double):
  given = operands(length, key_heads, bias_heads)
  got, expected = (weighed(one, soft_cap)(*given) for one in (cpu_attention.attend, plain))
  rounding.assert_equal(got, expected)


def test_gradients_have_the_dtypes_of_what_they_are_of():
  given = operands(130, 2, 1, jnp.bfloat16)
  (_, out), gradients = weighed(cpu_attention.attend, None)(*given)
  assert [x.dtype for x in (out, *gradients)] == [x.dtype for x in (given[0], *given[:4])]
  _, expected = weighed(plain, None)(*given)
  # Either way at most five numbers on the way of a term are rounded to bfloat16: query,
  # weights, output, and the derivatives by output and by scores, which are of order 1.
  apart = rounding.gamma(2 * 5, jnp.bfloat16)
  for got, wanted in zip(gradients, expected):
    got, wanted = (np.asarray(x, np.float32) for x in (got, wanted))
    assert np.linalg.norm(got - wanted) <= apart * np.linalg.norm(wanted)


def test_blocks_cover_a_row_once_and_are_few():
  for length in (1, 128, 129, 2048, 5000):
    places = [range(length)[rows] for rows in cpu_attention._blocks(length)]
    assert sum(map(list, places), []) == list(range(length))
    assert len(places) <= cpu_attention.BLOCKS


@pytest.mark.parametrize('inner, outer', [(24, 40), (40, 24)])
def test_a_kernels_gradient_is_the_same_whichever_operand_is_turned(inner, outer, double):
  keys = jax.random.split(jax.random.key(0), 3)
  x, kernel, weight = (
    jax.random.normal(key, shape) for key, shape in zip(keys, [(2, 3, inner), (inner, outer), (2, 3, outer)])
  )
  gradient = lambda product: jax.jit(jax.grad(lambda x, kernel: jnp.sum(product(x, kernel) * weight), argnums=(0, 1)))(
    x, kernel
  )
  rounding.assert_equal(gradient(cpu_kernels.product), gradient(jnp.matmul))


@pytest.mark.parametrize('activation', cpu_kernels.ACTIVATIONS)
def test_a_gated_product_made_again_has_the_gradients_of_one_that_is_kept(activation, double):
  keys = jax.random.split(jax.random.key(0), 4)
  *operands, weight = (
    jax.random.normal(key, shape) for key, shape in zip(keys, [(2, 3, 24), (2, 3, 24), (24, 40), (2, 3, 40)])
  )
  kept = lambda gate, up, kernel: (cpu_kernels.ACTIVATIONS[activation](gate) * up) @ kernel
  made_again = functools.partial(cpu_kernels.gated_product, activation)
  gradient = lambda product: jax.jit(
    jax.grad(lambda *operands: jnp.sum(product(*operands) * weight), argnums=(0, 1, 2))
  )(*operands)
  rounding.assert_equal(gradient(made_again), gradient(kept))


def test_rotations_of_rows_are_those_of_their_positions(double):
  config = rounding.doubled(
    DecoderConfig(vocab_size=8, d_model=8, layers=1, heads=1, head_dim=8, d_ff=8, positions='rope')
  )
  positions_BL = jnp.array([[0, 1, 2, 0, 1], [3, 4, 0, 0, 1]]) + 20
  got = jax.jit(lambda at: positions.row_rotation(config, at))(positions_BL)
  rounding.assert_equal(got, positions.rotation(config, positions_BL))
