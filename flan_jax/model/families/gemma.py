# SPDX-License-Identifier: Apache-2.0
"""Gemma 1, 2 and the text model of Gemma 3: norms of 1 + w, embeddings times sqrt(D)."""

from typing import Any, Mapping

from flan_jax.model.families import keys, llama
from flan_jax.model.families.family import Family
from flan_jax.model.families.rope import local_and_global, rope

_TENSORS = {
  **llama.TENSORS,
  'layers/attention_out_norm/scale': 'model.layers.{}.post_attention_layernorm.weight',
  'layers/mlp_norm/scale': 'model.layers.{}.pre_feedforward_layernorm.weight',
  'layers/mlp_out_norm/scale': 'model.layers.{}.post_feedforward_layernorm.weight',
}
_FIELDS = {**llama.FIELDS, **llama.ATTENTION_BIAS}
_CAPS = {'attention_soft_cap': 'attn_logit_softcapping', 'logit_soft_cap': 'final_logit_softcapping'}
_ALWAYS: Mapping[str, Any] = {**llama.ALWAYS, 'norm_offset': 1.0}
_DEFAULTS: dict[str, Any] = {**llama.DEFAULTS, 'head_dim': 256, 'tie_word_embeddings': True}
_GELU = keys.activation('hidden_activation', 'gelu_pytorch_tanh')
_SCALAR = keys.square_root('query_pre_attn_scalar')


def _pattern(values, layers):
  """Gemma 3's layer_types: every sixth layer sees everything, or another."""
  told = {'_sliding_window_pattern': 6, **values}
  told |= {'_sliding_window_pattern': values['sliding_window_pattern']} if values.get('sliding_window_pattern') else {}
  return keys.every(keys.whole(told, '_sliding_window_pattern'))(values, layers)


GEMMA = Family(
  'GemmaForCausalLM',
  llama.TENSORS,
  _FIELDS,
  _DEFAULTS | {'num_key_value_heads': 16},
  _ALWAYS,
  # The first folders say 'gelu' and mean its approximation.
  (keys.activation('hidden_act', 'gelu_pytorch_tanh', {'gelu': 'gelu'}), rope(), keys.EMBEDDING_SCALE),
  harmless=('hidden_activation',),
)
GEMMA2 = Family(
  'Gemma2ForCausalLM',
  _TENSORS,
  {**_FIELDS, **_CAPS},
  _DEFAULTS | {'num_key_value_heads': 4, 'attn_logit_softcapping': 50.0, 'final_logit_softcapping': 30.0},
  {**_ALWAYS, 'norm_places': 'both'},
  (_GELU, rope(), keys.windows(4096, keys.every(2)), _SCALAR, keys.EMBEDDING_SCALE),
  harmless=('hidden_act', 'sliding_window_size'),
)
GEMMA3 = Family(
  'Gemma3ForCausalLM',
  _TENSORS,
  {**_FIELDS, 'logit_soft_cap': 'final_logit_softcapping'},
  _DEFAULTS | {'num_key_value_heads': 4, 'final_logit_softcapping': None},
  {**_ALWAYS, 'norm_places': 'both', 'qk_norm': True},
  (
    _GELU,
    local_and_global(1_000_000.0, 'rope_local_base_freq', 10_000.0),
    keys.windows(4096, _pattern, ('sliding_window_pattern', '_sliding_window_pattern')),
    _SCALAR,
    keys.EMBEDDING_SCALE,
  ),
  harmless=('hidden_act',),
)
