# SPDX-License-Identifier: Apache-2.0
"""Rules for keys of config.json that several families share."""

import math
from typing import Any, Callable, Mapping, Optional, Sequence

from flan_jax.errors import UserError
from flan_jax.model.config import DecoderConfig
from flan_jax.model.families.family import Rule, Values

# Name of an activation in config.json -> ours.
ACTIVATIONS = {
  'silu': 'silu',
  'swish': 'silu',
  'gelu_pytorch_tanh': 'gelu',
  'gelu_new': 'gelu',
  'gelu_fast': 'gelu',
  'gelu': 'gelu_exact',
  'gelu_python': 'gelu_exact',
  'relu': 'relu',
}
SLIDING, FULL = 'sliding_attention', 'full_attention'


def known(table: Mapping[str, str], key: str, value: Any) -> str:
  """The table's entry for the value. Raises UserError if it has none."""
  if str(value) not in table:
    raise UserError(f'config.json has {key} {value!r}: this knows {", ".join(table)} only.')
  return table[str(value)]


def whole(values: Values, key: str) -> int:
  """Raises UserError if the key is missing or no whole number of at least 1."""
  value = values.get(key)
  if isinstance(value, bool) or not isinstance(value, int) or value < 1:
    raise UserError(f'config.json has {key} {value!r}; it must be a whole number of at least 1.')
  return value


def quotient(width: str, heads: str) -> Callable[[Values], int]:
  """The size of a head where the heads share the width."""
  return lambda values: whole(values, width) // whole(values, heads)


def shared_width(width: str, heads: str) -> Rule:
  """The same in a family whose head size is told by no key."""

  def read(values, fields):
    if fields['d_model'] % fields['heads']:
      raise UserError(
        f'config.json has {width} {values[width]} and {heads} {values[heads]}: the first must be a multiple of the '
        'second.'
      )
    return {'head_dim': fields['d_model'] // fields['heads']}

  return Rule((), read, lambda config: {})


def activation(key: str, default: str, change: Mapping[str, str] = {}) -> Rule:
  """change: names that mean something else in this family."""
  table = {**ACTIVATIONS, **change}
  names = {ours: theirs for theirs, ours in reversed(table.items())}

  def read(values, fields):
    told = values.get(key)
    return {'activation': known(table, key, default if told is None else told)}

  return Rule((key,), read, lambda config: {key: names.get(config.activation)})


def constant(field: str, value: Callable[[Mapping[str, Any]], Any]) -> Rule:
  """A field that follows from others."""
  return Rule((), lambda values, fields: {field: value(fields)}, lambda config: {})


def window_everywhere(default: Optional[int]) -> Rule:
  """One window for all layers, sliding_window; None: there is none."""

  def read(values, fields):
    return {'windows': (values.get('sliding_window', default) or 0,)}

  return Rule(('sliding_window',), read, lambda config: {'sliding_window': _window(config)})


def windows(
  default: Optional[int], kinds: Callable[[Values, int], Sequence[str]], keys: tuple[str, ...] = (), gate: str = ''
) -> Rule:
  """Layers with a window, sliding_window, by layer_types.

  kinds: (values, layers) -> layer_types where they are absent, and the keys that it
  reads. gate: the key without which there are no windows.
  """

  def read(values, fields):
    told, layers = values.get('layer_types'), fields['layers']
    window = 0 if gate and not values.get(gate) else values.get('sliding_window', default) or 0
    each = (kinds(values, layers) if window else ()) if told is None else _kinds(told, layers)
    if SLIDING not in each:
      return {'windows': (0,)}
    if not window:
      raise UserError(
        f'config.json has layer_types with {SLIDING!r}, and no sliding_window{f" by {gate}" * bool(gate)}.'
      )
    return {'windows': tuple(window if kind == SLIDING else 0 for kind in each)}

  def write(config):
    each = [SLIDING if window else FULL for window in config.layer_windows or [0] * config.layers]
    gated = {gate: config.layer_windows is not None} if gate else {}
    return {'sliding_window': _window(config), 'layer_types': each, **gated}

  return Rule(('sliding_window', 'layer_types', *keys, *([gate] if gate else [])), read, write)


def _window(config):
  return max(config.layer_windows) if config.layer_windows else None


def _kinds(told, layers):
  if not isinstance(told, list) or len(told) != layers:
    raise UserError(f'config.json has layer_types {told!r}; it must be a list of {layers} kinds, one a layer.')
  odd = next((kind for kind in told if kind not in (SLIDING, FULL)), None)
  if odd is not None:
    raise UserError(f'config.json has layer_types with {odd!r}: this knows {SLIDING}, {FULL} only.')
  return told


def every(period: int) -> Callable[[Values, int], list[str]]:
  """layer_types in which every period-th layer sees everything."""
  return lambda values, layers: [SLIDING if number % period else FULL for number in range(1, layers + 1)]


def rope_layers(values: Values, layers: int) -> list[int]:
  """no_rope_layers, 1 for layers that rotate, or what no_rope_layer_interval makes of it."""
  told = values.get('no_rope_layers')
  if told is None:
    interval = whole({'no_rope_layer_interval': 4, **values}, 'no_rope_layer_interval')
    return [int(number % interval != 0) for number in range(1, layers + 1)]
  if not isinstance(told, list) or len(told) < layers or not set(told) <= {0, 1}:
    raise UserError(f'config.json has no_rope_layers {told!r}; it must be a list of 0 and 1 for {layers} layers.')
  return [int(turns) for turns in told[:layers]]


def _read_rope_layers(values, fields):
  each = tuple(rope_layers(values, fields['layers']))
  return {'rope_layers': each if 0 in each else (1,)}


def _write_rope_layers(config):
  ropes = config.layer_ropes or ['main'] * config.layers
  return {'no_rope_layers': [int(kind != 'none') for kind in ropes]}


LAYERS_THAT_ROTATE = Rule(('no_rope_layers', 'no_rope_layer_interval'), _read_rope_layers, _write_rope_layers)


def square_root(key: str) -> Rule:
  """attention_scalar by a key that is always there."""

  def write(config: DecoderConfig):
    scalar = config.head_dim if config.attention_scalar is None else config.attention_scalar
    return {key: int(scalar) if scalar == int(scalar) else scalar}

  def read(values, fields):
    scalar = values.get(key)
    scalar = 256 if scalar is None else scalar
    return {'attention_scalar': None if scalar == fields['head_dim'] else scalar}

  return Rule((key,), read, write)


EMBEDDING_SCALE = constant('embedding_scale', lambda fields: math.sqrt(fields['d_model']))
