# SPDX-License-Identifier: Apache-2.0
"""Restoring a checkpoint: the peak of the host's memory against the shards, and the time.

A decoder of 90 million parameters with its optimizer is saved, then restored by processes
of their own: onto one device, and onto eight. The peak is what the restore added to the
resident memory at any time, as the kernel noted it.
"""

import pathlib
import sys
import tempfile
import time

from tests.bench import figures, sides

REQUIRED = 1.3  # times the bytes of the shards
DEVICES = (1, 8)


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    write(folder)
    for devices in DEVICES:
      found = measured(folder, devices)
      figures.report(
        f'restore_memory_{devices}_devices',
        found['peak'] / found['shards'],
        'times the shards',
        'required',
        REQUIRED,
        REQUIRED * found['shards'] / found['peak'],
        **found,
      )


def write(folder: str) -> None:
  """The checkpoint, by a process of its own."""
  sides.Side('tests.bench.restore', 'save', folder).end()


def measured(folder: str, devices: int) -> dict:
  """What a process found that restored it: bytes at the peak, of the shards, of the largest array."""
  side = sides.Side('tests.bench.restore', f'restore{devices}', folder)
  found = side.ask('go')['value']
  side.end()
  return found


def _job(devices: int):
  """(model, optimizer, mesh) of the run."""
  import jax

  from flan_jax.model import decoder
  from flan_jax.training import optim, sharding

  config = decoder.DecoderConfig(vocab_size=32_000, d_model=768, layers=8, heads=12, head_dim=64, d_ff=3_072)
  return config, optim.optimizer(1e-3), sharding.mesh({'fsdp': devices}, jax.devices()[:devices])


def save(folder: str):
  from flan_jax.training import checkpoint
  from flan_jax.training import state as state_lib

  config, optimizer, mesh = _job(1)
  _, placed = state_lib.shardings(config, optimizer, mesh)
  with checkpoint.opened(folder, 1) as checkpoints:
    checkpoint.save(checkpoints, state_lib.fresh(config, optimizer, placed, 0))
  return lambda _: None


def restore(folder: str, devices: int):
  import jax

  jax.config.update('jax_num_cpu_devices', devices)
  from flan_jax.training import checkpoint
  from flan_jax.training import state as state_lib

  config, optimizer, mesh = _job(devices)
  target = state_lib.abstract(*state_lib.shardings(config, optimizer, mesh))

  def go(_):
    with checkpoint.opened(folder, 1) as checkpoints:
      pathlib.Path('/proc/self/clear_refs').write_text('5')  # the peak begins anew
      before, start = sides.status('VmRSS'), time.perf_counter()
      state = checkpoint.restore(checkpoints, target)
      jax.block_until_ready(state)
      seconds = time.perf_counter() - start
      peak = sides.status('VmHWM') - before
    leaves = jax.tree.leaves(state)
    shards = sum(shard.data.nbytes for leaf in leaves for shard in leaf.addressable_shards)
    largest = max(leaf.nbytes for leaf in leaves)
    return {'peak': peak, 'shards': shards, 'largest': largest, 'seconds': round(seconds, 3)}

  return go


if __name__ == '__main__':
  if len(sys.argv) > 1:
    makers = {
      'save': save,
      **{f'restore{count}': (lambda folder, count=count: restore(folder, count)) for count in DEVICES},
    }
    sides.serve(makers[sys.argv[1]], sys.argv[2])
  else:
    main()
