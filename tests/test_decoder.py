# SPDX-License-Identifier: Apache-2.0
"""The decoder: who influences whom, packing, branches, scan, remat, cache, sizes."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.model import attention, decoder, kv_cache
from flan_jax.training import sharding
from tests import rounding

TINY = decoder.DecoderConfig(
  vocab_size=64,
  d_model=16,
  layers=2,
  heads=2,
  head_dim=16,
  d_ff=32,
  relative_buckets=8,
  relative_max_distance=16,
  dtype='float32',
)
DOUBLE = rounding.doubled(TINY)


def make_batch(segment_ids, positions, branch, tokens=None):
  rows = {'segment_ids': segment_ids, 'positions': positions, 'branch': branch}
  batch = {name: np.asarray(value, np.int32) for name, value in rows.items()}
  if tokens is None:  # a different token at every position
    tokens = np.arange(batch['branch'].size).reshape(batch['branch'].shape)
  return batch | {'tokens': np.asarray(tokens, np.int32)}


def plain_batch(lengths, width, seed=0):
  """One segment a row, padded on the right to `width`, random tokens."""
  positions = np.tile(np.arange(width), (len(lengths), 1))
  segment_ids = positions < np.array(lengths)[:, None]
  tokens = np.random.default_rng(seed).integers(1, 64, positions.shape)
  return make_batch(segment_ids, positions, 0 * positions, tokens)


# Two segments and padding; the first has a prompt of three tokens and two branches.
PACKED = make_batch(
  segment_ids=[[1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 0, 0]],
  positions=[[0, 1, 2, 3, 4, 3, 4, 0, 1, 2, 0, 0]],
  branch=[[0, 0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 0]],
)
SEEN_BY = {
  0: [0],
  1: [0, 1],
  2: [0, 1, 2],
  3: [0, 1, 2, 3],
  4: [0, 1, 2, 3, 4],
  5: [0, 1, 2, 5],
  6: [0, 1, 2, 5, 6],
  7: [7],
  8: [7, 8],
  9: [7, 8, 9],
}


@functools.cache
def params(config=TINY):
  return jax.jit(functools.partial(decoder.init_params, config))(jax.random.key(0))


@functools.partial(jax.jit, static_argnums=0)
def hidden(config, params, batch):
  return decoder.hidden_states(config, params, batch)


def test_mask_example():
  got = attention.visible(jnp.array([[1, 1, 1, 2]]), jnp.array([[0, 1, 2, 0]]))
  assert got[0].astype(int).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]]


def test_bucket_starts_example():
  assert attention.bucket_starts(8, 16).tolist() == [0, 1, 2, 3, 4, 6, 8, 12]


def test_buckets_are_those_of_t5():
  distance = np.arange(300)
  grown = 16 + np.log(np.maximum(distance, 1) / 16) / np.log(128 / 16) * 16
  expected = np.where(distance < 16, distance, np.minimum(grown.astype(int), 31))
  starts = attention.bucket_starts(32, 128)
  assert (np.searchsorted(starts, distance, side='right') - 1 == expected).all()


def test_a_token_is_influenced_by_exactly_the_tokens_it_sees():
  config = dataclasses.replace(TINY, tied_embeddings=False)
  batch, own = PACKED, params(config)
  probe = jax.random.normal(jax.random.key(1), (config.d_model,))

  @jax.jit
  @jax.vmap
  def influence(position):
    def score(embedding):
      x_BLD = decoder.hidden_states(config, own | {'embedding': embedding}, batch)
      return x_BLD[0, position] @ probe

    return jnp.abs(jax.grad(score)(own['embedding'])).max(axis=-1)

  gradients = influence(jnp.arange(10))  # row i: how much each token id moves token i
  for position, seen in SEEN_BY.items():
    assert np.flatnonzero(gradients[position]).tolist() == seen


def test_padding_is_finite_and_changes_nothing():
  batch = plain_batch([0, 5, 12], 12)
  x_BLD = hidden(TINY, params(), batch)
  assert jnp.isfinite(x_BLD).all()
  padding = batch['segment_ids'] == 0
  other = batch | {'tokens': np.where(padding, 7, batch['tokens'])}
  np.testing.assert_array_equal(hidden(TINY, params(), other)[~padding], x_BLD[~padding])


def test_packing_is_invisible_to_neighbours(double):
  first, second = plain_batch([5], 5, seed=1), plain_batch([7], 7, seed=2)
  second['segment_ids'] *= 2
  packed = {name: np.concatenate([first[name], second[name]], 1) for name in first}
  second['segment_ids'] //= 2
  own = params(DOUBLE)
  alone = [hidden(DOUBLE, own, one) for one in (first, second)]
  rounding.assert_equal(hidden(DOUBLE, own, packed), jnp.concatenate(alone, axis=1))


def test_branches_equal_separate_passes(double):
  own = params(DOUBLE)
  together = hidden(DOUBLE, own, PACKED)[0]
  for keep in ([0, 1, 2, 3, 4], [0, 1, 2, 5, 6]):
    alone = {name: value[:, keep] for name, value in PACKED.items()}
    alone['branch'] = 0 * alone['branch']
    rounding.assert_equal(hidden(DOUBLE, own, alone)[0], together[np.array(keep)])


def queried_sum(config, params, batch):
  return jnp.sum(decoder.queried_states(config, params, batch) ** 3)


def gathered_sum(config, params, batch):
  x_BLD = decoder.hidden_states(config, params, batch)
  return jnp.sum(decoder.gather_queries(x_BLD, batch['query_position']) ** 3)


WINDOWED = {'scan': False, 'remat': 'none', 'windows': (3, 4)}
ROPE = {'scan': False, 'positions': 'rope', 'kv_heads': 1, 'qk_norm': True}


@pytest.mark.parametrize(
  'devices, change',
  [
    (1, {}),
    (1, WINDOWED),
    (8, ROPE),
    *(
      pytest.param(*one, marks=pytest.mark.slow)
      for one in [(1, {'scan': False}), (1, ROPE), (8, {}), (8, {'scan': False}), (8, WINDOWED)]
    ),
  ],
  ids=str,
)
def test_queried_states_are_those_of_all_with_their_gradients(devices, change, double):
  config = dataclasses.replace(DOUBLE, **change)
  queries = np.array([[2, 4, 6, 9, 9], [0, 1, 2, 3, 8], [0, 0, 0, 0, 0], [5, 4, 3, 2, 1]])
  batch = {name: np.tile(leaf, (4, 1)) for name, leaf in PACKED.items()}
  batch |= {'query_position': queries.astype(np.int32)}
  axes = {'data': 2, 'fsdp': 2, 'tensor': 2} if devices == 8 else {}
  mesh = sharding.mesh(axes, jax.devices()[:devices])

  def value_and_gradients(function):
    return jax.jit(jax.value_and_grad(functools.partial(function, config)))(params(config), batch)

  expected = value_and_gradients(gathered_sum)
  with jax.set_mesh(mesh):
    got = value_and_gradients(queried_sum)
  rounding.assert_equal(got, expected)


def test_of_the_last_unrolled_layer_only_the_queried_tokens_are_computed():
  batch = PACKED | {'query_position': np.array([[2, 9]], np.int32)}

  def products_of_two_tokens(**change):
    config = dataclasses.replace(TINY, d_ff=48, **change)  # as wide as nothing else
    run = functools.partial(decoder.queried_states, config)
    made = jax.make_jaxpr(run)(params(config), batch)
    return str(made).count('f32[1,2,48] = dot_general')

  assert products_of_two_tokens(scan=False) == 2  # wi_0 and wi_1
  assert products_of_two_tokens() == 0


def squared_sum(config, params, batch):
  return jnp.sum(decoder.hidden_states(config, params, batch)[:, ::3] ** 3)


@pytest.mark.parametrize('change', [{'scan': False}, {'remat': 'none'}, {'remat': 'dots'}], ids=str)
def test_scan_equals_loop_and_remat_changes_nothing(change, double):
  batch = plain_batch([12, 9], 12)
  step = jax.jit(jax.value_and_grad(squared_sum, argnums=1), static_argnums=0)
  other = dataclasses.replace(DOUBLE, **change)
  expected, got = (step(config, params(DOUBLE), batch) for config in (DOUBLE, other))
  rounding.assert_equal(got, expected)


def test_position_bias_gradient_is_that_of_a_gather(double):
  rng = np.random.default_rng(0)
  table = jnp.asarray(rng.normal(size=(8, 2)))
  ids = jnp.asarray(rng.integers(0, 9, (2, 6, 10)))  # 8: not visible
  weight = jnp.asarray(rng.normal(size=(2, 2, 6, 10)))

  def gathered(table, ids):
    masked = jnp.full((1, 2), attention.MASKED)
    return jnp.moveaxis(jnp.concatenate([table, masked])[ids], -1, 1)

  bias = attention.position_bias(table, ids)
  np.testing.assert_array_equal(bias, gathered(table, ids))
  expected, got = (
    jax.grad(lambda table: jnp.sum(weight * one(table, ids)))(table) for one in (gathered, attention.position_bias)
  )
  rounding.assert_equal(got, expected)


@pytest.mark.parametrize('tied', [True, False])
def test_fresh_logits_are_of_order_one(tied):
  config = dataclasses.replace(TINY, d_model=128, vocab_size=512, tied_embeddings=tied)
  own = params(config)
  assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(own))
  x_BLD = hidden(config, own, plain_batch([30, 30], 30))
  logits = decoder.logits(config, own, x_BLD)
  assert logits.shape == (2, 30, 512) and logits.dtype == jnp.float32
  assert 0.5 < jnp.std(logits) < 2


def test_bfloat16_is_close_to_float32():
  batch = plain_batch([12, 9], 12)
  x_BLD = hidden(dataclasses.replace(TINY, dtype='bfloat16'), params(), batch)
  assert x_BLD.dtype == jnp.bfloat16
  exact = hidden(TINY, params(), batch)
  # Rounded to bfloat16 on the way of a state: in a layer two norms, the operands and the
  # outcome of four products on each other's way, softmax, activation and two sums, 18;
  # and the embedding and the last norm. Norms keep errors in proportion.
  apart = rounding.gamma(TINY.layers * 18 + 2, jnp.bfloat16)
  assert 0 < np.linalg.norm(x_BLD - exact) < apart * np.linalg.norm(exact)


NEW_TOKENS = 6


def cached_greedy(config, params, batch, lengths):
  x_BLD, cache = kv_cache.prefill(config, params, batch, batch['tokens'].shape[1] + NEW_TOKENS)
  last_BD = decoder.gather_queries(x_BLD, lengths[:, None] - 1)[:, 0]
  tokens_B = jnp.argmax(decoder.logits(config, params, last_BD), -1)

  def step(carry, index):
    tokens_B, cache = carry
    logits_BV, cache = kv_cache.decode_step(config, params, tokens_B, lengths + index, cache)
    return (jnp.argmax(logits_BV, -1), cache), (tokens_B, logits_BV)

  return jax.lax.scan(step, (tokens_B, cache), jnp.arange(NEW_TOKENS, dtype=jnp.int32))[1]


def test_cached_decoding_equals_recomputation(double):
  lengths = jnp.array([3, 8, 5], jnp.int32)
  own = params(DOUBLE)
  batch = plain_batch(lengths.tolist(), 8)
  tokens, step_logits = jax.jit(cached_greedy, static_argnums=0)(DOUBLE, own, batch, lengths)
  for row, length in enumerate(lengths.tolist()):
    sequence = batch['tokens'][row, :length].tolist()
    for index in range(NEW_TOKENS + 1):
      # Always the same width, so that this compiles once.
      whole = plain_batch([len(sequence)], 8 + NEW_TOKENS)
      whole['tokens'][0, : len(sequence)] = sequence
      x_D = hidden(DOUBLE, own, whole)[0, len(sequence) - 1]
      logits_V = decoder.logits(DOUBLE, own, x_D)
      if index:
        rounding.assert_equal(step_logits[index - 1, row], logits_V)
      if index < NEW_TOKENS:
        sequence.append(int(jnp.argmax(logits_V)))
    assert tokens[:, row].tolist() == sequence[length:]


def test_cache_shorter_than_the_prompts_is_refused():
  with pytest.raises(ValueError, match='cache_length is 4'):
    kv_cache.prefill(TINY, params(), plain_batch([8], 8), 4)


@pytest.mark.parametrize(
  'layers, d_model, billions', [(64, 8192, 137), (32, 8192, 68), (16, 4096, 8), (10, 2560, 2), (8, 1280, 0.42)]
)
def test_sizes_of_the_paper(layers, d_model, billions):
  config = decoder.DecoderConfig(
    vocab_size=32128, d_model=d_model, layers=layers, heads=d_model // 64, head_dim=128, d_ff=8 * d_model
  )
  shapes = decoder.abstract_params(config)
  norms, table = (2 * layers + 1) * d_model, 32 * config.heads
  count = decoder.count_parameters(shapes, embeddings=False)
  assert count - norms - table == 32 * d_model**2 * layers
  assert count == pytest.approx(billions * 1e9, rel=0.08)
  assert decoder.count_parameters(shapes, embeddings=True) - count == 32128 * d_model


def test_a_window_hides_what_is_too_far_and_only_in_its_layers():
  # Two layers of 3 tokens carry 4 tokens far; a global one carries any distance.
  for windows, furthest in (((3,), 4), ((3, 0), 11), ((0,), 11)):
    config = dataclasses.replace(TINY, windows=windows, positions='none')
    batch = plain_batch([12], 12)
    other = batch | {'tokens': batch['tokens'].copy()}
    other['tokens'][0, 0] = (batch['tokens'][0, 0] + 1) % 64
    before, after = (hidden(config, params(config), one) for one in (batch, other))
    moved = np.flatnonzero(np.abs(before - after).max(axis=-1)[0])
    assert moved.tolist() == list(range(furthest + 1))


@pytest.mark.parametrize('kind', ['rope', 'relative'])
def test_only_distances_matter(kind, double):
  config = dataclasses.replace(DOUBLE, positions=kind)
  batch = plain_batch([12], 12)
  later = batch | {'positions': batch['positions'] + 5}
  before, after = (hidden(config, params(config), one) for one in (batch, later))
  rounding.assert_equal(before, after)
  spread = batch | {'positions': 2 * batch['positions']}
  assert jnp.abs(hidden(config, params(config), spread) - before).max() > 1e-3


def test_soft_caps_bound(double):
  scores = attention.attend(
    jnp.full((1, 1, 1, 4), 100.0),
    (jnp.eye(4)[None, :, None], jnp.eye(4)[None, :, None]),
    jnp.array([0.0, -1.0, -2.0, -3.0])[None, None, None],
    soft_cap=1.0,
  )
  expected = jax.nn.softmax(jnp.array([1.0, 0.0, -1.0, -2.0]))
  rounding.assert_equal(scores[0, 0, 0], expected)
  config, own = dataclasses.replace(DOUBLE, logit_soft_cap=0.5), params(DOUBLE)
  x_BLD = hidden(config, own, plain_batch([12], 12))
  exact = decoder.logits(DOUBLE, own, x_BLD)
  capped = decoder.logits(config, own, x_BLD)
  rounding.assert_equal(capped, 0.5 * jnp.tanh(exact / 0.5))


FAMILY = dict(positions='rope', kv_heads=1, qk_norm=True, qkv_bias=True, out_bias=True, mlp_bias=True)


def test_shared_key_heads_spread_over_devices_equal_one_device(double):
  # Two devices hold half of the one key head each.
  config = dataclasses.replace(DOUBLE, heads=4, **FAMILY)
  batch = plain_batch([12, 9], 12)
  mesh = sharding.mesh({'fsdp': 4, 'tensor': 2})
  axes, shapes = decoder.parameter_axes(config), decoder.abstract_params(config)
  placed = sharding.param_shardings(mesh, axes, shapes)
  key = placed['layers']['attention']['key']['kernel']
  assert key.spec == jax.sharding.PartitionSpec(None, 'fsdp', 'tensor')
  expected = hidden(config, params(config), batch)
  spread = jax.device_put(params(config), placed)
  rounding.assert_equal(hidden(config, spread, batch), expected)


NEOX = dict(norm='layer', parallel_residual=True, gated_mlp=False, mlp_bias=True, positions='learned', position_rows=12)
# The sum over heads that are spread, windows and rotations of three kinds, norms around.
GEMMA = dict(positions='rope', qk_norm=True, qk_norm_over='projection', norm_places='both', norm_offset=1.0)
GEMMA |= dict(layers=3, windows=(4, 0, 0), rope_layers=(1, 1, 0), rope_local_theta=50.0, rope_dims=8, kv_heads=2)


@pytest.mark.parametrize(
  'change, scan',
  [
    (NEOX, True),
    (GEMMA, False),
    *(pytest.param(*one, marks=pytest.mark.slow) for one in [(NEOX, False), (GEMMA, True)]),
  ],
  ids=['neox', 'gemma unrolled', 'neox unrolled', 'gemma'],
)
def test_every_kind_of_layer_spread_over_devices_equals_one_device(change, scan, double):
  config = dataclasses.replace(DOUBLE, heads=4, scan=scan, **change)
  batch, mesh = plain_batch([12, 9], 12), sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2})
  axes, shapes = decoder.parameter_axes(config), decoder.abstract_params(config)
  placed = sharding.param_shardings(mesh, axes, shapes)

  def loss(params):
    x_BLD = decoder.hidden_states(config, params, batch)
    return jnp.sum(decoder.logits(config, params, x_BLD) ** 2 * (batch['segment_ids'] > 0)[..., None])

  fresh = decoder.init_params(config, jax.random.key(0))
  some = jax.tree.map(lambda leaf: leaf + 0.1 * jax.random.normal(jax.random.key(1), leaf.shape, leaf.dtype), fresh)
  step = jax.jit(jax.value_and_grad(loss))
  expected = step(rounding.as_double(some))
  with jax.set_mesh(mesh):
    got = step(jax.device_put(rounding.as_double(some), placed))
  assert all(np.any(leaf) for leaf in jax.tree.leaves(expected))  # everything takes part
  rounding.assert_equal(got, expected)


def test_a_fresh_norm_changes_no_scale(double):
  for offset in (0.0, 1.0):
    config = dataclasses.replace(DOUBLE, norm_offset=offset)
    scale = decoder.init_params(config, jax.random.key(0))['final_norm']['scale']
    np.testing.assert_array_equal(scale + offset, np.ones(16))


@pytest.mark.parametrize(
  'change', [{}, {'tied_embeddings': False}, FAMILY, GEMMA], ids=['tied', 'untied', 'family', 'gemma']
)
def test_every_dimension_has_a_name(change):
  config = dataclasses.replace(TINY, **change)
  shapes, axes = decoder.abstract_params(config), decoder.parameter_axes(config)

  def check(leaf, names):
    assert len(leaf.shape) == len(names) and None not in names

  jax.tree.map(check, shapes, axes)
  assert axes['layers']['mlp']['wi_0']['kernel'] == ('layers', 'embed', 'mlp')
  mesh = sharding.mesh({'data': 8})
  sharding.param_shardings(mesh, axes, shapes)  # every name has a rule


@pytest.mark.parametrize(
  'change, message',
  [
    ({'d_model': 0}, 'D_MODEL = 0 must be a whole number'),
    ({'layers': 2.5}, 'LAYERS = 2.5 must be a whole number'),
    ({'remat': 'some'}, "REMAT = 'some' must be one of"),
    ({'activation': 'tanh'}, "ACTIVATION = 'tanh' must be one of"),
    ({'dtype': 'int8'}, "DTYPE = 'int8' must be one of"),
    ({'relative_max_distance': 4}, 'relative_max_distance 4'),
    ({'positions': 'alibi'}, "POSITIONS = 'alibi' must be one of"),
    ({'positions': 'rope', 'head_dim': 15}, 'head_dim of the decoder is 15'),
    ({'positions': 'rope', 'rope_dims': 7}, 'rope_dims of the decoder is 7'),
    ({'positions': 'rope', 'rope_dims': 18}, 'is 18, more than the 16 entries of a head'),
    ({'positions': 'rope', 'rope_scaling': 'yarn', 'rope_low_frequency': 0.0}, 'rope_low_frequency 0.0: with'),
    ({'positions': 'learned'}, 'position_rows of the decoder is None'),
    ({'rope_layers': (2,)}, 'rope_layers = .2,. must be'),
    ({'norm': 'batch'}, "norm = 'batch' must be one of"),
    ({'rope_scaling': 'dynamic'}, "rope_scaling = 'dynamic' must be one of"),
    ({'rope_low_frequency': 4.0}, 'rope_low_frequency is 4.0'),
    ({'rope_theta': 0}, 'rope_theta = 0 must be a number above 0'),
    ({'kv_heads': 3}, 'kv_heads of the decoder is 3'),
    ({'windows': 4096}, 'WINDOWS = 4096 must be'),
    ({'windows': ()}, r'WINDOWS = \(\) must be'),
    ({'logit_soft_cap': -1.0}, 'logit_soft_cap = -1.0 must be'),
  ],
)
def test_a_wrong_value_is_named(change, message):
  with pytest.raises(UserError, match=message):
    dataclasses.replace(TINY, **change)


def test_parameters_need_a_vocabulary_size():
  with pytest.raises(UserError, match='vocab_size of the decoder is None'):
    decoder.abstract_params(dataclasses.replace(TINY, vocab_size=None))
