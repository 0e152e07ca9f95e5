# SPDX-License-Identifier: Apache-2.0
"""The optimizer: stacked layers are updated as their own; what is left alone."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.training import checkpoint, optim
from tests import rounding, tiny_runs

LAYERS = 4
SCALES = np.array([0.01, 0.1, 1, 10])


def stacked(seed, scales=np.ones(LAYERS)):
  """Parameters whose kernels are factored (both sides 128), each layer of its scale."""
  rng = np.random.default_rng(seed)

  def leaf(*shape):
    axes = tuple(range(1, 1 + len(shape)))
    return np.expand_dims(scales, axes) * rng.normal(size=(LAYERS, *shape))

  tree = {'layers': {'kernel': leaf(128, 160), 'norm': {'scale': leaf(128)}}, 'embedding': rng.normal(size=(130, 128))}
  return jax.tree.map(jnp.asarray, tree)


def updated(tx, params, gradients, compiled=True):
  state, update = tx.init(params), jax.jit(tx.update) if compiled else tx.update
  for gradient in gradients:
    updates, state = update(gradient, state, params)
    params = optax.apply_updates(params, updates)
  return params


@pytest.mark.parametrize(
  'multiply_by_parameter_scale, compiled',
  [(True, True), (False, True), pytest.param(True, False, marks=pytest.mark.slow)],
)
def test_stacked_layers_are_updated_as_layers_of_their_own(multiply_by_parameter_scale, compiled, double):
  """Experiment C of the house: layers of scales far apart, for five updates."""
  kwargs = {'multiply_by_parameter_scale': multiply_by_parameter_scale}
  rate = optim.learning_rate_at(0.1, warmup_steps=3)
  params = stacked(0, SCALES)
  gradients = [stacked(1, SCALES[::-1]), *(stacked(seed) for seed in range(2, 6))]
  tx = optim.optimizer(0.1, warmup_steps=3, **kwargs)
  alone = optax.adafactor(rate, **kwargs)
  got = updated(tx, params, gradients, compiled)
  for index in range(LAYERS):
    pick = lambda tree: jax.tree.map(lambda leaf: leaf[index], tree['layers'])
    expected = updated(alone, pick(params), list(map(pick, gradients)), compiled)
    rounding.assert_equal(pick(got), expected)
  rest = [{'embedding': one['embedding']} for one in [params, *gradients]]
  expected = updated(alone, rest[0], rest[1:], compiled)
  rounding.assert_equal(got['embedding'], expected['embedding'])


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
  assert moved < 0.1 * optax.tree.norm(free.update(huge, free.init(stacked(0)), stacked(0))[0])


def test_warmup_reaches_the_rate_and_stays():
  rate = optim.learning_rate_at(1.0, warmup_steps=4)
  assert [float(rate(step)) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
  assert optim.learning_rate_at(3e-5)(0) == jnp.float32(3e-5)


def test_cosine_falls_to_a_tenth_and_stays():
  rate = optim.learning_rate_at(1.0, 'cosine', warmup_steps=2, decay_steps=12)
  np.testing.assert_allclose(
    [rate(step) for step in (0, 1, 6, 11, 30)],
    [0.5, 1, 0.55, 0.1, 0.1],
    rtol=0,
    atol=rounding.gamma(16),  # an angle of at most pi, thrice rounded; then six times
  )


def test_inverse_sqrt_is_that_of_t5():
  """t5x/utils.py, factors 'constant * rsqrt_decay', peak 1 / sqrt(warmup)."""
  rate = optim.learning_rate_at(0.5, 'inverse_sqrt', warmup_steps=4)
  t5 = lambda update: 1 / np.sqrt(max(update, 4))
  got = [rate(update - 1) for update in (1, 4, 5, 16, 400)]
  expected = [0.5 * t5(update) / t5(0) for update in (1, 4, 5, 16, 400)]
  np.testing.assert_allclose(got, expected, rtol=rounding.gamma(4))  # / sqrt * float32
  assert got[0] == got[1] == 0.5 and got[3] == 0.25
  assert optim.learning_rate_at(1.0, 'inverse_sqrt')(3) == 0.5


CONFIG = decoder.DecoderConfig(
  vocab_size=128, d_model=128, layers=3, heads=2, head_dim=64, d_ff=256, dtype='float32', tied_embeddings=False
)


@functools.cache
def decoder_params():
  return jax.jit(decoder.init_params, static_argnums=0)(CONFIG, jax.random.key(0))


def by_path(tree):
  name = functools.partial(jax.tree_util.keystr, simple=True, separator='/')
  return {name(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def test_weight_decay_shrinks_kernels_and_nothing_else():
  biases = {'bias': jnp.ones((3, 7)), 'out_bias': jnp.ones((3, 7))}
  params = {**decoder_params(), 'layers': {**decoder_params()['layers'], **biases}}
  nothing = jax.tree.map(jnp.zeros_like, params)
  tx = optim.optimizer(0.1, name='adamw', weight_decay=0.5)
  after = by_path(updated(tx, params, [nothing]))
  for path, before in by_path(params).items():
    expected = before * (1 - 0.1 * 0.5) if path.endswith('/kernel') else before
    # On one side three products and a sum, on the other one product; rounded constants.
    np.testing.assert_allclose(after[path], expected, rtol=rounding.gamma(8), err_msg=path)
  kept = [path for path, leaf in after.items() if (leaf == by_path(params)[path]).all()]
  assert kept == [
    'embedding',
    'final_norm/scale',
    'layers/attention_norm/scale',
    'layers/bias',
    'layers/mlp_norm/scale',
    'layers/out_bias',
    'relative_bias',
    'unembedding',
  ]


def test_adamw_is_optax_adamw(double):
  params, gradients = stacked(0), [stacked(1), stacked(2)]
  tx = optim.optimizer(0.1, name='adamw', weight_decay=0.5, betas=(0.8, 0.95))
  pick = lambda tree: {'kernel': tree['layers']['kernel']}
  rate = optim.learning_rate_at(0.1)  # of float32
  alone = optax.adamw(rate, 0.8, 0.95, weight_decay=0.5)
  expected = updated(alone, pick(params), list(map(pick, gradients)))
  got = pick(updated(tx, params, gradients))
  rounding.assert_equal(got, expected)


def test_adam_without_decay_is_adamw_without_decay(double):
  params, gradients = stacked(0), [stacked(1), stacked(2)]
  rules = [optim.optimizer(0.1, name=name) for name in ('adam', 'adamw')]
  rounding.assert_equal(*(updated(tx, params, gradients) for tx in rules))


PATHS = list(by_path(decoder.abstract_params(CONFIG)))
MLP = [f'layers/mlp/{name}/kernel' for name in ('wi_0', 'wi_1', 'wo')]
FROZEN = [
  (['embedding'], ['embedding']),
  (['layers/mlp/.*', 'final_norm/scale'], ['final_norm/scale', *MLP]),
  (['layers/.*'], [path for path in PATHS if path.startswith('layers/')]),
  (['(?!relative_bias).*'], [path for path in PATHS if path != 'relative_bias']),
]
each_choice = pytest.mark.parametrize('patterns, paths', FROZEN, ids=['one', 'some', 'layers', 'most'])


@each_choice
def test_frozen_parameters_stay_whatever_their_gradient(patterns, paths):
  params = decoder_params()
  gradient = jax.tree.map(lambda leaf: leaf + 1, params)
  rule = {'name': 'adamw', 'weight_decay': 0.1, 'clip': 1.0}
  tx = optim.optimizer(0.1, frozen=patterns, **rule)
  after = by_path(updated(tx, params, [gradient, gradient]))
  same = [path for path, leaf in by_path(params).items() if (after[path] == leaf).all()]
  assert same == paths


@each_choice
@pytest.mark.parametrize('name', optim.OPTIMIZERS)
def test_frozen_parameters_take_no_optimizer_state(name, patterns, paths):
  params = decoder.abstract_params(CONFIG)
  tx = optim.optimizer(0.1, name=name, frozen=patterns)
  state = jax.eval_shape(tx.init, params)
  updates, after = jax.eval_shape(tx.update, params, state, params)
  assert by_path(after).keys() == by_path(state).keys()
  assert by_path(updates).keys() == by_path(params).keys()
  kept = by_path(state)
  owners = {path for path in PATHS if any(one.endswith(f'/{path}') for one in kept)}
  assert owners == set(PATHS) - set(paths)


def test_frozen_parameters_do_not_count_in_the_clip():
  params, gradient = stacked(0), stacked(1)
  huge = {**gradient, 'embedding': 1e6 * gradient['embedding']}
  tx = optim.optimizer(1.0, name='adam', clip=1e-8, frozen=['embedding'])
  one, other = (updated(tx, params, [each]) for each in (gradient, huge))
  jax.tree.map(np.testing.assert_array_equal, one, other)


@pytest.mark.parametrize(
  'patterns, message',
  [
    (['mlp'], "'mlp', which matches no parameter: .*embedding, .*layers/mlp/wo/kernel"),
    (['embedding', 'embeddings'], "'embeddings', which matches no parameter"),
    (['.*'], 'nothing is left to train'),
  ],
)
def test_patterns_that_cannot_be_meant_are_named(patterns, message):
  with pytest.raises(UserError, match=message):
    optim.is_frozen(decoder.abstract_params(CONFIG), patterns)
  with pytest.raises(UserError, match=message):
    tx = optim.optimizer(0.1, frozen=patterns)
    jax.eval_shape(tx.init, decoder.abstract_params(CONFIG))


RUN = tiny_runs.told(optimizer={'learning_rate': 1.0, 'name': 'adam'})


def test_a_run_that_tells_of_no_loss_is_resumed_at_the_defaults_only(tmp_path):
  checkpoint.write_run(tmp_path, RUN)
  loss = {'z_loss': 0.0, 'label_smoothing': 0.0}
  now = RUN | {'optimizer': optim.settings(RUN['optimizer']), 'loss': loss}
  told = now['optimizer']
  assert json.loads(json.dumps(told)) == told
  read = checkpoint.Run.from_json
  checkpoint.check_run(tmp_path, read(now))
  for change, message in [
    ({'loss': loss | {'z_loss': 1e-4}}, 'loss.z_loss was 0.0 and is now 0.0001'),
    (
      {'optimizer': optim.settings(RUN['optimizer'] | {'frozen': ('embedding',)})},
      "optimizer.frozen was .. and is now .'embedding'.",
    ),
  ]:
    with pytest.raises(UserError, match=message):
      checkpoint.check_run(tmp_path, read(now | change))
  checkpoint.write_run(tmp_path, now)
  checkpoint.check_run(tmp_path, read(RUN))


def test_warmup_reaches_the_update():
  params, gradient = stacked(0), stacked(1)

  def first_move(**kwargs):
    tx = optim.optimizer(0.1, **kwargs)
    return tx.update(gradient, tx.init(params), params)[0]

  jax.tree.map(
    lambda warm, whole: np.testing.assert_array_equal(4 * warm, whole), first_move(warmup_steps=4), first_move()
  )


@pytest.mark.parametrize(
  'change, message',
  [
    ({'name': 'lion'}, "name of the optimizer is 'lion'"),
    ({'schedule': 'sine'}, "schedule of the optimizer is 'sine'"),
    ({'schedule': 'cosine', 'warmup_steps': 5, 'decay_steps': 5}, 'decay_steps is 5'),
    ({'clip': 0.0}, 'clip of the optimizer is 0.0'),
    ({'warmup_steps': -1}, 'warmup_steps -1'),
    ({'weight_decay': 0.1}, "weight_decay of the optimizer 'adafactor' is 0.1"),
    ({'name': 'adamw', 'weight_decay': -0.1}, 'weight_decay .* is -0.1'),
    ({'name': 'adam', 'betas': (0.9, 1.0)}, 'betas of the optimizer is .0.9, 1.0.'),
    ({'frozen': 'embedding'}, "give it as .'embedding'."),
    ({'frozen': ['layers/(']}, "'layers/.', which is no regular expression"),
  ],
)
def test_a_wrong_value_is_named(change, message):
  with pytest.raises(UserError, match=message):
    optim.optimizer(1e-3, **change)
