# SPDX-License-Identifier: Apache-2.0
"""The dtype of numerically sensitive parts: softmax, norms, rotations, logits, loss."""

from typing import Any

import jax.numpy as jnp


def wide(dtype: Any) -> jnp.dtype:
  """Returns float32 for narrower types; float64 stays float64.

  Example: wide('bfloat16') is float32.
  """
  return jnp.promote_types(dtype, jnp.float32)
