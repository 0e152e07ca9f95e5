# SPDX-License-Identifier: Apache-2.0
"""The mask rule, relative position bias and attention.

Axis letters as in decoder.py; K counts relative position buckets.
"""

import functools
import math
from typing import Callable, NamedTuple, Optional

import jax
import jax.numpy as jnp
import numpy as np

from flan_jax.model import precision

# Added to a masked score: its weight underflows to exactly 0 in float32, and a row that
# sees nothing (padding) still has a finite softmax.
MASKED = -1e9


def visible(segment_ids_BL: jax.Array, branch_BL: Optional[jax.Array] = None) -> jax.Array:
  """The one mask rule: bool [B, L, M], true where token L may look at token M.

  A token sees itself and earlier tokens of its own segment that are in branch 0 (the
  prompt) or in its own branch. Segment 0 is padding and sees nothing.
  branch_BL: None if all tokens are in branch 0.

  Example: segments [1, 1, 1, 2] with branches [0, 1, 2, 0] give the rows
  1000, 1100, 1010, 0001.
  """
  own, other = segment_ids_BL[:, :, None], segment_ids_BL[:, None, :]
  index = jnp.arange(segment_ids_BL.shape[1])
  seen = (own == other) & (own > 0) & (index[None, :, None] >= index[None, None, :])
  if branch_BL is None:
    return seen
  own_branch, other_branch = branch_BL[:, :, None], branch_BL[:, None, :]
  return seen & ((other_branch == 0) | (other_branch == own_branch))


class Rows(NamedTuple):
  """Packed rows, whose tokens attend to one another: int32 [B, L] each.

  Positions count within a segment. branch_BL: None if all tokens are in branch 0.
  """

  positions_BL: jax.Array
  segment_ids_BL: jax.Array
  branch_BL: Optional[jax.Array]

  @property
  def query_positions_BL(self) -> jax.Array:
    return self.positions_BL

  @property
  def key_positions_BM(self) -> jax.Array:
    return self.positions_BL

  @property
  def visible_BLM(self) -> jax.Array:
    """The mask, computed only on use: some attention kernels do not need it."""
    return visible(self.segment_ids_BL, self.branch_BL)

  def of(self, pick: Callable[[jax.Array], jax.Array]) -> 'Continuation':
    """The view of some of the tokens; pick selects theirs from an array [B, L, ...]."""
    positions_BL = self.positions_BL
    return Continuation(pick(positions_BL), positions_BL, pick(self.visible_BLM))


class Continuation(NamedTuple):
  """L tokens that attend to M keys: new ones to a cache and themselves, or some of a row.

  Positions count within a segment, int32 [B, L] and [B, M]; visible is bool [B, L, M].
  """

  query_positions_BL: jax.Array
  key_positions_BM: jax.Array
  visible_BLM: jax.Array


class Past(NamedTuple):
  """Keys and values of a cache, heads before tokens for the products: [B, G, M, H].

  If layers are scanned, of all layers: [layers, B, G, M, H].
  """

  key_BGMH: jax.Array
  value_BGMH: jax.Array

  @classmethod
  def of(cls, key_BMGH: jax.Array, value_BMGH: jax.Array) -> 'Past':
    return cls(_heads_first(key_BMGH), _heads_first(value_BMGH))


class Slot(NamedTuple):
  """Where a layer writes the keys and values of new tokens, and the cache it reads.

  start: scalar, the first slot. layer: scalar, None if the cache is of one layer.
  """

  past: Past
  start: jax.Array
  layer: Optional[jax.Array]

  def written(self, key_BLGH: jax.Array, value_BLGH: jax.Array) -> tuple[Past, Past]:
    """Returns (the cache with the new keys and values, this layer's part of it).

    The part is read after the write, so that a loop can write in place; otherwise XLA
    would keep a copy of the old cache.
    """
    past = jax.tree.map(self._put, self.past, Past.of(key_BLGH, value_BLGH))
    if self.layer is None:
      return past, past
    take = functools.partial(jax.lax.dynamic_index_in_dim, index=self.layer, keepdims=False)
    return past, jax.tree.map(take, past)

  def _put(self, old, new):
    zero = jnp.zeros_like(self.start)
    new, start = new.astype(old.dtype), [zero, zero, self.start, zero]
    if self.layer is not None:
      new, start = new[None], [self.layer.astype(zero.dtype), *start]
    return jax.lax.dynamic_update_slice(old, new, start)


def distance_BLM(view: Rows | Continuation) -> jax.Array:
  """Distance in tokens from a key to the query; meaningless if the key is not visible."""
  return view.query_positions_BL[:, :, None] - view.key_positions_BM[:, None, :]


def bucket_starts(buckets: int, max_distance: int) -> np.ndarray:
  """Returns the smallest distance in each bucket, int32 [K], as in T5's causal buckets.

  The first half holds one distance each, the second half grows logarithmically; the
  last bucket is open. Integers, so that rounding is equal on every accelerator.

  Example: bucket_starts(8, 16) is [0, 1, 2, 3, 4, 6, 8, 12].
  """
  exact = buckets // 2
  growth = math.log(max_distance / exact) / (buckets - exact)
  # The small offset keeps whole-number boundaries from rounding up.
  steps = np.exp(growth * np.arange(buckets - exact))
  grown = np.ceil(exact * steps - 1e-9).astype(int)
  return np.array([*range(exact), *grown], np.int32)


def relative_bucket_ids(view: Rows | Continuation, buckets: int, max_distance: int) -> jax.Array:
  """Bucket of each pair's distance, int32 [B, L, M]; `buckets` where not visible."""
  distance = distance_BLM(view)
  ids = jnp.zeros_like(distance)
  for start in bucket_starts(buckets, max_distance)[1:]:
    ids += distance >= start
  return jnp.where(view.visible_BLM, ids, buckets)


def mask_bias(visible_BLM: jax.Array) -> jax.Array:
  """Additive attention bias without positions, float32 [B, 1, L, M]."""
  return jnp.where(visible_BLM, 0.0, MASKED)[:, None]


def within_window(bias_BNLM: jax.Array, distance: jax.Array, window: jax.Array) -> jax.Array:
  """The bias, MASKED if a key is `window` tokens away or more; 0 is no window."""
  seen_BLM = (window == 0) | (distance < window)
  return jnp.where(seen_BLM[:, None], bias_BNLM, MASKED)


@jax.custom_vjp
def position_bias(table_KN: jax.Array, ids_BLM: jax.Array) -> jax.Array:
  """Additive attention bias [B, N, L, M], float32 at least; id K (no bucket) is MASKED.

  A chain of selects fuses into one elementwise kernel everywhere. Its automatic
  derivative would be a scatter or K passes over the scores, hence the one written below.
  """
  wide = precision.wide(table_KN.dtype)
  bias = jnp.full((), MASKED, wide)
  for bucket in range(table_KN.shape[0]):
    value = table_KN[bucket].astype(wide)[None, :, None, None]
    bias = jnp.where(ids_BLM[:, None] == bucket, value, bias)
  return bias


def _position_bias_forward(table_KN, ids_BLM):
  return position_bias(table_KN, ids_BLM), (table_KN, ids_BLM)


def _position_bias_backward(residuals, gradient_BNLM):
  """Sums the gradient by bucket as small matrix products, some query rows at a time."""
  table_KN, ids_BLM = residuals
  rows, wide = math.gcd(ids_BLM.shape[1], 64), precision.wide(table_KN.dtype)

  def add_rows(index, total_NK):
    ids = jax.lax.dynamic_slice_in_dim(ids_BLM, index * rows, rows, axis=1)
    part = jax.lax.dynamic_slice_in_dim(gradient_BNLM, index * rows, rows, axis=2)
    one_hot = jax.nn.one_hot(ids, table_KN.shape[0], dtype=wide)
    return total_NK + jnp.einsum('BLMK,BNLM->NK', one_hot, part)

  total_NK = jnp.zeros(table_KN.shape[::-1], wide)
  total_NK = jax.lax.fori_loop(0, ids_BLM.shape[1] // rows, add_rows, total_NK)
  return total_NK.T.astype(table_KN.dtype), None


position_bias.defvjp(_position_bias_forward, _position_bias_backward)


def attend(
  query_BLNH: jax.Array, source: tuple[jax.Array, jax.Array], bias_BNLM: jax.Array, soft_cap: Optional[float] = None
) -> jax.Array:
  """Softmax attention, scaled by 1/sqrt(H); scores and softmax in at least float32.

  source: (key_BMGH, value_BMGH), or Past. Key head g serves the g-th N / G query heads.
  bias: [B, N or 1, L, M], added after the soft cap.
  Returns [B, L, N, H] in the query's dtype.
  """
  # Heads before tokens: plain batched matrix products, twice as fast on a CPU.
  # The division by the sum comes after the product with the values, which is smaller.
  query_BNLH = _heads_first(query_BLNH * query_BLNH.shape[-1] ** -0.5)
  key_BGMH, value_BGMH = source if isinstance(source, Past) else Past.of(*source)
  scores_BNLM = scores(query_BNLH, key_BGMH)
  if soft_cap is not None:
    scores_BNLM = soft_cap * jnp.tanh(scores_BNLM / soft_cap)
  scores_BNLM += bias_BNLM
  highest = jax.lax.stop_gradient(scores_BNLM.max(axis=-1, keepdims=True))
  weights_BNLM = jnp.exp(scores_BNLM - highest)
  out_BNLH = mixed(weights_BNLM.astype(query_BNLH.dtype), value_BGMH)
  out_BNLH /= weights_BNLM.sum(axis=-1, keepdims=True)
  return _heads_first(out_BNLH).astype(query_BLNH.dtype)


def scores(query_BNLH: jax.Array, key_BGMH: jax.Array) -> jax.Array:
  """Products of queries and keys; query heads that share a key head are rows of one product."""
  batch, heads, length, head_dim = query_BNLH.shape
  query_BGRH = query_BNLH.reshape(batch, key_BGMH.shape[1], -1, head_dim)
  scores_BGRM = jnp.einsum(
    'BGRH,BGMH->BGRM', query_BGRH, key_BGMH, preferred_element_type=precision.wide(query_BNLH.dtype)
  )
  return scores_BGRM.reshape(batch, heads, length, -1)


def mixed(weights_BNLM: jax.Array, value_BGMH: jax.Array) -> jax.Array:
  """Weighted sums of the values, [B, N, L, H]."""
  batch, heads, length, keys = weights_BNLM.shape
  weights_BGRM = weights_BNLM.reshape(batch, value_BGMH.shape[1], -1, keys)
  out_BGRH = jnp.einsum(
    'BGRM,BGMH->BGRH', weights_BGRM, value_BGMH, preferred_element_type=precision.wide(value_BGMH.dtype)
  )
  return out_BGRH.reshape(batch, heads, length, -1)


def _heads_first(x: jax.Array) -> jax.Array:
  """[..., L, N, H] to [..., N, L, H], or back."""
  return jnp.swapaxes(x, -3, -2)
