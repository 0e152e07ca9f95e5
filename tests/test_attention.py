# SPDX-License-Identifier: Apache-2.0
"""Attention backends: equal to plain attention, chosen where they fit, else refused."""

import dataclasses
import functools
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src.cudnn import fused_attention_stablehlo

from flan_jax.errors import UserError
from flan_jax.model import attention, decoder, losses
from flan_jax.model import attention_backends as backends
from flan_jax.planning import aot, candidates, estimate
from flan_jax.settings import hardware
from flan_jax.training import sharding
from tests import rounding

CONFIG = decoder.DecoderConfig(
  vocab_size=64, d_model=32, layers=2, heads=4, head_dim=64, d_ff=32, positions='rope', dtype='float32'
)
LENGTH = 384  # three blocks of the kernel


def packed_rows(count, length=LENGTH, branches=False):
  """Segments of unequal lengths that cross the kernel's blocks, and padding."""
  sizes = [(140, 200, 7), (300, 84), (129, 1, 200), (17,)]
  rows = np.zeros((3, count, length), np.int32)
  for row in range(count):
    start = 0
    for number, size in enumerate(sizes[row % len(sizes)]):
      size = size * length // LENGTH
      place = np.arange(size)
      branch = np.maximum(place - size // 2, 0) * 4 // size if branches else 0 * place
      rows[:, row, start : start + size] = place, number + 1 + 0 * place, branch
      start += size
  positions, segment_ids, branch = rows
  return attention.Rows(positions, segment_ids, branch if branches else None)


def heads(config, rows):
  """Random query, key, value, and weights of the output, 0 on padding."""
  shape = (*rows.positions_BL.shape, config.heads, config.head_dim)
  kv_shape = (*shape[:2], config.key_heads, config.head_dim)
  keys = jax.random.split(jax.random.key(0), 4)
  query, key, value, weight = (
    jax.random.normal(one, size, jnp.float32).astype(float)  # the same ones in float64
    for one, size in zip(keys, (shape, kv_shape, kv_shape, shape))
  )
  return 2 * query, key, value, weight * (rows.segment_ids_BL > 0)[:, :, None, None]


def run(attend_with, config, rows, mesh, table_KN=None):
  """Output off padding, and gradients by query, key, value (and table)."""
  query, key, value, weight = heads(config, rows)
  window = config.layer_windows and jnp.array(config.layer_windows[0])

  def weighed(query, key, value, table_KN):
    attend = attend_with(config, rows, table_KN)
    out = attend(query, (key, value), window)
    return jnp.sum(out * weight), out * (weight != 0)

  argnums = (0, 1, 2) if table_KN is None else (0, 1, 2, 3)
  with jax.set_mesh(mesh):
    both = jax.jit(jax.grad(weighed, argnums, has_aux=True))
    gradients, out = both(query, key, value, table_KN)
  return out, *gradients


def single_bounds(config, rows):
  """What float32 may be off by in output and gradients of `run`, without a table.

  A score adds up H products: it is off by gamma(H + 2) of their magnitudes, and a soft
  cap by some roundings more. An exponential is off, in proportion, by what its score and
  the highest one are; a share of attention by that and what the sum of M others is. The
  gradient by a score, a share times a difference of two products over H (of which one
  is averaged by shares), is off by three times that of its magnitudes. What sums over
  shares or gradients is off by the same part of its own magnitudes, and, with a thousand
  terms at most, a fifth of it again.
  """
  query, key, value, weight = map(np.abs, rounding.as_double(heads(config, rows)))
  signed = rounding.as_double(heads(config, rows))
  groups = config.heads // config.key_heads
  shared = lambda x: np.repeat(x, groups, axis=2)
  summed = lambda x: x.reshape(*x.shape[:2], -1, groups, x.shape[-1]).sum(axis=3)
  scale, cap = config.head_dim**-0.5, config.attention_soft_cap
  each = lambda a, b: np.einsum('BLNH,BMNH->BNLM', a, b)
  score = scale * each(signed[0], shared(signed[1]))
  score = score if cap is None else cap * np.tanh(score / cap)
  seen = np.asarray(rows.visible_BLM)
  if config.layer_windows:
    seen = seen & (np.asarray(attention.distance_BLM(rows)) < config.layer_windows[0])
  part = np.exp(score - score.max(axis=-1, keepdims=True)) * seen[:, None]
  part /= np.maximum(part.sum(axis=-1, keepdims=True), 1e-300)
  off = rounding.gamma(config.head_dim + 2) * (scale * each(query, shared(key))).max()
  off += 0 if cap is None else cap * rounding.gamma(8)
  off = 1.2 * (4 * off + rounding.gamma(part.shape[-1] + 16))
  product = each(weight, shared(value))
  by_score = 3 * scale * part * (product + (part * product).sum(axis=-1, keepdims=True))
  return [
    off * bound
    for bound in (
      np.einsum('BNLM,BMNH->BLNH', part, shared(value)) * (weight != 0),
      np.einsum('BNLM,BMNH->BLNH', by_score, shared(key)),
      summed(np.einsum('BNLM,BLNH->BMNH', by_score, query)),
      summed(np.einsum('BNLM,BLNH->BMNH', part, weight)),
    )
  ]


def table_of(config):
  shape = config.relative_buckets, config.heads
  return jax.random.normal(jax.random.key(1), shape)


def alone():
  return sharding.mesh({'data': 1}, jax.devices()[:1])


@pytest.mark.parametrize(
  'change, shape',
  [
    ({'kv_heads': 2, 'windows': (130,)}, {'fsdp': 2, 'tensor': 4}),  # keys repeated
    *(
      pytest.param(*one, marks=pytest.mark.slow)
      for one in [
        ({}, None),
        ({'windows': (70,)}, None),
        ({'kv_heads': 2, 'attention_soft_cap': 3.0}, None),
        ({'kv_heads': 2}, {'data': 2, 'fsdp': 2, 'tensor': 2}),
      ]
    ),
  ],
  ids=str,
)
def test_splash_equals_plain_attention(change, shape):
  config = dataclasses.replace(CONFIG, **change)
  rows = packed_rows(4 if shape else 2)
  mesh = sharding.mesh(shape) if shape else alone()
  got = run(backends.splash, config, rows, mesh)
  with rounding.double():
    exact = run(backends.xla, config, rows, alone())
  for one, other, bound in zip(got, exact, single_bounds(config, rows), strict=True):
    assert one.dtype == np.float32 and other.dtype == np.float64
    assert (np.abs(np.asarray(one, float) - np.asarray(other)) <= bound).all()


@pytest.mark.slow
def test_a_decoder_trains_by_splash_as_it_does_by_plain_attention():
  config = dataclasses.replace(CONFIG, attention='splash', kv_heads=2, windows=(90,))
  rows = packed_rows(4, length=128)
  tokens = np.random.default_rng(0).integers(1, 64, rows.positions_BL.shape)
  slots = np.tile(np.arange(0, 128, 7), (4, 1))
  batch = {
    'tokens': tokens,
    'positions': rows.positions_BL,
    'segment_ids': rows.segment_ids_BL,
    'query_position': slots,
    'target_id': np.take_along_axis(tokens, slots, 1),
    'weight': np.take_along_axis(rows.segment_ids_BL > 0, slots, 1).astype(np.float32),
  }
  params = decoder.init_params(config, jax.random.key(0))

  def gradients(config, params):
    loss = lambda params: losses.decoder_loss(config, params, batch)[0]
    return jax.jit(jax.value_and_grad(loss))(params)

  with jax.set_mesh(sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2})):
    loss, got = gradients(config, params)
  # A product of K terms in float32 is the exact one of a kernel that is off by gamma(K),
  # entry by entry: nothing is off by more than if all kernels are off by gamma of all
  # terms on a path, forward and back.
  terms = 2 * config.layers * (2 * config.d_model + config.heads * config.head_dim + config.d_ff + 128)
  plain = rounding.doubled(dataclasses.replace(config, attention='xla'))
  with rounding.double():
    params = rounding.as_double(params)
    signs = np.random.default_rng(0)
    shaken = jax.tree.map(lambda leaf: leaf * (1 + rounding.gamma(terms) * signs.choice([-1, 1], leaf.shape)), params)
    (exact_loss, exact), (_, moved) = (gradients(plain, one) for one in (params, shaken))
  np.testing.assert_allclose(loss, exact_loss, rtol=rounding.gamma(terms))
  for one, other, bound in zip(*map(jax.tree.leaves, (got, exact, moved)), strict=True):
    one, other, bound = map(np.asarray, (one, other, bound))
    assert np.linalg.norm(one - other) <= np.linalg.norm(bound - other)


@pytest.mark.parametrize('change', [{}, {'kv_heads': 2, 'windows': (70,)}, {'positions': 'relative'}], ids=str)
def test_what_cudnn_is_given_means_plain_attention(change, double, monkeypatch):
  # The same arguments by the plain implementation: cuDNN itself needs a GPU.
  # What jax.nn computes in float32, softmax, is to be float64, too.
  wider = types.SimpleNamespace(**vars(np) | {'float32': np.float64})
  monkeypatch.setattr('jax._src.nn.functions.np', wider)
  config = rounding.doubled(dataclasses.replace(CONFIG, head_dim=16, **change))
  rows = packed_rows(4, length=128, branches=True)
  table = None
  if config.positions == 'relative':
    table = table_of(config)
  plain = functools.partial(backends.fused_attention, implementation='xla')

  def fused(config, rows, table_KN):
    return functools.partial(backends.attend_fused, plain, config, rows, table_KN)

  expected = run(backends.xla, config, rows, alone(), table)
  for mesh in alone(), sharding.mesh({'fsdp': 2, 'tensor': 4}):
    rounding.assert_equal(run(fused, config, rows, mesh, table), expected)


@pytest.mark.long
def test_a_bias_made_by_each_layer_is_the_shared_one(double, monkeypatch):
  config = rounding.doubled(dataclasses.replace(CONFIG, positions='relative', head_dim=16))
  batch = packed_rows(2, length=64, branches=True)._asdict()
  batch = {name.removesuffix('_BL'): leaf for name, leaf in batch.items()}
  batch['tokens'] = batch['positions']
  params = decoder.init_params(config, jax.random.key(0))

  def score(params):
    return jnp.sum(decoder.hidden_states(config, params, batch) ** 3)

  shared = jax.jit(jax.value_and_grad(score))(params)
  asked = []
  monkeypatch.setattr(backends, '_bias_per_layer', lambda *_: asked.append(True) or True)
  made = jax.jit(jax.value_and_grad(lambda params: score(params)))(params)
  assert asked  # no trace of the first serves the second
  rounding.assert_equal(made, shared)


@pytest.mark.parametrize('with_bias', [False, True])
def test_cudnn_lowers_for_cuda_forward_and_backward(with_bias, monkeypatch):
  version = types.SimpleNamespace(cudnn_get_version=lambda: 91100)
  monkeypatch.setattr(fused_attention_stablehlo, 'cuda_versions', version)
  shapes = [(2, 64, 4, 16), (2, 64, 2, 16), (2, 64, 2, 16), (2, 64, 64), (2, 4, 64, 64)]
  types_ = [jnp.bfloat16] * 3 + [bool, jnp.bfloat16]
  arguments = [*map(jax.ShapeDtypeStruct, shapes, types_)][: 5 if with_bias else 4]

  def total(*arguments):
    out = backends.fused_attention(*arguments, implementation='cudnn')
    return jnp.sum(out.astype(jnp.float32))

  argnums = (0, 1, 2, 4) if with_bias else (0, 1, 2)
  traced = jax.jit(jax.grad(total, argnums)).trace(*arguments)
  text = traced.lower(lowering_platforms=('cuda',)).as_text()
  assert '__cudnn$fmhaScaleBiasSoftmaxBackward' in text


def device(platform, kind):
  return types.SimpleNamespace(platform=platform, device_kind=kind)


TPU, OLD_TPU = device('tpu', 'TPU v5 lite'), device('tpu', 'TPU v3')
GPU, CPU = device('gpu', 'NVIDIA H200'), device('cpu', 'cpu')
HALF = dataclasses.replace(CONFIG, dtype='bfloat16')


@pytest.mark.parametrize(
  'where, change, view, name',
  [
    (CPU, {}, {}, 'xla'),
    (TPU, {}, {}, 'splash'),
    (OLD_TPU, {}, {}, 'xla'),
    (TPU, {'windows': (64,), 'attention_soft_cap': 50.0}, {}, 'splash'),
    (TPU, {'windows': (64, 0)}, {}, 'xla'),
    (TPU, {'positions': 'relative'}, {}, 'xla'),
    (TPU, {'head_dim': 96}, {}, 'xla'),
    (TPU, {}, {'branches': True}, 'xla'),
    (TPU, {'attention': 'splash'}, {'branches': True}, 'xla'),
    (TPU, {}, {'length': 192}, 'xla'),
    (GPU, {}, {'branches': True}, 'cudnn'),
    (GPU, {'windows': (64, 0), 'kv_heads': 2}, {}, 'cudnn'),
    (GPU, {'dtype': 'float32'}, {}, 'xla'),
    (GPU, {'attention_soft_cap': 50.0}, {}, 'xla'),
    (GPU, {'positions': 'relative'}, {}, 'xla'),
    (GPU, {'positions': 'relative', 'attention': 'cudnn'}, {}, 'cudnn'),
    (GPU, {'attention': 'xla'}, {}, 'xla'),
  ],
  ids=str,
)
def test_the_automatic_choice_takes_what_fits(where, change, view, name, monkeypatch):
  monkeypatch.setattr(backends, '_device', lambda: where)
  monkeypatch.setattr(backends, '_compute_capability', lambda: 9)
  with jax.set_mesh(alone()):
    rows = packed_rows(2, **view)
    assert backends.choose(dataclasses.replace(HALF, **change), rows) == name


def test_rows_and_heads_that_do_not_divide_over_the_mesh_run_plainly(monkeypatch):
  monkeypatch.setattr(backends, '_device', lambda: TPU)
  assert backends.choose(HALF, packed_rows(2)) == 'xla'  # eight devices, no mesh
  for axes, name in (({'fsdp': 2, 'tensor': 4}, 'splash'), ({'fsdp': 8}, 'xla'), ({'tensor': 8}, 'xla')):
    with jax.set_mesh(sharding.mesh(axes)):
      assert backends.choose(HALF, packed_rows(2)) == name


def test_the_platform_is_that_of_the_mesh():
  with jax.set_mesh(sharding.mesh({'fsdp': -1})):
    jax.eval_shape(lambda: [] if backends._device().platform == 'cpu' else 1 / 0)
  pytest.importorskip('libtpu')
  with jax.set_mesh(sharding.mesh({'fsdp': -1}, aot.devices(V5E)[0])):
    jax.eval_shape(lambda: [] if backends._device().platform == 'tpu' else 1 / 0)


@pytest.mark.parametrize(
  'change, message',
  [
    ({'attention': 'flash'}, "ATTENTION = 'flash' must be one of"),
    ({'attention': 'splash', 'positions': 'relative'}, 'relative position bias'),
    ({'attention': 'splash', 'head_dim': 96}, 'a multiple of 64 as head_dim, not 96'),
    ({'attention': 'splash', 'windows': (4, 0)}, r'WINDOWS = \(4, 0\)'),
    ({'attention': 'cudnn', 'dtype': 'float32'}, "DTYPE = 'bfloat16'"),
    ({'attention': 'cudnn', 'attention_soft_cap': 5.0}, 'soft cap'),
    ({'attention': 'cudnn', 'head_dim': 512}, 'head_dim of 8, 16, ..., 256, not 512'),
  ],
)
def test_a_wish_that_the_model_cannot_have_is_refused_at_once(change, message):
  with pytest.raises(UserError, match=message):
    dataclasses.replace(HALF, **change)


@pytest.mark.parametrize(
  'wish, where, length, message',
  [
    ('splash', TPU, 192, "multiple of 128 tokens, not 192.*ATTENTION = 'auto'"),
    ('splash', OLD_TPU, 256, 'TPU v4 and later, and this is TPU v3'),
    ('splash', GPU, 256, 'this is NVIDIA H200'),
    ('cudnn', CPU, 256, 'NVIDIA GPUs, and this is cpu'),
    ('cudnn', GPU, 256, 'compute capability 8.0'),
  ],
)
def test_a_wish_that_the_rows_cannot_have_is_refused(wish, where, length, message, monkeypatch):
  monkeypatch.setattr(backends, '_device', lambda: where)
  config = dataclasses.replace(HALF, attention=wish)
  with jax.set_mesh(alone()), pytest.raises(UserError, match=message):
    backends.choose(config, packed_rows(2, length))


def test_heads_are_spread_over_the_axis_of_the_rules():
  assert sharding.AXIS_RULES['heads'] == backends.HEAD_AXIS


V5E = hardware.topology('v5e:2x2')


def test_a_training_step_compiled_for_tpu_holds_the_kernel():
  pytest.importorskip('libtpu')
  config = dataclasses.replace(HALF, d_model=256, heads=2, head_dim=128)
  axes = {'data': 1, 'fsdp': 2, 'tensor': 2}
  mesh = sharding.mesh(axes, aot.devices(V5E)[0])

  def lowered(wish):
    plan = candidates.Plan(
      dataclasses.replace(config, attention=wish), estimate.Work(4, 128, 16), axes, V5E, {'learning_rate': 1e-3}
    )
    step, arguments = aot.STEPS['train'](plan, mesh)
    with jax.set_mesh(mesh):
      return step.lower(*arguments)

  assert 'tpu_custom_call' not in lowered('xla').as_text()
  assert 'tpu_custom_call' in lowered('auto').compile().as_text()
