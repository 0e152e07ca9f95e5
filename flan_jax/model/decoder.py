# SPDX-License-Identifier: Apache-2.0
"""The decoder-only model of the paper: from a packed batch to hidden states and logits.

Axis letters, the same in the whole room:
  B rows (batch), L tokens of a row, M keys a token may see, S loss slots of a row,
  D model width, N heads, G heads of keys and values (N unless they are shared),
  H head size, F hidden width of the MLP, V vocabulary, K relative position buckets.

A batch is a dict of int32 arrays `tokens`, `positions`, `segment_ids`, `branch`, all
[B, L]; `attention.visible` defines which tokens see which. Without `branch` all tokens
are in branch 0, and an attention kernel without branches may run. Parameters are a plain
nested dict of float32 arrays; those of the layers are stacked, layer axis first:

  embedding [V, D]      relative_bias [K, N]      final_norm/scale [D]
  layers/attention_norm/scale [layers, D]         layers/mlp_norm/scale [layers, D]
  layers/attention/query/kernel [layers, D, N*H], .../out/kernel transposed
  layers/attention/{key,value}/kernel [layers, D, G*H]
  layers/mlp/{wi_0,wi_1}/kernel [layers, D, F], layers/mlp/wo/kernel [layers, F, D]
  unembedding [D, V], unless the embedding serves both ends

A configuration may add .../bias beside a kernel or a scale, as wide as the output, and
layers/attention/{query,key}_norm/scale [layers, H] (or N*H, G*H), and have
layers/{attention,mlp}_out_norm, layers/mlp/wi instead of the two, and position_embedding
[position_rows, D]; without relative positions there is no relative_bias. An adapter adds
its own parameters, see adapters.py.
"""

import functools
from typing import Any, Mapping, Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp

from flan_jax.model import attention, attention_backends, layers, positions, precision
from flan_jax.model.config import DecoderConfig, REMAT_POLICIES

Batch = Mapping[str, jax.Array]
Params = Mapping[str, Any]


class Decoder(nn.Module):
  """The parameters and the passes over them; call the functions below instead."""

  config: DecoderConfig

  def setup(self) -> None:
    config = self.config
    self.embedding = self._table(
      'embedding',
      nn.initializers.normal(1 / config.embedding_scale),
      ('vocab', 'embed'),
      (config.known_vocab_size, config.d_model),
    )
    if config.positions == 'relative':
      self.relative_bias = self._table(
        'relative_bias', layers.KERNEL_INIT, ('buckets', 'heads'), (config.relative_buckets, config.heads)
      )
    if config.positions == 'learned':
      self.position_embedding = self._table(
        'position_embedding',
        nn.initializers.normal(1 / config.embedding_scale),
        ('positions', 'embed'),
        (config.known_position_rows, config.d_model),
      )
    self.layers = self._given_layers() or self.param('layers', self._stacked_layers)
    self.final_norm = layers.norm(config)
    if not config.tied_embeddings:
      self.unembedding = self._table(
        'unembedding', layers.KERNEL_INIT, ('embed', 'vocab'), (config.d_model, config.vocab_size)
      )

  def _table(self, name, init, axes, shape):
    return self.param(name, nn.with_logical_partitioning(init, axes), shape)

  def _given_layers(self):
    """The layers' parameters passed to `apply`, with an adapter's; `layers.Block` checks shapes."""
    return self.get_variable('params', 'layers') if self.has_variable('params', 'layers') else None

  def _stacked_layers(self, rng):
    """Initialises each layer separately, so that fan-in is per layer, and stacks them."""
    x_BLD = jnp.zeros((1, 1, self.config.d_model), self.config.dtype)
    attend = lambda query, source: query  # has no parameters
    block = layers.Block(self.config, parent=None)
    init = jax.vmap(lambda one: block.init(one, x_BLD, attend)['params'])
    boxed = init(jax.random.split(rng, self.config.layers))
    return nn.meta.add_axis(boxed, 0, {nn.PARTITION_NAME: 'layers'})

  def read(self, tokens_BL: jax.Array, view: attention.Rows, query_position_BS: jax.Array | None = None) -> jax.Array:
    """Returns x_BLD after the last norm, or x_BSD at query_position_BS only.

    The last layer then computes only those positions, unless layers are scanned.
    """
    config, rotation, pick = self.config, self._rotation(view), layers.whole
    run = run_last = self._layer_runner(view, rotation)
    if query_position_BS is not None:
      pick = functools.partial(gather_queries, query_position_BS=query_position_BS)
      if not config.scan and query_position_BS.shape[1] < tokens_BL.shape[1]:
        run_last = self._layer_runner(view.of(pick), rotation, pick)
        pick = layers.whole  # the last layer picks already
    x_BLD, _ = _each_layer(config, run, run_last, *self._start(tokens_BL, view))
    return self._end(pick(x_BLD))

  def prefill(self, tokens_BL: jax.Array, view: attention.Rows) -> tuple[jax.Array, Any]:
    """Returns x_BLD as `read` does, and the keys and values [B, L, G, H] of the tokens.

    These are stacked, layers first; if layers are not scanned, a tuple of one pair per
    layer.
    """
    run = self._layer_runner(view, self._rotation(view), keep=True)
    x_BLD, kept = _each_layer(self.config, run, run, *self._start(tokens_BL, view))
    return self._end(x_BLD), kept

  def decode(
    self,
    tokens_BL: jax.Array,
    view: attention.Continuation,
    past: Any,
    index: jax.Array,
    unstacked: Sequence[Params] | None = None,
  ) -> tuple[jax.Array, Any]:
    """Writes the tokens into the cache and reads it; returns x_BLD and the cache.

    past: an attention.Past, or one per layer. index: scalar, the slot of the first
    token. view: over the keys of the cache. unstacked: see kv_cache.unstacked.
    """
    run = self._layer_runner(view, self._rotation(view), keep=True)
    x_BLD, (params, marks) = self._start(tokens_BL, view)
    each = unstacked or params, marks
    x_BLD, past = _each_layer_writes(self.config, run, x_BLD, each, past, index)
    return self._end(x_BLD), past

  def _start(self, tokens_BL, view):
    """Returns the first layer's input, and the parameters and marks of all layers.

    Marks: `window`, and `rope`, the layer's part of _rotation; None if all layers agree.
    """
    sizes, ropes = self.config.layer_windows, self.config.layer_ropes
    marks = {
      'window': jnp.array(sizes, jnp.int32) if sizes else None,
      'rope': jnp.array([sorted(set(ropes)).index(kind) for kind in ropes], jnp.int32) if ropes else None,
    }
    return layers.over_width(self._embedded(tokens_BL, view)), (self.layers, marks)

  def _end(self, x_BLD):
    return self.final_norm(layers.over_rows(x_BLD))

  def _rotation(self, view):
    if self.config.positions != 'rope':
      return None
    rows = isinstance(view, attention.Rows)
    turn = functools.partial(
      positions.row_rotation if rows else positions.rotation, self.config, view.query_positions_BL
    )
    ropes = self.config.layer_ropes
    return jax.tree.map(lambda *kinds: jnp.stack(kinds), *map(turn, sorted(set(ropes)))) if ropes else turn()

  def _layer_runner(self, view, rotation, pick=layers.whole, keep=False):
    """Returns the function that applies one layer, for a scan.

    view: of the tokens whose states are needed; pick: selects them from the layer's input.
    """
    config = self.config
    table_KN = self.relative_bias if config.positions == 'relative' else None
    attend = attention_backends.attend_with(config, view, table_KN=table_KN)
    block = layers.Block(config, parent=None)

    def run_layer(x_BLD, layer, slot=None):
      params, marks = layer
      look = functools.partial(attend, window=marks['window'])
      own = rotation if marks['rope'] is None else tuple(part[marks['rope']] for part in rotation)
      x_BLD, kept = block.apply({'params': params}, x_BLD, look, own, slot, pick)
      return x_BLD, (kept if keep else None)

    return run_layer

  def _embedded(self, tokens_BL, view):
    config = self.config
    x_BLD = self.embedding[tokens_BL].astype(config.dtype)
    if self.has_variable('params', 'soft_prompt'):  # see adapters.py
      prompt_PD: jax.Array = self.get_variable('params', 'soft_prompt').astype(config.dtype)
      place_BL = tokens_BL - config.known_vocab_size
      x_BLD = jnp.where(place_BL[..., None] < 0, x_BLD, prompt_PD[jnp.maximum(place_BL, 0)])
    x_BLD = x_BLD if config.embedding_scale == 1 else x_BLD * config.embedding_scale
    if config.positions != 'learned':
      return x_BLD
    return x_BLD + self.position_embedding[view.query_positions_BL].astype(config.dtype)

  def logits(self, x: jax.Array) -> jax.Array:
    """Logits, at least float32; of order 1 in a fresh model, tied or not.

    A tied embedding has entries of order 1, as the layers need for their input; products
    with it are divided by sqrt(D), unless the configuration sets its own scale.
    """
    config, scale = self.config, self.config.logit_scale
    if config.tied_embeddings:
      kernel_DV = self.embedding.T
      scale = config.d_model**-0.5 if scale is None else scale
    else:
      kernel_DV = self.unembedding
    product = jnp.matmul(
      x.astype(config.dtype), kernel_DV.astype(config.dtype), preferred_element_type=precision.wide(config.dtype)
    )
    product, cap = product if scale is None else product * scale, config.logit_soft_cap
    return product if cap is None else cap * jnp.tanh(product / cap)

  def __call__(self, tokens_BL, view):
    return self.logits(self.read(tokens_BL, view))


def _each_layer(config, run_layer, run_last, x_BLD, each):
  """Applies run_layer to each layer in turn; its outputs are stacked, or a tuple.

  each: arrays with the layers first or, if layers are not scanned, tuples with an entry per layer.
  run_last: applied to the last layer, unless the layers are scanned.
  """
  if config.remat != 'none':
    # A scan's body is its own barrier; only the unrolled loop needs to prevent CSE.
    run_layer, run_last = (
      jax.checkpoint(run, policy=REMAT_POLICIES[config.remat], prevent_cse=not config.scan)
      for run in (run_layer, run_last)
    )
  if config.scan:
    return jax.lax.scan(run_layer, x_BLD, each)
  outputs = []
  for index in range(config.layers):
    run = run_last if index == config.layers - 1 else run_layer
    x_BLD, output = run(x_BLD, tuple(layer_of(part, index) for part in each))
    outputs.append(output)
  return x_BLD, tuple(outputs)


def _each_layer_writes(config, run_layer, x_BLD, each, past, index):
  """As _each_layer, for layers that write into the cache and read it; returns the cache too."""
  if not config.scan:
    written = []
    for number, own in enumerate(past):
      layer = tuple(layer_of(part, number) for part in each)
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


def layer_of(part: Any, index: int) -> Any:
  """Returns one layer's part of stacked arrays, or of a tuple with an entry per layer."""
  return part[index] if isinstance(part, tuple) else jax.tree.map(lambda leaf: leaf[index], part)


def _boxed_params(config: DecoderConfig, rng: jax.Array) -> Params:
  nothing = jnp.zeros((1, 1), jnp.int32)
  view = attention.Rows(nothing, nothing, nothing)
  return Decoder(config).init(rng, nothing, view)['params']


def init_params(config: DecoderConfig, rng: jax.Array) -> Params:
  """Fresh float32 parameters as a plain nested dict, the tree in the module docstring.

  Raises UserError if the vocabulary size is not filled in.
  """
  return nn.meta.unbox(_boxed_params(config, rng))


@functools.lru_cache(maxsize=8)
def _abstract_boxed_params(config: DecoderConfig) -> Params:
  """Cached: shapes are needed many times during a start, and tracing is slow."""
  return jax.eval_shape(lambda rng: _boxed_params(config, rng), jax.random.key(0))


def abstract_params(config: DecoderConfig) -> Params:
  """Returns the tree of init_params as shapes only; costs no memory at any size."""
  return nn.meta.unbox(_abstract_boxed_params(config))


def parameter_axes(config: DecoderConfig) -> Params:
  """Returns the tree of init_params with a tuple of logical axis names at each leaf.

  Names: vocab, embed, joined_heads, joined_kv_heads, head_dim, mlp, layers, buckets,
  heads, positions.
  """
  specs = nn.get_partition_spec(_abstract_boxed_params(config))
  is_spec = lambda leaf: isinstance(leaf, jax.sharding.PartitionSpec)
  return jax.tree.map(tuple, specs, is_leaf=is_spec)


def count_parameters(tree: Params, embeddings: bool) -> int:
  """Returns the number of parameters; with embeddings=False, without tables of tokens or positions."""
  ends = () if embeddings else ('embedding', 'unembedding', 'position_embedding')
  kept = {name: subtree for name, subtree in tree.items() if name not in ends}
  return sum(leaf.size for leaf in jax.tree.leaves(kept))


def apply(config: DecoderConfig, params: Params, method: str, *args: Any, **kwargs: Any) -> Any:
  """Calls a method of Decoder."""
  return Decoder(config).apply({'params': params}, *args, method=method, **kwargs)


def rows_of(batch: Batch) -> attention.Rows:
  """Returns the attention.Rows of a batch: which tokens see which."""
  return attention.Rows(batch['positions'], batch['segment_ids'], batch.get('branch'))


def hidden_states(config: DecoderConfig, params: Params, batch: Batch) -> jax.Array:
  """Returns x_BLD after the final norm, in config.dtype. Meaningless on padding."""
  view = rows_of(batch)
  return apply(config, params, 'read', batch['tokens'], view)


def queried_states(config: DecoderConfig, params: Params, batch: Batch) -> jax.Array:
  """Returns x_BSD: hidden_states at the batch's query_position [B, S].

  Faster than computing all of them if the layers are not scanned: the last layer then
  computes only keys and values for the other tokens.
  """
  arguments = batch['tokens'], rows_of(batch)
  queries = jnp.asarray(batch['query_position'])
  return apply(config, params, 'read', *arguments, query_position_BS=queries)


def gather_queries(x_BLD: jax.Array, query_position_BS: jax.Array) -> jax.Array:
  """Returns x_BSD: entries of [B, L, ...] at each row's query positions."""
  # By rows: if the gradient is sharded by width too, XLA's partitioner computes a wrong
  # scatter (the derivative) on a mesh of three axes.
  x_BLD = layers.over_rows(x_BLD)
  index = jnp.expand_dims(query_position_BS, tuple(range(2, x_BLD.ndim)))
  return layers.over_rows(jnp.take_along_axis(x_BLD, index, axis=1))


def logits(config: DecoderConfig, params: Params, x: jax.Array) -> jax.Array:
  """Returns [..., V], at least float32, from hidden states [..., D]."""
  return apply(config, params, 'logits', x)
