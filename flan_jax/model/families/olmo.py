# SPDX-License-Identifier: Apache-2.0
"""OLMo 2 and 3: norms after attention and MLP only, and over all heads at once."""

from flan_jax.model.families import keys, llama
from flan_jax.model.families.family import Family
from flan_jax.model.families.rope import local_and_global, rope

_TENSORS = {
  **llama.TENSORS,
  'layers/attention_out_norm/scale': 'model.layers.{}.post_attention_layernorm.weight',
  'layers/mlp_out_norm/scale': 'model.layers.{}.post_feedforward_layernorm.weight',
}
_FIELDS = {**llama.FIELDS, **llama.ATTENTION_BIAS}
_ALWAYS = {**llama.ALWAYS, 'norm_places': 'after', 'qk_norm': True, 'qk_norm_over': 'projection'}

OLMO2 = Family('Olmo2ForCausalLM', _TENSORS, _FIELDS, llama.DEFAULTS, _ALWAYS, (llama.SILU, rope()))
OLMO3 = Family(
  'Olmo3ForCausalLM',
  _TENSORS,
  _FIELDS,
  llama.DEFAULTS,
  _ALWAYS,
  (llama.SILU, local_and_global(500_000.0), keys.windows(4096, keys.every(4))),
)
