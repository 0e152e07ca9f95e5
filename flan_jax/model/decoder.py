"""The decoder-only model of the paper: from a packed batch to hidden states and logits.

Axis letters, the same in the whole room:
  B rows (batch), L tokens of a row, M keys a token may see, S loss slots of a row,
  D model width, N heads, G heads of keys and values (N unless they are shared),
  H head size, F hidden width of the MLP, V vocabulary, K relative position buckets.

A batch is a dict of int32 arrays `tokens`, `positions`, `segment_ids`, `branch`, all
[B, L]; which tokens see which is in `attention.visible`. Without `branch` all tokens
are in branch 0, and attention may take a kernel that knows no others. Parameters are a
plain nested dict of float32 arrays; those of the layers are stacked, layer axis first:

  embedding [V, D]      relative_bias [K, N]      final_norm/scale [D]
  layers/attention_norm/scale [layers, D]         layers/mlp_norm/scale [layers, D]
  layers/attention/query/kernel [layers, D, N*H], .../out/kernel transposed
  layers/attention/{key,value}/kernel [layers, D, G*H]
  layers/mlp/{wi_0,wi_1}/kernel [layers, D, F], layers/mlp/wo/kernel [layers, F, D]
  unembedding [D, V], unless the embedding serves both ends

A configuration may add .../bias beside a kernel, one output wide, and
layers/attention/{query,key}_norm/scale [layers, H]; without relative positions there
is no relative_bias.
"""

import functools
from typing import Any, Mapping, Optional

import flax.linen as nn
import jax
import jax.numpy as jnp

from flan_jax.errors import UserError
from flan_jax.model import attention
from flan_jax.model import attention_backends
from flan_jax.model import layers
from flan_jax.model import positions
from flan_jax.model.config import DecoderConfig, REMAT_POLICIES

Batch = Mapping[str, jax.Array]
Params = Mapping[str, Any]
Cache = Mapping[str, jax.Array]


class Decoder(nn.Module):
  """The parameters and the two passes over them; call the functions below instead."""

  config: DecoderConfig

  def setup(self):
    config = self.config
    self.embedding = self._table(
      'embedding', nn.initializers.normal(1 / config.embedding_scale),
      ('vocab', 'embed'), (config.vocab_size, config.d_model),
    )
    if config.positions == 'relative':
      self.relative_bias = self._table(
        'relative_bias', layers.KERNEL_INIT, ('buckets', 'heads'),
        (config.relative_buckets, config.heads),
      )
    self.layers = self.param('layers', self._stacked_layers)
    self.final_norm = layers.RMSNorm(config.norm_epsilon, config.dtype)
    if not config.tied_embeddings:
      self.unembedding = self._table(
        'unembedding', layers.KERNEL_INIT, ('embed', 'vocab'),
        (config.d_model, config.vocab_size),
      )

  def _table(self, name, init, axes, shape):
    return self.param(name, nn.with_logical_partitioning(init, axes), shape)

  def _stacked_layers(self, rng):
    """Initialises each layer alone, so that fan-in is a layer's; stacks them."""
    x_BLD = jnp.zeros((1, 1, self.config.d_model), self.config.dtype)
    attend = lambda query, sources: query  # has no parameters
    block = layers.Block(self.config, parent=None)
    init = jax.vmap(lambda one: block.init(one, x_BLD, attend)['params'])
    boxed = init(jax.random.split(rng, self.config.layers))
    return nn.meta.add_axis(boxed, 0, {nn.PARTITION_NAME: 'layers'})

  def hidden_states(self, tokens_BL, view, past=None, keep=False, query_position_BS=None):
    """Runs the layers; the view's keys are those of `past`, then of tokens_BL.

    past: (key, value), each [layers, B, M, G, H]. Returns x_BLD after the last norm
    and, if `keep`, the new keys and values [layers, B, L, G, H]. With query_position_BS
    x_BSD, the states at those positions, is all that is computed of the last layer,
    unless it is one of a scan.
    """
    config = self.config
    table_KN = self.relative_bias if config.positions == 'relative' else None
    attend_with = functools.partial(
      attention_backends.attend_with, config, table_KN=table_KN
    )
    attend_all = attend_with(view)
    rotation = None
    if config.positions == 'rope':
      rows = isinstance(view, attention.Rows)
      turn = positions.row_rotation if rows else positions.rotation
      rotation = turn(config, view.query_positions_BL)
    windows = config.layer_windows and jnp.array(config.layer_windows, jnp.int32)
    block = layers.Block(config, parent=None)

    def run_layer(x_BLD, layer, attend=attend_all, pick=layers.whole):
      params, window, layer_past = layer
      look = functools.partial(attend, window=window)
      x_BLD, kept = block.apply(
        {'params': params}, x_BLD, look, rotation, layer_past, pick
      )
      return x_BLD, (kept if keep else None)

    x_BLD = layers.over_width(self._embedded(tokens_BL))
    run_last, pick = run_layer, layers.whole  # pick: what is taken after the last layer
    if query_position_BS is not None:
      pick = functools.partial(gather_queries, query_position_BS=query_position_BS)
      if not config.scan and query_position_BS.shape[1] < tokens_BL.shape[1]:
        attend = attend_with(view.of(pick))
        run_last = functools.partial(run_layer, attend=attend, pick=pick)
        pick = layers.whole
    stacked = self.layers, windows, past
    x_BLD, kept = _each_layer(config, run_layer, run_last, x_BLD, stacked)
    return self.final_norm(layers.over_rows(pick(x_BLD))), kept

  def _embedded(self, tokens_BL):
    x_BLD = self.embedding[tokens_BL].astype(self.config.dtype)
    scale = self.config.embedding_scale
    return x_BLD if scale == 1 else x_BLD * scale

  def logits(self, x):
    """float32 logits; those of a fresh model are of order 1 either way.

    A tied embedding has entries of order 1, as the layers want their input; products
    with it are divided by sqrt(D), unless the configuration has a scale of its own.
    """
    config, scale = self.config, self.config.logit_scale
    if config.tied_embeddings:
      kernel_DV = self.embedding.T
      scale = config.d_model**-0.5 if scale is None else scale
    else:
      kernel_DV = self.unembedding
    product = jnp.matmul(
      x.astype(config.dtype), kernel_DV.astype(config.dtype),
      preferred_element_type=jnp.float32,
    )
    product = product if scale is None else product * scale
    cap = config.logit_soft_cap
    return product if cap is None else cap * jnp.tanh(product / cap)

  def __call__(self, tokens_BL, view):
    return self.logits(self.hidden_states(tokens_BL, view)[0])


def _each_layer(config, run_layer, run_last, x_BLD, stacked):
  """Applies run_layer to the stacked layers in turn; outputs are stacked again.

  run_last: what is applied to the last one, unless the layers are scanned.
  """
  if config.remat != 'none':
    # A scan's body is its own barrier; only the unrolled loop needs the CSE guard.
    run_layer, run_last = (
      jax.checkpoint(
        run, policy=REMAT_POLICIES[config.remat], prevent_cse=not config.scan
      )
      for run in (run_layer, run_last)
    )
  if config.scan:
    return jax.lax.scan(run_layer, x_BLD, stacked)
  outputs = []
  for index in range(config.layers):
    run = run_last if index == config.layers - 1 else run_layer
    x_BLD, output = run(x_BLD, jax.tree.map(lambda leaf: leaf[index], stacked))
    outputs.append(output)
  return x_BLD, jax.tree.map(lambda *leaves: jnp.stack(leaves), *outputs)


def _boxed_params(config: DecoderConfig, rng: jax.Array) -> Params:
  if config.vocab_size is None:
    raise UserError(
      'vocab_size of the decoder is None: fill it from the vocabulary with '
      'dataclasses.replace(config, vocab_size=...) before the parameters are made.'
    )
  nothing = jnp.zeros((1, 1), jnp.int32)
  view = attention.Rows(nothing, nothing, nothing)
  return Decoder(config).init(rng, nothing, view)['params']


def init_params(config: DecoderConfig, rng: jax.Array) -> Params:
  """Fresh float32 parameters as a plain nested dict, the tree in the module docstring.

  Raises UserError if the vocabulary size is not filled in.
  """
  return nn.meta.unbox(_boxed_params(config, rng))


def abstract_params(config: DecoderConfig) -> Params:
  """The tree of init_params as shapes only; costs no memory at any size."""
  return jax.eval_shape(lambda rng: init_params(config, rng), jax.random.key(0))


def parameter_axes(config: DecoderConfig) -> Params:
  """The tree of init_params with a tuple of logical axis names at each leaf.

  Names: vocab, embed, joined_heads, joined_kv_heads, head_dim, mlp, layers, buckets,
  heads.
  """
  boxed = jax.eval_shape(lambda rng: _boxed_params(config, rng), jax.random.key(0))
  specs = nn.get_partition_spec(boxed)
  is_spec = lambda leaf: isinstance(leaf, jax.sharding.PartitionSpec)
  return jax.tree.map(tuple, specs, is_leaf=is_spec)


def count_parameters(tree: Params, embeddings: bool) -> int:
  """Number of parameters; with embeddings=False, without either end's token table."""
  ends = () if embeddings else ('embedding', 'unembedding')
  kept = {name: subtree for name, subtree in tree.items() if name not in ends}
  return sum(leaf.size for leaf in jax.tree.leaves(kept))


def _apply(config: DecoderConfig, params: Params, method: str, *args, **kwargs):
  return Decoder(config).apply({'params': params}, *args, method=method, **kwargs)


def _rows(batch: Batch) -> attention.Rows:
  return attention.Rows(
    batch['positions'], batch['segment_ids'], batch.get('branch')
  )


def hidden_states(config: DecoderConfig, params: Params, batch: Batch) -> jax.Array:
  """x_BLD after the final norm, in config.dtype. On padding it means nothing."""
  rows = _rows(batch)
  return _apply(config, params, 'hidden_states', batch['tokens'], rows)[0]


def queried_states(config: DecoderConfig, params: Params, batch: Batch) -> jax.Array:
  """x_BSD: hidden_states at the batch's query_position [B, S], the ones unembedded.

  Faster than to compute all of them where the layers are not scanned: of the last one
  the other tokens need keys and values only.
  """
  arguments = batch['tokens'], _rows(batch)
  queries = jnp.asarray(batch['query_position'])
  return _apply(
    config, params, 'hidden_states', *arguments, query_position_BS=queries
  )[0]


def gather_queries(x_BLD: jax.Array, query_position_BS: jax.Array) -> jax.Array:
  """x_BSD: what [B, L, ...] has at each row's query positions."""
  # By rows: with a gradient spread by width too, the partitioner of XLA gets the scatter
  # that is the derivative wrong on a mesh of three axes.
  x_BLD = layers.over_rows(x_BLD)
  index = jnp.expand_dims(query_position_BS, tuple(range(2, x_BLD.ndim)))
  return layers.over_rows(jnp.take_along_axis(x_BLD, index, axis=1))


def logits(config: DecoderConfig, params: Params, x: jax.Array) -> jax.Array:
  """float32 [..., V] from hidden states [..., D]."""
  return _apply(config, params, 'logits', x)


def prefill(
  config: DecoderConfig, params: Params, batch: Batch, cache_length: int
) -> tuple[jax.Array, Cache]:
  """Reads prompts, one segment a row and padding wherever it may be.

  Returns x_BLD, whose state at a row's last prompt token predicts the first new one,
  and a cache with room for cache_length - L new tokens:
    key, value [layers, B, M, G, H], positions [B, M], valid [B, M] (bool), and
    length (scalar), the slot of the next token, the same in every row.

  Raises ValueError if cache_length is less than L.
  """
  length = batch['tokens'].shape[1]
  if cache_length < length:
    raise ValueError(f'cache_length is {cache_length}, the prompts take {length}.')
  x_BLD, (key, value) = _apply(
    config, params, 'hidden_states', batch['tokens'], _rows(batch), keep=True
  )

  def with_room(leaf, axis):
    widths = [(0, 0)] * leaf.ndim
    widths[axis] = (0, cache_length - length)
    return jnp.pad(leaf, widths)

  return x_BLD, {
    'key': with_room(key, 2),
    'value': with_room(value, 2),
    'positions': with_room(jnp.asarray(batch['positions']), 1),
    'valid': with_room(jnp.asarray(batch['segment_ids']) > 0, 1),
    'length': jnp.asarray(length, jnp.int32),
  }


def decode_step(
  config: DecoderConfig,
  params: Params,
  tokens_B: jax.Array,
  positions_B: jax.Array,
  cache: Cache,
) -> tuple[jax.Array, Cache]:
  """Appends one token to each row and predicts the next: (logits_BV, cache).

  positions_B: each token's position in its own sequence (the prompt's length for the
  first new token). Shapes do not change, so the step fits a lax loop. The cache must
  have room: past its end the last slot would be overwritten.
  """
  positions_B1 = positions_B[:, None]
  itself_B1 = jnp.ones_like(positions_B1, bool)
  view = attention.Continuation(
    positions_B1,
    jnp.concatenate([cache['positions'], positions_B1], axis=1),
    jnp.concatenate([cache['valid'], itself_B1], axis=1)[:, None, :],
  )
  x_B1D, (key, value) = _apply(
    config, params, 'hidden_states', tokens_B[:, None], view,
    past=(cache['key'], cache['value']), keep=True,
  )
  new = {'key': key, 'value': value, 'positions': positions_B1, 'valid': itself_B1}
  cache = _append(cache, new)
  return logits(config, params, x_B1D[:, 0]), cache


def _append(cache: Cache, new: Mapping[str, jax.Array]) -> Cache:
  """Writes a token's entries at the next slot, all layers at once."""
  slot_axis = {'key': 2, 'value': 2, 'positions': 1, 'valid': 1}
  updated = {
    name: jax.lax.dynamic_update_slice_in_dim(
      cache[name], new[name].astype(cache[name].dtype), cache['length'], axis
    )
    for name, axis in slot_axis.items()
  }
  return {**updated, 'length': cache['length'] + 1}
