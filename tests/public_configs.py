# SPDX-License-Identifier: Apache-2.0
"""config.json of well-known public bases, as their folders have it, and what is published of them.

Keys that say nothing of the mathematics are left out.
"""

_LLAMA3 = {'rope_type': 'llama3', 'low_freq_factor': 1.0, 'high_freq_factor': 4.0}
_LLAMA3 = {**_LLAMA3, 'original_max_position_embeddings': 8192}


def _llama(d_model, layers, heads, kv_heads, d_ff, vocab_size, **others):
  """The keys that Llama's shape has in every family."""
  return {
    'model_type': 'llama',
    'hidden_size': d_model,
    'num_hidden_layers': layers,
    'num_attention_heads': heads,
    'num_key_value_heads': kv_heads,
    'intermediate_size': d_ff,
    'vocab_size': vocab_size,
    'hidden_act': 'silu',
    'rms_norm_eps': 1e-6,
    'attention_bias': False,
    'tie_word_embeddings': False,
    'rope_scaling': None,
    **others,
  }


def _smollm2(d_model, layers, heads, kv_heads, d_ff):
  told = {'rms_norm_eps': 1e-5, 'rope_theta': 100000, 'tie_word_embeddings': True, 'max_position_embeddings': 8192}
  return _llama(d_model, layers, heads, kv_heads, d_ff, 49152, mlp_bias=False, **told)


def _llama3(d_model, layers, heads, d_ff, factor, **others):
  told = {'rms_norm_eps': 1e-5, 'rope_theta': 500000.0, 'mlp_bias': False, 'max_position_embeddings': 131072}
  told |= {'rope_scaling': {**_LLAMA3, 'factor': factor}}
  return _llama(d_model, layers, heads, 8, d_ff, 128256, **told, **others)


def _qwen3(d_model, layers, heads, d_ff, tied):
  told = {'model_type': 'qwen3', 'head_dim': 128, 'rope_theta': 1000000, 'tie_word_embeddings': tied}
  told |= {'sliding_window': None, 'use_sliding_window': False, 'max_window_layers': layers}
  return _llama(d_model, layers, heads, 8, d_ff, 151936, max_position_embeddings=32768, **told)


_GEMMA3_1B = {
  'model_type': 'gemma3_text',
  'head_dim': 256,
  'hidden_activation': 'gelu_pytorch_tanh',
  'rope_theta': 1000000,
  'rope_local_base_freq': 10000,
  'sliding_window': 512,
  'sliding_window_pattern': 6,
  'query_pre_attn_scalar': 256,
  'attn_logit_softcapping': None,
  'final_logit_softcapping': None,
  'max_position_embeddings': 32768,
}
_GEMMA3_1B |= {'tie_word_embeddings': True}

# File in gin/models -> (name on the hub, config.json, parameters that the hub counts).
BASES = {
  'smollm2_135m': ('HuggingFaceTB/SmolLM2-135M', _smollm2(576, 30, 9, 3, 1536), 134_515_008),
  'smollm2_360m': ('HuggingFaceTB/SmolLM2-360M', _smollm2(960, 32, 15, 5, 2560), 361_821_120),
  'qwen3_0_6b': ('Qwen/Qwen3-0.6B-Base', _qwen3(1024, 28, 16, 3072, True), 596_049_920),
  'gemma3_1b': ('google/gemma-3-1b-pt', _llama(1152, 26, 4, 1, 6912, 262144) | _GEMMA3_1B, 999_885_952),
  'llama3_2_1b': (
    'meta-llama/Llama-3.2-1B',
    _llama3(2048, 16, 32, 8192, 32.0, head_dim=64) | {'tie_word_embeddings': True},
    1_235_814_400,
  ),
  'qwen3_1_7b': ('Qwen/Qwen3-1.7B-Base', _qwen3(2048, 28, 16, 6144, True), 1_720_574_976),
  'mistral_7b': (
    'mistralai/Mistral-7B-v0.3',
    _llama(4096, 32, 32, 8, 14336, 32768)
    | {'model_type': 'mistral', 'rms_norm_eps': 1e-5, 'rope_theta': 1000000.0, 'sliding_window': None}
    | {'max_position_embeddings': 32768},
    7_248_023_552,
  ),
  'olmo2_7b': (
    'allenai/OLMo-2-1124-7B',
    _llama(4096, 32, 32, 32, 11008, 100352)
    | {'model_type': 'olmo2', 'rope_theta': 500000, 'max_position_embeddings': 4096},
    7_298_617_344,
  ),
  'llama3_1_8b': ('meta-llama/Llama-3.1-8B', _llama3(4096, 32, 32, 14336, 8.0), 8_030_261_248),
  'qwen3_8b': ('Qwen/Qwen3-8B-Base', _qwen3(4096, 36, 32, 12288, False), 8_190_735_360),
  'llama3_1_70b': ('meta-llama/Llama-3.1-70B', _llama3(8192, 80, 64, 28672, 8.0), 70_553_706_496),
}
