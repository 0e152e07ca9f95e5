# SPDX-License-Identifier: Apache-2.0
"""Share of an accelerator's peak that training uses, on packed rows shaped like FLAN's.

    python -m tests.bench.mfu --gin_file=models/2b.gin --rows=16

Needs an accelerator in hardware.DEVICES; takes all devices, as one mesh of `fsdp`. The
FLOPs are those that the tokens, pairs and targets really there need (profiling.model_flops).
"""

import statistics
import sys
import time

from flan_jax.cli import commandline
from flan_jax.errors import UserError

WARM_UP, STEPS = 3, 10


def main(arguments) -> None:
  made = commandline.parser(
    'tests.bench.mfu', 'Measures MFU of the training step on the devices here.', gin='models/422m.gin'
  )
  made.add_argument('--rows', type=int, default=8, help='of 2,048 tokens (default: 8)')
  flags = commandline.parse(made, arguments)
  commandline.configure(flags)
  from flan_jax.model import decoder

  config = commandline.call(decoder.DecoderConfig, vocab_size=32_000)
  measure(config, flags.rows, length=2048, slots=640)


def measure(config, rows: int, length: int, slots: int) -> dict:
  """Prints and returns the figures of STEPS steps after WARM_UP ones."""
  import jax

  from flan_jax.training import profiling
  from tests.bench import figures

  kind = jax.devices()[0].device_kind
  if not profiling.utilisation(1.0, 1.0):
    raise UserError(f'the peak of {kind} is not in settings/hardware.py; add it there')
  flops, seconds = _timed(config, figures.packed_batch(rows, length, slots))
  middle = statistics.median(seconds)
  share = profiling.utilisation(flops, middle)
  figures.report(
    'mfu',
    share['mfu'],
    'share of peak',
    f'peak of {jax.device_count()} x {kind}',
    1.0,
    share['mfu'],
    rows=rows,
    step_seconds=round(middle, 4),
    flops=flops,
    tokens_per_second=round(rows * length / middle),
    attention=config.attention,
  )
  return share


def _timed(config, batch) -> tuple[float, list[float]]:
  """(model FLOPs of a step, seconds of each)."""
  import jax

  from flan_jax.training import optim, profiling, sharding, state, step

  mesh, rule = sharding.mesh({'fsdp': -1}), optim.optimizer(3e-5)
  _, placed = state.shardings(config, rule, mesh)
  rows = sharding.global_batch(sharding.batch_sharding(mesh), batch, len(batch['tokens']))
  seconds = []
  with jax.set_mesh(mesh):
    update = jax.jit(profiling.counted(step.make_step(config, rule)), donate_argnums=0, out_shardings=(placed, None))
    current = state.fresh(config, rule, placed, 0)
    for _ in range(WARM_UP + STEPS):
      start = time.perf_counter()
      current, sums = jax.block_until_ready(update(current, rows))
      seconds.append(time.perf_counter() - start)
  work = (float(sums[name]) for name in ('used', 'pairs', 'targets'))
  return profiling.model_flops(config, *work), seconds[WARM_UP:]


if __name__ == '__main__':
  commandline.launch('tests.bench.mfu', sys.argv[1:])
