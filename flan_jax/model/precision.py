# SPDX-License-Identifier: Apache-2.0
"""The type of the delicate parts of a model: softmax, norms, rotations, logits, loss."""

from typing import Any

import jax.numpy as jnp


def wide(dtype: Any) -> jnp.dtype:
  """float32 for whatever is narrower; float64 stays itself.

  Example: wide('bfloat16') is float32.
  """
  return jnp.promote_types(dtype, jnp.float32)
