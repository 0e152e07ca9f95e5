"""Greedy decoding: the cache changes nothing, nor does the batch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.errors import UserError
from flan_jax.evaluation import decoding
from flan_jax.model import decoder
from flan_jax.training import sharding

CONFIG = decoder.DecoderConfig(
    vocab_size=64, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64, dtype='float32',
    remat='none')
NEVER = 63 + 1  # no token has this id


@pytest.fixture(scope='module')
def params():
  return jax.jit(lambda rng: decoder.init_params(CONFIG, rng))(jax.random.key(1))


@pytest.fixture(scope='module')
def prompts():
  random = np.random.default_rng(0)
  sizes = 1, 3, 31, 32, 33, 50, 7, 64
  return [random.integers(2, 64, size).tolist() for size in sizes]


@jax.jit
def next_token(params, tokens_BL, size):
  index = jnp.arange(tokens_BL.shape[1])[None]
  batch = {'tokens': tokens_BL, 'positions': index, 'branch': 0 * index,
           'segment_ids': (index < size).astype(jnp.int32)}
  x_BLD = decoder.hidden_states(CONFIG, params, batch)
  return jnp.argmax(decoder.logits(CONFIG, params, x_BLD[0, size - 1]))


def recomputed(params, prompt, steps, eos_id):
  """The whole sequence is read anew for every token."""
  ids = list(prompt)
  for _ in range(steps):
    padded = np.zeros((1, 96), np.int32)
    padded[0, :len(ids)] = ids
    token = int(next_token(params, padded, len(ids)))
    if token == eos_id:
      break
    ids.append(token)
  return ids[len(prompt):]


def test_cached_equals_recomputed(params, prompts):
  ours = decoding.greedy(CONFIG, params, prompts, 12, NEVER)
  assert ours == [recomputed(params, prompt, 12, NEVER) for prompt in prompts]
  assert len({tuple(ids) for ids in ours}) > 4  # else the test would prove little


def test_decoding_stops_at_the_end_and_leaves_it_out(params, prompts):
  free = decoding.greedy(CONFIG, params, prompts, 12, NEVER)
  eos_id = free[0][4]
  ended = decoding.greedy(CONFIG, params, prompts, 12, eos_id)
  assert ended == [ids[:ids.index(eos_id)] if eos_id in ids else ids for ids in free]
  assert len(ended[0]) < 12


def test_the_batch_changes_nothing(params, prompts):
  together = decoding.greedy(CONFIG, params, prompts, 12, 7)
  done = []
  alone = decoding.greedy(
      CONFIG, params, prompts, 12, 7, tokens_per_forward=1, advance=done.append)
  assert alone == together
  assert done == [1] * len(prompts)
  backwards = decoding.greedy(CONFIG, params, prompts[::-1], 12, 7)
  assert backwards[::-1] == together


def test_the_mesh_changes_nothing(params, prompts):
  mesh = sharding.mesh({'data': 2, 'fsdp': 2, 'tensor': 2})
  placed = sharding.param_shardings(
      mesh, decoder.parameter_axes(CONFIG), decoder.abstract_params(CONFIG))
  spread = jax.device_put(params, placed)
  ours = decoding.greedy(CONFIG, spread, prompts, 12, 7)
  assert ours == decoding.greedy(CONFIG, params, prompts, 12, 7)


def test_nothing_to_decode(params):
  assert decoding.greedy(CONFIG, params, [], 4, 1) == []
  with pytest.raises(UserError, match='at least one of each'):
    decoding.greedy(CONFIG, params, [[3], []], 4, 1)
  with pytest.raises(UserError, match='at least one of each'):
    decoding.greedy(CONFIG, params, [[3]], 0, 1)
