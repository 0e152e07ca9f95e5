# SPDX-License-Identifier: Apache-2.0
"""Adapters: the few parameters that are trained while those of the base stand still.

LoRA (Hu et al. 2021, arXiv 2106.09685) adds a product of low rank to a kernel W:

  x @ W + scale * (x @ A) @ B,   A [in, R], B [R, out], B zero at first

Prompt tuning (Lester et al. 2021, arXiv 2104.08691) puts P vectors before every text, in
the place of embedded tokens: tokens V to V + P - 1, which no vocabulary has.

The parameters of an adapter are a nested dict as the decoder's, with the same paths:

  layers/attention/query/{lora_a,lora_b} [layers, in, R] and [layers, R, out], or
  soft_prompt [P, D]

`joined` puts them beside the base's, for the decoder to compute with; `merged` makes
parameters of the decoder alone. Axis letters as in decoder.py, R rank, P soft prompt.
"""

import dataclasses
import functools
import hashlib
import re
from typing import Any, Mapping, Optional

import flax.linen as nn
import flax.traverse_util
import jax
import jax.numpy as jnp
import numpy as np

from flan_jax import settings
from flan_jax.errors import UserError
from flan_jax.model import decoder, precision

LORA, PROMPT = 'lora', 'prompt'
PAIR = 'lora_a', 'lora_b'
SOFT_PROMPT = 'soft_prompt'
# As the variance of LoRA's own code, a third of that of a kernel; Gaussian as in its paper.
A_INIT = nn.initializers.variance_scaling(1 / 3, 'fan_in', 'normal')
COMMON_TOKENS = 5_000  # Lester et al. section 2.2: soft prompts begin as some of these


@dataclasses.dataclass(frozen=True)
class Adapter:
  """What is trained of a model.

  kind: 'lora' or 'prompt'; None is no adapter: all parameters are trained.
  rank, alpha: of LoRA; its product is multiplied by alpha / rank.
  targets: patterns of the kernels that get one, each for a whole path.
  scale: 'lora', or 'rslora': alpha / sqrt(rank) (Kalajdzievski 2023, arXiv 2312.03732).
  base_dtype: in which the base is kept. What is evaluated is the base so rounded.
  length: vectors of a soft prompt.
  tokens: of the vocabulary; a soft prompt begins as the embeddings of some of them. None:
    all rows of the table are tokens.
  """

  kind: Optional[str] = LORA
  rank: int = 16
  alpha: float = 32.0
  targets: tuple[str, ...] = ('layers/.*/kernel',)
  scale: str = 'lora'
  base_dtype: str = 'bfloat16'
  length: int = 10
  tokens: Optional[int] = None

  def __post_init__(self):
    if isinstance(self.targets, list):  # as gin and JSON write a tuple
      object.__setattr__(self, 'targets', tuple(self.targets))
    settings.check_fields(self)

  @property
  def factor(self) -> float:
    """What LoRA's product is multiplied by."""
    return self.alpha / (self.rank**0.5 if self.scale == 'rslora' else self.rank)


def placeholders(adapter: Optional[Adapter], vocab_size: int) -> tuple[int, ...]:
  """The tokens whose embeddings are the soft prompt; () without one."""
  length = adapter.length if adapter and adapter.kind == PROMPT else 0
  return tuple(range(vocab_size, vocab_size + length))


def targets(config: decoder.DecoderConfig, adapter: Adapter) -> dict[str, jax.ShapeDtypeStruct]:
  """Path -> shape, [layers, in, out], of the kernels that LoRA is beside.

  Raises UserError for a pattern that matches no kernel of a layer.
  """
  there = flat(decoder.abstract_params(config))
  able = {path: leaf for path, leaf in there.items() if path.startswith('layers/') and path.endswith('/kernel')}
  for pattern in adapter.targets:
    if any(re.fullmatch(pattern, path) for path in able):
      continue
    other = next((path for path in there if re.fullmatch(pattern, path)), None)
    what = f'matches {other}, which is no kernel of a layer' if other else 'matches no parameter'
    raise UserError(
      f'ADAPTER_TARGETS has {pattern!r}, which {what}: it must match the whole of one of {", ".join(able)}'
    )
  return {path: leaf for path, leaf in able.items() if any(re.fullmatch(one, path) for one in adapter.targets)}


def abstract(config: decoder.DecoderConfig, adapter: Adapter) -> Any:
  """The tree of an adapter's parameters as shapes."""
  float32 = functools.partial(jax.ShapeDtypeStruct, dtype=jnp.float32)
  if adapter.kind == PROMPT:
    return {SOFT_PROMPT: float32((adapter.length, config.d_model))}
  shapes: dict[str, Any] = {}
  for path, leaf in targets(config, adapter).items():
    layers, inputs, outputs = leaf.shape
    shapes |= _pair(path, float32((layers, inputs, adapter.rank)), float32((layers, adapter.rank, outputs)))
  return nested(shapes)


def axes(config: decoder.DecoderConfig, adapter: Adapter) -> Any:
  """The same tree with a tuple of logical axis names at each leaf."""
  if adapter.kind == PROMPT:
    return {SOFT_PROMPT: ('prompt', 'embed')}
  known = flat(decoder.parameter_axes(config))
  found: dict[str, Any] = {}
  for path in targets(config, adapter):
    layers, inputs, outputs = known[path]
    found |= _pair(path, (layers, inputs, 'rank'), (layers, 'rank', outputs))
  return nested(found)


def init(config: decoder.DecoderConfig, adapter: Adapter, rng: jax.Array, base: Any) -> Any:
  """Fresh float32 parameters, with which the model computes what the base does."""
  if adapter.kind == PROMPT:
    rows = min(adapter.tokens or config.known_vocab_size, COMMON_TOKENS)
    chosen_P = jax.random.choice(rng, rows, (adapter.length,), replace=rows < adapter.length)
    return {SOFT_PROMPT: base['embedding'][chosen_P].astype(jnp.float32)}
  shapes = flat(abstract(config, adapter))
  made = {}
  for key, (path, leaf) in zip(jax.random.split(rng, len(shapes)), shapes.items()):
    one = functools.partial(A_INIT, shape=leaf.shape[1:], dtype=leaf.dtype)
    is_a = path.endswith(PAIR[0])
    made[path] = jax.vmap(one)(jax.random.split(key, leaf.shape[0])) if is_a else jnp.zeros(leaf.shape, leaf.dtype)
  return nested(made)


def joined(adapter: Optional[Adapter], base: Any, params: Any) -> Any:
  """The parameters that the decoder computes with: the base's with the adapter's beside them.

  Without an adapter, `params` themselves. LoRA's factor is in lora_b.
  """
  if adapter is None:
    return params
  if adapter.kind == PROMPT:
    return {**base, **params}
  own = {path: leaf * adapter.factor if path.endswith(PAIR[1]) else leaf for path, leaf in flat(params).items()}
  return nested(flat(base) | own)


def merged(config: decoder.DecoderConfig, adapter: Adapter, base: Any, params: Any) -> Any:
  """float32 parameters of the decoder that compute the same as `joined`.

  A soft prompt stays beside them.
  """
  base = jax.tree.map(lambda leaf: leaf.astype(precision.wide(leaf.dtype)), base)
  if adapter.kind == PROMPT:
    return joined(adapter, base, params)
  whole, own = flat(base), flat(params)
  for path in targets(config, adapter):
    a, b = (own[path.removesuffix('kernel') + name] for name in PAIR)
    product = jnp.einsum('lir,lro->lio', a, b, precision=jax.lax.Precision.HIGHEST)
    whole[path] = whole[path] + adapter.factor * product
  return nested(whole)


@jax.jit
def _sums(params: Any) -> Any:
  """Of each leaf a number of 32 bits, by its bits and their places; the same on any mesh."""

  def one(leaf):
    bits = jax.lax.bitcast_convert_type(leaf, {2: jnp.uint16, 4: jnp.uint32}[leaf.dtype.itemsize]).astype(jnp.uint32)
    place = jnp.zeros(leaf.shape, jnp.uint32)
    for axis, size in enumerate(leaf.shape):
      place = place * jnp.uint32(size) + jax.lax.broadcasted_iota(jnp.uint32, leaf.shape, axis)
    mixed = (place ^ (place >> 15)) * jnp.uint32(2_654_435_761)  # Knuth's multiplicative hash
    return jnp.sum(bits * ((mixed ^ (mixed >> 13)) | 1), dtype=jnp.uint32)

  return jax.tree.map(one, params)


def digest(params: Any) -> str:
  """Tells a base from others by its numbers, wherever its files lie."""
  sums = np.array([int(leaf) for leaf in jax.tree.leaves(jax.device_get(_sums(params)))], '<u4')
  return hashlib.sha256(sums.tobytes()).hexdigest()[:16]


def _pair(path: str, a: Any, b: Any) -> dict[str, Any]:
  return {path.removesuffix('kernel') + name: value for name, value in zip(PAIR, (a, b))}


def flat(tree: Mapping[str, Any]) -> dict[str, Any]:
  """Path -> leaf, as in 'layers/mlp/wo/lora_a'."""
  return flax.traverse_util.flatten_dict(dict(tree), sep='/')


def nested(leaves: Mapping[str, Any]) -> dict[str, Any]:
  """Undoes `flat`."""
  return flax.traverse_util.unflatten_dict(leaves, sep='/')
