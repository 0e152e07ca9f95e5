# SPDX-License-Identifier: Apache-2.0
"""The parts of one decoder layer, as Flax modules; axis letters as in decoder.py."""

import math
from typing import Any, Callable, Mapping, Optional

import flax.linen as nn
import jax
import jax.numpy as jnp

from flan_jax.model import attention, cpu_kernels, positions, precision

# The mesh axes that shard the rows of a batch, slower network first.
ROW_AXES = ('data', 'fsdp')
# The mesh axis that shards heads and hidden units and, between layers, the width.
TENSOR_AXIS = 'tensor'

# Selects some tokens' entries from an array [B, L, ...].
Pick = Callable[[jax.Array], jax.Array]

# A Flax initializer; `self.param` returns its value without the box.
Initializer = Callable[..., Any]

# Fan-in, as T5: a kernel's output has the variance of its input, corrected for the
# truncation at two standard deviations.
KERNEL_INIT = nn.initializers.variance_scaling(1.0, 'fan_in', 'truncated_normal')


def whole(x: jax.Array) -> jax.Array:
  """The Pick that selects all tokens."""
  return x


def row_parts(sizes: Optional[Mapping[str, int]] = None) -> int:
  """Returns the number of mesh parts that share the rows of a batch.

  sizes: mesh axis -> size; by default those of the mesh in use.
  """
  if sizes is None:
    sizes = jax.sharding.get_abstract_mesh().shape
  return math.prod(sizes.get(axis, 1) for axis in ROW_AXES)


def over_rows(x: jax.Array) -> jax.Array:
  """Constrains activations to be sharded by rows, and by rows only, on the mesh in use.

  Otherwise the compiler may leave x sharded over the embedding, as the kernels are, and
  all-reduce activations when gathering a kernel is cheaper. Does nothing without a mesh.
  """
  return _spread(x, (ROW_AXES,))


def _spread(x, spec):
  """Shards each dimension over those of its axes that the mesh in use has."""
  names = jax.sharding.get_abstract_mesh().axis_names
  spec = [tuple(axis for axis in axes if axis in names) for axes in spec]
  if not any(spec):
    return x
  return jax.lax.with_sharding_constraint(x, jax.sharding.PartitionSpec(*spec))


def over_width(x_BLD: jax.Array) -> jax.Array:
  """Constrains activations to be sharded by rows and, over the tensor axis, by width D.

  Activations pass from layer to layer in this form, and each device stores its part for
  the backward pass. Not sharded by width if the axis does not divide D.
  """
  if x_BLD.shape[-1] % jax.sharding.get_abstract_mesh().shape.get(TENSOR_AXIS, 1):
    return over_rows(x_BLD)
  return _spread(x_BLD, (ROW_AXES, (), (TENSOR_AXIS,)))


def over_heads(x_BGMH: jax.Array) -> jax.Array:
  """Constrains a cache to be sharded by rows and, if it divides them, by heads over the tensor axis."""
  if x_BGMH.shape[-3] % jax.sharding.get_abstract_mesh().shape.get(TENSOR_AXIS, 1):
    return _spread(x_BGMH, [()] * (x_BGMH.ndim - 4) + [ROW_AXES])
  return _spread(x_BGMH, [()] * (x_BGMH.ndim - 4) + [ROW_AXES, (TENSOR_AXIS,)])


@jax.custom_vjp
def gathered(x_BLD: jax.Array) -> jax.Array:
  """Turns over_width into over_rows, before kernels. Its derivative is `scattered`.

  The two surround attention and MLP as in Korthikanti et al. 2022 (arXiv 2205.05198,
  section 4.2.2; there by tokens): the all-reduce of a tensor-parallel layer becomes a
  reduce-scatter and an all-gather of as many bytes. By width, because a TPU pads parts
  of few tokens and then falls back on all-reduce.
  """
  return over_rows(x_BLD)


@jax.custom_vjp
def scattered(x_BLD: jax.Array) -> jax.Array:
  """Sums the devices' partial results into over_width, after kernels; see gathered."""
  return over_width(x_BLD)


def _with_derivative(function, derivative):
  function.defvjp(lambda x_BLD: (function(x_BLD), None), lambda _, gradient_BLD: (derivative(gradient_BLD),))


_with_derivative(gathered, over_width)
_with_derivative(scattered, over_rows)


class RMSNorm(nn.Module):
  """Divides by the root mean square of the last axis in at least float32; scale, no bias.

  offset: added to the stored scale.
  """

  epsilon: float
  dtype: Any
  axis: str = 'embed'
  offset: float = 0.0

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    x, scale = x.astype(precision.wide(x.dtype)), self._scale(x)
    x = x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + self.epsilon)
    return (x * _as_last(scale, x)).astype(self.dtype)

  def _scale(self, x):
    scale = self._parameter('scale', 1.0 - self.offset, x)
    return scale + self.offset if self.offset else scale

  def _parameter(self, name, start, x):
    init: Initializer = nn.with_logical_partitioning(nn.initializers.constant(start), (self.axis,))
    return self.param(name, init, x.shape[-1:])


class LayerNorm(RMSNorm):
  """As RMSNorm, after subtracting the mean of the last axis; adds a bias."""

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    scale, bias = self._scale(x), self._parameter('bias', 0.0, x)
    x = x.astype(precision.wide(x.dtype))
    x = x - jnp.mean(x, axis=-1, keepdims=True)
    x = x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + self.epsilon)
    return (x * _as_last(scale, x) + _as_last(bias, x)).astype(self.dtype)


def _as_last(entries, x):
  return jnp.expand_dims(entries, tuple(range(x.ndim - 1)))


NORMS: Mapping[str, type[RMSNorm]] = {'rms': RMSNorm, 'layer': LayerNorm}


def norm(config: Any, axis: str = 'embed', name: Optional[str] = None) -> RMSNorm:
  """Returns a norm of the decoder's kind."""
  return NORMS[config.norm](config.norm_epsilon, config.dtype, axis, config.norm_offset, name=name)


class Linear(nn.Module):
  """A matrix product; the kernel is 2-D so that Adafactor factors it."""

  features: int
  axes: tuple[str, str]
  dtype: Any
  bias: bool = False

  @nn.compact
  def __call__(self, x: jax.Array, multiply: Callable = cpu_kernels.product) -> jax.Array:
    """multiply: (x, kernel) -> out, for a product that takes more than x."""
    init: Initializer = nn.with_logical_partitioning(KERNEL_INIT, self.axes)
    kernel = self.param('kernel', init, (x.shape[-1], self.features))
    x = x.astype(self.dtype)
    out = multiply(x, self._whole(kernel.astype(self.dtype), self.axes))
    if self.has_variable('params', 'lora_a'):
      out = out + self._low_rank(x, multiply)
    if not self.bias:
      return out
    zeros: Initializer = nn.with_logical_partitioning(nn.initializers.zeros, self.axes[1:])
    bias = self.param('bias', zeros, (self.features,))
    return out + bias.astype(self.dtype)[None, None, :]

  def _low_rank(self, x, multiply):
    """LoRA's product; lora_b contains its scale, see adapters.py."""
    axes = (self.axes[0], 'rank'), ('rank', self.axes[1])
    a, b = (
      self._whole(self.get_variable('params', name).astype(self.dtype), pair)
      for name, pair in zip(('lora_a', 'lora_b'), axes)
    )
    return cpu_kernels.product(multiply(x, a), b)

  def _whole(self, kernel, axes):
    """Gathers the kernel's `embed` shards all at once.

    XLA would gather a part at a time and add the products up: more memory traffic, a
    larger program, and wrong sums on meshes of three axes (jax 0.10).
    """
    return _spread(kernel, [() if a in ('embed', 'rank') else (TENSOR_AXIS,) for a in axes])


class Attention(nn.Module):
  """Multi-head self-attention whose inner width, N * H, need not be D."""

  config: Any

  @nn.compact
  def __call__(
    self,
    x_BLD: jax.Array,
    attend: Callable[[jax.Array, Any], jax.Array],
    rotation: Optional[positions.Rotation],
    slot: Optional[attention.Slot],
    pick: Pick,
  ) -> tuple[jax.Array, Any]:
    """Returns the output and the new (key_BLGH, value_BLGH), to be cached.

    With a slot, the tokens attend to its cache, which includes them, and the second
    result is that cache. attend: (query_BLNH, (key_BMGH, value_BMGH) or Past) ->
    out_BLNH, as attention.attend. Cached keys are already normalised and rotated.
    """
    config, dtype = self.config, self.config.dtype
    query = self._heads('query', pick(x_BLD), config.heads, 'joined_heads')
    key = self._heads('key', x_BLD, config.key_heads, 'joined_kv_heads')
    value = self._heads('value', x_BLD, config.key_heads, 'joined_kv_heads')
    if config.qk_norm and config.qk_norm_over == 'head':
      query, key = (norm(config, 'head_dim', f'{name}_norm')(x) for name, x in (('query', query), ('key', key)))
    if rotation is not None:
      cos, sin = rotation
      query = positions.rotate(query, (pick(cos), pick(sin)))
      key = positions.rotate(key, rotation)
    if config.attention_scalar is not None:  # attend divides by the root of H
      query = query * (config.head_dim / config.attention_scalar) ** 0.5
    kept = source = (key, value)
    if slot is not None:
      kept, source = slot.written(key, value)
    out = attend(query, source)
    out = Linear(x_BLD.shape[-1], ('joined_heads', 'embed'), dtype, config.out_bias, name='out')(
      out.reshape(*out.shape[:2], -1)
    )
    return out, kept

  def _heads(self, name, x_BLD, heads, axis):
    config = self.config
    joined = Linear(heads * config.head_dim, ('embed', axis), config.dtype, config.qkv_bias, name=name)(x_BLD)
    if config.qk_norm and config.qk_norm_over == 'projection' and name != 'value':
      joined = norm(config, axis, f'{name}_norm')(joined)
    return joined.reshape(*x_BLD.shape[:2], heads, config.head_dim)


class GatedMLP(nn.Module):
  """wo(activation(wi_0 x) * wi_1 x), as T5 v1.1 and LaMDA (paper section 2.4)."""

  config: Any

  @nn.compact
  def __call__(self, x_BLD: jax.Array) -> jax.Array:
    config, dtype = self.config, self.config.dtype
    gate_BLF, up_BLF = (
      Linear(config.d_ff, ('embed', 'mlp'), dtype, config.mlp_bias, name=name)(x_BLD) for name in ('wi_0', 'wi_1')
    )
    out = Linear(x_BLD.shape[-1], ('mlp', 'embed'), dtype, config.mlp_bias, name='wo')
    return out(gate_BLF, lambda gate, kernel: cpu_kernels.gated_product(config.activation, gate, up_BLF, kernel))


class PlainMLP(nn.Module):
  """wo(activation(wi x))."""

  config: Any

  @nn.compact
  def __call__(self, x_BLD: jax.Array) -> jax.Array:
    config, dtype = self.config, self.config.dtype
    hidden_BLF = Linear(config.d_ff, ('embed', 'mlp'), dtype, config.mlp_bias, name='wi')(x_BLD)
    out = Linear(x_BLD.shape[-1], ('mlp', 'embed'), dtype, config.mlp_bias, name='wo')
    return out(cpu_kernels.ACTIVATIONS[config.activation](hidden_BLF))


class Block(nn.Module):
  """One decoder layer: attention and MLP, each added to its input, with norms."""

  config: Any

  @nn.compact
  def __call__(self, x_BLD, attend, rotation=None, slot=None, pick: Pick = whole):
    """Returns x_BLD and Attention's second result.

    pick: selects from [B, L, ...] the tokens whose states are needed; the others get
    only keys and values. `attend` must know which tokens those are.
    """
    config = self.config
    mlp = GatedMLP if config.gated_mlp else PlainMLP

    def before(name, x_BLD):
      normal = config.norm_places == 'after'
      return gathered(over_width(x_BLD if normal else norm(config, name=f'{name}_norm')(x_BLD)))

    def after(name, x_BLD):
      x_BLD = scattered(x_BLD)
      return x_BLD if config.norm_places == 'before' else over_width(norm(config, name=f'{name}_out_norm')(x_BLD))

    attended, kept = Attention(config, name='attention')(before('attention', x_BLD), attend, rotation, slot, pick)
    x_BLD = pick(x_BLD)
    sum_BLD = over_width(x_BLD + after('attention', attended))
    hidden_BLD = mlp(config, name='mlp')(before('mlp', x_BLD if config.parallel_residual else sum_BLD))
    return over_width(sum_BLD + after('mlp', hidden_BLD)), kept
