# SPDX-License-Identifier: Apache-2.0
"""Configuration of a decoder: defaults are the paper's, other values the public families'.

The mathematics is in layers.py, attention.py and positions.py; axis letters as in
decoder.py.
"""

import dataclasses
from typing import Optional

import jax

from flan_jax import settings
from flan_jax.errors import UserError
from flan_jax.model import attention_backends

# Values that the backward pass reads from memory instead of recomputing them.
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
  activation: 'gelu' is its tanh approximation, 'gelu_exact' is not.
  relative_buckets, relative_max_distance: T5's position buckets; distances of
    relative_max_distance tokens and more share the last one.
  dtype: of the computation; parameters, softmax, norms and loss are float32. 'float64',
    for comparing computations, applies to all of them and needs JAX_ENABLE_X64.
  remat: 'none' stores every activation, 'dots' only outputs of the kernels, 'full'
    only each layer's input.
  scan: one compiled layer run `layers` times; False unrolls the same parameters, and
    computes only the needed tokens of the last layer.
  attention: 'auto', 'xla', 'splash' (TPU) or 'cudnn' (NVIDIA GPUs), see
    attention_backends; changes rounding, memory and speed only.

  The defaults from here on are the paper's model:
  positions: 'relative' (T5's bias), 'rope' (rotary), 'learned' (a table) or 'none'.
  rope_theta and the other rope_ fields: see positions.frequencies.
  kv_heads: keys and values shared by heads / kv_heads queries each; None is heads.
  qk_norm: the norm over H of every query and key, before rotation; with qk_norm_over
    'projection' over N * H instead (G * H for a key).
  attention_soft_cap, logit_soft_cap: scores s become cap * tanh(s / cap); None: no cap.
  windows: tokens that a token sees in each layer, itself included; 0 is all. Repeated
    over the layers: (4096, 4096, 0) makes every third layer global.
  qkv_bias, out_bias, mlp_bias: whether these kernels have one.
  embedding_scale: multiplies the input's embedding.
  logit_scale: multiplies the logits, before the cap; None is 1 / sqrt(D) for a tied
    embedding, whose entries are of order 1, and 1 otherwise. (Llama: 1 and 1, tied or
    not; Gemma: sqrt(D) and 1.)
  norm: 'rms' or 'layer' (subtracts the mean, adds a bias). norm_offset is added to
    the stored scale of every norm.
  norm_places: 'before' attention and MLP, 'after' them, before the residual sum, or
    'both'.
  parallel_residual: attention and MLP read the same input, and both are added to it.
  gated_mlp: False is wo(activation(wi x)).
  attention_scalar: scores are divided by its square root; None is H.
  rope_dims: number of entries of each head that are rotated, the first ones; None is H.
  rope_layers: 1 for layers that rotate, 0 for those that do not, repeated over the
    layers as windows are.
  rope_local_theta: rope_theta of the layers with a window, which have no rope_scaling;
    None: all layers use rope_theta.
  position_rows: length of the table of learned positions.
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
  attention: str = 'auto'
  norm_epsilon: float = 1e-6
  positions: str = 'relative'
  rope_theta: float = 10_000.0
  rope_scaling: str = 'none'
  rope_factor: float = 1.0
  rope_low_frequency: float = 1.0
  rope_high_frequency: float = 4.0
  rope_original_length: int = 8_192
  kv_heads: Optional[int] = None
  qk_norm: bool = False
  attention_soft_cap: Optional[float] = None
  logit_soft_cap: Optional[float] = None
  windows: tuple[int, ...] = (0,)
  qkv_bias: bool = False
  out_bias: bool = False
  mlp_bias: bool = False
  embedding_scale: float = 1.0
  logit_scale: Optional[float] = None
  norm: str = 'rms'
  norm_offset: float = 0.0
  norm_places: str = 'before'
  parallel_residual: bool = False
  gated_mlp: bool = True
  qk_norm_over: str = 'head'
  attention_scalar: Optional[float] = None
  rope_dims: Optional[int] = None
  rope_layers: tuple[int, ...] = (1,)
  rope_local_theta: Optional[float] = None
  rope_attention_factor: Optional[float] = None
  position_rows: Optional[int] = None

  def __post_init__(self):
    for name in ('windows', 'rope_layers'):
      if isinstance(getattr(self, name), list):  # gin and JSON write tuples as lists
        object.__setattr__(self, name, tuple(getattr(self, name)))
    settings.check_fields(self)
    _check_dtype(self)
    _check_heads(self)
    _check_positions(self)
    _check_attention(self)

  @property
  def known_vocab_size(self) -> int:
    """Returns vocab_size. Raises UserError if it is not filled in."""
    if self.vocab_size is None:
      raise UserError(
        'vocab_size of the decoder is None: fill it from the vocabulary with '
        'dataclasses.replace(config, vocab_size=...) before the parameters are made.'
      )
    return self.vocab_size

  @property
  def key_heads(self) -> int:
    """Number of key and value heads."""
    return self.heads if self.kv_heads is None else self.kv_heads

  @property
  def layer_windows(self) -> Optional[tuple[int, ...]]:
    """The window of each layer, 0 for all; None if no layer has one."""
    each = _repeated(self.windows, self.layers)
    return each if any(each) else None

  @property
  def layer_ropes(self) -> Optional[tuple[str, ...]]:
    """Rotation of each layer: 'main', 'local' or 'none'; None if all are 'main'."""
    if self.positions != 'rope':
      return None
    local = self.rope_local_theta is not None
    turned, windows = (_repeated(each, self.layers) for each in (self.rope_layers, self.windows))
    each = tuple(
      'none' if not turns else 'local' if local and window else 'main' for turns, window in zip(turned, windows)
    )
    return None if set(each) == {'main'} else each

  def check_length(self, tokens: int, what: str) -> None:
    """Raises UserError if a text of so many tokens exceeds the table of learned positions.

    what: the setting that allows such a text.
    """
    if self.positions == 'learned' and tokens > self.known_position_rows:
      raise UserError(
        f'{what} allows texts of {tokens:,} tokens, and the model has learned {self.position_rows:,} positions '
        f'(position_rows): {self.position_rows:,} tokens are the most.'
      )

  @property
  def known_position_rows(self) -> int:
    """Returns position_rows; __post_init__ checks that learned positions have some."""
    assert self.position_rows is not None
    return self.position_rows


def _repeated(each: tuple[int, ...], layers: int) -> tuple[int, ...]:
  return (each * -(-layers // len(each)))[:layers]


def _check_dtype(config: DecoderConfig) -> None:
  enabled = jax.config.jax_enable_x64  # type: ignore[attr-defined]  # set by its name there
  if config.dtype == 'float64' and not enabled:
    raise UserError(
      "dtype of the decoder is 'float64', and jax has 64-bit numbers only with "
      "JAX_ENABLE_X64=1 in the environment: set it, or choose 'float32'."
    )


def _check_heads(config: DecoderConfig) -> None:
  if config.heads % config.key_heads:
    raise UserError(
      f'kv_heads of the decoder is {config.kv_heads}, which does not divide its '
      f'{config.heads} heads: every key head serves the same number of them.'
    )


def _check_positions(config: DecoderConfig) -> None:
  if config.relative_buckets < 2 or config.relative_max_distance <= config.relative_buckets:
    raise UserError(
      f'relative_buckets is {config.relative_buckets} and relative_max_distance '
      f'{config.relative_max_distance}: there must be at least 2 buckets, and the '
      'distance must be larger than their number.'
    )
  if config.positions == 'learned' and config.position_rows is None:
    raise UserError('position_rows of the decoder is None: learned positions are a table, set its length.')
  if config.positions == 'rope':
    _check_rotated(config)
  if config.rope_low_frequency >= config.rope_high_frequency:
    raise UserError(
      f'rope_low_frequency is {config.rope_low_frequency} and rope_high_frequency '
      f'{config.rope_high_frequency}: the first must be less than the second.'
    )


def _check_rotated(config: DecoderConfig) -> None:
  name, size = ('head_dim', config.head_dim) if config.rope_dims is None else ('rope_dims', config.rope_dims)
  if size % 2:
    raise UserError(f'{name} of the decoder is {size}: rotary positions turn pairs of entries, choose an even number.')
  if config.rope_scaling == 'yarn' and (config.rope_low_frequency <= 0 or config.rope_theta <= 1):
    raise UserError(
      f'rope_theta of the decoder is {config.rope_theta} and rope_low_frequency {config.rope_low_frequency}: with '
      "rope_scaling 'yarn' the first must be above 1 and the second above 0."
    )
  if size > config.head_dim:
    raise UserError(f'rope_dims of the decoder is {size}, more than the {config.head_dim} entries of a head.')


def _check_attention(config: DecoderConfig) -> None:
  obstacle = attention_backends.model_obstacle(config.attention, config)
  if obstacle is not None:
    raise UserError(attention_backends.refusal(config.attention, obstacle))
