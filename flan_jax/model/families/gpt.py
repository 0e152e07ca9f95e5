# SPDX-License-Identifier: Apache-2.0
"""GPT-NeoX (Pythia) and GPT-2: LayerNorm, biases, no gate, fused projections."""

from typing import Any, Mapping

from flan_jax.model.families import keys
from flan_jax.model.families.family import Family, Part
from flan_jax.model.families.rope import rope

_ALWAYS: Mapping[str, Any] = {'norm': 'layer', 'gated_mlp': False, 'mlp_bias': True, 'logit_scale': 1.0}


def _with_bias(names: Mapping[str, str]) -> dict[str, str]:
  """Kernels or scales, and biases beside them."""
  kernels = {
    f'{path}/{"scale" if path.endswith("norm") else "kernel"}': f'{name}.weight' for path, name in names.items()
  }
  return kernels | {f'{path}/bias': f'{name}.bias' for path, name in names.items()}


def _fused(name: str, by_head: bool) -> dict[str, Part]:
  return {
    f'layers/attention/{part}/{kind}': Part(f'{name}.{ending}', number, by_head)
    for number, part in enumerate(('query', 'key', 'value'))
    for kind, ending in (('kernel', 'weight'), ('bias', 'bias'))
  }


GPT_NEOX = Family(
  'GPTNeoXForCausalLM',
  {
    'embedding': 'gpt_neox.embed_in.weight',
    'unembedding': 'embed_out.weight',
    **_fused('gpt_neox.layers.{}.attention.query_key_value', by_head=True),
    **_with_bias(
      {
        'final_norm': 'gpt_neox.final_layer_norm',
        'layers/attention_norm': 'gpt_neox.layers.{}.input_layernorm',
        'layers/mlp_norm': 'gpt_neox.layers.{}.post_attention_layernorm',
        'layers/attention/out': 'gpt_neox.layers.{}.attention.dense',
        'layers/mlp/wi': 'gpt_neox.layers.{}.mlp.dense_h_to_4h',
        'layers/mlp/wo': 'gpt_neox.layers.{}.mlp.dense_4h_to_h',
      }
    ),
  },
  {
    'vocab_size': 'vocab_size',
    'd_model': 'hidden_size',
    'layers': 'num_hidden_layers',
    'heads': 'num_attention_heads',
    'd_ff': 'intermediate_size',
    'norm_epsilon': 'layer_norm_eps',
    'tied_embeddings': 'tie_word_embeddings',
    'parallel_residual': 'use_parallel_residual',
    'qkv_bias': 'attention_bias',
    'out_bias': 'attention_bias',
  },
  {'tie_word_embeddings': False, 'use_parallel_residual': True, 'attention_bias': True, 'layer_norm_eps': 1e-5},
  {**_ALWAYS, 'positions': 'rope'},
  (
    keys.shared_width('hidden_size', 'num_attention_heads'),
    keys.activation('hidden_act', 'gelu'),
    rope(theta='rotary_emb_base', share=('rotary_pct', 0.25)),
  ),
  ignored=('*.rotary_emb.inv_freq', '*.attention.bias', '*.attention.masked_bias'),
  renamed={'lm_head.': 'embed_out.'},
)
GPT2 = Family(
  'GPT2LMHeadModel',
  {
    'embedding': 'transformer.wte.weight',
    'position_embedding': 'transformer.wpe.weight',
    'unembedding': 'lm_head.weight',
    **_fused('transformer.h.{}.attn.c_attn', by_head=False),
    **_with_bias(
      {
        'final_norm': 'transformer.ln_f',
        'layers/attention_norm': 'transformer.h.{}.ln_1',
        'layers/mlp_norm': 'transformer.h.{}.ln_2',
        'layers/attention/out': 'transformer.h.{}.attn.c_proj',
        'layers/mlp/wi': 'transformer.h.{}.mlp.c_fc',
        'layers/mlp/wo': 'transformer.h.{}.mlp.c_proj',
      }
    ),
  },
  {
    'vocab_size': 'vocab_size',
    'd_model': 'n_embd',
    'layers': 'n_layer',
    'heads': 'n_head',
    'd_ff': 'n_inner',
    'norm_epsilon': 'layer_norm_epsilon',
    'position_rows': 'n_positions',
    'tied_embeddings': 'tie_word_embeddings',
  },
  {'n_inner': lambda values: 4 * keys.whole(values, 'n_embd'), 'tie_word_embeddings': True, 'layer_norm_epsilon': 1e-5},
  {**_ALWAYS, 'positions': 'learned', 'qkv_bias': True, 'out_bias': True},
  (keys.shared_width('n_embd', 'n_head'), keys.activation('activation_function', 'gelu_new')),
  expected={'scale_attn_weights': True},
  harmless=(
    *('n_ctx', 'reorder_and_upcast_attn', 'summary_type', 'summary_use_proj', 'summary_activation'),
    *('summary_first_dropout', 'summary_proj_to_labels'),
  ),
  ignored=('*.attn.bias', '*.attn.masked_bias'),
  renamed={name: f'transformer.{name}' for name in ('wte.', 'wpe.', 'h.', 'ln_f.')},
  turned=False,
)
