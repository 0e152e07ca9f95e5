# SPDX-License-Identifier: Apache-2.0
"""Random models: in runs with three embedded datasets, and what they say, plainly."""

import dataclasses
import functools

import jax
import jax.numpy as jnp

from flan_jax.data.sample_data import embedded
from flan_jax.model import decoder
from flan_jax.training import checkpoint
from flan_jax.training import state as state_lib

CONFIG = decoder.DecoderConfig(
  vocab_size=384, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64, dtype='float32', remat='none'
)
NAMES = ['cb', 'rte', 'natural_questions']
ROWS = {
  'tokens_per_batch': 1024,
  'row_length': 512,
  'target_slots': 64,
  'inputs_length': 400,
  'targets_length': 24,
  'separators': ['eos', 'eos'],
  'overflow': 'cut',
}
RUN = {
  'model': dataclasses.asdict(CONFIG),
  'rows': ROWS,
  'mixture': 'made',
  'held_out': None,
  'init_from': None,
  'tasks': {'world_text': 1.0},
  'data': 'embedded',
  'vocabulary': {'path': 'bytes', 'hash': 'bytes'},
}


def told(**changes):
  """RUN with changes; those of `rows` one by one."""
  return {**RUN, **changes, 'rows': {**ROWS, **changes.get('rows', {})}}


def run(**changes):
  """The same, as it is read."""
  return checkpoint.Run.from_json(told(**changes))


def write(folder):
  """FOLDER/data, FOLDER/base and FOLDER/tuned."""
  embedded.write(folder / 'data', 20, NAMES)
  tuned = {
    **RUN,
    'held_out': 'nli',
    'init_from': str(folder / 'base'),
    'tasks': {'natural_questions': 2.0, 'sst2': 1.0},
  }
  for seed, (name, run) in enumerate({'base': RUN, 'tuned': tuned}.items()):
    checkpoint.write_run(str(folder / name), run)
    save(folder / name, seed, random_params(CONFIG, seed))


def random_params(config, seed):
  return jax.jit(lambda rng: decoder.init_params(config, rng))(jax.random.key(seed))


def save(folder, step, params):
  """A checkpoint."""
  state = state_lib.State(jnp.int32(step), params, {'none': jnp.zeros(1)})
  with checkpoint.manager(str(folder)) as checkpoints:
    checkpoint.save(checkpoints, state)


@functools.partial(jax.jit, static_argnums=0)
def likelihoods(config, params, tokens_BL):
  """[B, L, V]: log p of each next token, from one plain pass."""
  ones = jnp.ones_like(tokens_BL)
  batch = {
    'tokens': tokens_BL,
    'positions': jnp.arange(tokens_BL.shape[1])[None],
    'segment_ids': ones,
    'branch': 0 * ones,
  }
  x_BLD = decoder.hidden_states(config, params, batch)
  return jax.nn.log_softmax(decoder.logits(config, params, x_BLD))
