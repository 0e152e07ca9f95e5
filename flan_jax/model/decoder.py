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
from typing import Any, Mapping, Optional, Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp

from flan_jax.errors import UserError
from flan_jax.model import attention, attention_backends, layers, positions, precision
from flan_jax.model.config import DecoderConfig, REMAT_POLICIES

Batch = Mapping[str, jax.Array]
Params = Mapping[str, Any]
Cache = Mapping[str, Any]


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
    attend = lambda query, source: query  # has no parameters
    block = layers.Block(self.config, parent=None)
    init = jax.vmap(lambda one: block.init(one, x_BLD, attend)['params'])
    boxed = init(jax.random.split(rng, self.config.layers))
    return nn.meta.add_axis(boxed, 0, {nn.PARTITION_NAME: 'layers'})

  def hidden_states(
    self, tokens_BL, view, keep=False, query_position_BS=None, slot=None, unstacked=None
  ):
    """Runs the layers; returns x_BLD after the last norm and what is kept, or None.

    keep: the keys and values [B, L, G, H] of the tokens, layers first, or a tuple of one
    pair for each layer if they are not scanned. With query_position_BS x_BSD, the states
    at those positions, is all that is computed of the last layer, unless it is one of a
    scan. slot: (attention.Past, scalar): the view's keys are those of the cache, where
    the tokens are written; the cache is kept. unstacked: see `unstacked` below.
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
    windows = config.layer_windows
    windows = jnp.array(windows, jnp.int32) if windows else None
    block = layers.Block(config, parent=None)

    def run_layer(x_BLD, layer, attend=attend_all, pick=layers.whole, slot=None):
      params, window = layer
      look = functools.partial(attend, window=window)
      x_BLD, kept = block.apply({'params': params}, x_BLD, look, rotation, slot, pick)
      return x_BLD, (kept if keep else None)

    x_BLD = layers.over_width(self._embedded(tokens_BL))
    each = unstacked or self.layers, windows
    if slot is not None:
      x_BLD, past = _each_layer_writes(config, run_layer, x_BLD, each, *slot)
      return self.final_norm(layers.over_rows(x_BLD)), past
    run_last, pick = run_layer, layers.whole  # pick: what is taken after the last layer
    if query_position_BS is not None:
      pick = functools.partial(gather_queries, query_position_BS=query_position_BS)
      if not config.scan and query_position_BS.shape[1] < tokens_BL.shape[1]:
        attend = attend_with(view.of(pick))
        run_last = functools.partial(run_layer, attend=attend, pick=pick)
        pick = layers.whole
    x_BLD, kept = _each_layer(config, run_layer, run_last, x_BLD, each)
    return self.final_norm(layers.over_rows(pick(x_BLD))), kept

  def _embedded(self, tokens_BL):
    x_BLD = self.embedding[tokens_BL].astype(self.config.dtype)
    scale = self.config.embedding_scale
    return x_BLD if scale == 1 else x_BLD * scale

  def logits(self, x):
    """Logits, float32 at least; those of a fresh model are of order 1 either way.

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
      preferred_element_type=precision.wide(config.dtype),
    )
    product, cap = product if scale is None else product * scale, config.logit_soft_cap
    return product if cap is None else cap * jnp.tanh(product / cap)

  def __call__(self, tokens_BL, view):
    return self.logits(self.hidden_states(tokens_BL, view)[0])


def _each_layer(config, run_layer, run_last, x_BLD, each):
  """Applies run_layer to each layer in turn; its outputs are stacked, or a tuple.

  each: of arrays with the layers first or, unless layers are scanned, tuples of them.
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
    return jax.lax.scan(run_layer, x_BLD, each)
  outputs = []
  for index in range(config.layers):
    run = run_last if index == config.layers - 1 else run_layer
    x_BLD, output = run(x_BLD, tuple(_layer(part, index) for part in each))
    outputs.append(output)
  return x_BLD, tuple(outputs)


def _each_layer_writes(config, run_layer, x_BLD, each, past, index):
  """The same where each layer writes into the cache and reads it; returns that, too."""
  if not config.scan:
    written = []
    for number, own in enumerate(past):
      layer = tuple(_layer(part, number) for part in each)
      slot = attention.Slot(own, index, None)
      x_BLD, own = run_layer(x_BLD, layer, slot=slot)
      written.append(own)
    return x_BLD, tuple(written)

  def body(carry, layer):
    x_BLD, past = carry
    *layer, number = layer
    return run_layer(x_BLD, layer, slot=attention.Slot(past, index, number)), None

  numbers = jnp.arange(config.layers)
  return jax.lax.scan(body, (x_BLD, past), (*each, numbers))[0]


def _layer(part, index: int):
  return part[index] if isinstance(part, tuple) else jax.tree.map(
    lambda leaf: leaf[index], part
  )


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
  """[..., V], float32 at least, from hidden states [..., D]."""
  return _apply(config, params, 'logits', x)


def prefill(
  config: DecoderConfig, params: Params, batch: Batch, cache_length: int
) -> tuple[jax.Array, Cache]:
  """Reads prompts, one segment a row and padding wherever it may be.

  Returns x_BLD, whose state at a row's last prompt token predicts the first new one,
  and a cache with room for cache_length - L new tokens:
    past (an attention.Past [layers, B, G, M, H], or a tuple of one for each layer if
    they are not scanned), positions [B, M], valid [B, M] (bool), and length (scalar),
    the slot of the next token, the same in every row.

  Raises ValueError if cache_length is less than L.
  """
  length = batch['tokens'].shape[1]
  if cache_length < length:
    raise ValueError(f'cache_length is {cache_length}, the prompts take {length}.')
  x_BLD, kept = _apply(
    config, params, 'hidden_states', batch['tokens'], _rows(batch), keep=True
  )

  def with_room(leaf, axis):
    widths = [(0, 0)] * leaf.ndim
    widths[axis] = (0, cache_length - length)
    return jnp.pad(leaf, widths)

  room = lambda leaf: layers.over_heads(with_room(leaf, leaf.ndim - 2))
  return x_BLD, {
    'past': jax.tree.map(room, _past(config, kept)),
    'positions': with_room(jnp.asarray(batch['positions']), 1),
    'valid': with_room(jnp.asarray(batch['segment_ids']) > 0, 1),
    'length': jnp.asarray(length, jnp.int32),
  }


def _past(config: DecoderConfig, kept):
  """New keys and values, as hidden_states returns them, as those of a cache."""
  if config.scan:
    return attention.Past.of(*kept)
  return tuple(attention.Past.of(*one) for one in kept)


def unstacked(config: DecoderConfig, params: Params) -> Optional[tuple[Params, ...]]:
  """The parameters of each layer by itself, for many a decode_step; None if scanned.

  A loop would take them out of the stack at every step: a copy of all of them.
  """
  if config.scan:
    return None
  return tuple(_layer(params['layers'], index) for index in range(config.layers))


def decode_step(
  config: DecoderConfig,
  params: Params,
  tokens_B: jax.Array,
  positions_B: jax.Array,
  cache: Cache,
  each_layer: Optional[Sequence[Params]] = None,
) -> tuple[jax.Array, Cache]:
  """Appends one token to each row and predicts the next: (logits_BV, cache).

  positions_B: each token's position in its own sequence (the prompt's length for the
  first new token). Shapes do not change, so the step fits a lax loop. The cache must
  have room: past its end the last slot would be overwritten. each_layer: `unstacked`
  of the parameters, made outside the loop.
  """
  positions_B1, length = positions_B[:, None], cache['length']
  write = functools.partial(jax.lax.dynamic_update_slice_in_dim, start_index=length, axis=1)
  flat = {
    'positions': write(cache['positions'], positions_B1),
    'valid': write(cache['valid'], jnp.ones_like(positions_B1, bool)),
  }
  view = attention.Continuation(
    positions_B1, flat['positions'], flat['valid'][:, None, :]
  )
  x_B1D, past = _apply(
    config, params, 'hidden_states', tokens_B[:, None], view, keep=True,
    slot=(cache['past'], length), unstacked=each_layer,
  )
  cache = {**flat, 'past': past, 'length': length + 1}
  return logits(config, params, x_B1D[:, 0]), cache


def cache_rows(config: DecoderConfig, cache: Cache, rows_B: jax.Array) -> Cache:
  """The cache of some rows, in this order, each as often as it is named."""
  axis = 1 if config.scan else 0
  past = jax.tree.map(lambda leaf: jnp.take(leaf, rows_B, axis=axis), cache['past'])
  flat = {name: cache[name][rows_B] for name in ('positions', 'valid')}
  return {**cache, **flat, 'past': past}
