"""The decoder-only model of the paper: from a packed batch to hidden states and logits.

Axis letters, the same in the whole room:
  B rows (batch), L tokens of a row, M keys a token may see, S loss slots of a row,
  D model width, N heads, H head size, F hidden width of the MLP, V vocabulary,
  K relative position buckets.

A batch is a dict of int32 arrays `tokens`, `positions`, `segment_ids`, `branch`, all
[B, L]; which tokens see which is in `attention.visible`. Parameters are a plain nested
dict of float32 arrays; those of the layers are stacked, layer axis first:

  embedding [V, D]      relative_bias [K, N]      final_norm/scale [D]
  layers/attention_norm/scale [layers, D]         layers/mlp_norm/scale [layers, D]
  layers/attention/{query,key,value}/kernel [layers, D, N*H], .../out/kernel transposed
  layers/mlp/{wi_0,wi_1}/kernel [layers, D, F], layers/mlp/wo/kernel [layers, F, D]
  unembedding [D, V], unless the embedding serves both ends
"""

import dataclasses
from typing import Any, Mapping, Optional

import flax.linen as nn
import jax
import jax.numpy as jnp

from flan_jax.errors import UserError
from flan_jax.model import attention
from flan_jax.model import layers

Batch = Mapping[str, jax.Array]
Params = Mapping[str, Any]
Cache = Mapping[str, jax.Array]

# What the backward pass finds stored instead of computing it again.
REMAT_POLICIES = {
  'none': None,
  'dots': jax.checkpoint_policies.dots_with_no_batch_dims_saveable,
  'full': jax.checkpoint_policies.nothing_saveable,
}


@dataclasses.dataclass(frozen=True)
class DecoderConfig:
  """Shape and numerics of a decoder.

  vocab_size: None until the vocabulary is known (`dataclasses.replace` fills it in).
  d_model, heads, head_dim, d_ff: widths; heads * head_dim need not be d_model.
  relative_buckets, relative_max_distance: T5's position buckets; distances of
    relative_max_distance tokens and more share the last one.
  dtype: of the computation; parameters, softmax, norms and loss are float32.
  remat: 'none' stores every activation, 'dots' only outputs of the kernels, 'full'
    only each layer's input.
  scan: one compiled layer run `layers` times; False unrolls the same parameters.
  """

  vocab_size: Optional[int]
  d_model: int
  layers: int
  heads: int
  head_dim: int
  d_ff: int
  activation: str = 'gelu'
  tied_embeddings: bool = True
  relative_buckets: int = 32
  relative_max_distance: int = 128
  dtype: str = 'bfloat16'
  remat: str = 'full'
  scan: bool = True
  norm_epsilon: float = 1e-6

  def __post_init__(self):
    _check_sizes(self)
    _check_choice(self, 'activation', layers.ACTIVATIONS)
    _check_choice(self, 'dtype', ('bfloat16', 'float16', 'float32'))
    _check_choice(self, 'remat', REMAT_POLICIES)
    if self.relative_buckets < 2 or self.relative_max_distance <= self.relative_buckets:
      raise UserError(
        f'relative_buckets is {self.relative_buckets} and relative_max_distance '
        f'{self.relative_max_distance}: there must be at least 2 buckets, and the '
        'distance must be larger than their number.'
      )


def _check_sizes(config: DecoderConfig) -> None:
  names = ['d_model', 'layers', 'heads', 'head_dim', 'd_ff']
  names += [] if config.vocab_size is None else ['vocab_size']
  for name in names:
    value = getattr(config, name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
      raise UserError(f'{name} of the decoder is {value!r}: give a whole number >= 1.')


def _check_choice(config: DecoderConfig, name: str, choices) -> None:
  value = getattr(config, name)
  if value not in choices:
    raise UserError(
      f'{name} of the decoder is {value!r}: choose one of {", ".join(sorted(choices))}.'
    )


class Decoder(nn.Module):
  """The parameters and the two passes over them; call the functions below instead."""

  config: DecoderConfig

  def setup(self):
    config = self.config
    self.embedding = self._table(
      'embedding', nn.initializers.normal(1.0), ('vocab', 'embed'),
      (config.vocab_size, config.d_model),
    )
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
    bias_BNLM = jnp.zeros((1, self.config.heads, 1, 1))
    block = layers.Block(self.config, parent=None)
    init = jax.vmap(lambda one: block.init(one, x_BLD, bias_BNLM)['params'])
    boxed = init(jax.random.split(rng, self.config.layers))
    return nn.meta.add_axis(boxed, 0, {nn.PARTITION_NAME: 'layers'})

  def hidden_states(self, tokens_BL, ids_BLM, past=None, keep=False):
    """Runs the layers; ids_BLM are buckets of the keys of `past`, then of tokens_BL.

    past: (key, value), each [layers, B, M, N, H]. Returns x_BLD after the last norm
    and, if `keep`, the new keys and values [layers, B, L, N, H].
    """
    config = self.config
    bias_BNLM = attention.position_bias(self.relative_bias, ids_BLM)
    block = layers.Block(config, parent=None)

    def run_layer(x_BLD, layer):
      params, layer_past = layer
      x_BLD, kept = block.apply({'params': params}, x_BLD, bias_BNLM, layer_past)
      return x_BLD, (kept if keep else None)

    x_BLD = layers.over_rows(self.embedding[tokens_BL].astype(config.dtype))
    x_BLD, kept = _each_layer(config, run_layer, x_BLD, (self.layers, past))
    return self.final_norm(x_BLD), kept

  def logits(self, x):
    """float32 logits; those of a fresh model are of order 1 either way.

    A tied embedding has entries of order 1, as the layers want their input; products
    with it are divided by sqrt(D).
    """
    dtype, scale = self.config.dtype, 1.0
    if self.config.tied_embeddings:
      kernel_DV, scale = self.embedding.T, self.config.d_model**-0.5
    else:
      kernel_DV = self.unembedding
    product = jnp.matmul(
      x.astype(dtype), kernel_DV.astype(dtype), preferred_element_type=jnp.float32
    )
    return product * scale

  def __call__(self, tokens_BL, ids_BLM):
    return self.logits(self.hidden_states(tokens_BL, ids_BLM)[0])


def _each_layer(config, run_layer, x_BLD, stacked):
  """Applies run_layer to the stacked layers in turn; outputs are stacked again."""
  if config.remat != 'none':
    # A scan's body is its own barrier; only the unrolled loop needs the CSE guard.
    run_layer = jax.checkpoint(
      run_layer, policy=REMAT_POLICIES[config.remat], prevent_cse=not config.scan
    )
  if config.scan:
    return jax.lax.scan(run_layer, x_BLD, stacked)
  outputs = []
  for index in range(config.layers):
    x_BLD, output = run_layer(x_BLD, jax.tree.map(lambda leaf: leaf[index], stacked))
    outputs.append(output)
  return x_BLD, jax.tree.map(lambda *leaves: jnp.stack(leaves), *outputs)


def _boxed_params(config: DecoderConfig, rng: jax.Array) -> Params:
  if config.vocab_size is None:
    raise UserError(
      'vocab_size of the decoder is None: fill it from the vocabulary with '
      'dataclasses.replace(config, vocab_size=...) before the parameters are made.'
    )
  nothing = jnp.zeros((1, 1), jnp.int32)
  return Decoder(config).init(rng, nothing, nothing[:, :, None])['params']


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

  Names: vocab, embed, joined_heads, mlp, layers, buckets, heads.
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


def _bucket_ids(config: DecoderConfig, query_BL, key_BM, visible_BLM) -> jax.Array:
  return attention.relative_bucket_ids(
    query_BL, key_BM, visible_BLM,
    config.relative_buckets, config.relative_max_distance,
  )


def _row_bucket_ids(config: DecoderConfig, batch: Batch) -> jax.Array:
  visible_BLM = attention.visible(batch['segment_ids'], batch['branch'])
  return _bucket_ids(config, batch['positions'], batch['positions'], visible_BLM)


def hidden_states(config: DecoderConfig, params: Params, batch: Batch) -> jax.Array:
  """x_BLD after the final norm, in config.dtype. On padding it means nothing."""
  ids_BLM = _row_bucket_ids(config, batch)
  return _apply(config, params, 'hidden_states', batch['tokens'], ids_BLM)[0]


def gather_queries(x_BLD: jax.Array, query_position_BS: jax.Array) -> jax.Array:
  """x_BSD: hidden states at each row's query positions, the only ones unembedded."""
  return jnp.take_along_axis(x_BLD, query_position_BS[:, :, None], axis=1)


def logits(config: DecoderConfig, params: Params, x: jax.Array) -> jax.Array:
  """float32 [..., V] from hidden states [..., D]."""
  return _apply(config, params, 'logits', x)


def prefill(
  config: DecoderConfig, params: Params, batch: Batch, cache_length: int
) -> tuple[jax.Array, Cache]:
  """Reads prompts, one segment a row and padding wherever it may be.

  Returns x_BLD, whose state at a row's last prompt token predicts the first new one,
  and a cache with room for cache_length - L new tokens:
    key, value [layers, B, M, N, H], positions [B, M], valid [B, M] (bool), and
    length (scalar), the slot of the next token, the same in every row.

  Raises ValueError if cache_length is less than L.
  """
  length = batch['tokens'].shape[1]
  if cache_length < length:
    raise ValueError(f'cache_length is {cache_length}, the prompts take {length}.')
  ids_BLM = _row_bucket_ids(config, batch)
  x_BLD, (key, value) = _apply(
    config, params, 'hidden_states', batch['tokens'], ids_BLM, keep=True
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
  ids_B1M = _bucket_ids(
    config,
    positions_B1,
    jnp.concatenate([cache['positions'], positions_B1], axis=1),
    jnp.concatenate([cache['valid'], itself_B1], axis=1)[:, None, :],
  )
  x_B1D, (key, value) = _apply(
    config, params, 'hidden_states', tokens_B[:, None], ids_B1M,
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
