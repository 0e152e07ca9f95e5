# SPDX-License-Identifier: Apache-2.0
"""What vLLM reads of config.json, of each architecture that is exported.

From vLLM's registry of models (vllm/model_executor/models/registry.py, _TEXT_GENERATION_MODELS
and _TRANSFORMERS_SUPPORTED_MODELS, December 2025) and the modules that it names. Alternatives
are joined by '|': transformers 5 has rope_theta in rope_parameters.
"""

_ALL = 'architectures model_type vocab_size torch_dtype|dtype eos_token_id tie_word_embeddings'.split()
_DECODER = """hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads rms_norm_eps
  max_position_embeddings rope_theta|rope_parameters""".split()
_GEMMA = [*_DECODER, 'head_dim', 'attention_bias']
_WINDOWS = ['layer_types', 'sliding_window']
# architecture -> (module there, keys)
KEYS = {
  'LlamaForCausalLM': ('llama', [*_DECODER, 'hidden_act', 'head_dim', 'rope_scaling', 'attention_bias', 'mlp_bias']),
  'MistralForCausalLM': ('llama', [*_DECODER, 'hidden_act', 'head_dim', 'sliding_window']),
  'Qwen2ForCausalLM': ('qwen2', [*_DECODER, 'hidden_act', *_WINDOWS, 'use_sliding_window']),
  'Qwen3ForCausalLM': ('qwen3', [*_DECODER, 'hidden_act', 'head_dim', 'attention_bias', *_WINDOWS]),
  'SmolLM3ForCausalLM': ('transformers', [*_DECODER, 'hidden_act', 'no_rope_layers', *_WINDOWS]),
  'GemmaForCausalLM': ('gemma', [*_DECODER, 'head_dim', 'hidden_act']),
  'Gemma2ForCausalLM': (
    'gemma2',
    [*_GEMMA, *_WINDOWS, 'hidden_activation', 'query_pre_attn_scalar', 'attn_logit_softcapping']
    + ['final_logit_softcapping'],
  ),
  'Gemma3ForCausalLM': (
    'gemma3',
    [*_GEMMA, *_WINDOWS, 'hidden_activation', 'query_pre_attn_scalar', 'rope_local_base_freq|rope_parameters'],
  ),
  'Olmo2ForCausalLM': ('olmo2', _DECODER),
  'Olmo3ForCausalLM': ('olmo2', [*_DECODER, *_WINDOWS]),
  'Phi3ForCausalLM': ('phi3', [*_DECODER, 'hidden_act', 'rope_scaling']),
  'GPTNeoXForCausalLM': (
    'gpt_neox',
    """hidden_size intermediate_size num_hidden_layers num_attention_heads layer_norm_eps hidden_act
    use_parallel_residual max_position_embeddings rotary_emb_base|rope_theta|rope_parameters rotary_pct""".split(),
  ),
  'GPT2LMHeadModel': (
    'gpt2',
    'n_embd n_layer n_head n_inner layer_norm_epsilon activation_function n_positions'.split(),
  ),
}
KEYS = {name: (module, [*_ALL, *keys]) for name, (module, keys) in KEYS.items()}
