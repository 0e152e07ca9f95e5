"""Token losses as (sum, weight), to be divided once; logits only a few slots at a time.

`unembed` turns hidden states [..., D] into float32 logits [..., V]. Rows stay whole
and the slots of all rows advance together, so rows may be spread over devices; of the
logits, [B, chunk, V] exist at a time and the backward pass computes them again.
"""

import functools
from typing import Callable, Mapping

import jax
import jax.numpy as jnp

from flan_jax.model import decoder

Unembed = Callable[[jax.Array], jax.Array]

# Slots of each row whose logits exist at the same time.
CHUNK = 64


def cross_entropy(
  unembed: Unembed,
  x_BSD: jax.Array,
  target_id_BS: jax.Array,
  weight_BS: jax.Array,
  chunk: int = CHUNK,
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """Weighted cross-entropy in nats, summed over all slots.

  weight_BS: float32, 0 on unused slots. Returns the sum and {'weight': sum of the
  weights, 'correct': weight of the slots whose target has the highest logit}, float32
  scalars; divide once, after adding up whatever is to be added.
  """
  log_likelihood_BS, correct_BS = _scored(unembed, x_BSD, target_id_BS, chunk)
  weight_BS = weight_BS.astype(jnp.float32)
  return -jnp.sum(weight_BS * log_likelihood_BS), {
    'weight': jnp.sum(weight_BS),
    'correct': jnp.sum(weight_BS * correct_BS),
  }


def token_log_likelihoods(
  unembed: Unembed, x_BSD: jax.Array, target_id_BS: jax.Array, chunk: int = CHUNK
) -> jax.Array:
  """float32 [B, S]: each target's log-likelihood in nats. Unused slots mean nothing."""
  return _scored(unembed, x_BSD, target_id_BS, chunk)[0]


def decoder_loss(
  config: decoder.DecoderConfig, params: decoder.Params, batch: decoder.Batch
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """cross_entropy of a packed batch: (sum, {'weight', 'correct'}).

  Besides the decoder's arrays the batch has query_position, target_id and weight
  [B, S]: the state at query_position predicts target_id.
  """
  x_BLD = decoder.hidden_states(config, params, batch)
  x_BSD = decoder.gather_queries(x_BLD, batch['query_position'])
  unembed = functools.partial(decoder.logits, config, params)
  return cross_entropy(unembed, x_BSD, batch['target_id'], batch['weight'])


def _scored(unembed, x_BSD, target_id_BS, chunk):
  """(log-likelihood_BS, correct_BS), `chunk` slots of every row at a time."""
  slots = target_id_BS.shape[1]
  chunk = min(chunk, slots)
  score = jax.checkpoint(functools.partial(_score, unembed), prevent_cse=False)
  _, scored = jax.lax.scan(
    lambda _, part: (None, score(*part)),
    None,
    (_chunked(x_BSD, chunk), _chunked(target_id_BS, chunk)),
  )
  return jax.tree.map(lambda leaf: _joined(leaf)[:, :slots], scored)


def _score(unembed, x_BSD, target_id_BS):
  logits_BSV = unembed(x_BSD).astype(jnp.float32)
  highest_BS = jax.lax.stop_gradient(jnp.max(logits_BSV, axis=-1))
  # A select and a sum fuse with the exponentials; a gather's derivative is a scatter.
  ids_BSV = jax.lax.broadcasted_iota(jnp.int32, logits_BSV.shape, 2)
  is_target_BSV = ids_BSV == target_id_BS[..., None]
  target_BS = jnp.sum(jnp.where(is_target_BSV, logits_BSV, 0.0), axis=-1)
  exponentials_BSV = jnp.exp(logits_BSV - highest_BS[..., None])
  normalizer_BS = highest_BS + jnp.log(jnp.sum(exponentials_BSV, axis=-1))
  return target_BS - normalizer_BS, (target_BS >= highest_BS).astype(jnp.float32)


def _chunked(leaf, chunk):
  """[B, S, ...] to [S / chunk, B, chunk, ...], the last chunk filled with zeros."""
  rows, slots = leaf.shape[:2]
  padding = [(0, 0), (0, -slots % chunk)] + [(0, 0)] * (leaf.ndim - 2)
  split = jnp.pad(leaf, padding).reshape(rows, -1, chunk, *leaf.shape[2:])
  return jnp.moveaxis(split, 1, 0)


def _joined(leaf):
  """Undoes _chunked, but for the zeros."""
  moved = jnp.moveaxis(leaf, 0, 1)
  return moved.reshape(moved.shape[0], -1, *moved.shape[3:])
