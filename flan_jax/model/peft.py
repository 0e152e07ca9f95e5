# SPDX-License-Identifier: Apache-2.0
"""LoRA as the peft package has it: adapter_config.json, and names and shapes of its tensors.

A kernel of ours, [layers, in, out], is there a weight [out, in] of each layer; so its
lora_A.weight is [R, in] and its lora_B.weight [out, R].
"""

from typing import Any, Callable, Iterator, Mapping

import jax
import numpy as np

from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder, families

_CONFIG, TENSORS = 'adapter_config.json', 'adapter_model.safetensors'
_PREFIX = 'base_model.model.'
# Keys of the config that change the mathematics, with the only values that are known here.
_KNOWN: Mapping[str, tuple] = {
  'peft_type': ('LORA',),
  'task_type': ('CAUSAL_LM', None),
  'bias': ('none',),
  'fan_in_fan_out': (False,),
  'use_dora': (False,),
  'use_qalora': (False,),
  'lora_bias': (False,),
  'modules_to_save': (None, []),
  'layers_to_transform': (None, []),
  'rank_pattern': ({}, None),
  'alpha_pattern': ({}, None),
  'layer_replication': (None, []),
  'trainable_token_indices': (None, []),
  'exclude_modules': (None, []),
  'target_parameters': (None, []),
  'alora_invocation_tokens': (None, []),
  'megatron_config': (None,),
}


def modules(model_type: str) -> dict[str, str]:
  """'q_proj' -> 'layers/attention/query/kernel', of the kernels that peft can have a LoRA beside alone."""
  return {name.split('.')[-2]: path for path, name in families.lone_kernels(model_type).items()}


def write_config(model_type: str, config: decoder.DecoderConfig, adapter: adapters.Adapter, base: str) -> dict:
  """adapter_config.json of a LoRA. base: what base_model_name_or_path says.

  Raises UserError for a kernel that shares its tensor with others.
  """
  paths, alone = adapters.targets(config, adapter), families.lone_kernels(model_type)
  for path in paths:
    if path not in alone:
      raise UserError(
        f'{path} has a LoRA of its own, and a folder of {model_type} has no tensor [out, in] of it alone, which peft '
        f'needs; train with ADAPTER_TARGETS of these: {", ".join(alone) or "none of this family"}'
      )
  return {
    'peft_type': 'LORA',
    'task_type': 'CAUSAL_LM',
    'base_model_name_or_path': base,
    'r': adapter.rank,
    'lora_alpha': adapter.alpha,
    'lora_dropout': 0.0,
    'use_rslora': adapter.scale == 'rslora',
    'use_dora': False,
    'bias': 'none',
    'fan_in_fan_out': False,
    'modules_to_save': None,
    'target_modules': sorted(name for name, path in modules(model_type).items() if path in paths),
    'inference_mode': True,
  }


def read_config(model_type: str, values: Mapping[str, Any], base_dtype: str) -> adapters.Adapter:
  """The adapter that an adapter_config.json describes, beside a base of a family.

  Raises UserError, naming the key, for what is not known here.
  """
  for key, known in _KNOWN.items():
    if key in values and values[key] not in known:
      raise UserError(f'{_CONFIG} has {key} {values[key]!r}, which is not read here; only {known[0]!r} is')
  for key, kind in (('r', int), ('lora_alpha', (int, float)), ('target_modules', list)):
    if not isinstance(values.get(key), kind) or isinstance(values[key], bool):
      raise UserError(f'{_CONFIG} has {key} {values.get(key)!r}; save the adapter again with peft')
  there = modules(model_type)
  # 'q_proj', or one of each layer: 'model.layers.0.self_attn.q_proj'. The tensors tell if one lacks.
  modules_of = {f'{name}'.rpartition('.')[2]: name for name in values['target_modules']}
  for module, name in modules_of.items():
    if module not in there:
      raise UserError(f'{_CONFIG} has target_modules with {name!r}, which is none of {", ".join(there)}')
  return adapters.Adapter(
    rank=values['r'],
    alpha=float(values['lora_alpha']),
    targets=tuple(sorted(there[module] for module in modules_of)),
    scale='rslora' if values.get('use_rslora') else 'lora',
    base_dtype=base_dtype,
  )


def names(
  model_type: str, config: decoder.DecoderConfig, adapter: adapters.Adapter
) -> dict[str, tuple[str, int, tuple[int, int]]]:
  """Name of a tensor -> (path of our parameter, its layer, shape there)."""
  found, alone = {}, families.lone_kernels(model_type)
  for path, leaf in adapters.targets(config, adapter).items():
    layers, inputs, outputs = leaf.shape
    for layer in range(layers):
      stem = _PREFIX + alone[path].format(layer).removesuffix('weight')
      own = path.removesuffix('kernel')
      found[f'{stem}lora_A.weight'] = own + adapters.PAIR[0], layer, (adapter.rank, inputs)
      found[f'{stem}lora_B.weight'] = own + adapters.PAIR[1], layer, (outputs, adapter.rank)
  return found


def written(
  model_type: str, config: decoder.DecoderConfig, adapter: adapters.Adapter, params: Any
) -> Iterator[tuple[str, np.ndarray]]:
  """Yields (name, array) of each tensor."""
  flat = adapters.flat(params)
  for name, (path, layer, _) in names(model_type, config, adapter).items():
    yield name, np.ascontiguousarray(np.asarray(flat[path][layer]).T)


def read(
  model_type: str, config: decoder.DecoderConfig, adapter: adapters.Adapter, tensors: Mapping[str, Callable[[], Any]]
) -> Any:
  """float32 parameters of an adapter. tensors: name -> what gives its array.

  Raises UserError for a tensor that is missing, unknown or of another shape: of another base.
  """
  wanted = names(model_type, config, adapter)
  for some, what in ((set(wanted) - set(tensors), 'lacks'), (set(tensors) - set(wanted), 'has, unknown here,')):
    if some:
      raise UserError(f'{TENSORS} {what} {len(some)} tensors, {min(some)} among them: is it of this base?')
  parts: dict[str, list] = {}
  for name, (path, _, shape) in wanted.items():
    array = np.asarray(tensors[name]())
    if array.shape != shape:
      raise UserError(f'{TENSORS}: {name} is {array.shape}, and beside this base it would be {shape}: it is of another')
    parts.setdefault(path, []).append(array.T.astype(np.float32))
  return jax.tree.map(jax.numpy.asarray, adapters.nested({path: np.stack(each) for path, each in parts.items()}))
