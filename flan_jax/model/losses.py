"""Token losses as (sum, weight), to be divided once; logits only a few slots at a time.

`unembed` turns hidden states [..., D] into float32 logits [..., V]. Rows stay whole
and the slots of all rows advance together, so rows may be spread over devices; of the
logits, [B, chunk, V] exist at a time and the backward pass computes them again.
"""

import dataclasses
import functools
import math
from typing import Callable

import jax
import jax.numpy as jnp

from flan_jax.errors import UserError
from flan_jax.model import decoder

Unembed = Callable[[jax.Array], jax.Array]

# Slots of each row whose logits exist at the same time.
CHUNK = 64


# What LossConfig may add to the cross-entropy, as named among the sums.
EXTRAS = ('z_loss', 'smoothing_loss')


@dataclasses.dataclass(frozen=True)
class LossConfig:
  """What training adds to a target's cross-entropy, as in T5X (t5x/losses.py).

  z_loss: this times log(Z)^2 is added, Z the sum of the V exponentiated logits; it
    keeps float32 logits from drifting (T5X: 1e-4).
  label_smoothing: this share s of a target's probability is spread evenly over the
    other V - 1 tokens. The entropy of that distribution is subtracted, so that the
    best possible loss is still 0. V counts all rows of the token table.

  Raises UserError for a negative value, or a label_smoothing of 1 or more.
  """

  z_loss: float = 0.0
  label_smoothing: float = 0.0

  def __post_init__(self):
    if not 0 <= self.z_loss < math.inf:
      raise UserError(f'Z_LOSS = {self.z_loss!r}: give a number >= 0, such as 1e-4.')
    if not 0 <= self.label_smoothing < 1:
      raise UserError(
        f'LABEL_SMOOTHING = {self.label_smoothing!r}: give a share of at least 0 and '
        'less than 1, such as 0.1.'
      )


PLAIN = LossConfig()


def cross_entropy(
  unembed: Unembed,
  x_BSD: jax.Array,
  target_id_BS: jax.Array,
  weight_BS: jax.Array,
  chunk: int = CHUNK,
  config: LossConfig = PLAIN,
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """What training minimises, in nats, weighted and summed over all slots.

  weight_BS: float32, 0 on unused slots. Returns the sum, with what `config` adds, and
  {'loss': the plain cross-entropy's part of it, 'z_loss' and 'smoothing_loss': the
  parts of those that are on, 'weight': sum of the weights, 'correct': weight of the
  slots whose target has the highest logit}, float32 scalars; divide once, after
  adding up whatever is to be added.
  """
  scored = _scored(unembed, x_BSD, target_id_BS, chunk, config)
  weight_BS = weight_BS.astype(jnp.float32)
  sums = {name: jnp.sum(weight_BS * leaf_BS) for name, leaf_BS in scored.items()}
  sums['loss'] = -sums.pop('log_likelihood')
  objective = sum((sums[name] for name in EXTRAS if name in sums), sums['loss'])
  return objective, {**sums, 'weight': jnp.sum(weight_BS)}


def token_log_likelihoods(
  unembed: Unembed, x_BSD: jax.Array, target_id_BS: jax.Array, chunk: int = CHUNK
) -> jax.Array:
  """float32 [B, S]: each target's log-likelihood in nats. Unused slots mean nothing."""
  return _scored(unembed, x_BSD, target_id_BS, chunk)['log_likelihood']


def decoder_loss(
  config: decoder.DecoderConfig,
  params: decoder.Params,
  batch: decoder.Batch,
  loss: LossConfig = PLAIN,
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """cross_entropy of a packed batch: (sum, {'loss', 'weight', 'correct', ...}).

  Besides the decoder's arrays the batch has query_position, target_id and weight
  [B, S]: the state at query_position predicts target_id. Rows of training have no
  branches (packing.assemble); that of the batch is not read.
  """
  rows = {name: batch[name] for name in ('tokens', 'positions', 'segment_ids')}
  x_BLD = decoder.hidden_states(config, params, rows)
  x_BSD = decoder.gather_queries(x_BLD, batch['query_position'])
  unembed = functools.partial(decoder.logits, config, params)
  targets = batch['target_id'], batch['weight']
  return cross_entropy(unembed, x_BSD, *targets, config=loss)


def _scored(unembed, x_BSD, target_id_BS, chunk, config=PLAIN):
  """_score of all slots by name, each [B, S], `chunk` slots of every row at a time."""
  slots = target_id_BS.shape[1]
  chunk = min(chunk, slots)
  score = functools.partial(_score, unembed, config)
  score = jax.checkpoint(score, prevent_cse=False)
  _, scored = jax.lax.scan(
    lambda _, part: (None, score(*part)),
    None,
    (_chunked(x_BSD, chunk), _chunked(target_id_BS, chunk)),
  )
  return jax.tree.map(lambda leaf: _joined(leaf)[:, :slots], scored)


def _score(unembed, config, x_BSD, target_id_BS):
  logits_BSV = unembed(x_BSD).astype(jnp.float32)
  highest_BS = jax.lax.stop_gradient(jnp.max(logits_BSV, axis=-1))
  # A select and a sum fuse with the exponentials; a gather's derivative is a scatter.
  ids_BSV = jax.lax.broadcasted_iota(jnp.int32, logits_BSV.shape, 2)
  is_target_BSV = ids_BSV == target_id_BS[..., None]
  target_BS = jnp.sum(jnp.where(is_target_BSV, logits_BSV, 0.0), axis=-1)
  exponentials_BSV = jnp.exp(logits_BSV - highest_BS[..., None])
  normalizer_BS = highest_BS + jnp.log(jnp.sum(exponentials_BSV, axis=-1))
  scored = {
    'log_likelihood': target_BS - normalizer_BS,
    'correct': (target_BS >= highest_BS).astype(jnp.float32),
  }
  if config.z_loss:
    scored['z_loss'] = config.z_loss * normalizer_BS**2
  if config.label_smoothing:
    smoothing_BS = _smoothing(config.label_smoothing, target_BS, logits_BSV)
    scored['smoothing_loss'] = smoothing_BS
  return scored


def _smoothing(share, target_BS, logits_BSV):
  """What smoothing adds to -log p(target); target_BS are the targets' own logits.

  With q = 1 - share on the target and r = share / (V - 1) on every other token,

    -sum_v q_v log p_v = -log p(target) + V r (logit of the target - mean logit),

  for q + (V - 1) r = 1: the normalizer cancels, and a mean is all that it takes.
  """
  vocab_size = logits_BSV.shape[-1]
  other = share / (vocab_size - 1)
  entropy = -(1 - share) * math.log(1 - share) - share * math.log(other)
  return vocab_size * other * (target_BS - jnp.mean(logits_BSV, axis=-1)) - entropy


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
