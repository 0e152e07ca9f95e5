# SPDX-License-Identifier: Apache-2.0
"""Adapters: nothing else moves, merged equals unmerged, every layout trains the same."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder
from flan_jax.training import optim, sharding, step
from flan_jax.training import state as state_lib
from tests import rounding, test_sharding

CONFIG = dataclasses.replace(test_sharding.LLAMA, dtype='float32', qkv_bias=True)
LORA = adapters.Adapter(rank=4, alpha=8.0)
PROMPT = adapters.Adapter('prompt', length=4)
CUBE = {'data': 2, 'fsdp': 2, 'tensor': 2}
RULE = optim.optimizer(1e-2, name='adam')


def base_of(config, seed=0):
  return jax.jit(functools.partial(decoder.init_params, config))(jax.random.key(seed))


def trained(config, adapter, base, seed=1):
  """Parameters of an adapter as they are after training: none is zero."""
  fresh = adapters.init(config, adapter, jax.random.key(seed), base)
  return jax.tree.map(lambda leaf: leaf + 0.1 * jax.random.normal(jax.random.key(seed), leaf.shape), fresh)


def batch(config, soft=()):
  """Packed rows of two segments, each with the tokens of a soft prompt in front."""
  made = next(test_sharding.batches())
  half = test_sharding.LENGTH // 2
  for start in (0, half) if soft else ():
    made['tokens'][:, start : start + len(soft)] = soft
  return made


def states(config, params, rows):
  return decoder.logits(config, params, decoder.hidden_states(config, params, rows))


@pytest.mark.parametrize('scan', [True, False], ids=['scanned', 'unrolled'])
@pytest.mark.parametrize('scale', ['lora', 'rslora'])
def test_merged_equals_unmerged(scale, scan):
  config = dataclasses.replace(CONFIG, scan=scan)
  adapter = dataclasses.replace(LORA, scale=scale)
  base = base_of(config)
  params, rows = trained(config, adapter, base), batch(config)
  alone = states(config, adapters.joined(adapter, base, params), rows)
  merged = states(config, adapters.merged(config, adapter, base, params), rows)
  np.testing.assert_allclose(alone, merged, atol=1e-5 * np.abs(merged).max())
  assert np.abs(alone - states(config, base, rows)).max() > 0.1


def test_lora_is_its_formula():
  base = base_of(CONFIG)
  params = trained(CONFIG, LORA, base)
  whole = adapters.merged(CONFIG, LORA, base, params)['layers']['mlp']['wo']
  own, kernel = params['layers']['mlp']['wo'], np.asarray(base['layers']['mlp']['wo']['kernel'])
  expected = kernel[1] + 8 / 4 * np.asarray(own['lora_a'][1], np.float64) @ np.asarray(own['lora_b'][1], np.float64)
  np.testing.assert_allclose(whole['kernel'][1], expected, atol=1e-5)
  assert dataclasses.replace(LORA, scale='rslora').factor == 8 / 2


def test_a_fresh_lora_computes_what_the_base_does():
  base = base_of(CONFIG)
  fresh = adapters.init(CONFIG, LORA, jax.random.key(0), base)
  rows = batch(CONFIG)
  joined = states(CONFIG, adapters.joined(LORA, base, fresh), rows)
  np.testing.assert_array_equal(joined, states(CONFIG, base, rows))
  a = np.asarray(fresh['layers']['mlp']['wo']['lora_a'])
  np.testing.assert_allclose(a.std(), (3 * CONFIG.d_ff) ** -0.5, rtol=0.1)


def update(config, adapter, axes, steps=2, base_dtype='bfloat16'):
  """(the base before, the state after some steps) on a mesh."""
  adapter = dataclasses.replace(adapter, base_dtype=base_dtype)
  mesh = sharding.mesh(axes, jax.devices()[: 8 if axes else 1])
  _, placed = state_lib.shardings(config, RULE, mesh, adapter)
  base = jax.tree.map(
    lambda leaf, where: jax.device_put(leaf.astype(adapter.base_dtype), where), base_of(config), placed.base
  )
  before = jax.tree.map(np.asarray, base)
  with jax.set_mesh(mesh):
    state = state_lib.fresh(config, RULE, placed, 0, base, adapter)
    take = jax.jit(
      step.make_step(config, RULE, adapter=adapter),
      donate_argnums=0,
      out_shardings=(placed, None),
      compiler_options=test_sharding.QUICK,
    )
    losses = []
    for _ in range(steps):
      rows = batch(config, adapters.placeholders(adapter, config.vocab_size))
      state, sums = take(state, sharding.global_batch(sharding.batch_sharding(mesh), rows, test_sharding.ROWS))
      losses.append(float(sums['loss'] / sums['weight']))
  return before, state, losses


@pytest.mark.parametrize('adapter', [LORA, PROMPT], ids=['lora', 'prompt'])
def test_only_the_adapter_moves_and_has_moments(adapter):
  before, state, losses = update(CONFIG, adapter, {})
  jax.tree.map(np.testing.assert_array_equal, before, jax.tree.map(np.asarray, state.base))
  assert {leaf.dtype for leaf in jax.tree.leaves(state.base)} == {jnp.dtype('bfloat16')}
  count = decoder.count_parameters(state.params, embeddings=True)
  kernels = adapters.targets(CONFIG, adapter).values()
  wanted = sum(leaf.shape[0] * adapter.rank * sum(leaf.shape[1:]) for leaf in kernels)
  assert count == (wanted if adapter is LORA else 4 * CONFIG.d_model)
  moments = [leaf for leaf in jax.tree.leaves(state.optimizer) if leaf.size > CONFIG.layers]
  assert sum(leaf.size for leaf in moments) == 2 * count  # of adam, for each parameter two
  assert losses[1] < losses[0]


@pytest.mark.parametrize('adapter', [LORA, pytest.param(PROMPT, marks=pytest.mark.slow)], ids=['lora', 'prompt'])
def test_every_layout_trains_an_adapter_as_one_device_does(adapter, double):
  config = rounding.doubled(CONFIG)
  _, expected, losses = update(config, adapter, {}, base_dtype='float32')
  _, state, others = update(config, adapter, CUBE, base_dtype='float32')
  np.testing.assert_allclose(others, losses, rtol=1e3 * rounding.EXACT)
  if adapter is LORA:
    spread = state.params['layers']['attention']['out']
    assert spread['lora_a'].sharding.spec[1] == 'tensor' and spread['lora_b'].sharding.spec[2] == 'fsdp'
  # Adam divides a gradient by its own size, which makes much of the roundings of the smallest.
  jax.tree.map(functools.partial(np.testing.assert_allclose, atol=1e-7), expected.params, state.params)


def test_the_soft_prompt_stands_in_the_place_of_its_tokens():
  base = base_of(CONFIG)
  rows = batch(CONFIG, adapters.placeholders(PROMPT, CONFIG.vocab_size))
  chosen = (5, 9, 2, 7)
  joined = adapters.joined(PROMPT, base, {'soft_prompt': base['embedding'][np.array(chosen)]})
  plain = batch(CONFIG, chosen)
  np.testing.assert_array_equal(states(CONFIG, joined, rows), states(CONFIG, base, plain))


def test_a_soft_prompt_begins_as_tokens_of_the_vocabulary():
  base = base_of(CONFIG)
  made = adapters.init(CONFIG, dataclasses.replace(PROMPT, tokens=8), jax.random.key(0), base)['soft_prompt']
  same = (np.asarray(made)[:, None] == np.asarray(base['embedding'])[None]).all(-1)
  found = same.argmax(1)
  assert same.any(1).all() and (found < 8).all() and len(set(found)) == 4


def test_a_digest_tells_numbers_and_their_places_apart_and_no_layout():
  base = base_of(CONFIG)
  mesh = sharding.mesh(CUBE, jax.devices()[:8])
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(CONFIG), base)
  spread = jax.tree.map(jax.device_put, base, placed)
  assert adapters.digest(spread) == adapters.digest(base)
  kernel = base['layers']['attention']['query']['kernel']
  for changed in (kernel.at[1, 2, 3].multiply(1 + 2**-20), kernel[:, :, ::-1], kernel[::-1]):
    other = jax.tree.map(lambda leaf: changed if leaf is kernel else leaf, base)
    assert adapters.digest(other) != adapters.digest(base)


@pytest.mark.parametrize(
  'pattern, message',
  [
    ('embedding', "'embedding', which matches embedding, which is no kernel of a layer"),
    ('layers/attention/query/bias', 'which is no kernel of a layer'),
    ('layers/attn/.*', "'layers/attn/.*', which matches no parameter: .* one of layers/attention/key/kernel"),
  ],
)
def test_a_pattern_that_cannot_be_is_an_error(pattern, message):
  with pytest.raises(UserError, match=message):
    adapters.abstract(CONFIG, dataclasses.replace(LORA, targets=('layers/.*/kernel', pattern)))


def test_targets_choose_the_kernels():
  adapter = dataclasses.replace(LORA, targets=('layers/attention/(query|value)/kernel',))
  assert set(adapters.abstract(CONFIG, adapter)['layers']) == {'attention'}
  assert set(adapters.abstract(CONFIG, adapter)['layers']['attention']) == {'query', 'value'}
