# SPDX-License-Identifier: Apache-2.0
"""Microbatches: the same update whatever their number, on one device and on eight."""

import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from flan_jax.errors import UserError
from flan_jax.model import decoder, losses
from flan_jax.training import loop, metric_log, optim, sharding
from flan_jax.training import state as state_lib
from flan_jax.training import step as step_lib
from tests import rounding

pytestmark = pytest.mark.usefixtures('double')

CONFIG = rounding.doubled(
  decoder.DecoderConfig(vocab_size=64, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64, remat='none')
)
ROWS, LENGTH, SLOTS = 16, 12, 5
LOSS = losses.LossConfig(z_loss=1e-2, label_smoothing=0.1)


def example_batch(length=LENGTH):
  """Rows of very unequal weights; those of every other row are 0."""
  rng = np.random.default_rng(0)
  tokens = rng.integers(0, 64, (ROWS, length)).astype(np.int32)
  weight = rng.random((ROWS, SLOTS)) * np.geomspace(1e-2, 10, ROWS)[:, None]
  weight[::2] = 0
  return {
    'tokens': tokens,
    'positions': np.tile(np.arange(length, dtype=np.int32), (ROWS, 1)),
    'segment_ids': np.ones_like(tokens),
    'branch': np.zeros_like(tokens),
    'query_position': rng.integers(0, length, (ROWS, SLOTS)).astype(np.int32),
    'target_id': rng.integers(0, 64, (ROWS, SLOTS)).astype(np.int32),
    'weight': weight.astype(np.float32),
  }


def fresh(optimizer, config=CONFIG):
  params = jax.jit(decoder.init_params, static_argnums=0)(config, jax.random.key(0))
  return state_lib.State(jnp.zeros((), jnp.int32), params, optimizer.init(params))


# Leaves the gradient in place of the optimizer's state, and parameters as they are.
KEEP = optax.GradientTransformation(
  lambda params: jax.tree.map(jnp.zeros_like, params),
  lambda gradient, state, params: (jax.tree.map(jnp.zeros_like, params), gradient),
)


@functools.cache
def gradients(microbatches, loss=LOSS, frozen=()):
  """(gradients, sums) of the example batch on one device."""
  step = jax.jit(step_lib.make_step(CONFIG, KEEP, loss, microbatches, frozen))
  state, sums = step(fresh(KEEP), example_batch())
  return state.optimizer, sums


def distance(one, other):
  """Largest difference of a leaf, relative to the leaf, in 2-norms."""
  assert {leaf.dtype for leaf in jax.tree.leaves((one, other))} == {np.dtype(float)}
  norm = np.linalg.norm
  ratio = lambda a, b: norm(np.asarray(a) - np.asarray(b)) / norm(b)
  return max(jax.tree.leaves(jax.tree.map(ratio, one, other)))


@pytest.mark.parametrize(
  'microbatches, loss',
  [pytest.param(2, losses.PLAIN, marks=pytest.mark.slow), pytest.param(4, LOSS, marks=pytest.mark.long), (16, LOSS)],
)
def test_microbatches_equal_the_full_batch_with_unequal_weights(microbatches, loss):
  whole, expected = gradients(1, loss)
  parts, sums = gradients(microbatches, loss)
  assert distance(parts, whole) < rounding.EXACT
  assert set(sums) == set(expected)
  for name in sums:
    np.testing.assert_allclose(sums[name], expected[name], rtol=rounding.EXACT, err_msg=name)


@pytest.mark.long
def test_a_mean_of_means_would_be_noticed():
  """The weights are unequal enough: averaging the parts' averages is far off."""
  batch, params = example_batch(), fresh(KEEP).params

  @jax.jit
  def mean_gradient(rows):
    def mean(params):
      total, sums = losses.decoder_loss(CONFIG, params, rows, LOSS)
      return total / sums['weight']

    return jax.grad(mean)(params)

  parts = [{name: leaf[part::4] for name, leaf in batch.items()} for part in (1, 3)]
  averaged = jax.tree.map(lambda *leaves: sum(leaves) / 2, *map(mean_gradient, parts))
  assert distance(averaged, gradients(1)[0]) > 1e-2
  assert distance(mean_gradient(batch), gradients(1)[0]) < rounding.EXACT


@pytest.mark.long
def test_frozen_parameters_have_no_gradient_and_no_part_in_the_norm():
  free, _ = gradients(4)
  some, sums = gradients(4, frozen=('embedding', 'layers/mlp/.*'))
  assert not some['embedding'].any()
  assert not any(leaf.any() for leaf in jax.tree.leaves(some['layers']['mlp']))
  attention = lambda tree: tree['layers']['attention']
  assert distance(attention(some), attention(free)) < rounding.EXACT
  rounding.assert_equal(sums['gradient_norm'], optax.global_norm(some))


@pytest.mark.long
def test_activations_are_those_of_one_microbatch():
  batch, state = example_batch(length=256), jax.eval_shape(lambda: fresh(KEEP))

  def temporary(microbatches, rows):
    step = jax.jit(step_lib.make_step(CONFIG, KEEP, LOSS, microbatches))
    part = {name: leaf[:rows] for name, leaf in batch.items()}
    return step.lower(state, part).compile().memory_analysis().temp_size_in_bytes

  whole, part, parts = temporary(1, ROWS), temporary(1, ROWS // 8), temporary(8, ROWS)
  accumulator = 8 * decoder.count_parameters(state.params, embeddings=True)
  inputs = sum(leaf.nbytes for leaf in batch.values())  # the rows, sorted into parts
  assert parts <= part + 2 * accumulator + inputs
  assert parts < whole / 4


MESH = {'data': 2, 'fsdp': 2, 'tensor': 2}


@functools.cache
def on_eight_devices():
  """(gradients, text of the compiled step) with two microbatches."""
  mesh = sharding.mesh(MESH)
  _, placed = state_lib.shardings(CONFIG, KEEP, mesh)
  batch = sharding.global_batch(sharding.batch_sharding(mesh), example_batch(), ROWS)
  with jax.set_mesh(mesh):
    state = state_lib.fresh(CONFIG, KEEP, placed, 0)
    step = step_lib.make_step(CONFIG, KEEP, LOSS, 2)
    compiled = jax.jit(step, out_shardings=(placed, None)).lower(state, batch).compile()
    return compiled(state, batch)[0].optimizer, compiled.as_text()


def test_eight_devices_with_microbatches_equal_one_without():
  assert distance(on_eight_devices()[0], gradients(1)[0]) < rounding.EXACT


def test_the_sum_of_gradients_is_spread_as_the_parameters():
  """The loop over microbatches carries a device's part of a kernel, never all of it."""
  loops = re.findall(r'= \((.*)\) while\(', on_eight_devices()[1])
  own = f's32[2,{ROWS // 4 // 2},{LENGTH}]'  # both parts of a device's own rows
  carried = '\n'.join(line for line in loops if own in line)
  assert 'f64[2,16,32]' in carried  # layers/mlp/wi_0, [2, 32, 64]
  assert not re.search(r'f64\[2,(32,64|16,64|32,32)\]', carried)


def test_no_row_leaves_its_device():
  mesh = sharding.mesh(MESH)
  rows = sharding.batch_sharding(mesh)
  numbered = sharding.global_batch(rows, {'row': np.arange(ROWS)}, ROWS)['row']
  with jax.set_mesh(mesh):
    split = jax.jit(lambda leaf: step_lib._parts(leaf, 2))
    text = split.lower(numbered).compile().as_text()
    parts = split(numbered)
  assert not re.search('all-|collective|permute', text)
  np.testing.assert_array_equal(parts, [np.arange(0, ROWS, 2), np.arange(1, ROWS, 2)])
  for shard in parts.addressable_shards:
    here = next(s for s in numbered.addressable_shards if s.device == shard.device)
    np.testing.assert_array_equal(np.sort(shard.data.ravel()), here.data)


def test_summed_adds_up_what_a_function_gives():
  batch = {'row': jnp.arange(8.0)}
  got = step_lib.summed(lambda rows: {'total': jnp.sum(rows['row'])}, batch, 4)
  assert got == {'total': 28.0}


@pytest.mark.parametrize(
  'rows, microbatches, sizes, message',
  [
    (16, 3, {'fsdp': 8}, 'MICROBATCHES = 3 does not divide the 2 rows .* 8 parts .* 16 rows; choose one of 1, 2,'),
    (16, 4, {'fsdp': 8}, 'MICROBATCHES = 4 does not divide the 2 rows'),
    (12, 8, {'fsdp': 2, 'tensor': 4}, 'choose one of 1, 2, 3, 6,'),
  ],
)
def test_rows_that_do_not_divide_are_refused_with_the_numbers(rows, microbatches, sizes, message):
  mesh = sharding.mesh(sizes)
  with pytest.raises(UserError, match=message):
    step_lib.check_microbatches(rows, microbatches, mesh)
  traced = lambda leaf: step_lib.summed(jnp.sum, {'row': leaf}, microbatches)
  with pytest.raises(UserError, match=message), jax.set_mesh(mesh):
    jax.eval_shape(traced, jnp.zeros(rows))


@pytest.mark.slow
def test_a_run_goes_on_with_other_microbatches_and_logs_the_extras(tmp_path):
  optimizer = optim.optimizer(1e-2, name='adam')
  mesh = sharding.mesh({}, jax.devices()[:1])

  def run(name, steps, microbatches):
    feed = lambda first: iter([example_batch()] * 10)
    schedule = loop.Schedule(steps, 0, 1, 1, microbatches=microbatches)
    return loop.train(
      loop.Job(
        CONFIG,
        optimizer,
        mesh,
        feed,
        ROWS,
        schedule,
        str(tmp_path / name),
        seed=0,
        dev_batches=lambda: iter([example_batch()]),
        say=str,
        show=str,
        loss=LOSS,
      )
    )

  run('changed', 1, 1)
  run('changed', 2, 4)
  run('same', 2, 1)
  changed, same = (metric_log.read(str(tmp_path / name)) for name in ('changed', 'same'))
  for one, other in zip(changed, same, strict=True):
    for name in ('loss', 'z_loss', 'smoothing_loss', 'dev_loss'):
      np.testing.assert_allclose(one[name], other[name], rtol=rounding.EXACT)
  # dev_loss is plain, and so is loss: the same rows before the next update.
  np.testing.assert_allclose(same[0]['dev_loss'], same[1]['loss'], rtol=rounding.EXACT)
