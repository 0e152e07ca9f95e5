# SPDX-License-Identifier: Apache-2.0
"""The config.json that the metadata of a GGUF file stands for.

Every key of the architecture must be known: one that is read, one that changes nothing, or
one that is off. Whatever else it may say would be another model.
"""

from typing import Any, Callable, Mapping

import numpy as np

from flan_jax.errors import UserError
from flan_jax.public_models.gguf_families import Architecture, ARCHITECTURES
from flan_jax.settings.kinds import shown

ARCHITECTURE = 'general.architecture'
_HARMLESS = {'vocab_size', 'tensor_data_layout', 'rope.scaling.finetuned'}
_SCALING = 'rope.scaling.'
_YARN = {'yarn_beta_fast': 'beta_fast', 'yarn_beta_slow': 'beta_slow', 'yarn_attn_factor': 'attention_factor'}
_ROPE = {_SCALING + key for key in ('type', 'factor', 'original_context_length', *_YARN)}
_CHECKED = {'attention.value_length', 'rope.dimension_count'}
_NEEDED = 'embedding_length', 'block_count', 'attention.head_count', 'feed_forward_length'
_TOKENS = {'bos_token_id': 'bos_token_id', 'eos_token_id': 'eos_token_id', 'padding_token_id': 'pad_token_id'}
_EXACT = 1e-4  # how near the rotations of a file must be to those of the scaling found


def architecture(metadata: Mapping[str, Any]) -> Architecture:
  """Raises UserError for one that is not read here."""
  name = str(metadata.get(ARCHITECTURE))
  if name not in ARCHITECTURES:
    raise UserError(f'{ARCHITECTURE} is {name!r}: this reads {", ".join(ARCHITECTURES)} only')
  return ARCHITECTURES[name]


def read(
  metadata: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], frequencies: Callable[[], np.ndarray]
) -> dict[str, Any]:
  """config.json as an object.

  shapes: of the tensors. frequencies: reads rope_freqs.weight, by what each pair is slowed.

  Raises:
    UserError: another architecture, a key that is missing, unknown or of another kind.
  """
  kind, start = architecture(metadata), f'{metadata[ARCHITECTURE]}.'
  told = {key.removeprefix(start): _plain(value) for key, value in metadata.items() if key.startswith(start)}
  _check(kind, told, start)
  if 'token_embd.weight' not in shapes:
    raise UserError('it has no tensor token_embd.weight; download it again')
  values: dict[str, Any] = {'model_type': kind.model_type, 'vocab_size': shapes['token_embd.weight'][0]}
  values |= {name: told[key] for key, name in kind.keys.items() if key in told}
  values |= {name: value for name, value in _defaults(kind, values).items() if name not in values}
  values['tie_word_embeddings'] = 'output.weight' not in shapes
  values |= kind.more(told, values, set(shapes))
  _check_heads(told, values, start)
  scaling = _llama3(values, frequencies) if 'rope_freqs.weight' in shapes else _scaling(told)
  values |= {'rope_scaling': scaling} if scaling else {}
  ids = {name: metadata.get(f'tokenizer.ggml.{key}') for key, name in _TOKENS.items()}
  return values | {name: number for name, number in ids.items() if number is not None}


def _plain(value: Any) -> Any:
  """Floats as they are written, not as float32 has them."""
  return float(str(np.float32(value))) if isinstance(value, float) else value


def _check(kind: Architecture, told: Mapping[str, Any], start: str) -> None:
  missing = [start + key for key in _NEEDED if key not in told]
  if missing:
    raise UserError(f'its metadata lacks {", ".join(missing)}; download it again')
  allowed = {*kind.keys, *kind.read, *_HARMLESS, *_CHECKED, *_ROPE}
  for key, value in told.items():
    if value and key not in allowed:
      raise UserError(f'its metadata has {start}{key} {shown(value)}, which is not known here of {start[:-1]}')
    if isinstance(value, list) and key in kind.keys:
      raise UserError(f'its metadata has {start}{key} {shown(value)}: layers that differ are not read')


def _defaults(kind: Architecture, values: Mapping[str, Any]) -> dict[str, Any]:
  """What llama.cpp takes where the metadata says nothing."""
  found: dict[str, Any] = {'rope_theta': 10_000.0, 'rotary_emb_base': 10_000.0}
  if 'head_dim' in kind.keys.values():
    found['num_key_value_heads'] = values['num_attention_heads']
    found['head_dim'] = values['hidden_size'] // values['num_attention_heads']
  return {name: value for name, value in found.items() if name in kind.keys.values()}


def _check_heads(told: Mapping[str, Any], values: Mapping[str, Any], start: str) -> None:
  size = values.get('head_dim')
  partial = 'partial_rotary_factor' in values or size is None
  for key in ('attention.value_length', *(() if partial else ('rope.dimension_count',))):
    if size is not None and told.get(key, size) != size:
      raise UserError(f'its metadata has {start}{key} {told[key]}, and heads of {size}: only whole heads are read')


def _scaling(told: Mapping[str, Any]) -> dict[str, Any] | None:
  kind = told.get(_SCALING + 'type', 'none')
  if kind == 'none':
    return None
  if kind not in ('linear', 'yarn'):
    raise UserError(f'its metadata has {_SCALING}type {kind!r}: this knows none, linear, yarn only')
  factor = told.get(_SCALING + 'factor')
  if not factor:
    raise UserError(f'its metadata has {_SCALING}type {kind!r} and no {_SCALING}factor; download it again')
  if kind == 'linear':
    return {'rope_type': kind, 'factor': factor}
  length = told.get(_SCALING + 'original_context_length')
  others = {name: told[_SCALING + key] for key, name in _YARN.items() if told.get(_SCALING + key)}
  others |= {'original_max_position_embeddings': length} if length else {}
  return {'rope_type': kind, 'factor': factor, **others}


def _llama3(values: Mapping[str, Any], read: Callable[[], np.ndarray]) -> dict[str, Any] | None:
  """The scaling of Llama 3 that slows each pair as rope_freqs.weight says.

  The share of a pair that is kept is a line over its turns in a text; two pairs give it.
  """
  slowed = np.asarray(read(), np.float64)
  size = 2 * len(slowed)
  waves = 2 * np.pi * float(values['rope_theta']) ** (np.arange(0, size, 2) / size)
  factor = float(slowed.max())
  if factor <= 1:
    return None
  kept = (1 / slowed - 1 / factor) / (1 - 1 / factor)
  for low, high, length in [(1.0, 4.0, 8192), *_lines(waves, kept)]:
    share = np.clip((length / waves - low) / (high - low), 0, 1)
    if np.allclose(1 / (share + (1 - share) / factor), slowed, rtol=_EXACT, atol=0):
      return {
        'rope_type': 'llama3',
        'factor': _plain(factor),
        'low_freq_factor': low,
        'high_freq_factor': high,
        'original_max_position_embeddings': length,
      }
  raise UserError('rope_freqs.weight slows rotations in another way than Llama 3; convert the model from its folder')


def _lines(waves: np.ndarray, kept: np.ndarray) -> list[tuple[float, float, int]]:
  """(low_freq_factor, high_freq_factor, original length) that could be; only their quotients matter."""
  between = (kept > 1e-6) & (kept < 1 - 1e-6)
  if between.sum() >= 2:
    slope, start = np.polyfit(1 / waves[between], kept[between], 1)
    length = 1 << 20  # large, so that it is whole
    return [(float(-start * length / slope), float((1 - start) * length / slope), length)]
  if between.any():
    wave, share = waves[between][0], kept[between][0]
    return [(1.0, 4.0, round(wave * (1 + 3 * share)))]
  short, long = waves[kept >= 0.5], waves[kept < 0.5]
  middle = float(np.sqrt((short.max() if len(short) else long.min() / 2) * long.min()))
  return [(1.0, 1.001, round(middle))]
