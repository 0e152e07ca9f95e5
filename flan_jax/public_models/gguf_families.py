# SPDX-License-Identifier: Apache-2.0
"""What llama.cpp's GGUF files call the tensors and settings of our families.

An architecture of GGUF is a family with other names: `tensors` places the same parameters,
and `config` makes of the metadata the config.json that the model's folder would have. The
converter of llama.cpp also changes numbers, which `permuted` and `shifted` tell.
"""

import dataclasses
import math
from typing import Any, Callable, Mapping

from flan_jax.errors import UserError
from flan_jax.model import families
from flan_jax.model.families.family import Family, Part

_BLOCK = 'blk.{}.'
_NAMES = {
  'embedding': 'token_embd.weight',
  'position_embedding': 'position_embd.weight',
  'unembedding': 'output.weight',
}
_MODULES = {
  'final_norm': 'output_norm',
  'layers/attention_norm': _BLOCK + 'attn_norm',
  'layers/attention_out_norm': _BLOCK + 'post_attention_norm',
  'layers/mlp_norm': _BLOCK + 'ffn_norm',
  'layers/mlp_out_norm': _BLOCK + 'post_ffw_norm',
  'layers/attention/query': _BLOCK + 'attn_q',
  'layers/attention/key': _BLOCK + 'attn_k',
  'layers/attention/value': _BLOCK + 'attn_v',
  'layers/attention/out': _BLOCK + 'attn_output',
  'layers/attention/query_norm': _BLOCK + 'attn_q_norm',
  'layers/attention/key_norm': _BLOCK + 'attn_k_norm',
  'layers/mlp/wi_0': _BLOCK + 'ffn_gate',
  'layers/mlp/wi_1': _BLOCK + 'ffn_up',
  'layers/mlp/wi': _BLOCK + 'ffn_up',
  'layers/mlp/wo': _BLOCK + 'ffn_down',
}
_ENDINGS = {'kernel': 'weight', 'scale': 'weight', 'bias': 'bias'}
TENSORS: Mapping[str, str] = {
  **_NAMES,
  **{f'{path}/{kind}': f'{name}.{ending}' for path, name in _MODULES.items() for kind, ending in _ENDINGS.items()},
}


def _fused(name: str, *paths: str) -> dict[str, Part]:
  return {
    f'{path}/{kind}': Part(f'{_BLOCK}{name}.{ending}', number)
    for number, path in enumerate(paths)
    for kind, ending in (('kernel', 'weight'), ('bias', 'bias'))
  }


_QKV = _fused('attn_qkv', *(f'layers/attention/{part}' for part in ('query', 'key', 'value')))
_GATED = _fused('ffn_up', 'layers/mlp/wi_0', 'layers/mlp/wi_1')
# Key after the architecture's name -> key of config.json.
_SIZES = {
  'embedding_length': 'hidden_size',
  'block_count': 'num_hidden_layers',
  'attention.head_count': 'num_attention_heads',
  'attention.head_count_kv': 'num_key_value_heads',
  'attention.key_length': 'head_dim',
  'feed_forward_length': 'intermediate_size',
  'attention.layer_norm_rms_epsilon': 'rms_norm_eps',
  'context_length': 'max_position_embeddings',
  'rope.freq_base': 'rope_theta',
}
_CAPS = {'attn_logit_softcapping': 'attn_logit_softcapping', 'final_logit_softcapping': 'final_logit_softcapping'}


@dataclasses.dataclass(frozen=True)
class Architecture:
  """One of GGUF's.

  model_type: of the family. keys: of the metadata -> of config.json. tensors: where they
  differ from TENSORS. permuted: query and key rows of a head stand as pairs that turn
  together. shifted: norms are stored with 1 added. more: (metadata, config.json so far,
  names of the tensors) -> further keys of config.json. pairs: key of the metadata that
  `more` reads.
  """

  model_type: str
  keys: Mapping[str, str]
  tensors: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  permuted: bool = False
  shifted: bool = False
  more: Callable[[Mapping[str, Any], Mapping[str, Any], set[str]], dict[str, Any]] = lambda told, values, names: {}
  read: tuple[str, ...] = ()

  @property
  def family(self) -> Family:
    """The family with the names of GGUF; kernels stand [out, in] in all of them."""
    family = families.FAMILIES[self.model_type]
    places = {path: self.tensors.get(path, TENSORS[path]) for path in family.tensors}
    return dataclasses.replace(
      family, tensors=places, turned=True, renamed={}, ignored=('rope_freqs.weight', '*.attn_rot_embd.weight')
    )


def _biases(told, values, names) -> dict[str, Any]:
  """Llama's and Qwen3's keys for biases are told by their tensors."""
  return {
    'attention_bias': 'blk.0.attn_q.bias' in names,
    **({'mlp_bias': True} if 'blk.0.ffn_up.bias' in names else {}),
  }


def _attention_bias(told, values, names) -> dict[str, Any]:
  return {'attention_bias': 'blk.0.attn_q.bias' in names}


# Layers of the models whose scores llama.cpp divides by sqrt(D / N), not by that of a head.
_SCALED_BY_WIDTH = {'gemma2': 46, 'gemma3_text': 62}


def _scalar(model_type: str, told, values) -> dict[str, Any]:
  """query_pre_attn_scalar as llama.cpp knows it: by attention.scale, else by the number of layers."""
  scale = told.get('attention.scale')
  if scale:
    return {'query_pre_attn_scalar': round(1 / scale**2, 3)}
  wide = values['num_hidden_layers'] == _SCALED_BY_WIDTH[model_type]
  return {
    'query_pre_attn_scalar': values['hidden_size'] // values['num_attention_heads'] if wide else values['head_dim']
  }


def _gemma2(told, values, names) -> dict[str, Any]:
  return _scalar('gemma2', told, values)


def _gemma3(told, values, names) -> dict[str, Any]:
  """Layers with a window have a theta of their own, which files of before 2026 do not tell."""
  window = told.get('attention.sliding_window')
  pattern = told.get('attention.sliding_window_pattern', 6)
  if isinstance(pattern, list):
    kinds: dict[str, Any] = {'layer_types': _kinds(pattern)}
  else:
    kinds = {'sliding_window_pattern': pattern if window else 1}
  return {
    **_scalar('gemma3_text', told, values),
    **kinds,
    'sliding_window': window or 4096,
    'rope_local_base_freq': told.get('rope.freq_base_swa', 10_000.0),
  }


def _kinds(pattern: list) -> list[str]:
  return ['sliding_attention' if near else 'full_attention' for near in pattern]


def _phi3(told, values, names) -> dict[str, Any]:
  factors = sorted(name for name in names if name.startswith('rope_factors_'))
  if factors:
    raise UserError(f'{factors[0]} is there: rotations of two kinds by the length of the text (longrope) are not read')
  share = told.get('rope.dimension_count', values['head_dim']) / values['head_dim']
  return {
    'sliding_window': told.get('attention.sliding_window') or None,
    **({} if share == 1 else {'partial_rotary_factor': _rounded_up(share, values['head_dim'])}),
  }


def _rounded_up(share: float, size: int) -> float:
  """The share that transformers rounds down to so many entries."""
  return share if int(size * share) == round(size * share) else math.nextafter(share, 1.0)


def _olmo2(told, values, names) -> dict[str, Any]:
  if told.get('attention.sliding_window'):
    raise UserError('attention.sliding_window is there: of OLMo 3 only a folder of safetensors is read')
  return _attention_bias(told, values, names)


def _gpt_neox(told, values, names) -> dict[str, Any]:
  size = values['hidden_size'] // values['num_attention_heads']
  return {
    'rotary_pct': _rounded_up(told.get('rope.dimension_count', size) / size, size),
    'use_parallel_residual': told.get('use_parallel_residual', True),
    'attention_bias': 'blk.0.attn_qkv.bias' in names,
  }


_GPT2_KEYS = {
  'embedding_length': 'n_embd',
  'block_count': 'n_layer',
  'attention.head_count': 'n_head',
  'feed_forward_length': 'n_inner',
  'attention.layer_norm_epsilon': 'layer_norm_epsilon',
  'context_length': 'n_positions',
}
_NEOX_KEYS = {
  **{key: name for key, name in _SIZES.items() if name not in ('rms_norm_eps', 'rope_theta', 'head_dim')},
  'attention.layer_norm_epsilon': 'layer_norm_eps',
  'rope.freq_base': 'rotary_emb_base',
}
_WINDOW, _ROTATED = 'attention.sliding_window', 'rope.dimension_count'
ARCHITECTURES: Mapping[str, Architecture] = {
  'llama': Architecture('llama', _SIZES, permuted=True, more=_biases),
  'qwen2': Architecture('qwen2', _SIZES),
  'qwen3': Architecture('qwen3', _SIZES, more=_attention_bias),
  'gemma': Architecture('gemma', _SIZES, shifted=True),
  'gemma2': Architecture(
    'gemma2', {**_SIZES, **_CAPS, _WINDOW: 'sliding_window'}, shifted=True, more=_gemma2, read=('attention.scale',)
  ),
  'gemma3': Architecture(
    'gemma3_text',
    {**_SIZES, 'final_logit_softcapping': 'final_logit_softcapping'},
    shifted=True,
    more=_gemma3,
    read=('attention.scale', _WINDOW, 'attention.sliding_window_pattern', 'rope.freq_base_swa'),
  ),
  'phi3': Architecture('phi3', _SIZES, {**_QKV, **_GATED}, more=_phi3, read=(_WINDOW,)),
  'olmo2': Architecture('olmo2', _SIZES, more=_olmo2, read=(_WINDOW,)),
  'gpt2': Architecture('gpt2', _GPT2_KEYS, _QKV),
  'gptneox': Architecture('gpt_neox', _NEOX_KEYS, _QKV, more=_gpt_neox, read=('use_parallel_residual',)),
}
