# SPDX-License-Identifier: Apache-2.0
"""Token losses as (sum, weight), to be divided once; computes few logits at a time.

`unembed` turns hidden states [..., D] into float32 logits [..., V]. All rows advance
through their slots together, so rows may be sharded over devices; only logits
[B, chunk, V] exist at a time, and their gradient is computed while they do. A device
that has all the rows first joins them into one row and skips the slots without weight.
"""

import dataclasses
import functools
import math
from typing import Callable, Optional

import jax
import jax.numpy as jnp

from flan_jax import settings
from flan_jax.model import decoder, layers, precision

Unembed = Callable[[jax.Array], jax.Array]

# Slots per device whose logits, and their gradients, exist at the same time.
SLOTS_AT_ONCE = 256
# Float32 logits per device at the same time when no gradient is computed: 128 MiB.
_LOGITS_AT_ONCE = 2**25


# Terms that LossConfig may add to the cross-entropy, as named among the sums.
EXTRAS = ('z_loss', 'smoothing_loss')


@dataclasses.dataclass(frozen=True)
class LossConfig:
  """Terms that training adds to a target's cross-entropy, as T5X does.

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
    settings.check_fields(self)


PLAIN = LossConfig()


def cross_entropy(
  unembed: Unembed,
  x_BSD: jax.Array,
  target_id_BS: jax.Array,
  weight_BS: jax.Array,
  chunk: Optional[int] = None,
  config: LossConfig = PLAIN,
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """Computes the training objective, in nats, weighted and summed over all slots.

  weight_BS: float32, 0 on unused slots. chunk: slots of each row whose logits exist at
  a time; by default as many as SLOTS_AT_ONCE allows.

  Returns the sum, with the terms of `config`, and
  {'loss': its plain cross-entropy part, 'z_loss' and 'smoothing_loss': the parts of
  those that are on, 'weight': sum of the weights, 'correct': weight of the slots whose
  target has the highest logit}, float32 scalars; add up first, then divide once. Only
  the first may be differentiated, by the states and by what `unembed` closes over; the
  weights and the other sums are constants.
  """
  wide = precision.wide(x_BSD.dtype)
  slots = x_BSD, jnp.asarray(target_id_BS), jnp.asarray(weight_BS, wide)
  chunk = _chunk_size(target_id_BS.shape) if chunk is None else chunk
  alone = layers.row_parts() == 1
  if alone:
    chunk *= target_id_BS.shape[0]
    slots = _one_row(*slots)
  chunk = _even(slots[1].shape[1], chunk)
  unembed, tables = jax.closure_convert(unembed, slots[0][:, :chunk])
  used = jnp.sum(slots[2] != 0) if alone else None
  objective, sums = _summed(unembed, chunk, config, tables, used, *slots)
  return objective, jax.lax.stop_gradient(sums)


def _one_row(x_BSD, target_id_BS, weight_BS):
  """Joins all slots into one row, [1, B * S, ...], those with a weight first."""
  order = jnp.argsort(weight_BS.reshape(-1) == 0, stable=True)
  joined = lambda leaf: leaf.reshape(-1, *leaf.shape[2:])[order][None]
  return joined(x_BSD), joined(target_id_BS), joined(weight_BS)


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1, 2))
def _summed(unembed, chunk, config, tables, used, *slots):
  """(objective, sums) of cross_entropy; used: slots of a row to process, None for all.

  Under differentiation each chunk's gradients are computed while its logits exist,
  instead of recomputing the logits in the backward pass: three products per chunk
  instead of four.
  """
  sum_chunk = functools.partial(_sum_chunk, unembed, config, tables)
  parts = [_chunked(leaf, chunk) for leaf in slots]
  return _added(lambda *part: (sum_chunk(*part), ()), parts, used)[0]


def _summed_forward(unembed, chunk, config, tables, used, *slots):
  sum_chunk = functools.partial(_sum_chunk, unembed, config)
  gradients = jax.value_and_grad(sum_chunk, argnums=(0, 1), has_aux=True)

  def sums_and_gradients(*part):
    sums, (by_tables, by_x) = gradients(tables, *part)
    return (sums, by_tables), by_x

  parts = [_chunked(leaf, chunk) for leaf in slots]
  (sums, by_tables), by_x = _added(sums_and_gradients, parts, used)
  return sums, (by_tables, _joined(by_x)[:, : slots[0].shape[1]])


def _summed_backward(unembed, chunk, config, residuals, gradients):
  by_objective, _ = gradients
  scale = lambda leaf: leaf * by_objective.astype(leaf.dtype)
  by_tables, by_x_BSD = jax.tree.map(scale, residuals)
  return by_tables, None, by_x_BSD, None, None


_summed.defvjp(_summed_forward, _summed_backward)


def _added(function, parts, used):
  """Sums the first result of function(*part) over chunks, and collects the second.

  parts: arrays with the chunks first. used: slots that count, None for all; chunks after
  them are skipped.
  """
  chunks = parts[0].shape[0]
  shapes = jax.eval_shape(function, *(leaf[0] for leaf in parts))
  sums = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes[0])
  room = lambda leaf: jnp.zeros((chunks, *leaf.shape), leaf.dtype)

  needed = chunks if used is None else -(-used // parts[1].shape[2])

  def go_on(state):
    # Both bounds are stated, so that a reader of the program (planning.hlo) finds the
    # larger one and no other number.
    return (state[0] < chunks) & (state[0] < needed)

  def take(state):
    index, sums, collected = state
    more, own = function(*(leaf[index] for leaf in parts))
    put = lambda leaf, part: leaf.at[index].set(part)
    return (index + 1, jax.tree.map(jnp.add, sums, more), jax.tree.map(put, collected, own))

  return jax.lax.while_loop(go_on, take, (0, sums, jax.tree.map(room, shapes[1])))[1:]


def _sum_chunk(unembed, config, tables, x_BSD, target_id_BS, weight_BS):
  scored = _score(lambda x: unembed(x, *tables), config, x_BSD, target_id_BS)
  sums = {name: jnp.sum(weight_BS * leaf_BS) for name, leaf_BS in scored.items()}
  sums['loss'] = -sums.pop('log_likelihood')
  objective = sum((sums[name] for name in EXTRAS if name in sums), sums['loss'])
  return objective, {**sums, 'weight': jnp.sum(weight_BS)}


def token_log_likelihoods(
  unembed: Unembed, x_BSD: jax.Array, target_id_BS: jax.Array, chunk: Optional[int] = None
) -> tuple[jax.Array, jax.Array]:
  """Returns, per target [B, S], its log-likelihood in nats and whether no token has a higher one.

  float32 and bool. Meaningless on unused slots.
  """
  slots = target_id_BS.shape[1]
  chunk = _even(slots, _chunk_size(target_id_BS.shape) if chunk is None else chunk)

  def score(_, part):
    scored = _score(unembed, PLAIN, *part)
    return None, (scored['log_likelihood'], scored['correct'] > 0)

  parts = _chunked(x_BSD, chunk), _chunked(target_id_BS, chunk)
  _, scored = jax.lax.scan(score, None, parts)
  return jax.tree.map(lambda leaf: _joined(leaf)[:, :slots], scored)


def queried_log_likelihoods(
  config: decoder.DecoderConfig, params: decoder.Params, batch: decoder.Batch
) -> tuple[jax.Array, jax.Array]:
  """token_log_likelihoods of a packed batch, its target_id at its query_position."""
  x_BSD = decoder.queried_states(config, params, batch)
  unembed = functools.partial(decoder.logits, config, params)
  rows = -(-x_BSD.shape[0] // layers.row_parts())
  chunk = max(1, _LOGITS_AT_ONCE // (rows * config.known_vocab_size))
  return token_log_likelihoods(unembed, x_BSD, batch['target_id'], chunk)


def decoder_loss(
  config: decoder.DecoderConfig, params: decoder.Params, batch: decoder.Batch, loss: LossConfig = PLAIN
) -> tuple[jax.Array, dict[str, jax.Array]]:
  """cross_entropy of a packed batch: (sum, {'loss', 'weight', 'correct', ...}).

  Besides the decoder's arrays the batch has query_position, target_id and weight
  [B, S]: the state at query_position predicts target_id. The batch's `branch` is
  ignored: training rows have no branches (row_arrays.assemble).
  """
  names = 'tokens', 'positions', 'segment_ids', 'query_position'
  rows = {name: batch[name] for name in names}
  x_BSD = decoder.queried_states(config, params, rows)
  unembed = functools.partial(decoder.logits, config, params)
  targets = batch['target_id'], batch['weight']
  return cross_entropy(unembed, x_BSD, *targets, config=loss)


def _score(unembed, config, x_BSD, target_id_BS):
  logits_BSV = unembed(x_BSD)
  logits_BSV = logits_BSV.astype(precision.wide(logits_BSV.dtype))
  highest_BS = jax.lax.stop_gradient(jnp.max(logits_BSV, axis=-1))
  # A select and a sum fuse with the exponentials; a gather's derivative is a scatter.
  ids_BSV = jax.lax.broadcasted_iota(jnp.int32, logits_BSV.shape, 2)
  is_target_BSV = ids_BSV == target_id_BS[..., None]
  target_BS = jnp.sum(jnp.where(is_target_BSV, logits_BSV, 0.0), axis=-1)
  exponentials_BSV = jnp.exp(logits_BSV - highest_BS[..., None])
  normalizer_BS = highest_BS + jnp.log(jnp.sum(exponentials_BSV, axis=-1))
  scored = {'log_likelihood': target_BS - normalizer_BS, 'correct': (target_BS >= highest_BS).astype(logits_BSV.dtype)}
  if config.z_loss:
    scored['z_loss'] = config.z_loss * normalizer_BS**2
  if config.label_smoothing:
    smoothing_BS = _smoothing(config.label_smoothing, target_BS, logits_BSV)
    scored['smoothing_loss'] = smoothing_BS
  return scored


def _smoothing(share, target_BS, logits_BSV):
  """The term that smoothing adds to -log p(target); target_BS: the targets' own logits.

  With q = 1 - share on the target and r = share / (V - 1) on every other token,

    -sum_v q_v log p_v = -log p(target) + V r (logit of the target - mean logit),

  because q + (V - 1) r = 1: the normalizer cancels, and only a mean is needed.
  """
  vocab_size = logits_BSV.shape[-1]
  other = share / (vocab_size - 1)
  entropy = -(1 - share) * math.log(1 - share) - share * math.log(other)
  return vocab_size * other * (target_BS - jnp.mean(logits_BSV, axis=-1)) - entropy


def _chunk_size(shape):
  """Slots per row that make SLOTS_AT_ONCE on a device; shape: rows and their slots."""
  return max(1, SLOTS_AT_ONCE * layers.row_parts() // shape[0])


def _even(slots, chunk):
  """The chunk size, at most `chunk`, with as few chunks as `chunk` needs and the least padding."""
  return -(-slots // -(-slots // chunk))


def _chunked(leaf, chunk):
  """[B, S, ...] to [S / chunk, B, chunk, ...], the last chunk padded with zeros."""
  rows, slots = leaf.shape[:2]
  padding = [(0, 0), (0, -slots % chunk)] + [(0, 0)] * (leaf.ndim - 2)
  split = jnp.pad(leaf, padding).reshape(rows, -1, chunk, *leaf.shape[2:])
  return jnp.moveaxis(split, 1, 0)


def _joined(leaf):
  """Inverse of _chunked, with the padding kept."""
  moved = jnp.moveaxis(leaf, 0, 1)
  return moved.reshape(moved.shape[0], -1, *moved.shape[3:])
