# SPDX-License-Identifier: Apache-2.0
"""Llama and those of its shape: Mistral, Qwen2, Qwen3, SmolLM3."""

from typing import Any, Mapping

from flan_jax.model.families import keys
from flan_jax.model.families.family import Family
from flan_jax.model.families.rope import rope

TENSORS = {
  'embedding': 'model.embed_tokens.weight',
  'final_norm/scale': 'model.norm.weight',
  'unembedding': 'lm_head.weight',
  'layers/attention_norm/scale': 'model.layers.{}.input_layernorm.weight',
  'layers/mlp_norm/scale': 'model.layers.{}.post_attention_layernorm.weight',
  'layers/attention/query/kernel': 'model.layers.{}.self_attn.q_proj.weight',
  'layers/attention/key/kernel': 'model.layers.{}.self_attn.k_proj.weight',
  'layers/attention/value/kernel': 'model.layers.{}.self_attn.v_proj.weight',
  'layers/attention/out/kernel': 'model.layers.{}.self_attn.o_proj.weight',
  'layers/attention/query/bias': 'model.layers.{}.self_attn.q_proj.bias',
  'layers/attention/key/bias': 'model.layers.{}.self_attn.k_proj.bias',
  'layers/attention/value/bias': 'model.layers.{}.self_attn.v_proj.bias',
  'layers/attention/out/bias': 'model.layers.{}.self_attn.o_proj.bias',
  'layers/attention/query_norm/scale': 'model.layers.{}.self_attn.q_norm.weight',
  'layers/attention/key_norm/scale': 'model.layers.{}.self_attn.k_norm.weight',
  'layers/mlp/wi_0/kernel': 'model.layers.{}.mlp.gate_proj.weight',
  'layers/mlp/wi_1/kernel': 'model.layers.{}.mlp.up_proj.weight',
  'layers/mlp/wo/kernel': 'model.layers.{}.mlp.down_proj.weight',
  'layers/mlp/wi_0/bias': 'model.layers.{}.mlp.gate_proj.bias',
  'layers/mlp/wi_1/bias': 'model.layers.{}.mlp.up_proj.bias',
  'layers/mlp/wo/bias': 'model.layers.{}.mlp.down_proj.bias',
}

# Field of DecoderConfig -> key of config.json, in most families.
FIELDS = {
  'vocab_size': 'vocab_size',
  'd_model': 'hidden_size',
  'layers': 'num_hidden_layers',
  'heads': 'num_attention_heads',
  'kv_heads': 'num_key_value_heads',
  'head_dim': 'head_dim',
  'd_ff': 'intermediate_size',
  'norm_epsilon': 'rms_norm_eps',
  'tied_embeddings': 'tie_word_embeddings',
}
ATTENTION_BIAS = {'qkv_bias': 'attention_bias', 'out_bias': 'attention_bias'}
ALWAYS: Mapping[str, Any] = {'positions': 'rope', 'logit_scale': 1.0}
SILU = keys.activation('hidden_act', 'silu')
_HEADS = lambda values: keys.whole(values, 'num_attention_heads')
DEFAULTS: dict[str, Any] = {
  'num_key_value_heads': _HEADS,
  'head_dim': keys.quotient('hidden_size', 'num_attention_heads'),
  'tie_word_embeddings': False,
  'attention_bias': False,
  'mlp_bias': False,
}


def _last_layers(values, layers):
  """Qwen's layer_types: layers before max_window_layers see everything."""
  first = values.get('max_window_layers', 28)
  return [keys.FULL if layer < first else keys.SLIDING for layer in range(layers)]


def _without_rope(values, layers):
  """SmolLM3's layer_types: layers that do not rotate have the window."""
  return [keys.FULL if turns else keys.SLIDING for turns in keys.rope_layers(values, layers)]


_QWEN_WINDOWS = keys.windows(4096, _last_layers, ('max_window_layers',), gate='use_sliding_window')

LLAMA = Family(
  'LlamaForCausalLM', TENSORS, {**FIELDS, **ATTENTION_BIAS, 'mlp_bias': 'mlp_bias'}, DEFAULTS, ALWAYS, (SILU, rope())
)
MISTRAL = Family(
  'MistralForCausalLM',
  TENSORS,
  FIELDS,
  DEFAULTS | {'num_key_value_heads': 8},
  ALWAYS,
  (SILU, rope(), keys.window_everywhere(4096)),
)
QWEN2 = Family(
  'Qwen2ForCausalLM',
  TENSORS,
  FIELDS,
  DEFAULTS | {'num_key_value_heads': 32},
  {**ALWAYS, 'qkv_bias': True},
  (SILU, rope(), _QWEN_WINDOWS),
)
QWEN3 = Family(
  'Qwen3ForCausalLM',
  TENSORS,
  {**FIELDS, **ATTENTION_BIAS},
  DEFAULTS | {'num_key_value_heads': 32, 'head_dim': 128},
  {**ALWAYS, 'qk_norm': True},
  (SILU, rope(), _QWEN_WINDOWS),
)
SMOLLM3 = Family(
  'SmolLM3ForCausalLM',
  TENSORS,
  {**FIELDS, **ATTENTION_BIAS, 'mlp_bias': 'mlp_bias'},
  DEFAULTS | {'num_key_value_heads': 4, 'tie_word_embeddings': True},
  ALWAYS,
  (SILU, rope(2_000_000.0), keys.LAYERS_THAT_ROTATE, keys.windows(None, _without_rope, gate='use_sliding_window')),
  harmless=('max_window_layers',),
)
