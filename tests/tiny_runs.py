"""Three embedded datasets, a base and a run tuned from it: random models."""

import dataclasses

import jax

from flan_jax.data import embedded
from flan_jax.model import decoder
from flan_jax.training import checkpoint, state as state_lib

CONFIG = decoder.DecoderConfig(
    vocab_size=384, d_model=32, layers=2, heads=2, head_dim=16, d_ff=64,
    dtype='float32', remat='none')
NAMES = ['cb', 'rte', 'natural_questions']
ROWS = {'row_length': 512, 'inputs_length': 400, 'targets_length': 24,
        'separators': ['eos', 'eos'], 'overflow': 'cut'}
RUN = {'model': dataclasses.asdict(CONFIG), 'rows': ROWS, 'mixture': 'made',
       'held_out': None, 'init_from': None, 'tasks': {'world_text': 1.0},
       'data': 'embedded', 'vocabulary': {'path': 'bytes', 'hash': 'bytes'}}


def write(folder):
  """FOLDER/data, FOLDER/base and FOLDER/tuned."""
  embedded.write(folder / 'data', 20, NAMES)
  tuned = {**RUN, 'held_out': 'nli', 'init_from': str(folder / 'base'),
           'tasks': {'natural_questions': 2.0, 'sst2': 1.0}}
  for seed, (name, run) in enumerate({'base': RUN, 'tuned': tuned}.items()):
    checkpoint.write_run(str(folder / name), run)
    save(folder / name, seed, seed)


def save(folder, step, seed):
  """A checkpoint of random parameters."""
  params = jax.jit(lambda rng: decoder.init_params(CONFIG, rng))(jax.random.key(seed))
  state = state_lib.State(jax.numpy.int32(step), params, {'none': jax.numpy.zeros(1)})
  with checkpoint.manager(str(folder)) as checkpoints:
    checkpoint.save(checkpoints, state)
