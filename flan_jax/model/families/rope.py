# SPDX-License-Identifier: Apache-2.0
"""Rotary positions in config.json: rope_theta and rope_scaling, or rope_parameters."""

import math
from typing import Any, Mapping, Optional

from flan_jax.errors import UserError
from flan_jax.model.families import keys
from flan_jax.model.families.family import Rule

SCALINGS = {'default': 'none', 'linear': 'linear', 'llama3': 'llama3', 'yarn': 'yarn'}
_COMMON = ('rope_type', 'type', 'rope_theta', 'partial_rotary_factor', 'finetuned')
_LENGTH = 'original_max_position_embeddings'
_ONLY_OF = {  # what a kind of scaling reads besides
  'default': (),
  'linear': ('factor',),
  'llama3': ('factor', 'low_freq_factor', 'high_freq_factor', _LENGTH),
  'yarn': ('factor', 'beta_fast', 'beta_slow', 'attention_factor', 'mscale', 'mscale_all_dim', 'truncate', _LENGTH),
}


def rope(
  default: float = 10_000.0,
  theta: str = 'rope_theta',
  share: Optional[tuple[str, float]] = None,
  scalings: Mapping[str, str] = SCALINGS,
) -> Rule:
  """Layers that are all alike.

  default: of the key theta. share: the key of the part of a head that is rotated, and
  its default; None: whole heads.
  """

  def read(values, fields):
    told = {**_object(values, 'rope_scaling'), **_object(values, 'rope_parameters')}
    base = _number({theta: default, **values}, theta) if told.get('rope_theta') is None else told['rope_theta']
    return _rotated(values, fields, told, share) | _scaled(values, told, base, scalings)

  def write(config):
    size = config.rope_dims or config.head_dim
    part = {share[0]: _share(size, config.head_dim)} if share else {}
    return {theta: config.rope_theta, 'rope_scaling': _scaling(config), **part}

  names = (theta, 'rope_scaling', 'rope_parameters', share[0] if share else 'partial_rotary_factor')
  return Rule(names, read, write)


def local_and_global(default: float, local_key: str = '', local: Optional[float] = None) -> Rule:
  """Layers with a window are never scaled, and have a theta of their own.

  local: the default of local_key; without a key it is that of the other layers.
  """

  def read(values, fields):
    both = _object(values, 'rope_parameters')
    _check_keys('rope_parameters', both, (keys.SLIDING, keys.FULL))
    told = {**_object(values, 'rope_scaling'), **(both.get(keys.FULL) or {})}
    base = (
      _number({'rope_theta': default, **values}, 'rope_theta') if told.get('rope_theta') is None else told['rope_theta']
    )
    near = {'rope_theta': _number({local_key: local, **values}, local_key) if local_key else base}
    near |= both.get(keys.SLIDING) or {}
    scaled = _scaled(values, told, base, SCALINGS)
    beside = _scaled(values, near, near['rope_theta'], {'default': 'none'})['rope_theta']
    alike = beside == scaled['rope_theta'] and scaled['rope_scaling'] == 'none'
    partial = _rotated(values, fields, told, None)
    return {**partial, **scaled, 'rope_local_theta': None if alike else beside}

  def write(config):
    near = config.rope_theta if config.rope_local_theta is None else config.rope_local_theta
    far = {'rope_theta': config.rope_theta, **(_scaling(config) or {'rope_type': 'default'})}
    return {
      'rope_theta': config.rope_theta,
      **({local_key: near} if local_key else {}),
      'rope_scaling': _scaling(config),
      'rope_parameters': {keys.FULL: far, keys.SLIDING: {'rope_type': 'default', 'rope_theta': near}},
    }

  names = ('rope_theta', 'rope_scaling', 'rope_parameters', 'partial_rotary_factor')
  return Rule((*names, local_key) if local_key else names, read, write)


def _object(values, key) -> dict[str, Any]:
  told = values.get(key) or {}
  if not isinstance(told, dict):
    raise UserError(f'config.json has {key} {told!r}; it must be an object.')
  return dict(told)


def _number(told, key) -> float:
  value = told.get(key)
  if isinstance(value, bool) or not isinstance(value, (int, float)):
    raise UserError(f'config.json has {key} {value!r} for rotary positions; it must be a number.')
  return float(value)


def _check_keys(name, told, allowed):
  odd = next((key for key, value in told.items() if key not in allowed and value), None)
  if odd is not None:
    raise UserError(f'config.json has {odd} {told[odd]!r} in {name}: this knows {", ".join(allowed)} only.')


def _rotated(values, fields, told, share) -> dict[str, Any]:
  key, default = share or ('partial_rotary_factor', 1.0)
  part = _number({'it': told.get('partial_rotary_factor', values.get(key, default))}, 'it')
  if part != 1.0 and not share:
    raise UserError(f'config.json has {key} {part}: only whole heads are rotated.')
  size = int(fields['head_dim'] * part)
  return {'rope_dims': None if size == fields['head_dim'] else size}


def _share(size: int, head_dim: int) -> float:
  """The share that transformers rounds down to so many entries."""
  share = size / head_dim
  return share if int(head_dim * share) == size else math.nextafter(share, 1.0)


def _scaled(values, told, theta, scalings) -> dict[str, Any]:
  kind = told.get('rope_type', told.get('type', 'default'))
  fields = {
    'rope_scaling': keys.known(scalings, 'rope_type', kind),
    'rope_theta': _number({'rope_theta': theta}, 'rope_theta'),
  }
  if kind == 'default':  # the rest of it is not read
    return fields
  _check_keys(f'its rope_parameters of rope_type {kind!r}', told, (*_COMMON, *_ONLY_OF[kind]))
  fields['rope_factor'] = _number(told, 'factor')
  if kind == 'linear':
    return fields
  length = keys.whole({_LENGTH: values.get('max_position_embeddings'), **told}, _LENGTH)
  low, high = ('low_freq_factor', 'high_freq_factor') if kind == 'llama3' else ('beta_slow', 'beta_fast')
  turns = told if kind == 'llama3' else {low: told.get(low) or 1.0, high: told.get(high) or 32.0}
  fields |= {
    'rope_low_frequency': _number(turns, low),
    'rope_high_frequency': _number(turns, high),
    'rope_original_length': length,
  }
  return fields if kind == 'llama3' else fields | {'rope_attention_factor': _attention_factor(told)}


def _attention_factor(told) -> Optional[float]:
  if not told.get('truncate', True):
    raise UserError('config.json has truncate False for yarn: only whole bounds are known.')
  if told.get('attention_factor') is not None:
    return _number(told, 'attention_factor')
  if not (told.get('mscale') and told.get('mscale_all_dim')):
    return None
  growth = 0.1 * math.log(max(_number(told, 'factor'), 1.0))
  return (_number(told, 'mscale') * growth + 1) / (_number(told, 'mscale_all_dim') * growth + 1)


def _scaling(config) -> Optional[dict[str, Any]]:
  kind = config.rope_scaling
  if kind == 'none':
    return None
  told: dict[str, Any] = {'rope_type': kind, 'factor': config.rope_factor}
  if kind == 'linear':
    return told
  low, high = ('low_freq_factor', 'high_freq_factor') if kind == 'llama3' else ('beta_slow', 'beta_fast')
  told |= {low: config.rope_low_frequency, high: config.rope_high_frequency, _LENGTH: config.rope_original_length}
  if kind == 'yarn' and config.rope_attention_factor is not None:
    told['attention_factor'] = config.rope_attention_factor
  return told
