# SPDX-License-Identifier: Apache-2.0
"""Rotary position embedding (RoFormer, arXiv 2104.09864); axis letters as in decoder.py.

Entry i of a head is paired with entry i + H/2, as in the public checkpoints.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flan_jax.model import precision

# Of cosine and sine, each [B, L, H/2], float32 at least.
Rotation = tuple[jax.Array, jax.Array]


def _as_is(frequency, config):
  del config
  return frequency


def _linear(frequency, config):
  return frequency / config.rope_factor


def _llama3(frequency, config):
  """Long waves are stretched, short ones are not, and those between in proportion."""
  turns = config.rope_original_length * frequency / (2 * np.pi)
  low, high = config.rope_low_frequency, config.rope_high_frequency
  kept = np.clip((turns - low) / (high - low), 0.0, 1.0)
  return kept * frequency + (1 - kept) * frequency / config.rope_factor


SCALINGS = {'none': _as_is, 'linear': _linear, 'llama3': _llama3}


def frequencies(config: Any) -> np.ndarray:
  """Radians per token of each pair, [H/2]: rope_theta ** (-2i / H), scaled.

  rope_scaling 'linear' (arXiv 2306.15595) divides all by rope_factor; 'llama3' (Llama
  3.1's reference code) divides those that turn at most rope_low_frequency times within
  rope_original_length tokens, keeps those that turn at least rope_high_frequency times,
  and blends between.
  """
  pairs = np.arange(0, config.head_dim, 2) / config.head_dim
  unscaled = float(config.rope_theta) ** -pairs
  scaled = SCALINGS[config.rope_scaling](unscaled, config)
  return scaled.astype(precision.wide(config.dtype))


def rotation(config: Any, positions_BL: jax.Array) -> Rotation:
  """By how far each token's heads are turned."""
  return _rotation(frequencies(config), positions_BL)


def row_rotation(config: Any, positions_BL: jax.Array) -> Rotation:
  """The same where positions differ by less than L, as in rows: looked up in a table.

  A CPU would otherwise compute each cosine again for every head of every layer.
  """
  lowest, length = positions_BL.min(), positions_BL.shape[1]
  tables = _rotation(frequencies(config), (lowest + jnp.arange(length))[None, :])
  return tuple(table[0][positions_BL - lowest] for table in tables)


def _rotation(frequency, positions_BL):
  angles = positions_BL[:, :, None].astype(frequency.dtype) * frequency[None, None, :]
  return jnp.cos(angles), jnp.sin(angles)


def rotate(x_BLNH: jax.Array, by: Rotation) -> jax.Array:
  """Turns every pair, float32 at least; products of heads then know only their distance."""
  cos, sin = (part[:, :, None, :] for part in by)
  first, second = jnp.split(x_BLNH.astype(precision.wide(x_BLNH.dtype)), 2, axis=-1)
  turned = first * cos - second * sin, second * cos + first * sin
  return jnp.concatenate(turned, axis=-1).astype(x_BLNH.dtype)
