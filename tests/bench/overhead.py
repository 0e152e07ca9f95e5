# SPDX-License-Identifier: Apache-2.0
"""What looking after a run costs, in percent of the steps of a 50M model.

Three things are measured, each by itself, since a percent of a step is less than steps
differ by: the processor time of the watchdog's threads with the heartbeats of two processes
and the lease, what the loop says to them in each step, and the checksums of a checkpoint,
which has SAVE_EVERY steps to pay for it. A step is the shortest of STEPS.
"""

import statistics
import tempfile
import time

from tests.bench import figures

BOUND = 1.0  # percent
SAVE_EVERY = 1_000  # of runs/common.gin
WATCHED = 30.0  # seconds, in which heartbeats are written several times
STEPS, ROWS, LENGTH, SLOTS = 3, 8, 256, 64  # rows of runs/quickstart.gin


def main() -> None:
  import jax

  from flan_jax.model import decoder
  from flan_jax.training import optim, sharding
  from flan_jax.training import state as state_lib

  config = decoder.DecoderConfig(
    vocab_size=8_000, d_model=640, layers=8, heads=10, head_dim=64, d_ff=2_560, scan=True, dtype='float32'
  )
  rule, mesh = optim.optimizer(1e-3), sharding.mesh({}, jax.devices()[:1])
  _, placed = state_lib.shardings(config, rule, mesh)
  state = state_lib.fresh(config, rule, placed, 0)
  checksums = _checksum_seconds(state)
  step = _step_seconds(config, rule, mesh, placed, state)
  parts = {
    'watchdog': 100 * _watching(),
    'phases': 100 * _phase_seconds() / step,
    'checksums': 100 * checksums / (SAVE_EVERY * step),
  }
  total = sum(parts.values())
  told = {f'{name}_percent': round(part, 4) for name, part in parts.items()}
  figures.report(
    'overhead_50m', total, '% of a step', 'required', BOUND, BOUND / total, step_seconds=round(step, 2), **told
  )


def _step_seconds(config, rule, mesh, placed, state) -> float:
  import jax

  from flan_jax.training import step

  update = jax.jit(step.make_step(config, rule), donate_argnums=0, out_shardings=(placed, None))
  batch, seconds = figures.packed_batch(ROWS, LENGTH, SLOTS, config.vocab_size), []
  with jax.set_mesh(mesh):
    for _ in range(1 + STEPS):  # the first one compiles
      start = time.perf_counter()
      state, sums = update(state, batch)
      jax.block_until_ready((state, sums))
      seconds.append(time.perf_counter() - start)
  return min(seconds[1:])


def _watching() -> float:
  """Seconds of processor time in each second."""
  from flan_jax.training.liveness import heartbeats, lease, watchdog

  with tempfile.TemporaryDirectory() as folder, lease.held(folder, True) as mine:
    other = heartbeats.Heartbeats(folder, 1, 2, 7)
    other.write('step 1')
    with watchdog.Watchdog(folder, watchdog.Deadlines(), heartbeats.Heartbeats(folder, 0, 2, 7), mine.renew):
      start, used = time.perf_counter(), time.process_time()
      time.sleep(WATCHED)
      return (time.process_time() - used) / (time.perf_counter() - start)


def _phase_seconds() -> float:
  """Of what the loop says in a step: that it waits for rows, steps, and is through."""
  from flan_jax.training.liveness import watchdog

  count, start = 10_000, time.perf_counter()
  for number in range(count):
    watchdog.phase('input', number)
    watchdog.phase('step', number, watchdog.STEP)
    watchdog.phase('end of the step', number)
  return (time.perf_counter() - start) / count


def _checksum_seconds(state) -> float:
  from flan_jax.training import checkpoint, checksums, step_folders

  with tempfile.TemporaryDirectory() as folder:
    with checkpoint.opened(folder, 1) as checkpoints:
      checkpoint.save(checkpoints, state)
    place, seconds = f'{folder}/checkpoints/{int(state.step)}', []
    for _ in range(3):
      start = time.perf_counter()
      checksums.write(place, int(state.step), step_folders.saved_at(place))
      seconds.append(time.perf_counter() - start)
  return statistics.median(seconds)


if __name__ == '__main__':
  main()
