# SPDX-License-Identifier: Apache-2.0
"""Rotary position embedding (RoFormer, arXiv 2104.09864); axis letters as in decoder.py.

Entry i of a head is paired with entry i + R/2, as in the public checkpoints; R is H or
rope_dims, and entries from R on are not rotated.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flan_jax.model import precision

# Cosine and sine, each [B, L, R/2], at least float32.
Rotation = tuple[jax.Array, jax.Array]


def _as_is(frequency, config):
  del config
  return frequency


def _linear(frequency, config):
  return frequency / config.rope_factor


def _llama3(frequency, config):
  """Stretches long waves, leaves short ones, and interpolates between."""
  turns = config.rope_original_length * frequency / (2 * np.pi)
  low, high = config.rope_low_frequency, config.rope_high_frequency
  kept = np.clip((turns - low) / (high - low), 0.0, 1.0)
  return kept * frequency + (1 - kept) * frequency / config.rope_factor


def _yarn(frequency, config):
  """As _llama3, but interpolates linearly in the pair's index."""
  size = 2 * len(frequency)
  span = math.log(config.rope_original_length / (2 * math.pi))
  turning = lambda turns: size * (span - math.log(turns)) / (2 * math.log(config.rope_theta))
  first = max(math.floor(turning(config.rope_high_frequency)), 0)
  last = min(math.ceil(turning(config.rope_low_frequency)), size - 1)
  kept = 1 - np.clip((np.arange(len(frequency)) - first) / (last - first or 0.001), 0.0, 1.0)
  return kept * frequency + (1 - kept) * frequency / config.rope_factor


SCALINGS = {'none': _as_is, 'linear': _linear, 'llama3': _llama3, 'yarn': _yarn}


def frequencies(config: Any, kind: str = 'main') -> np.ndarray:
  """Radians per token of each pair, [R/2]: rope_theta ** (-2i / R), scaled.

  rope_scaling 'linear' (arXiv 2306.15595) divides all by rope_factor; 'llama3' (Llama
  3.1's reference code) divides those that turn at most rope_low_frequency times within
  rope_original_length tokens, keeps those that turn at least rope_high_frequency times,
  and blends between; so does 'yarn' (arXiv 2309.00071), which also scales queries and
  keys by rope_attention_factor, by default 0.1 log(rope_factor) + 1.

  kind: as in DecoderConfig.layer_ropes. 'local' has rope_local_theta and no scaling;
  'none' is 0, no rotation.
  """
  size = config.rope_dims or config.head_dim
  pairs, wide = np.arange(0, size, 2) / size, precision.wide(config.dtype)
  if kind == 'none':
    return np.zeros(len(pairs), wide)
  if kind == 'local':
    return (float(config.rope_local_theta) ** -pairs).astype(wide)
  unscaled = float(config.rope_theta) ** -pairs
  return SCALINGS[config.rope_scaling](unscaled, config).astype(wide)


def amplitude(config: Any, kind: str = 'main') -> float:
  """Returns the factor of cosine and sine."""
  if kind != 'main' or config.rope_scaling != 'yarn':
    return 1.0
  told = config.rope_attention_factor
  return 0.1 * math.log(max(config.rope_factor, 1.0)) + 1.0 if told is None else told


def rotation(config: Any, positions_BL: jax.Array, kind: str = 'main') -> Rotation:
  """Returns cosine and sine of each token's rotation angles."""
  return _rotation(config, kind, positions_BL)


def row_rotation(config: Any, positions_BL: jax.Array, kind: str = 'main') -> Rotation:
  """As `rotation`, from a table: in rows positions differ by less than L.

  Otherwise a CPU would recompute each cosine for every head of every layer.
  """
  lowest, length = positions_BL.min(), positions_BL.shape[1]
  tables = _rotation(config, kind, (lowest + jnp.arange(length))[None, :])
  return tuple(table[0][positions_BL - lowest] for table in tables)


def _rotation(config, kind, positions_BL):
  frequency, larger = frequencies(config, kind), amplitude(config, kind)
  angles = positions_BL[:, :, None].astype(frequency.dtype) * frequency[None, None, :]
  cos, sin = jnp.cos(angles), jnp.sin(angles)
  return (cos, sin) if larger == 1 else (larger * cos, larger * sin)


def rotate(x_BLNH: jax.Array, by: Rotation) -> jax.Array:
  """Rotates every pair, in at least float32; query-key products then depend only on distance."""
  cos, sin = (part[:, :, None, :] for part in by)
  size = 2 * cos.shape[-1]
  if size < x_BLNH.shape[-1]:
    return jnp.concatenate([rotate(x_BLNH[..., :size], by), x_BLNH[..., size:]], axis=-1)
  first, second = jnp.split(x_BLNH.astype(precision.wide(x_BLNH.dtype)), 2, axis=-1)
  turned = first * cos - second * sin, second * cos + first * sin
  return jnp.concatenate(turned, axis=-1).astype(x_BLNH.dtype)
