# SPDX-License-Identifier: Apache-2.0
"""Reading a public model holds its shards and little besides; see tests/bench/public_import.py."""

import json

import numpy as np
import pytest
import safetensors.numpy

from tests.bench import public_import

WIDTH, LAYERS, HIDDEN, WORDS = 512, 8, 1_408, 2_000
LARGEST = 4 * WIDTH * HIDDEN  # bytes of the largest tensor of a layer, in float32
LEAST = 64_000_000  # bytes that threads, their stacks and the allocator take; a copy of the shards is more


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  """A random Llama of 27 million parameters in float32."""
  made = tmp_path_factory.mktemp('public')
  (made / 'model').mkdir()
  config = dict(
    model_type='llama',
    vocab_size=WORDS,
    hidden_size=WIDTH,
    num_hidden_layers=LAYERS,
    num_attention_heads=8,
    intermediate_size=HIDDEN,
    rms_norm_eps=1e-5,
    eos_token_id=2,
  )
  (made / 'model/config.json').write_text(json.dumps(config))
  random = np.random.default_rng(0)
  numbers = lambda *shape: random.standard_normal(shape, np.float32)
  state = {
    'model.embed_tokens.weight': numbers(WORDS, WIDTH),
    'lm_head.weight': numbers(WORDS, WIDTH),
    'model.norm.weight': numbers(WIDTH),
  }
  for layer in range(LAYERS):
    start = f'model.layers.{layer}'
    state |= {f'{start}.self_attn.{part}_proj.weight': numbers(WIDTH, WIDTH) for part in 'qkvo'}
    state |= {f'{start}.mlp.{part}_proj.weight': numbers(HIDDEN, WIDTH) for part in ('gate', 'up')}
    state |= {f'{start}.mlp.down_proj.weight': numbers(WIDTH, HIDDEN)}
    state |= {f'{start}.{norm}_layernorm.weight': numbers(WIDTH) for norm in ('input', 'post_attention')}
  safetensors.numpy.save_file(state, made / 'model/model.safetensors')
  return made


@pytest.mark.parametrize('devices', public_import.DEVICES)
def test_the_host_holds_the_shards_and_two_tensors(folder, devices):
  found = public_import.measured(str(folder), f'read{devices}')
  assert found['shards'] > 100_000_000
  assert found['peak'] <= found['shards'] + 2 * LARGEST + LEAST, found
