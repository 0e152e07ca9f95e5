"""The loss: chunks change nothing, weights decide, sums are divided once."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.model import decoder
from flan_jax.model import losses

B, S, D, V = 3, 10, 8, 33
RNG = np.random.default_rng(0)
X_BSD = jnp.asarray(RNG.normal(size=(B, S, D)), jnp.float32)
KERNEL_DV = jnp.asarray(RNG.normal(size=(D, V)), jnp.float32)
TARGET_BS = jnp.asarray(RNG.integers(0, V, (B, S)))
WEIGHT_BS = jnp.asarray(RNG.integers(0, 2, (B, S)), jnp.float32)


def whole_log_likelihoods(kernel_DV, x_BSD):
  log_probabilities = jax.nn.log_softmax(x_BSD @ kernel_DV)
  return jnp.take_along_axis(log_probabilities, TARGET_BS[..., None], -1)[..., 0]


def chunked_loss(chunk, kernel_DV, x_BSD):
  unembed = lambda x: x @ kernel_DV
  return losses.cross_entropy(unembed, x_BSD, TARGET_BS, WEIGHT_BS, chunk)


@pytest.mark.parametrize('chunk', [1, 4, 5, 10, 64])
def test_chunked_equals_whole_with_gradients(chunk):
  (total, aux), gradients = jax.jit(
    jax.value_and_grad(functools.partial(chunked_loss, chunk), (0, 1), has_aux=True)
  )(KERNEL_DV, X_BSD)

  def whole(kernel_DV, x_BSD):
    return -jnp.sum(WEIGHT_BS * whole_log_likelihoods(kernel_DV, x_BSD))

  expected, expected_gradients = jax.value_and_grad(whole, (0, 1))(KERNEL_DV, X_BSD)
  np.testing.assert_allclose(total, expected, rtol=1e-6)
  for got, want in zip(gradients, expected_gradients):
    np.testing.assert_allclose(got, want, atol=1e-5)
  best = jnp.argmax(X_BSD @ KERNEL_DV, -1)
  assert aux['correct'] == jnp.sum(WEIGHT_BS * (best == TARGET_BS))
  assert aux['weight'] == WEIGHT_BS.sum()


@pytest.mark.parametrize('chunk', [3, 64])
def test_token_log_likelihoods_equal_whole(chunk):
  got = losses.token_log_likelihoods(lambda x: x @ KERNEL_DV, X_BSD, TARGET_BS, chunk)
  np.testing.assert_allclose(got, whole_log_likelihoods(KERNEL_DV, X_BSD), atol=1e-5)


def test_correct_counts_the_highest_logit():
  x_BSD = jnp.eye(3, dtype=jnp.float32)[None]  # the logits are the states themselves
  _, aux = losses.cross_entropy(
    lambda x: x, x_BSD, jnp.array([[0, 1, 0]]), jnp.array([[1.0, 0.5, 1.0]])
  )
  assert (aux['correct'], aux['weight']) == (1.5, 2.5)


def test_logits_are_never_whole():
  jaxpr = jax.make_jaxpr(jax.grad(lambda *args: chunked_loss(2, *args)[0], (0, 1)))(
    KERNEL_DV, X_BSD
  )
  assert f'f32[{B},2,{V}]' in str(jaxpr)
  assert f'f32[{B},{S},{V}]' not in str(jaxpr)
  assert f'f32[{S // 2},{B},2,{V}]' not in str(jaxpr)  # nor kept for the backward pass


def test_decoder_loss_is_the_sum_over_weighted_slots():
  config = decoder.DecoderConfig(
    vocab_size=V, d_model=8, layers=1, heads=1, head_dim=8, d_ff=16, dtype='float32'
  )
  init = jax.jit(decoder.init_params, static_argnums=0)
  params = init(config, jax.random.key(0))
  length = 6
  tokens = RNG.integers(0, V, (2, length)).astype(np.int32)
  batch = {
    'tokens': tokens,
    'positions': np.tile(np.arange(length, dtype=np.int32), (2, 1)),
    'segment_ids': np.ones_like(tokens),
    'branch': np.zeros_like(tokens),
    'query_position': np.array([[1, 4, 0], [3, 0, 0]], np.int32),
    'target_id': np.array([[7, 9, 1], [5, 1, 1]], np.int32),
    'weight': np.array([[1, 2, 0], [0.5, 0, 0]], np.float32),
  }
  logits = decoder.logits(config, params, decoder.hidden_states(config, params, batch))
  log = jax.nn.log_softmax(logits)
  expected = -(log[0, 1, 7] + 2 * log[0, 4, 9] + 0.5 * log[1, 3, 5])
  total, aux = jax.jit(losses.decoder_loss, static_argnums=0)(config, params, batch)
  np.testing.assert_allclose(total, expected, rtol=1e-6)
  assert aux['weight'] == 3.5
