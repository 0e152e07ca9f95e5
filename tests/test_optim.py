"""The optimizer: stacked layers are updated as layers of their own; schedules."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from flan_jax.errors import UserError
from flan_jax.training import optim

LAYERS = 4
SCALES = np.array([0.01, 0.1, 1, 10], np.float32)


def stacked(seed, scales=np.ones(LAYERS)):
  """Parameters whose kernels are factored (both sides 128), each layer of its scale."""
  rng = np.random.default_rng(seed)
  scales = np.asarray(scales, np.float32)

  def leaf(*shape):
    axes = tuple(range(1, 1 + len(shape)))
    return np.expand_dims(scales, axes) * rng.normal(size=(LAYERS, *shape))

  tree = {
    'layers': {'kernel': leaf(128, 160), 'norm': {'scale': leaf(128)}},
    'embedding': rng.normal(size=(130, 128)),
  }
  return jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), tree)


def updated(tx, params, gradients):
  state = tx.init(params)
  for gradient in gradients:
    updates, state = tx.update(gradient, state, params)
    params = optax.apply_updates(params, updates)
  return params


def test_stacked_layers_are_updated_as_layers_of_their_own():
  params, gradients = stacked(0, SCALES), [stacked(1, SCALES[::-1]), stacked(2)]
  got = updated(optim.optimizer(0.1), params, gradients)
  alone = optax.adafactor(0.1)
  for index in range(LAYERS):
    pick = lambda tree: jax.tree.map(lambda leaf: leaf[index], tree['layers'])
    expected = updated(alone, pick(params), [pick(one) for one in gradients])
    jax.tree.map(np.testing.assert_array_equal, pick(got), expected)
  rest = [{'embedding': one['embedding']} for one in [params, *gradients]]
  expected = updated(alone, rest[0], rest[1:])
  np.testing.assert_array_equal(got['embedding'], expected['embedding'])


def test_a_step_is_relative_to_the_layer():
  params = stacked(0, SCALES)
  moved = updated(optim.optimizer(0.1), params, [stacked(1)])['layers']['kernel']
  moved = np.sqrt(np.mean((moved - params['layers']['kernel']) ** 2, axis=(1, 2)))
  np.testing.assert_allclose(moved, 0.1 * SCALES, rtol=0.05)


def test_second_moments_are_factored():
  params = stacked(0)
  state = optim.optimizer(0.1).init({'layers': {'kernel': params['layers']['kernel']}})
  assert sum(leaf.size for leaf in jax.tree.leaves(state)) < 2 * LAYERS * (128 + 160)


def test_clip_bounds_the_whole_gradient():
  huge = jax.tree.map(lambda leaf: 1e6 * leaf, stacked(1))
  tx = optim.optimizer(1.0, name='adam', clip=1e-12)
  moved = optax.tree.norm(tx.update(huge, tx.init(stacked(0)), stacked(0))[0])
  free = optim.optimizer(1.0, name='adam')
  assert moved < 0.1 * optax.tree.norm(
    free.update(huge, free.init(stacked(0)), stacked(0))[0]
  )


def test_warmup_reaches_the_rate_and_stays():
  rate = optim.learning_rate_at(1.0, warmup_steps=4)
  assert [float(rate(step)) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
  assert optim.learning_rate_at(3e-5)(0) == jnp.float32(3e-5)


def test_cosine_falls_to_a_tenth_and_stays():
  rate = optim.learning_rate_at(1.0, 'cosine', warmup_steps=2, decay_steps=12)
  np.testing.assert_allclose(
    [rate(step) for step in (0, 1, 6, 11, 30)], [0.5, 1, 0.55, 0.1, 0.1], atol=1e-6
  )


def test_warmup_reaches_the_update():
  params, gradient = stacked(0), stacked(1)

  def first_move(**kwargs):
    tx = optim.optimizer(0.1, **kwargs)
    return tx.update(gradient, tx.init(params), params)[0]

  jax.tree.map(
    lambda warm, whole: np.testing.assert_allclose(4 * warm, whole, rtol=1e-5),
    first_move(warmup_steps=4), first_move(),
  )


@pytest.mark.parametrize(
  'change, message',
  [
    ({'name': 'lion'}, "name of the optimizer is 'lion'"),
    ({'schedule': 'sine'}, "schedule of the optimizer is 'sine'"),
    ({'schedule': 'cosine', 'warmup_steps': 5, 'decay_steps': 5}, 'decay_steps is 5'),
    ({'clip': 0.0}, 'clip of the optimizer is 0.0'),
    ({'warmup_steps': -1}, 'warmup_steps -1'),
  ],
)
def test_a_wrong_value_is_named(change, message):
  with pytest.raises(UserError, match=message):
    optim.optimizer(1e-3, **change)
