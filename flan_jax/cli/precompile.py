# SPDX-License-Identifier: Apache-2.0
"""Command: compiles a step for hardware that is not here, and says what it costs.

`main` reads flags and gin; `precompile` does the work of its settings.
"""

import dataclasses
import json
from typing import Any, Sequence

from flan_jax import settings
from flan_jax.cli import commandline
from flan_jax.errors import UserError

GIB = 2**30


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'precompile',
    """
      Compiles the training step of a model for a topology, on a machine without it:

        flan_jax precompile --gin_file=models/137b.gin \\
          --gin_file=meshes/v3_128.gin

      Prints bytes, FLOPs, collectives and a roofline; the last line is JSON.""",
    gin='runs/precompile.gin',
  )
  made.add_argument(
    '--topology', metavar='KIND:AxB', help='such as v3:8x8, 2*v5e:4x4 (two slices) or h100:8 (default: TOPOLOGY in gin)'
  )
  made.add_argument('--mode', choices=('train', 'score', 'generate'), default='train')
  made.add_argument(
    '--search', action='store_true', help='try meshes, remat policies and microbatches and recommend the best that fits'
  )
  made.add_argument('--tries', default=8, metavar='N', help='programs that --search compiles at most (default: 8)')
  flags = commandline.parse(made, arguments)
  from flan_jax.planning import aot

  aot.prepare_environment()
  commandline.configure(flags)
  given = {'topology': flags.topology} if flags.topology else {}
  given |= {'mode': flags.mode, 'dry_run': flags.dry_run, 'tries': flags.tries if flags.search else 0}
  precompile(commandline.call(Precompile, **given))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Precompile:
  """What is compiled, and for what.

  Args:
    model: DecoderConfig; vocab_size stands in where its own is None.
    mesh: sizes of the axes data, fsdp and tensor; None: all devices on data.
    rows: training.Rows. To generate, its inputs_length tokens are read and targets_length
      made; otherwise rows are whole.
    optimizer: keyword arguments of optim.optimizer.
    train_steps: of the run whose hours are predicted.
    topology: see hardware.topology.
    adapter: adapters.Adapter, what is trained beside the model; kind None: all parameters.
    loss: losses.LossConfig; None: the plain cross-entropy.
    microbatches: parts that the rows of a step are taken in; to train.
    mode: 'train', 'score' or 'generate'.
    tries: how many programs a search compiles; 0 takes mesh, remat policy and
      microbatches as they are.
    dry_run: stop after the arithmetic.

  Raises:
    UserError: a value that a setting cannot have.
  """

  model: Any
  mesh: dict | None
  rows: Any
  optimizer: dict
  train_steps: int
  topology: str | None
  vocab_size: int
  adapter: Any = None
  loss: Any = None
  microbatches: int = 1
  mode: str = 'train'
  tries: int = 0
  dry_run: bool = False

  def __post_init__(self):
    settings.check_fields(self)


def precompile(asked: Precompile) -> dict | None:
  """Compiles a step, prints the table and the JSON line, and returns the latter.

  Raises:
    UserError: what cannot be or cannot fit, before compiling where arithmetic knows.
  """
  from flan_jax.planning import aot, candidates

  plan, tries = planned(asked), asked.tries
  aot.devices(plan.where)
  if tries and asked.dry_run and next(candidates.candidates(plan), None) is None:
    raise UserError(
      f'no mesh, remat policy and microbatches fit {plan.where.name}; '
      'take fewer rows (TOKENS_PER_BATCH) or more devices'
    )
  if not tries:
    candidates.check(plan)
  if asked.dry_run:
    print('dry run: the arithmetic allows it, nothing compiled')
    return None
  plan, program = _search(plan, tries) if tries else (plan, aot.compile_plan(plan))
  result = _result(plan, program, asked.train_steps)
  _print_table(plan, program, result)
  print(json.dumps(result), flush=True)
  return result


def planned(asked: Precompile):
  """candidates.Plan of what is asked; without axes if they are searched.

  Raises:
    UserError: no topology is named, or the mesh is not one of it.
  """
  from flan_jax.model import losses
  from flan_jax.planning import candidates, estimate
  from flan_jax.runs import begin_from
  from flan_jax.settings import hardware
  from flan_jax.training import sharding

  adapter = asked.adapter if asked.adapter and asked.adapter.kind else None
  if adapter:
    begin_from.check_frozen(adapter, asked.optimizer.get('frozen', ()))
  if not asked.topology:
    raise UserError(
      'TOPOLOGY is None: name one with --topology=v3:8x8, or take a mesh '
      'file that does, such as --gin_file=meshes/v3_128.gin'
    )
  where, rows, mode = hardware.topology(asked.topology), asked.rows, asked.mode
  config = dataclasses.replace(asked.model, vocab_size=asked.model.vocab_size or asked.vocab_size)
  length, slots = (
    (rows.inputs_length, rows.targets_length) if mode == 'generate' else (rows.row_length, rows.target_slots)
  )
  work = estimate.Work(rows.per_step, length, slots, mode, adapter is not None)
  mesh = {'data': -1} if asked.mesh is None else asked.mesh
  axes = {} if asked.tries else sharding.filled(mesh, where.devices, where.slices)
  loss = asked.loss or losses.PLAIN
  return candidates.Plan(config, work, axes, where, asked.optimizer, loss, asked.microbatches, adapter)


def _search(plan, tries: int):
  """The fastest program that fits, of at most `tries` compiled."""
  from flan_jax.planning import aot, candidates

  best, left = None, tries
  for candidate in candidates.candidates(plan):
    if left == 0 or best and best[0] <= candidates.least_seconds(candidate):
      break  # nothing that follows can be faster
    left -= 1
    try:
      program = aot.compile_plan(candidate)
    except UserError as error:
      print(f'{candidate}: {str(error).splitlines()[0]}', flush=True)
      continue
    seconds = _times(candidate, program).predicted
    fits = program.peak_bytes <= plan.where.device.memory
    print(
      f'{candidate}: {program.peak_bytes / GIB:.2f} GiB, {"fits" if fits else "does not fit"}, {seconds:.3g} s a step',
      flush=True,
    )
    if fits and (best is None or seconds < best[0]):
      best = seconds, candidate, program
  if best is None:
    raise UserError(
      f'nothing of what was tried fits {plan.where.name}; '
      'give --tries more, fewer rows (TOKENS_PER_BATCH) or more devices'
    )
  print(f'best that fits: {best[1]}')
  return best[1:]


def _times(plan, program):
  from flan_jax.planning import estimate

  executed = estimate.executed_flops(plan.config, plan.work)
  return estimate.times(executed, program.traffic, plan.where)


def _result(plan, program, train_steps: int) -> dict:
  from flan_jax.planning import estimate

  times, device = _times(plan, program), plan.where.device
  needed = estimate.model_flops(plan.config, plan.work)
  slices = f'{plan.where.slices}*' if plan.where.slices > 1 else ''
  host = '' if program.target == 'libtpu' else f' compiled for {program.target}'
  return {
    'topology': f'{slices}{plan.where.name}{host}',
    'devices': plan.where.devices,
    'argument_bytes': program.argument_bytes,
    'temp_bytes': program.temp_bytes,
    'code_bytes': program.code_bytes,
    'memory_bytes': int(device.memory),
    'fits': program.peak_bytes <= device.memory,
    'model_flops_per_step': needed,
    'collective_bytes': {k: round(v) for k, v in program.traffic.collectives.items()},
    'bound': times.bound,
    'predicted_step_seconds': times.predicted,
    'predicted_mfu': estimate.mfu(needed, times.predicted, plan.where),
    'predicted_hours': times.predicted * train_steps / 3600,
    'compile_seconds': round(program.compile_seconds, 1),
  }


def _print_table(plan, program, result: dict) -> None:
  from rich.console import Console
  from rich.table import Table

  table = Table(show_header=False)
  for name, value in _lines(plan, program, result):
    table.add_row(name, value)
  Console(width=88, highlight=False, markup=False).print(table)


def _lines(plan, program, result: dict):
  from flan_jax.settings import hardware

  times, device = _times(plan, program), plan.where.device
  gib = lambda count: f'{count / GIB:.2f} GiB'
  yield 'topology', f'{result["topology"]}, {plan.where.devices} devices'
  yield 'settings', str(plan)
  yield 'step', f'{plan.work.mode}: {plan.work.rows} rows of {plan.work.length} tokens, {plan.work.slots} targets'
  memory = (
    f'{gib(program.argument_bytes)} arguments + {gib(program.temp_bytes)} '
    f'temporaries + {gib(program.code_bytes)} code; at its peak '
    f'{gib(program.peak_bytes)} of {gib(device.memory)}: '
    f'{"fits" if result["fits"] else "DOES NOT FIT"}'
  )
  yield 'memory of a device', memory
  yield 'model FLOPs a step', f'{result["model_flops_per_step"]:.4g}'
  for kind, count in sorted(result['collective_bytes'].items()):
    yield f'{kind} a step', f'{gib(count)} sent by a device'
  speeds = (
    f'{device.flops / 1e12:g} TFLOP/s bfloat16, memory {device.memory_bandwidth / 1e9:g} GB/s, '
    f'network {device.network_bandwidth / 1e9:g} GB/s ({device.source})'
  )
  yield 'device', speeds
  seconds = (
    f'compute {times.compute:.3g}, memory {times.memory:.3g}, network '
    f'{times.network:.3g}; sum {times.sum:.3g}, maximum {times.maximum:.3g}'
  )
  yield 'seconds a step', seconds
  predicted = (
    f'{times.predicted:.3g} s a step ({times.bound} bound), MFU '
    f'{result["predicted_mfu"]:.1%}, {result["predicted_hours"]:.1f} hours'
  )
  yield 'predicted', predicted
  yield 'compiled in', f'{program.compile_seconds:.1f} s'
  if program.target != 'libtpu':
    remedy = '' if plan.where.kind in hardware.GPUS else '; pip install flan_jax[aot] compiles for TPUs'
    yield 'NOTE', (f'compiled for {program.target}: bytes only resemble the real ones{remedy}')
