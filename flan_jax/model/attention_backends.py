# SPDX-License-Identifier: Apache-2.0
"""Attention backends: three implementations of the one mask rule, and which one runs.

  xla     plain products with a mask [B, L, M]: every platform, every case.
  splash  a Pallas kernel for TPU that handles segments, causal order and one window, and
          keeps no scores in memory. A CPU interprets it: correct, and very slow.
  cudnn   NVIDIA's fused attention, through jax.nn.dot_product_attention. Its mask is a
          tensor, so that any mask works: branches and windows of every kind.

`DecoderConfig.attention` selects the backend of rows without branches (training rows); a
backend that cannot run them is a UserError. Rows with branches use the selected backend
if it can run them, else xla. Decoding with a cache, and queries of only some tokens of a
row, use xla. 'auto' selects the platform's kernel if it supports all that the model
needs, else xla.

Axis letters as in decoder.py.
"""

import functools
import math
from typing import Any, Callable, Mapping, Optional, Protocol, Union

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from flan_jax.errors import UserError
from flan_jax.model import attention, cpu_attention
from flan_jax.model.layers import ROW_AXES, row_parts

# The mesh axis that shards heads, as in sharding.AXIS_RULES.
HEAD_AXIS = 'tensor'

View = Union[attention.Rows, attention.Continuation]

_PREFERRED = {'tpu': 'splash', 'gpu': 'cudnn'}


class Attend(Protocol):
  """(query_BLNH, (key_BMGH, value_BMGH), the layer's window or None) -> out_BLNH."""

  def __call__(self, query_BLNH: jax.Array, source: Any, window: Optional[jax.Array]) -> jax.Array: ...


def attend_with(config: Any, view: View, table_KN: Optional[jax.Array]) -> Attend:
  """Returns the attention function of every layer, from the backend for this case.

  table_KN: T5's relative position bias, if the model has one.
  Raises UserError if the configuration selects a backend that cannot run it.
  """
  return BACKENDS[choose(config, view)](config, view, table_KN)


def choose(config: Any, view: View) -> str:
  """Returns the backend's name for a model and a case, on the mesh in use."""
  if isinstance(view, attention.Continuation):
    return 'xla'
  wish = config.attention
  automatic = wish == 'auto'
  name = _PREFERRED.get(_device().platform, 'xla') if automatic else wish
  if name == 'xla':
    return name
  # A bias [B, N, L, M] in memory leaves a fused kernel little to save, and cuDNN would
  # round it to the computation's dtype: only on explicit request.
  unasked = automatic and config.positions == 'relative'
  obstacle = model_obstacle(name, config) or _case_obstacle(name, config, view)
  if obstacle is None:
    return 'xla' if unasked else name
  if automatic or view.branch_BL is not None:
    return 'xla'
  raise UserError(refusal(name, obstacle))


def refusal(name: str, obstacle: str) -> str:
  """Returns the UserError message for a selected backend that cannot run."""
  return (
    f"ATTENTION = '{name}' cannot be done: {obstacle}. ATTENTION = 'auto' takes a "
    'kernel where one fits and plain attention elsewhere.'
  )


def model_obstacle(name: str, config: Any) -> Optional[str]:
  """Returns why a backend cannot run a model at all, or None."""
  if name == 'splash':
    return _splash_model_obstacle(config)
  return _cudnn_model_obstacle(config) if name == 'cudnn' else None


def _case_obstacle(name: str, config: Any, view: attention.Rows) -> Optional[str]:
  """Returns why a backend cannot run these rows on this mesh, or None."""
  special = {'splash': _splash_case_obstacle, 'cudnn': _cudnn_case_obstacle}[name]
  return special(config, view) or _mesh_obstacle(config, view)


def _mesh_obstacle(config, view):
  rows, parts, mesh = view.positions_BL.shape[0], row_parts(), _mesh()
  if mesh.empty and jax.device_count() > 1:
    return 'no mesh says which of the devices has which rows (jax.set_mesh)'
  if rows % parts:
    return f'{rows} rows do not divide over the {parts} devices that share them'
  shards = mesh.shape.get(HEAD_AXIS, 1)
  if config.heads % shards:
    return f'{config.heads} heads do not divide over a {HEAD_AXIS} axis of {shards}'
  return None


def _mesh():
  return jax.sharding.get_abstract_mesh()


def _device():
  """A device of the mesh in use, or of the default backend; at least its kind.

  The mesh may be for another platform than the process: precompile has no TPU.
  """
  return _mesh().abstract_device or jax.devices()[0]


def xla(config: Any, view: View, table_KN: Optional[jax.Array]) -> Attend:
  """attention.attend with an additive bias; cpu_attention.attend for rows on a CPU."""
  by_blocks = isinstance(view, attention.Rows) and _device().platform == 'cpu'
  make_bias = _bias_maker(config, view, table_KN)
  bias_BNLM = None if _bias_per_layer(config, view, table_KN) else make_bias()

  def attend(query_BLNH, source, window):
    bias = make_bias() if bias_BNLM is None else bias_BNLM
    if window is not None:
      bias = attention.within_window(bias, attention.distance_BLM(view), window)
    if by_blocks:
      return cpu_attention.attend(query_BLNH, *source, bias, config.attention_soft_cap)
    return attention.attend(query_BLNH, source, bias, config.attention_soft_cap)

  return attend


def _bias_per_layer(config, view, table_KN) -> bool:
  """Whether each layer recomputes the position bias instead of sharing one.

  A shared bias and its gradient, each as large as the scores of a layer, live through
  the whole step: too much if activations are recomputed to save memory. A CPU has the
  memory, and computes the bias slowly.
  """
  if table_KN is None or isinstance(view, attention.Continuation):
    return False
  return config.remat == 'full' and _device().platform != 'cpu'


def _bias_maker(config, view, table_KN) -> Callable[[], jax.Array]:
  """() -> bias [B, 1 or N, L, M]; computes the part that is equal for all heads at once."""
  if table_KN is None:
    return functools.partial(attention.mask_bias, view.visible_BLM)
  ids_BLM = attention.relative_bucket_ids(view, config.relative_buckets, config.relative_max_distance)
  small = ids_BLM.astype(np.min_scalar_type(config.relative_buckets))
  return functools.partial(attention.position_bias, table_KN, small)


# --- splash ---------------------------------------------------------------------------


def _splash_model_obstacle(config):
  if config.positions == 'relative':
    return "the kernel adds no relative position bias (POSITIONS = 'relative')"
  if config.dtype in ('float16', 'float64'):
    return f"TPU kernels have no {config.dtype} (DTYPE = '{config.dtype}')"
  if config.head_dim % 64:
    return f'the kernel needs a multiple of 64 as head_dim, not {config.head_dim}'
  if len(set(config.layer_windows or ())) > 1:
    return f'the kernel has one window for all layers, WINDOWS = {config.windows}'
  return None


def _splash_case_obstacle(config, view):
  device, length = _device(), view.positions_BL.shape[1]
  # On TPU v2 and v3 Pallas has no products of bfloat16.
  too_old = device.device_kind in ('TPU v2', 'TPU v3')
  if too_old or device.platform not in ('tpu', 'cpu'):
    return f'the kernel is for TPU v4 and later, and this is {device.device_kind}'
  if view.branch_BL is not None:
    return 'the kernel knows no branches'
  if length % 128:
    return f'the kernel needs rows of a multiple of 128 tokens, not {length}'
  return None


def splash(config: Any, view: attention.Rows, table_KN: None) -> Attend:
  """The TPU kernel of jax.experimental.pallas: differentiable, no scores in memory.

  In rows without branches positions differ as indices do, so causal order and a window
  by index equal attention.visible and within_window. Padding, which has segment 0, sees
  padding, but its output is unused either way.
  """
  assert table_KN is None and view.branch_BL is None
  run = functools.partial(
    _splash_on_one_device,
    soft_cap=config.attention_soft_cap,
    static_window=(config.layer_windows or (0,))[0],
    interpret=_device().platform == 'cpu',
  )

  def attend(query_BLNH, source, window):
    del window  # the same in all layers
    key_BMGH, value_BMGH = source
    return _over_mesh(run, query_BLNH, key_BMGH, value_BMGH, (view.segment_ids_BL,))

  return attend


def _splash_on_one_device(query, key, value, segment_ids_BL, *, static_window, soft_cap, interpret):
  # The module is large, and most programs do not need it.
  from jax.experimental.pallas.ops.tpu import splash_attention as kernels

  length, heads, head_dim = query.shape[1:]
  square = (length, length)
  mask: kernels.Mask
  if static_window:
    mask = kernels.LocalMask(square, window_size=(static_window - 1, 0), offset=0)
  else:
    mask = kernels.CausalMask(square)
  block = math.gcd(length, 512)
  kernel = kernels.make_splash_mha(
    kernels.MultiHeadMask([mask] * heads),
    head_shards=1,
    q_seq_shards=1,
    attn_logits_soft_cap=soft_cap,
    interpret=interpret,
    block_sizes=kernels.BlockSizes(
      block_q=block, block_kv=block, block_q_dkv=block, block_kv_dkv=block, block_q_dq=block, block_kv_dq=block
    ),
  )
  segments = kernels.SegmentIds(q=segment_ids_BL, kv=segment_ids_BL)
  first = functools.partial(jnp.swapaxes, axis1=1, axis2=2)  # heads before tokens
  out_BNLH = jax.vmap(kernel)(first(query * head_dim**-0.5), first(key), first(value), segments)
  return first(out_BNLH)


# --- cuDNN ----------------------------------------------------------------------------


def _cudnn_model_obstacle(config):
  if config.attention_soft_cap is not None:
    return f'cuDNN has no soft cap (attention_soft_cap = {config.attention_soft_cap})'
  if config.dtype in ('float32', 'float64'):
    return "cuDNN needs DTYPE = 'bfloat16' or 'float16'"
  if config.head_dim % 8 or config.head_dim > 256:
    return f'cuDNN needs a head_dim of 8, 16, ..., 256, not {config.head_dim}'
  return None


def _cudnn_case_obstacle(config, view):
  device, length = _device(), view.positions_BL.shape[1]
  if device.platform != 'gpu':
    return f'cuDNN is for NVIDIA GPUs, and this is {device.device_kind}'
  least = 9 if config.head_dim > 128 else 8
  if _compute_capability() < least:
    return f'cuDNN needs compute capability {least}.0 for head_dim {config.head_dim}, and this is {device.device_kind}'
  if length % 2:
    return f'cuDNN needs rows of an even number of tokens, not {length}'
  return None


def _compute_capability() -> int:
  """The major version, as in 9 for 9.0; 0 if the device is not NVIDIA's."""
  major = str(getattr(jax.devices()[0], 'compute_capability', '')).split('.')[0]
  return int(major) if major.isdigit() else 0


def cudnn(config: Any, view: attention.Rows, table_KN: Optional[jax.Array]) -> Attend:
  """jax.nn.dot_product_attention by cuDNN; rounds the relative bias to its dtype.

  The Pallas kernel for GPUs in jax is no alternative: it lacks windows, branches, shared
  key heads and a bias.
  """
  run = functools.partial(fused_attention, implementation='cudnn')
  return functools.partial(attend_fused, run, config, view, table_KN)


def attend_fused(
  run: Callable[..., jax.Array],
  config: Any,
  view: View,
  table_KN: Optional[jax.Array],
  query_BLNH: jax.Array,
  source: Any,
  window: Optional[jax.Array],
) -> jax.Array:
  """Runs `run`, fused_attention with an implementation bound, over the mesh in use."""
  key_BMGH, value_BMGH = source
  mask_BLM, bias_BNLM = fused_arguments(config, view, table_KN, window)
  extra = (mask_BLM,) if bias_BNLM is None else (mask_BLM, bias_BNLM)
  return _over_mesh(run, query_BLNH, key_BMGH, value_BMGH, extra)


def fused_arguments(
  config: Any, view: View, table_KN: Optional[jax.Array], window: Optional[jax.Array]
) -> tuple[jax.Array, Optional[jax.Array]]:
  """(mask_BLM, bool; bias_BNLM in the computation's dtype, or None)."""
  mask_BLM, bias_BNLM = view.visible_BLM, None
  if table_KN is not None:
    bias_BNLM = _bias_maker(config, view, table_KN)()
    # MASKED would overflow a float16; the mask hides those entries.
    bias_BNLM = jnp.where(mask_BLM[:, None], bias_BNLM, 0.0).astype(config.dtype)
  if window is not None:
    mask_BLM &= (window == 0) | (attention.distance_BLM(view) < window)
  return mask_BLM, bias_BNLM


def fused_attention(
  query_BLNH: jax.Array,
  key_BMGH: jax.Array,
  value_BMGH: jax.Array,
  mask_BLM: jax.Array,
  bias_BNLM: Optional[jax.Array] = None,
  *,
  implementation: Any,
) -> jax.Array:
  """Attention on one device. is_causal lets cuDNN skip what the mask hides anyway."""
  return jax.nn.dot_product_attention(
    query_BLNH, key_BMGH, value_BMGH, bias_BNLM, mask_BLM[:, None], is_causal=True, implementation=implementation
  )


def _over_mesh(run, query_BLNH, key_BMGH, value_BMGH, extra):
  """Runs a kernel on each device's rows and heads, because the compiler cannot split it.

  extra: arrays [B, ...] or, with heads, [B, N, L, M]. Key heads that the mesh axis does
  not divide are repeated until it does.
  """
  mesh = _mesh()
  if mesh.empty:
    return run(query_BLNH, key_BMGH, value_BMGH, *extra)
  heads = HEAD_AXIS if HEAD_AXIS in mesh.axis_names else None
  rows = tuple(axis for axis in ROW_AXES if axis in mesh.axis_names)
  shards, key_heads = mesh.shape.get(HEAD_AXIS, 1), key_BMGH.shape[2]
  repeats = shards // math.gcd(shards, key_heads)
  if repeats > 1:
    key_BMGH, value_BMGH = (jnp.repeat(x, repeats, axis=2) for x in (key_BMGH, value_BMGH))
  by_head = PartitionSpec(rows, None, heads, None)
  specs = [PartitionSpec(rows, heads) if x.ndim == 4 else PartitionSpec(rows) for x in extra]
  return jax.shard_map(
    run,
    in_specs=(by_head, by_head, by_head, *specs),
    out_specs=by_head,
    check_vma=False,  # a Pallas kernel does not say over which axes its output varies
  )(query_BLNH, key_BMGH, value_BMGH, *extra)


# (config, view, table_KN) -> Attend; `choose` knows which views and tables each supports.
BACKENDS: Mapping[str, Callable[[Any, Any, Any], Attend]] = {'xla': xla, 'splash': splash, 'cudnn': cudnn}
CHOICES = ('auto', *BACKENDS)
