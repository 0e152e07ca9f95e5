# SPDX-License-Identifier: Apache-2.0
"""A process of a tiny run without doors, for test_hosts.

Arguments: ADDRESS INDEX COUNT FOLDER STEPS MESH [SAVE_EVERY [EMPTY [STEP_DEADLINE]]]; MESH as JSON.
At step EMPTY no token carries loss; a record is then written at the end alone. With a STEP_DEADLINE
the processes are watched.
"""

import contextlib
import json
import signal
import sys
import unittest.mock

import jax
import numpy as np

from flan_jax.model import decoder
from flan_jax.training import loop, metric_log, multihost, optim, sharding
from flan_jax.training.liveness import heartbeats, watchdog

CONFIG = decoder.DecoderConfig(vocab_size=16, d_model=8, layers=1, heads=2, head_dim=8, d_ff=8, dtype='float32')
ROWS = 8
DEVICES = 8  # of all processes together
MESH = {'data': 2, 'fsdp': 2, 'tensor': 2}


def rows_of(step, ours):
  """Rows that depend on the step alone, and each on its number."""
  whole = np.random.default_rng(step).integers(1, 16, (ROWS, 4)).astype(np.int32)
  ones = np.ones_like(whole)
  place = ones * np.arange(4, dtype=np.int32)
  batch = {
    'tokens': whole,
    'positions': place,
    'segment_ids': ones,
    'branch': 0 * ones,
    'query_position': place,
    'target_id': np.roll(whole, -1, 1),
    'weight': ones.astype(np.float32),
  }
  return {name: value[ours] for name, value in batch.items()}


def run(folder, steps, tell=lambda text: None, axes=MESH, save_every=0, empty=None):
  """Trains on eight devices, wherever they are, to a step."""
  mesh = sharding.mesh(axes)
  ours = sharding.local_rows(sharding.batch_sharding(mesh), ROWS)
  tell(f'rows {ours}')

  def rows(step):
    made = rows_of(step, ours)
    return made | {'weight': made['weight'] * (step + 1 != empty)}

  feed = lambda first: (told(tell, step, rows(step)) for step in range(first, 10**6))
  with unittest.mock.patch.object(metric_log, 'Logbook'):  # TensorFlow takes seconds
    return loop.train(
      loop.Job(
        CONFIG,
        optim.optimizer(1e-2),
        mesh,
        feed,
        ROWS,
        loop.Schedule(steps, save_every, 0, 10**6 if empty else 1),
        str(folder),
        seed=0,
        say=tell,
        show=lambda line: tell('step'),
      )
    )


def told(tell, step, batch):
  """The batch; its first tokens are told, by which a row is known."""
  tell(f'fed {step} {[row[:3].tolist() for row in batch["tokens"]]}')
  return batch


def main(address, index, count, folder, steps, axes, save_every=0, empty=0, step_deadline=0):
  """One process of `count`, which share the devices."""
  # A suite that runs in the background has SIGINT ignored, and hands that on.
  signal.signal(signal.SIGINT, signal.default_int_handler)
  jax.config.update('jax_num_cpu_devices', DEVICES // int(count))
  multihost.start(address, int(count), int(index))
  with watched(folder, float(step_deadline)):
    run(folder, int(steps), lambda text: print(text, flush=True), json.loads(axes), int(save_every), int(empty))


def watched(folder, step_deadline):
  if not step_deadline:
    return contextlib.nullcontext()
  heartbeats.SECONDS = 0.5
  beats = heartbeats.Heartbeats(folder, *multihost.position())
  return watchdog.Watchdog(folder, watchdog.Deadlines(step_deadline, 300), beats)


if __name__ == '__main__':
  main(*sys.argv[1:])
