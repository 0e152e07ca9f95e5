# SPDX-License-Identifier: Apache-2.0
"""The loss: chunks change nothing, weights decide, sums are divided once."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from flan_jax.data.tokens import row_arrays
from flan_jax.errors import UserError
from flan_jax.model import decoder, losses
from flan_jax.training import sharding
from tests import rounding

pytestmark = pytest.mark.usefixtures('double')

B, S, D, V = 3, 10, 8, 33
RNG = np.random.default_rng(0)
with rounding.double():
  X_BSD = jnp.asarray(RNG.normal(size=(B, S, D)))
  KERNEL_DV = jnp.asarray(RNG.normal(size=(D, V)))
  TARGET_BS = jnp.asarray(RNG.integers(0, V, (B, S)))
  WEIGHT_BS = jnp.asarray(RNG.integers(0, 2, (B, S)), float)


def whole_log_likelihoods(kernel_DV, x_BSD):
  log_probabilities = jax.nn.log_softmax(x_BSD @ kernel_DV)
  return jnp.take_along_axis(log_probabilities, TARGET_BS[..., None], -1)[..., 0]


def chunked_loss(chunk, kernel_DV, x_BSD):
  unembed = lambda x: x @ kernel_DV
  return losses.cross_entropy(unembed, x_BSD, TARGET_BS, WEIGHT_BS, chunk)


# One device has all rows and makes one of them, or eight share them.
@pytest.mark.parametrize('shared', [1, 8])
@pytest.mark.parametrize('chunk', [1, 4, 5, 10, 64, None])
def test_chunked_equals_whole_with_gradients(chunk, shared):
  mesh = sharding.mesh({'fsdp': shared}, jax.devices()[:shared])
  with jax.set_mesh(mesh):
    (total, aux), gradients = jax.jit(jax.value_and_grad(functools.partial(chunked_loss, chunk), (0, 1), has_aux=True))(
      KERNEL_DV, X_BSD
    )

  def whole(kernel_DV, x_BSD):
    return -jnp.sum(WEIGHT_BS * whole_log_likelihoods(kernel_DV, x_BSD))

  expected, expected_gradients = jax.value_and_grad(whole, (0, 1))(KERNEL_DV, X_BSD)
  rounding.assert_equal((total, gradients), (expected, expected_gradients))
  best = jnp.argmax(X_BSD @ KERNEL_DV, -1)
  assert aux['correct'] == jnp.sum(WEIGHT_BS * (best == TARGET_BS))
  assert aux['weight'] == WEIGHT_BS.sum()


EXTRAS = [
  losses.LossConfig(z_loss=1e-2),
  losses.LossConfig(label_smoothing=0.1),
  losses.LossConfig(z_loss=1e-4, label_smoothing=0.3),
]


def defined_loss(logits, target_ids, weights, config):
  """The sum that LossConfig defines, in float64: a divergence plus a penalty on log Z.

  Returns it, the penalty's part of it, and its derivative by the logits.
  """
  others = logits.shape[-1] - 1
  wanted = np.full(logits.shape, config.label_smoothing / others)
  np.put_along_axis(wanted, target_ids[..., None], 1 - config.label_smoothing, axis=-1)
  log_z = np.logaddexp.reduce(logits, axis=-1)
  found = np.exp(logits - log_z[..., None])
  divergence = scipy.special.rel_entr(wanted, found).sum(axis=-1)
  penalty = config.z_loss * log_z**2
  by_logits = found - wanted + 2 * config.z_loss * log_z[..., None] * found
  return (np.vdot(weights, divergence + penalty), np.vdot(weights, penalty), weights[..., None] * by_logits)


@pytest.mark.parametrize('chunk', [1, 4, 64])
@pytest.mark.parametrize('config', EXTRAS, ids=['z', 'smoothing', 'both'])
def test_extras_are_as_defined_with_gradients(config, chunk):
  def loss(kernel_DV, x_BSD):
    unembed = lambda x: x @ kernel_DV
    return losses.cross_entropy(unembed, x_BSD, TARGET_BS, WEIGHT_BS, chunk, config)

  compiled = jax.jit(jax.value_and_grad(loss, (0, 1), has_aux=True))
  (total, sums), gradients = compiled(KERNEL_DV, X_BSD)
  kernel, x, weights = map(np.asarray, (KERNEL_DV, X_BSD, WEIGHT_BS))
  expected, expected_z, by_logits = defined_loss(x @ kernel, np.asarray(TARGET_BS), weights, config)
  rounding.assert_equal((total, sums.get('z_loss', 0.0)), (expected, expected_z))
  by_kernel = np.einsum('bsd,bsv->dv', x, by_logits)
  rounding.assert_equal(gradients, (by_kernel, by_logits @ kernel.T))


@pytest.mark.parametrize('config', EXTRAS, ids=['z', 'smoothing', 'both'])
def test_extras_are_told_apart_from_the_plain_loss(config):
  run = lambda *extra: losses.cross_entropy(lambda x: x @ KERNEL_DV, X_BSD, TARGET_BS, WEIGHT_BS, 4, *extra)
  plain, plain_sums = run()
  total, sums = run(config)
  assert plain_sums['loss'] == plain
  assert set(plain_sums) == {'loss', 'weight', 'correct'}
  rounding.assert_equal({name: sums[name] for name in plain_sums}, plain_sums)
  asked = (config.z_loss, config.label_smoothing)
  added = [name for name, value in zip(losses.EXTRAS, asked) if value]
  assert set(sums) - set(plain_sums) == set(added)
  rounding.assert_equal(total, plain + sum(map(sums.get, added)))


def test_a_perfect_prediction_of_the_smoothed_targets_costs_nothing():
  best = jnp.log(jnp.where(jnp.arange(V) == 5, 0.9, 0.1 / (V - 1)))
  total, sums = losses.cross_entropy(
    lambda x: x, best[None, None], jnp.array([[5]]), jnp.ones((1, 1)), 1, losses.LossConfig(label_smoothing=0.1)
  )
  rounding.assert_equal((total, sums['loss']), (0.0, -np.log(0.9)))


@pytest.mark.parametrize(
  'field, value', [('z_loss', -1e-4), ('z_loss', float('nan')), ('label_smoothing', 1.0), ('label_smoothing', -0.1)]
)
def test_a_loss_that_cannot_be_is_named(field, value):
  with pytest.raises(UserError, match=f'{field.upper()} = {value}'):
    losses.LossConfig(**{field: value})


@pytest.mark.parametrize('chunk', [3, 64])
def test_token_log_likelihoods_equal_whole(chunk):
  got, highest = losses.token_log_likelihoods(lambda x: x @ KERNEL_DV, X_BSD, TARGET_BS, chunk)
  best_BS = np.argmax(np.asarray(X_BSD) @ np.asarray(KERNEL_DV), axis=-1)
  np.testing.assert_array_equal(highest, best_BS == np.asarray(TARGET_BS))
  rounding.assert_equal(got, whole_log_likelihoods(KERNEL_DV, X_BSD))


def test_correct_counts_the_highest_logit():
  x_BSD = jnp.eye(3, dtype=jnp.float32)[None]  # the logits are the states themselves
  _, aux = losses.cross_entropy(lambda x: x, x_BSD, jnp.array([[0, 1, 0]]), jnp.array([[1.0, 0.5, 1.0]]))
  assert (aux['correct'], aux['weight']) == (1.5, 2.5)


def test_slots_without_weight_are_not_looked_at():
  """Not even where they are not numbers; the used ones stand anywhere in their rows."""
  # Of chunks of B slots, all those that are looked at are full.
  used = np.array([[0, 1], [0, 7], [1, 0], [2, 3], [2, 4], [2, 9]][: 2 * B])
  weight_BS = jnp.zeros((B, S)).at[tuple(used.T)].set(0.5)
  poisoned = jnp.where(weight_BS[..., None] != 0, X_BSD, jnp.nan)

  def loss(x_BSD):
    return losses.cross_entropy(lambda x: x @ KERNEL_DV, x_BSD, TARGET_BS, weight_BS, 1)[0]

  expected, gradient = jax.value_and_grad(loss)(X_BSD)
  got, got_gradient = jax.value_and_grad(loss)(poisoned)
  assert got == expected
  np.testing.assert_array_equal(got_gradient, gradient)
  assert not gradient[weight_BS == 0].any()


@pytest.mark.parametrize('config', [losses.PLAIN, *EXTRAS])
def test_logits_are_never_whole(config):
  def loss(kernel_DV, x_BSD):
    unembed = lambda x: x @ kernel_DV
    return losses.cross_entropy(unembed, x_BSD, TARGET_BS, WEIGHT_BS, 2, config)[0]

  jaxpr = jax.make_jaxpr(jax.grad(loss, (0, 1)))(KERNEL_DV, X_BSD)
  assert f'f64[1,{2 * B},{V}]' in str(jaxpr)  # one device makes one row of all
  assert f'f64[{B},{S},{V}]' not in str(jaxpr)
  assert f'f64[{S // 2},{B},2,{V}]' not in str(jaxpr)  # nor kept for the backward pass


def test_decoder_loss_is_the_sum_over_weighted_slots():
  config = rounding.doubled(decoder.DecoderConfig(vocab_size=V, d_model=8, layers=1, heads=1, head_dim=8, d_ff=16))
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
  rounding.assert_equal(total, expected)
  assert aux['weight'] == 3.5


@pytest.mark.parametrize(
  'change', [{}, {'positions': 'rope', 'kv_heads': 1, 'tied_embeddings': False}], ids=['paper', 'llama']
)
def test_packed_losses_are_those_of_prompts_alone(change):
  config = rounding.doubled(
    decoder.DecoderConfig(**{**dict(vocab_size=V, d_model=8, layers=2, heads=2, head_dim=8, d_ff=16), **change})
  )
  params = jax.jit(decoder.init_params, static_argnums=0)(config, jax.random.key(0))
  loss = jax.jit(losses.decoder_loss, static_argnums=0)
  ids = lambda low, high: RNG.integers(1, V, RNG.integers(low, high))
  prompts = [(ids(2, 9), ids(1, 4)) for _ in range(6)]

  def total(rows):
    rows = [row_arrays.assemble(row, 40, 12) for row in rows]
    batch = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    summed, aux = loss(config, params, batch)
    return float(summed), float(aux['weight'])

  alone = total([[prompt] for prompt in prompts])
  packed = total([prompts[:3], prompts[3:]])
  np.testing.assert_allclose(packed, alone, rtol=rounding.EXACT)
  # Without the borders between segments it would be another loss.
  joined = [(np.concatenate([np.concatenate(pair) for pair in prompts[:2]] + [prompts[2][0]]), prompts[2][1])]
  assert abs(total([joined])[0] - total([[prompts[2]]])[0]) > 1e-3
