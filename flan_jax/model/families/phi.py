# SPDX-License-Identifier: Apache-2.0
"""Phi-3 and Phi-4: Llama's mathematics with fused projections, part of a head rotated.

Rotations of two kinds, by the length of the text ('longrope'), are rejected: packed rows
hold texts of many lengths.
"""

from flan_jax.model.families import keys, llama
from flan_jax.model.families.family import Family, Part
from flan_jax.model.families.rope import rope

_JOINED = 'model.layers.{}.self_attn.qkv_proj.weight'
_GATED = 'model.layers.{}.mlp.gate_up_proj.weight'

PHI3 = Family(
  'Phi3ForCausalLM',
  {
    **llama.TENSORS,
    'layers/attention/query/kernel': Part(_JOINED, 0),
    'layers/attention/key/kernel': Part(_JOINED, 1),
    'layers/attention/value/kernel': Part(_JOINED, 2),
    'layers/mlp/wi_0/kernel': Part(_GATED, 0),
    'layers/mlp/wi_1/kernel': Part(_GATED, 1),
  },
  llama.FIELDS,
  llama.DEFAULTS,
  llama.ALWAYS,
  (llama.SILU, rope(share=('partial_rotary_factor', 1.0), scalings={'default': 'none'}), keys.window_everywhere(None)),
  harmless=('original_max_position_embeddings',),
)
