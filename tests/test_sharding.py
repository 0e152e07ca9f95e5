# SPDX-License-Identifier: Apache-2.0
"""The layout: one device equals eight, rules without gaps or collisions, rows."""

import dataclasses
import functools

import jax
import numpy as np
import pytest
from jax.sharding import PartitionSpec

from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.training import optim, sharding, step
from flan_jax.training import state as state_lib
from tests import rounding

CONFIG = decoder.DecoderConfig(vocab_size=64, d_model=128, layers=2, heads=4, head_dim=32, d_ff=256, dtype='float32')
DOUBLE = rounding.doubled(CONFIG)
LLAMA = rounding.doubled(
  dataclasses.replace(CONFIG, kv_heads=2, positions='rope', tied_embeddings=False, activation='silu')
)
CUBE = (('data', 2), ('fsdp', 2), ('tensor', 2))
ROWS, LENGTH, SLOTS = 8, 12, 5
QUICK = {'xla_backend_optimization_level': 0}  # compiling is most of the time here


def batches():
  """Ten packed batches of two segments a row, the same on every layout."""
  rng = np.random.default_rng(0)
  segments = np.tile(np.repeat([1, 2], LENGTH // 2), (ROWS, 1)).astype(np.int32)
  for _ in range(10):
    tokens = rng.integers(0, 64, (ROWS, LENGTH)).astype(np.int32)
    yield {
      'tokens': tokens,
      'positions': np.tile(np.arange(LENGTH // 2, dtype=np.int32), (ROWS, 2)),
      'segment_ids': segments,
      'branch': np.zeros_like(tokens),
      'query_position': rng.integers(0, LENGTH, (ROWS, SLOTS)).astype(np.int32),
      'target_id': rng.integers(0, 64, (ROWS, SLOTS)).astype(np.int32),
      'weight': rng.random((ROWS, SLOTS)).astype(np.float32),
    }


@functools.cache
def ten_steps(config, *axes):
  """(losses, first parameters, last state) on a mesh of (axis, size) pairs."""
  mesh = sharding.mesh(dict(axes), jax.devices()[: 8 if axes else 1])
  rule, rows = optim.optimizer(1e-2), sharding.batch_sharding(mesh)
  _, placed = state_lib.shardings(config, rule, mesh)
  with jax.set_mesh(mesh):
    state = state_lib.fresh(config, rule, placed, 0)
    start, losses = jax.tree.map(np.asarray, state.params), []
    update = jax.jit(step.make_step(config, rule), out_shardings=(placed, None), compiler_options=QUICK)
    for batch in batches():
      state, sums = update(state, sharding.global_batch(rows, batch, ROWS))
      losses.append(float(sums['loss'] / sums['weight']))
  return losses, start, state


@pytest.mark.parametrize(
  'config, axes',
  [
    pytest.param(DOUBLE, (('fsdp', 8),), marks=pytest.mark.slow),
    pytest.param(DOUBLE, (('fsdp', 4), ('tensor', 2)), marks=pytest.mark.slow),
    pytest.param(DOUBLE, CUBE, marks=pytest.mark.slow),
    pytest.param(LLAMA, (('fsdp', 4), ('tensor', 2)), marks=pytest.mark.slow),
    (LLAMA, CUBE),
  ],
)
def test_every_layout_moves_parameters_as_one_device_does(config, axes, double):
  # Adafactor divides a gradient by its own size: roundings of its smallest entries are
  # amplified as much as these are smaller than the others, hence a thousandfold room.
  apart = 1e3 * rounding.EXACT
  expected_losses, start, expected = ten_steps(config)
  losses, _, state = ten_steps(config, *axes)
  np.testing.assert_allclose(losses, expected_losses, rtol=apart)
  assert losses[-1] < losses[0]
  trees = start, expected.params, state.params
  for before, one, eight in zip(*map(jax.tree.leaves, trees), strict=True):
    moved = np.linalg.norm(one - before)
    assert 0 < np.linalg.norm(one - np.asarray(eight)) <= apart * moved


def test_parameters_and_state_lie_as_the_rules_say(double):
  _, _, (_, params, state, _) = ten_steps(LLAMA, *CUBE)
  kernel = params['layers']['attention']['query']['kernel']
  assert kernel.sharding.spec == PartitionSpec(None, 'fsdp', 'tensor')
  assert kernel.addressable_shards[0].data.shape == (2, 64, 64)
  for path, leaf in jax.tree_util.tree_leaves_with_path(state):
    name = jax.tree_util.keystr(path)
    if name.endswith("v['layers']['attention_norm']['scale']"):
      assert leaf.sharding.spec == PartitionSpec(None, 'fsdp')
    if "v_row['layers']" in name:
      assert leaf.sharding.is_fully_replicated


@pytest.mark.parametrize('name, weight_decay', [('adam', 0.0), ('adamw', 0.1)])
@pytest.mark.parametrize('frozen', [(), ('embedding', 'layers/mlp/.*')])
def test_unfactored_moments_lie_as_their_parameters(name, weight_decay, frozen):
  mesh = sharding.mesh({'fsdp': 4, 'tensor': 2})
  shapes = decoder.abstract_params(CONFIG)
  layout = sharding.param_shardings(mesh, decoder.parameter_axes(CONFIG), shapes)
  rule = {'name': name, 'weight_decay': weight_decay, 'clip': 1.0}
  tx = optim.optimizer(1e-2, frozen=frozen, **rule)
  state = jax.eval_shape(tx.init, shapes)
  found = sharding.state_shardings(mesh, layout, shapes, state)
  spread = [one for one in jax.tree.leaves(found) if not one.is_fully_replicated]
  still = jax.tree.leaves(optim.is_frozen(shapes, frozen))
  expected = [
    one
    for one, is_still in zip(jax.tree.leaves(layout), still, strict=True)
    if not is_still and not one.is_fully_replicated
  ]
  assert sorted(map(str, spread)) == sorted(2 * list(map(str, expected))) != []


def test_mesh_fills_in_the_rest():
  mesh = sharding.mesh({'data': 1, 'fsdp': -1, 'tensor': 2})
  assert dict(mesh.shape) == {'data': 1, 'fsdp': 4, 'tensor': 2}
  assert set(mesh.axis_types) == {jax.sharding.AxisType.Auto}


@pytest.mark.parametrize(
  'axes, message',
  [
    ({'fsdp': 3}, 'there are 8 devices'),
    ({'fsdp': -1, 'tensor': 3}, 'there are 8 devices'),
    ({'fsdp': -1, 'tensor': -1}, 'at most one may be -1'),
    ({'fsdp': 0, 'tensor': -1}, 'there are 8 devices'),
    ({'model': 8}, "unknown axis 'model'"),
  ],
)
def test_a_mesh_that_cannot_be_is_refused(axes, message):
  with pytest.raises(UserError, match=message):
    sharding.mesh(axes)


def test_gaps_and_collisions_raise():
  with pytest.raises(ValueError, match="'kv' has no rule"):
    sharding.partition_spec(('embed', 'kv'))
  with pytest.raises(ValueError, match='collide'):
    sharding.partition_spec(('mlp', 'vocab'))


def test_a_dimension_that_does_not_divide_names_the_parameter():
  mesh = sharding.mesh({'tensor': 8})
  shapes, axes = decoder.abstract_params(CONFIG), decoder.parameter_axes(CONFIG)
  with pytest.raises(UserError, match='relative_bias of shape .32, 4.'):
    sharding.param_shardings(mesh, axes, shapes)


def test_rows_go_to_the_row_axes_only():
  rows = sharding.batch_sharding(sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2}))
  assert sharding.local_rows(rows, 8) == list(range(8))
  batch = sharding.global_batch(rows, {'tokens': np.arange(16).reshape(8, 2)}, 8)
  assert batch['tokens'].addressable_shards[0].data.shape == (2, 2)
  np.testing.assert_array_equal(batch['tokens'], np.arange(16).reshape(8, 2))
  with pytest.raises(UserError, match='batch of 6 rows'):
    sharding.local_rows(rows, 6)
