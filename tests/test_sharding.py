"""The layout: one device equals eight, rules without gaps or collisions, rows."""

import functools

import jax
from jax.sharding import NamedSharding, PartitionSpec
import numpy as np
import optax
import pytest

from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.model import losses
from flan_jax.training import optim
from flan_jax.training import sharding

CONFIG = decoder.DecoderConfig(
  vocab_size=64, d_model=128, layers=2, heads=4, head_dim=32, d_ff=256, dtype='float32'
)
ROWS, LENGTH, SLOTS = 8, 12, 5


def example_batch():
  rng = np.random.default_rng(0)
  tokens = rng.integers(0, 64, (ROWS, LENGTH)).astype(np.int32)
  return {
    'tokens': tokens,
    'positions': np.tile(np.arange(LENGTH, dtype=np.int32), (ROWS, 1)),
    'segment_ids': np.ones_like(tokens),
    'branch': np.zeros_like(tokens),
    'query_position': rng.integers(0, LENGTH, (ROWS, SLOTS)).astype(np.int32),
    'target_id': rng.integers(0, 64, (ROWS, SLOTS)).astype(np.int32),
    'weight': rng.random((ROWS, SLOTS)).astype(np.float32),
  }


@functools.cache
def two_steps(mesh):
  """Loss of the first step, and parameters and state after two, laid out on `mesh`."""
  shapes, tx = decoder.abstract_params(CONFIG), optim.optimizer(1e-2)
  layout = sharding.param_shardings(mesh, decoder.parameter_axes(CONFIG), shapes)
  state_shapes = jax.eval_shape(tx.init, shapes)
  state_layout = sharding.state_shardings(mesh, layout, shapes, state_shapes)
  replicated = NamedSharding(mesh, PartitionSpec())

  @functools.partial(jax.jit, out_shardings=(layout, state_layout, replicated))
  def step(params, state, batch):
    def loss(params):
      total, aux = losses.decoder_loss(CONFIG, params, batch)
      return total / aux['weight']

    value, gradients = jax.value_and_grad(loss)(params)
    updates, state = tx.update(gradients, state, params)
    return optax.apply_updates(params, updates), state, value

  rows = sharding.batch_sharding(mesh)
  local = sharding.local_rows(rows, ROWS)
  batch = {name: leaf[local] for name, leaf in example_batch().items()}
  batch = sharding.global_batch(rows, batch, ROWS)
  with jax.set_mesh(mesh):
    init = functools.partial(decoder.init_params, CONFIG)
    params = jax.jit(init, out_shardings=layout)(jax.random.key(0))
    state = jax.jit(tx.init, out_shardings=state_layout)(params)
    params, state, value = step(params, state, batch)
    params, state, _ = step(params, state, batch)
  return value, params, state


def one_device():
  return two_steps(sharding.mesh({}, devices=jax.devices()[:1]))


@pytest.mark.parametrize('axes', [{'data': 2, 'fsdp': -1, 'tensor': 2}, {'fsdp': -1}])
def test_one_device_equals_eight(axes):
  value, params, state = two_steps(sharding.mesh(axes))
  expected_value, expected, expected_state = one_device()
  np.testing.assert_allclose(value, expected_value, rtol=1e-5)
  check = functools.partial(np.testing.assert_allclose, rtol=1e-3, atol=1e-5)
  jax.tree.map(check, params, expected)
  jax.tree.map(check, state, expected_state)


def test_parameters_and_state_lie_as_the_rules_say():
  _, params, state = two_steps(sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2}))
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
    one for one, is_still in zip(jax.tree.leaves(layout), still, strict=True)
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
