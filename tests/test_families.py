# SPDX-License-Identifier: Apache-2.0
"""The public families: the same logits as transformers, in every pass of the decoder."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
import transformers

from flan_jax.errors import UserError
from flan_jax.model import decoder, families, kv_cache
from flan_jax.training import sharding
from tests import rounding, torch_double

pytestmark = pytest.mark.usefixtures('double')

# Nothing divides anything; three heads of ten share one key head.
SIZES = dict(
  vocab_size=101,
  hidden_size=30,
  num_hidden_layers=3,
  num_attention_heads=3,
  num_key_value_heads=1,
  head_dim=10,
  intermediate_size=37,
  max_position_embeddings=64,
  rms_norm_eps=1e-5,
  tie_word_embeddings=False,
)
# Of its five frequencies one is kept, two are blended and two divided.
LLAMA3 = {
  'rope_type': 'llama3',
  'rope_theta': 50.0,
  'factor': 4.0,
  'low_freq_factor': 1.0,
  'high_freq_factor': 4.0,
  'original_max_position_embeddings': 32,
}
MODELS = {
  'llama': ('Llama', {}),
  'llama, tied, wider heads, biases': (
    'Llama',
    dict(
      tie_word_embeddings=True,
      head_dim=14,
      num_key_value_heads=3,
      attention_bias=True,
      mlp_bias=True,
      hidden_act='gelu_pytorch_tanh',
    ),
  ),
  'llama, llama3 rope': ('Llama', dict(rope_parameters=LLAMA3)),
  'llama, linear rope': ('Llama', dict(rope_parameters={'rope_type': 'linear', 'factor': 3.0, 'rope_theta': 1000.0})),
  'mistral': ('Mistral', dict(sliding_window=5)),
  'qwen2': ('Qwen2', dict(use_sliding_window=True, sliding_window=4, max_window_layers=2, hidden_act='gelu')),
  'qwen3': (
    'Qwen3',
    dict(
      num_attention_heads=6,
      num_key_value_heads=2,  # three heads share each of two
      use_sliding_window=True,
      sliding_window=6,
      max_window_layers=1,
    ),
  ),
}
LENGTH = 16


@functools.cache
def theirs(name):
  """A random transformers model whose every tensor, norms and biases too, is random.

  In float64, though float32 can say its numbers.
  """
  family, change = MODELS[name]
  settings = getattr(transformers, f'{family}Config')(**SIZES | change)
  settings._attn_implementation = 'eager'
  torch.manual_seed(0)
  with torch_double.Double():
    model = getattr(transformers, f'{family}ForCausalLM')(settings).eval().double()
  with torch.no_grad():
    for tensor in model.parameters():
      middle = 1.0 if tensor.ndim == 1 else 0.0
      tensor.copy_((middle + 0.2 * torch.randn(tensor.shape)).float())
  return model


@functools.cache
def ours(name):
  """(config, params) of the same model."""
  model = theirs(name)
  config = families.read_config(model.config.to_dict(), dtype='float64')
  state = {key: value.numpy() for key, value in model.state_dict().items()}
  mesh = sharding.mesh({}, jax.devices()[:1])
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), decoder.abstract_params(config))
  params = families.read_params(config, placed, lambda key, at: state[key][at])
  return config, jax.tree.map(lambda leaf: leaf.astype(float), params)


def tokens(rows=2, length=LENGTH):
  return np.random.default_rng(1).integers(0, 101, (rows, length)).astype(np.int32)


def plain(tokens_BL):
  index_BL = np.broadcast_to(np.arange(tokens_BL.shape[1], dtype=np.int32), tokens_BL.shape)
  return {'tokens': tokens_BL, 'positions': index_BL, 'branch': 0 * index_BL, 'segment_ids': 1 + 0 * index_BL}


@functools.partial(jax.jit, static_argnums=0)
def logits(config, params, batch):
  return decoder.logits(config, params, decoder.hidden_states(config, params, batch))


@pytest.mark.parametrize('name', MODELS)
def test_logits_equal_transformers(name):
  with torch.no_grad(), torch_double.Double():
    expected = theirs(name)(torch.tensor(tokens(), dtype=torch.long)).logits.numpy()
  assert np.std(expected) > 0.5  # something to compare
  config, params = ours(name)
  rounding.assert_equal(logits(config, params, plain(tokens())), expected)


@pytest.mark.parametrize('name', MODELS)
def test_every_tensor_is_read_and_written_back(name):
  config, params = ours(name)
  state = {key: value.numpy() for key, value in theirs(name).state_dict().items()}
  if config.tied_embeddings:
    del state['lm_head.weight']
  assert families.tensors(config) == {key: value.shape for key, value in state.items()}
  written = {key: fetch() for key, fetch in families.written_tensors(params)}
  assert written.keys() == state.keys()
  for key, value in state.items():
    np.testing.assert_array_equal(written[key], value)


@pytest.mark.parametrize('name', MODELS)
def test_a_configuration_survives_the_round_trip(name):
  config, _ = ours(name)
  written = families.write_config(config, 64)
  assert written['model_type'] == theirs(name).config.model_type
  assert families.read_config(written, 'float64') == config


EVERYTHING = dict(attention_soft_cap=2.0, logit_soft_cap=3.0, windows=(5, 0))


def variant(name, change):
  config, params = ours(name)
  return dataclasses.replace(config, **change), params


@pytest.mark.parametrize(
  'name, change',
  [('llama, llama3 rope', {}), ('mistral', {}), ('qwen3', EVERYTHING)],
  ids=['rope', 'window', 'everything'],
)
def test_prefill_and_steps_equal_the_whole_pass(name, change):
  config, params = variant(name, change)
  batch, prompt = plain(tokens()), 7
  expected = logits(config, params, batch)
  start = {key: value[:, :prompt] for key, value in batch.items()}
  x_BLD, cache = kv_cache.prefill(config, params, start, LENGTH)
  got = [decoder.logits(config, params, x_BLD[:, -1])]
  step = jax.jit(kv_cache.decode_step, static_argnums=0)
  for index in range(prompt, LENGTH):
    positions_B = jnp.full((2,), index, jnp.int32)
    one, cache = step(config, params, batch['tokens'][:, index], positions_B, cache)
    got.append(one)
  past = cache['past'] if config.scan else cache['past'][0]
  assert past.key_BGMH.shape[-3] == config.key_heads
  assert past.key_BGMH.shape[-1] == config.head_dim
  rounding.assert_equal(jnp.stack(got, 1), expected[:, prompt - 1 :])


@pytest.mark.parametrize('name', ['llama', 'qwen3'])
def test_packing_is_invisible_to_neighbours(name):
  config, params = variant(name, EVERYTHING)
  first, second = plain(tokens(1, 7)), plain(tokens(1, 9))
  alone = [logits(config, params, one) for one in (first, second)]
  second['segment_ids'] = second['segment_ids'] + 1
  packed = {key: np.concatenate([first[key], second[key]], 1) for key in first}
  rounding.assert_equal(logits(config, params, packed), np.concatenate(alone, 1))


def test_scan_equals_loop():
  config, params = variant('qwen3', EVERYTHING)

  def loss(config, params):
    return jnp.mean(logits(config, params, plain(tokens())) ** 2)

  step = jax.jit(jax.value_and_grad(loss, 1), static_argnums=0)
  loop = dataclasses.replace(config, scan=False)
  expected, got = (step(one, params) for one in (config, loop))
  rounding.assert_equal(got, expected)


@pytest.mark.parametrize(
  'change, message',
  [
    ({'model_type': 't5'}, "model_type 't5': this reads llama, mistral"),
    ({'model_type': ['llama']}, r"model_type \['llama'\]: this reads llama, mistral"),
    ({'model_type': None}, 'model_type None: this reads llama, mistral'),
    ({'num_attention_heads': None}, 'has no num_attention_heads; download'),
    ({'hidden_act': 'tanh'}, "hidden_act 'tanh'"),
    ({'hidden_act': ['silu']}, r"hidden_act \['silu'\]: this knows silu, "),
    ({'rope_scaling': {'rope_type': 'yarn'}}, "rope_type 'yarn'"),
    ({'partial_rotary_factor': 0.5}, 'partial_rotary_factor 0.5'),
    ({'num_key_value_heads': 2}, 'kv_heads of the decoder is 2'),
  ],
)
def test_what_cannot_be_read_is_named(change, message):
  values = {'model_type': 'llama', **SIZES}
  with pytest.raises(UserError, match=message):
    families.read_config(values | change)


def test_a_missing_key_is_named():
  with pytest.raises(UserError, match='has no hidden_size, intermediate_size; download'):
    values = {k: SIZES[k] for k in SIZES if k not in ('hidden_size', 'intermediate_size')}
    families.read_config({'model_type': 'llama', **values})


@pytest.mark.parametrize(
  'change, message',
  [
    ({'positions': 'relative'}, "positions 'relative'"),
    ({'logit_soft_cap': 3.0}, 'logit_soft_cap 3.0'),
    ({'embedding_scale': 4.0}, 'embedding_scale 4.0'),
    ({'windows': (5, 6)}, r'windows \(5, 6\)'),
  ],
)
def test_what_no_family_can_say_is_named(change, message):
  config, _ = variant('llama', change)
  with pytest.raises(UserError, match=message):
    families.write_config(config, 64)
