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
  max_position_embeddings=80,
  rms_norm_eps=1e-5,
  tie_word_embeddings=False,
  pad_token_id=0,
  bos_token_id=1,
  eos_token_id=2,
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
YARN = {
  'rope_type': 'yarn',
  'rope_theta': 50.0,
  'factor': 4.0,
  'beta_fast': 3.0,
  'original_max_position_embeddings': 32,
}
NEAR, FULL = ['sliding_attention'], ['full_attention']
OWN_HEADS = dict(num_key_value_heads=None, head_dim=None, rms_norm_eps=None, layer_norm_eps=1e-5)
NOT_GPT2 = {'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'num_key_value_heads', 'head_dim'} | {
  'intermediate_size',
  'max_position_embeddings',
  'rms_norm_eps',
}
GPT2 = dict(n_embd=30, n_layer=3, n_head=3, n_positions=80)
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
  'qwen3, yarn': ('Qwen3', dict(rope_parameters=YARN)),
  # Three key heads; the layer that does not rotate has the window.
  'smollm3': (
    'SmolLM3',
    dict(no_rope_layers=[1, 0, 1], num_key_value_heads=3, use_sliding_window=True, sliding_window=5, mlp_bias=True),
  ),
  'smollm3, by interval': ('SmolLM3', dict(no_rope_layer_interval=2, tie_word_embeddings=True, attention_bias=True)),
  'gemma': ('Gemma', dict(tie_word_embeddings=True, attention_bias=True, hidden_act='gelu')),
  'gemma2': (
    'Gemma2',
    dict(
      tie_word_embeddings=True,
      sliding_window=5,
      query_pre_attn_scalar=7,
      attn_logit_softcapping=2.0,
      final_logit_softcapping=3.0,
    ),
  ),
  'gemma2, no caps': (
    'Gemma2',
    dict(
      attn_logit_softcapping=None,
      final_logit_softcapping=None,
      query_pre_attn_scalar=10,
      layer_types=[*FULL, *FULL, *NEAR],
    ),
  ),
  'gemma3': (
    'Gemma3',
    dict(
      num_attention_heads=6,
      num_key_value_heads=2,
      tie_word_embeddings=True,
      sliding_window=5,
      sliding_window_pattern=2,
      query_pre_attn_scalar=7,
      rope_parameters={
        'full_attention': {'rope_type': 'linear', 'factor': 3.0, 'rope_theta': 1000.0},
        'sliding_attention': {'rope_type': 'default', 'rope_theta': 50.0},
      },
    ),
  ),
  'gemma3, capped, untied': (
    'Gemma3',
    dict(final_logit_softcapping=3.0, layer_types=FULL * 3, attention_bias=True, hidden_activation='gelu'),
  ),
  'olmo2': ('Olmo2', dict(num_attention_heads=6, num_key_value_heads=2, attention_bias=True)),
  'olmo3': (
    'Olmo3',
    dict(
      sliding_window=5,
      layer_types=[*NEAR, *FULL, *NEAR],
      rope_parameters={'full_attention': YARN, 'sliding_attention': {'rope_type': 'default', 'rope_theta': 50.0}},
    ),
  ),
  'phi3': ('Phi3', dict(sliding_window=5, partial_rotary_factor=0.65, num_attention_heads=6, num_key_value_heads=2)),
  'phi3, tied, whole heads': ('Phi3', dict(tie_word_embeddings=True, head_dim=14)),
  'gpt_neox': ('GPTNeoX', dict(rotary_pct=0.45, hidden_act='gelu_new', **OWN_HEADS)),
  'gpt_neox, in turn': (
    'GPTNeoX',
    dict(use_parallel_residual=False, attention_bias=False, tie_word_embeddings=True, **OWN_HEADS),
  ),
  'gpt2': ('GPT2', dict(tie_word_embeddings=True, **GPT2)),
  'gpt2, untied': ('GPT2', dict(n_inner=37, activation_function='relu', **GPT2)),
}
LENGTH = 16


def family_of(name):
  return theirs(name).config.model_type


@functools.cache
def theirs(name):
  """A random transformers model whose every tensor, norms and biases too, is random.

  In float64, though float32 can say its numbers.
  """
  family, change = MODELS[name]
  sizes = SIZES | change
  if family in ('GPT2', 'GPTNeoX'):
    sizes = {
      key: value for key, value in sizes.items() if value is not None and not (family == 'GPT2' and key in NOT_GPT2)
    }
  settings = getattr(transformers, f'{family}{"Text" * (family == "Gemma3")}Config')(**sizes)
  settings._attn_implementation = 'eager'
  torch.manual_seed(0)
  with torch_double.Double(), torch.device('cpu'):
    torch.set_default_dtype(torch.float64)  # of factors that are tensors
    try:
      model = getattr(transformers, f'{family}{"LMHeadModel" if family == "GPT2" else "ForCausalLM"}')(settings)
    finally:
      torch.set_default_dtype(torch.float32)
    model = model.eval().double()
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
  state = state_of(name)
  mesh = sharding.mesh({}, jax.devices()[:1])
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), decoder.abstract_params(config))
  params = families.read_params(family_of(name), config, placed, lambda key, at: state[key][at])
  return config, jax.tree.map(lambda leaf: leaf.astype(float), params)


def state_of(name):
  """Tensors by the names of the table, without the second of a tied table."""
  model = theirs(name)
  tied = ('lm_head.weight',) if model.config.tie_word_embeddings else ()
  return {
    families.canonical(family_of(name), key): value.numpy()
    for key, value in model.state_dict().items()
    if key not in tied
  }


def tokens(rows=2, length=LENGTH):
  return np.random.default_rng(1).integers(0, 101, (rows, length)).astype(np.int32)


def plain(tokens_BL):
  index_BL = np.broadcast_to(np.arange(tokens_BL.shape[1], dtype=np.int32), tokens_BL.shape)
  return {'tokens': tokens_BL, 'positions': index_BL, 'branch': 0 * index_BL, 'segment_ids': 1 + 0 * index_BL}


@functools.partial(jax.jit, static_argnums=0)
def logits(config, params, batch):
  return decoder.logits(config, params, decoder.hidden_states(config, params, batch))


def expected_logits(name, tokens_BL):
  with torch.no_grad(), torch_double.Double():
    return theirs(name)(torch.tensor(tokens_BL, dtype=torch.long)).logits.numpy()


@pytest.mark.parametrize('name', MODELS)
def test_logits_equal_transformers(name):
  """Of one text in a row, and of two in a row."""
  config, params = ours(name)
  batch = jax.tree.map(np.array, plain(tokens()))
  batch['segment_ids'][1, 7:] = 2
  batch['positions'][1, 7:] -= 7
  one, two = tokens()
  expected = [expected_logits(name, part[None])[0] for part in (one, two[:7], two[7:])]
  assert np.std(expected[0]) > 0.5  # something to compare
  rounding.assert_equal(logits(config, params, batch), np.stack([expected[0], np.concatenate(expected[1:])]))


PROMPT, GROWN = 5, 64
ONE_EACH = [next(name for name in MODELS if MODELS[name][0] == family) for family in dict(MODELS.values())]


@functools.partial(jax.jit, static_argnums=0)
def greedy(config, params, prompt_BL):
  """(tokens, the logits that chose them)."""
  x_BLD, cache = kv_cache.prefill(config, params, plain(prompt_BL), PROMPT + GROWN)

  def step(carry, index):
    logits_BV, cache = carry
    chosen_B = logits_BV.argmax(-1).astype(jnp.int32)
    grown = kv_cache.decode_step(config, params, chosen_B, jnp.full_like(chosen_B, index), cache)
    return grown, (chosen_B, logits_BV)

  first = decoder.logits(config, params, x_BLD[:, -1])
  return jax.lax.scan(step, (first, cache), jnp.arange(PROMPT, PROMPT + GROWN))[1]


@pytest.mark.parametrize('name', ONE_EACH)
def test_the_same_64_tokens_follow_as_in_transformers(name):
  config, params = ours(name)
  prompt = tokens(2, PROMPT)
  chosen, by = (np.swapaxes(part, 0, 1) for part in greedy(config, params, prompt))
  expected = expected_logits(name, np.concatenate([prompt, chosen], 1))[:, PROMPT - 1 : -1]
  rounding.assert_equal(by, expected)
  # The first is what transformers begins with, and each after it what it goes on with.
  np.testing.assert_array_equal(chosen, expected.argmax(-1))


@pytest.mark.parametrize('name', MODELS)
def test_every_tensor_is_read_and_written_back(name):
  config, params = ours(name)
  family, state = family_of(name), state_of(name)
  assert families.tensors(family, config) == {key: value.shape for key, value in state.items()}
  written = {key: fetch() for key, fetch in families.written_tensors(family, config, params)}
  assert written.keys() == state.keys()
  for key, value in state.items():
    np.testing.assert_array_equal(written[key], value)


@pytest.mark.parametrize('name', MODELS)
def test_a_configuration_survives_the_round_trip(name):
  config, _ = ours(name)
  written = families.write_config(config, 64, family_of(name))
  assert written['model_type'] == family_of(name)
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


@pytest.mark.parametrize(
  'name, change',
  [
    ('qwen3', EVERYTHING),
    ('gemma3', {}),
    *(pytest.param(name, {}, marks=pytest.mark.slow) for name in ('smollm3', 'olmo3', 'gpt_neox', 'gpt2')),
  ],
  ids=lambda part: part if isinstance(part, str) else '',
)
def test_scan_equals_loop(name, change):
  """Also where the loop computes of the last layer only the tokens asked for."""
  config, params = variant(name, change)
  batch = plain(tokens()) | {'query_position': np.array([[3, 9], [0, 15]], np.int32)}

  def loss(config, params):
    x_BSD = decoder.queried_states(config, params, batch)
    return jnp.mean(decoder.logits(config, params, x_BSD) ** 2)

  step = jax.jit(jax.value_and_grad(loss, 1), static_argnums=0)
  loop = dataclasses.replace(config, scan=False)
  expected, got = (step(one, params) for one in (config, loop))
  rounding.assert_equal(got, expected)


@pytest.mark.parametrize('name', ['smollm3', 'gemma3', 'olmo3', 'gpt_neox', 'gpt2'])
def test_a_branch_sees_the_prompt_and_itself_only(name):
  """Two options after one prompt give what each gives alone."""
  config, params = ours(name)
  whole = tokens(1)
  batch = jax.tree.map(np.array, plain(whole))
  batch['branch'][0, 8:12], batch['branch'][0, 12:] = 1, 2
  batch['positions'][0, 12:] -= 4
  alone = plain(np.concatenate([np.delete(whole, np.s_[12:], 1), np.delete(whole, np.s_[8:12], 1)]))
  first, second = logits(config, params, alone)
  rounding.assert_equal(logits(config, params, batch)[0], np.concatenate([first, second[8:]]))


@pytest.mark.parametrize('name', ONE_EACH)
def test_every_key_of_the_class_is_known(name):
  """What transformers writes is read, known to change nothing, or off."""
  values = theirs(name).config.to_dict()
  known = families.known_keys(family_of(name))
  off = {key: value for key, value in values.items() if key not in known and not key.startswith('_')}
  assert not any(off.values()), off


@pytest.mark.parametrize('name', ONE_EACH)
def test_an_absent_key_is_what_the_class_says(name):
  """Only what is no default stands in some folders."""
  made = type(theirs(name).config)()
  values = made.to_dict()
  config = families.read_config(values)
  family = families.FAMILIES[family_of(name)]
  for key in family.defaults:
    without = {other: value for other, value in values.items() if other != key}
    assert families.read_config(without) == config, key
  for key in ('rope_parameters', 'layer_types', 'sliding_window', 'query_pre_attn_scalar', 'hidden_act'):
    without = {other: value for other, value in values.items() if other != key}
    assert families.read_config(without) == config, key


@pytest.mark.parametrize(
  'change, message',
  [
    ({'model_type': 't5'}, "model_type 't5': this reads llama, mistral"),
    ({'model_type': ['llama']}, r"model_type \['llama'\]: this reads llama, mistral"),
    ({'model_type': None}, 'model_type None: this reads llama, mistral'),
    ({'num_attention_heads': None}, 'has no num_attention_heads; download'),
    ({'hidden_act': 'tanh'}, "hidden_act 'tanh'"),
    ({'hidden_act': ['silu']}, r"hidden_act \['silu'\]: this knows silu, "),
    ({'rope_scaling': {'rope_type': 'dynamic', 'factor': 2.0}}, "rope_type 'dynamic'"),
    ({'rope_scaling': {'rope_type': 'linear'}}, 'has factor None for rotary positions; it must be a number'),
    ({'rope_scaling': {**YARN, 'truncate': False}}, 'has truncate False for yarn'),
    ({'rope_scaling': {**YARN, 'scale': 3}}, "scale 3 in its rope_parameters of rope_type 'yarn'"),
    ({'rope_parameters': [1]}, r'has rope_parameters \[1\]; it must be an object'),
    ({'hidden_size': '30'}, "has hidden_size '30'; it must be a whole number"),
    ({'quantization_config': {'bits': 4}}, "has quantization_config {'bits': 4}, which is not known here of a llama"),
    ({'model_type': 'mistral', 'layer_types': NEAR * 3}, r"has layer_types \['sliding_attention', .* of a mistral"),
    ({'model_type': 'qwen2', 'layer_types': NEAR * 3}, 'and no sliding_window by use_sliding_window'),
    ({'model_type': 'gemma2', 'layer_types': NEAR}, r'layer_types .*; it must be a list of 3 kinds'),
    ({'model_type': 'gemma2', 'layer_types': ['chunked_attention'] * 3}, "layer_types with 'chunked_attention'"),
    ({'model_type': 'gemma2', 'use_bidirectional_attention': True}, 'has use_bidirectional_attention True'),
    ({'model_type': 'gemma3_text', 'attn_logit_softcapping': 50.0}, 'has attn_logit_softcapping 50.0'),
    ({'model_type': 'gemma3_text', 'rope_parameters': YARN}, "rope_type 'yarn' in rope_parameters"),
    ({'model_type': 'gemma3'}, 'text model alone is a gemma3_text'),
    ({'model_type': 'smollm3', 'no_rope_layers': [1]}, r'no_rope_layers \[1\]; it must be a list of 0 and 1'),
    ({'model_type': 'phi3', 'rope_scaling': {'type': 'longrope'}}, "rope_type 'longrope': this knows default only"),
    ({'model_type': 'phi3', 'partial_rotary_factor': 0.5}, 'rope_dims of the decoder is 5'),
    ({'model_type': 'gpt_neox', 'num_attention_heads': 4}, 'hidden_size 30 and num_attention_heads 4: the first'),
    ({'model_type': 'gpt2', **GPT2, 'scale_attn_weights': False}, 'scale_attn_weights False: this knows True only'),
    ({'model_type': 'gpt2', **GPT2, 'scale_attn_by_inverse_layer_idx': True}, 'scale_attn_by_inverse_layer_idx True'),
    ({'model_type': 'gpt2', **GPT2, 'add_cross_attention': True}, 'has add_cross_attention True'),
    ({'partial_rotary_factor': 0.5}, 'partial_rotary_factor 0.5'),
    ({'num_key_value_heads': 2}, 'kv_heads of the decoder is 2'),
  ],
)
def test_what_cannot_be_read_is_named(change, message):
  own = {'gpt2': {}, 'gpt_neox': {'num_key_value_heads': None, 'head_dim': None, 'rms_norm_eps': None}}
  family = change.get('model_type')
  values = {'model_type': 'llama', **SIZES, **(own.get(family, {}) if isinstance(family, str) else {})}
  if family == 'gpt2':
    values = {key: value for key, value in values.items() if key not in NOT_GPT2}
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
