# SPDX-License-Identifier: Apache-2.0
"""The public families: how they name what DecoderConfig and the parameter tree name.

A family is one Family below: the fields of its config.json, and what it always has.
The families here share the names of their tensors, TENSORS. Their kernels stand
transposed, [out, in], one tensor a layer.
"""

import dataclasses
from typing import Any, Callable, Iterator, Mapping

import jax
import numpy as np

from flan_jax.errors import UserError
from flan_jax.model import decoder

# Parameter -> tensor of the folder; {} is the number of the layer.
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

# Field of DecoderConfig -> key of config.json, in every family.
FIELDS = {
  'vocab_size': 'vocab_size',
  'd_model': 'hidden_size',
  'layers': 'num_hidden_layers',
  'heads': 'num_attention_heads',
  'd_ff': 'intermediate_size',
  'norm_epsilon': 'rms_norm_eps',
}

# Name of an activation in config.json -> ours.
ACTIVATIONS = {'silu': 'silu', 'gelu_pytorch_tanh': 'gelu', 'gelu_new': 'gelu', 'gelu': 'gelu_exact', 'relu': 'relu'}
SCALINGS = {'default': 'none', 'linear': 'linear', 'llama3': 'llama3'}

# What all of them are.
COMMON: Mapping[str, Any] = {'positions': 'rope', 'logit_scale': 1.0}


@dataclasses.dataclass(frozen=True)
class Family:
  """What sets a family apart.

  flags: field of DecoderConfig -> key of config.json, false where it is absent.
  always: fields that config.json does not tell. windows: how it tells them: 'none',
  'all' (one for all layers) or 'some' (layer by layer, behind use_sliding_window).
  """

  architecture: str
  flags: Mapping[str, str] = dataclasses.field(default_factory=dict)
  always: Mapping[str, Any] = dataclasses.field(default_factory=dict)
  windows: str = 'none'


_ATTENTION_BIAS = {'qkv_bias': 'attention_bias', 'out_bias': 'attention_bias'}

# model_type of config.json -> family; an export takes the first that can say it all.
FAMILIES = {
  'llama': Family('LlamaForCausalLM', {**_ATTENTION_BIAS, 'mlp_bias': 'mlp_bias'}),
  'mistral': Family('MistralForCausalLM', windows='all'),
  'qwen2': Family('Qwen2ForCausalLM', always={'qkv_bias': True}, windows='some'),
  'qwen3': Family('Qwen3ForCausalLM', _ATTENTION_BIAS, always={'qk_norm': True}, windows='some'),
}


def read_config(values: Mapping[str, Any], dtype: str = 'bfloat16') -> decoder.DecoderConfig:
  """The DecoderConfig that a config.json describes; dtype is that of the computation.

  Raises UserError for another family, a missing key, or mathematics not known here.
  """
  family = FAMILIES.get(str(values.get('model_type')))
  if family is None:
    raise UserError(f'config.json has model_type {values.get("model_type")!r}: this reads {", ".join(FAMILIES)} only.')
  missing = sorted(key for key in FIELDS.values() if values.get(key) is None)
  if missing:
    raise UserError(
      f'config.json has no {", ".join(missing)}; download it again, or name a folder that was saved whole.'
    )
  fields = {name: values[key] for name, key in FIELDS.items()}
  flags: dict[str, Any] = {name: bool(values.get(key, False)) for name, key in family.flags.items()}
  heads = fields['heads']
  return decoder.DecoderConfig(
    **fields,
    **flags,
    **family.always,
    **COMMON,
    **_rope(values),
    kv_heads=values.get('num_key_value_heads') or heads,
    head_dim=values.get('head_dim') or fields['d_model'] // heads,
    tied_embeddings=bool(values.get('tie_word_embeddings', False)),
    activation=_known(ACTIVATIONS, 'hidden_act', values.get('hidden_act', 'silu')),
    windows=_windows(family, values, fields['layers']),
    dtype=dtype,
  )


def _known(table: Mapping[str, str], key: str, value: Any) -> str:
  if str(value) not in table:
    raise UserError(f'config.json has {key} {value!r}: this knows {", ".join(table)} only.')
  return table[str(value)]


def _rope(values: Mapping[str, Any]) -> dict[str, Any]:
  """Reads rope_scaling, and rope_parameters as transformers 5 calls them."""
  told = {**(values.get('rope_scaling') or {}), **(values.get('rope_parameters') or {})}
  kind = told.get('rope_type', told.get('type', 'default'))
  partial = values.get('partial_rotary_factor', told.get('partial_rotary_factor', 1.0))
  if partial != 1.0:
    raise UserError(f'config.json has partial_rotary_factor {partial}: only whole heads are rotated.')
  fields = {
    'rope_scaling': _known(SCALINGS, 'rope_type', kind),
    'rope_theta': float(told.get('rope_theta', values.get('rope_theta', 10_000.0))),
    'rope_factor': float(told.get('factor', 1.0)),
  }
  if kind == 'llama3':
    fields |= {
      'rope_low_frequency': float(told['low_freq_factor']),
      'rope_high_frequency': float(told['high_freq_factor']),
      'rope_original_length': int(told['original_max_position_embeddings']),
    }
  return fields


def _windows(family: Family, values: Mapping[str, Any], layers: int) -> tuple[int, ...]:
  window = values.get('sliding_window') or 0
  if family.windows == 'none' or not window:
    return (0,)
  if family.windows == 'all':
    return (window,)
  if not values.get('use_sliding_window', False):
    return (0,)
  first = values.get('max_window_layers', layers)  # those before it see everything
  kinds = values.get('layer_types') or [
    'full_attention' if layer < first else 'sliding_attention' for layer in range(layers)
  ]
  return tuple(window if kind == 'sliding_attention' else 0 for kind in kinds)


def write_config(config: decoder.DecoderConfig, max_length: int) -> dict[str, Any]:
  """The config.json of the first family that can say all of it, read back to be sure.

  max_length: max_position_embeddings, the tokens that a row may have.

  Raises UserError, naming what the nearest family cannot say.
  """
  unsaid = {}
  for model_type in FAMILIES:
    written = _written(model_type, config, max_length)
    unsaid[model_type] = _unsaid(read_config(written, config.dtype), config)
    if not unsaid[model_type]:
      return written
  nearest = min(unsaid, key=lambda model_type: len(unsaid[model_type]))
  raise UserError(
    f'no family of {", ".join(FAMILIES)} can say what this model is; {nearest} comes '
    f'nearest, but for {", ".join(unsaid[nearest])}.'
  )


def _written(model_type: str, config, max_length: int) -> dict:
  family, windows = FAMILIES[model_type], config.layer_windows
  outside = {ours: theirs for theirs, ours in reversed(ACTIVATIONS.items())}
  written = {
    'architectures': [family.architecture],
    'model_type': model_type,
    **{key: getattr(config, name) for name, key in FIELDS.items()},
    'num_key_value_heads': config.key_heads,
    'head_dim': config.head_dim,
    'tie_word_embeddings': config.tied_embeddings,
    'hidden_act': outside[config.activation],
    'max_position_embeddings': max_length,
    'rope_theta': config.rope_theta,
    'rope_scaling': _rope_scaling(config),
    'torch_dtype': 'float32',
    **{key: getattr(config, name) for name, key in family.flags.items()},
  }
  if family.windows != 'none':
    written['sliding_window'] = max(windows) if windows else None
  if family.windows == 'some':
    kinds = {True: 'sliding_attention', False: 'full_attention'}
    written['use_sliding_window'] = windows is not None
    written['layer_types'] = [kinds[bool(window)] for window in windows or [0] * config.layers]
  return written


def _rope_scaling(config) -> dict | None:
  if config.rope_scaling == 'none':
    return None
  told = {'rope_type': config.rope_scaling, 'factor': config.rope_factor}
  if config.rope_scaling == 'llama3':
    told |= {
      'low_freq_factor': config.rope_low_frequency,
      'high_freq_factor': config.rope_high_frequency,
      'original_max_position_embeddings': config.rope_original_length,
    }
  return told


def _unsaid(read, config) -> list[str]:
  """Fields that differ in what they mean, as 'name value'."""
  free = {'dtype', 'remat', 'scan', 'windows', 'kv_heads', 'relative_buckets', 'relative_max_distance'}
  if config.rope_scaling != 'llama3':
    free |= {'rope_low_frequency', 'rope_high_frequency', 'rope_original_length'}
  if config.rope_scaling == 'none':
    free |= {'rope_factor'}
  if not config.tied_embeddings and config.logit_scale is None:
    free |= {'logit_scale'}
  names = [field.name for field in dataclasses.fields(config) if field.name not in free]
  unsaid = [name for name in names if getattr(read, name) != getattr(config, name)]
  unsaid += ['windows'] if read.layer_windows != config.layer_windows else []
  return [f'{name} {getattr(config, name)!r}' for name in unsaid]


def tensors(config: decoder.DecoderConfig) -> dict[str, tuple[int, ...]]:
  """Name -> shape of every tensor that a folder of this model has."""
  found = {}
  for path, leaf in _leaves(decoder.abstract_params(config)):
    stacked = path.startswith('layers/')
    shape = leaf.shape[1:] if stacked else leaf.shape
    for layer in range(config.layers if stacked else 1):
      found[TENSORS[path].format(layer)] = shape[::-1] if _turned(path) else shape
  return found


def read_params(
  config: decoder.DecoderConfig, shardings: Any, read: Callable[[str, tuple[slice, ...]], np.ndarray]
) -> Any:
  """float32 parameters, straight into their shards: a process reads only its own.

  shardings: a tree as sharding.param_shardings gives it. read(name, slices) gives a
  part of a tensor.
  """

  def part(path, layer, index):
    index = index[::-1] if _turned(path) else index
    block = read(TENSORS[path].format(layer), tuple(index))
    return (block.T if _turned(path) else block).astype(np.float32)

  def one(path, leaf, sharding):
    path = _path(path)

    def shard(index):
      if not path.startswith('layers/'):
        return part(path, None, index)
      layers = range(*index[0].indices(config.layers))
      return np.stack([part(path, layer, index[1:]) for layer in layers])

    return jax.make_array_from_callback(leaf.shape, sharding, shard)

  return jax.tree_util.tree_map_with_path(one, decoder.abstract_params(config), shardings)


def written_tensors(params: Any) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
  """Yields (name, function that fetches the array), nothing fetched before it is asked."""
  for path, leaf in _leaves(params):
    turned = _turned(path)
    for layer in range(leaf.shape[0] if path.startswith('layers/') else 1):

      def fetch(leaf=leaf, path=path, layer=layer, turned=turned):
        block = np.asarray(leaf[layer] if path.startswith('layers/') else leaf)
        return np.ascontiguousarray(block.T if turned else block)

      yield TENSORS[path].format(layer), fetch


def _turned(path: str) -> bool:
  """A product here is x @ kernel, there kernel @ x; a table of rows is the same."""
  return path.endswith('kernel') or path == 'unembedding'


def _leaves(tree: Any):
  for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
    yield _path(path), leaf


def _path(path) -> str:
  return '/'.join(jax.tree_util.keystr((key,), simple=True) for key in path)
