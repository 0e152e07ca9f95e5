# SPDX-License-Identifier: Apache-2.0
"""What a training run would need on the devices that it is launched on, by arithmetic."""

import argparse
import os
from typing import Sequence

from flan_jax.cli import commandline, precompile, train
from flan_jax.errors import UserError
from flan_jax.settings import hardware, places

_DEFAULT = 'runs/precompile.gin'


def of(
  command: Sequence[str], flags: argparse.Namespace, named: hardware.Topology | None
) -> tuple[list[tuple[str, str]], hardware.Topology]:
  """Checks a command line as its command would, and computes its figures.

  Args:
    command: 'train', '--gin_file=...'; of other commands there are no figures.
    flags: of `flan_jax launch`.
    named: the devices; None: the TOPOLOGY of the mesh.

  Returns:
    (name, text) of each line of the summary; the devices.

  Raises:
    UserError: what `train` would reject, or a model that does not fit.
  """
  if command[0] != 'train':
    if named is None:
      raise UserError(f'flan_jax {command[0]} reads no mesh that names devices: name them with --topology=v5e:4x4')
    return [('devices', _devices(named, flags.spot))], named
  asked = _asked(command[1:], flags)
  if asked.topology is None:
    raise UserError(
      'the mesh names no TOPOLOGY: name devices with --topology=v5e:4x4, or take a mesh file that does, '
      'such as --gin_file=meshes/v5e_16.gin'
    )
  from flan_jax.planning import candidates

  plan = precompile.planned(asked)
  candidates.check(plan)
  if flags.compile:
    precompile.precompile(asked)
  return [('devices', _devices(plan.where, flags.spot)), *_lines(plan, asked.train_steps, flags.price)], plan.where


@places.elsewhere()
def _asked(arguments: Sequence[str], flags: argparse.Namespace) -> precompile.Precompile:
  """Precompile with the settings of a command line of `train`."""
  own = commandline.parse(train.parser(), arguments)
  folders = [folder for folder in own.gin_search_paths.split(',') if folder]
  paths = commandline.check_gin('train', own.gin_file, own.bindings, own.default_gin, folders)
  if flags.platform != 'slurm':
    _check_files(own.gin_file, paths, flags.platform)
  from flan_jax.planning import aot

  aot.prepare_environment()
  own.tfds_data_dir = None  # of the other machines
  own.door, own.default_gin = 'precompile', _DEFAULT
  own.gin_file = [_DEFAULT, *(name for name, _ in paths)]
  commandline.configure(own)
  return commandline.call(precompile.Precompile, **({'topology': flags.topology} if flags.topology else {}))


def _check_files(given: Sequence[str], paths: Sequence[tuple[str, str]], platform: str) -> None:
  """Every gin file is there on other machines, too."""
  ours = os.path.join(commandline.gin_folder(), '')
  for name, path in paths:
    if name in given and not path.startswith(ours) and '://' not in name:
      raise UserError(
        f'--gin_file={name} is a file of this machine, which those of launch {platform} do not have; '
        'put it into the bucket, and name it as gs://BUCKET/FILE, or give its settings as --gin.NAME=VALUE'
      )


def _devices(where: hardware.Topology, spot: bool) -> str:
  slices = f'{where.slices} x ' if where.slices > 1 else ''
  return f'{slices}{where.name}, {where.devices} devices{", which may be taken away" if spot else ""}'


def _lines(plan, train_steps: int, price: float | None):
  """Lower bounds: `precompile` compiles and says more."""
  from flan_jax.planning import candidates

  device, seconds = plan.where.device, candidates.least_seconds(plan)
  hours = seconds * train_steps / 3600
  chips = plan.where.devices / device.per_chip
  dollars = f', {hours * chips * float(price):,.0f} dollars' if price is not None else ''
  yield 'settings', str(plan)
  yield 'memory', f'at least {candidates.least_bytes(plan) / 2**30:.2f} of {device.memory / 2**30:.2f} GiB a device'
  yield 'time', f'at least {seconds:.3g} s a step, {hours:,.1f} hours for {train_steps:,} steps'
  yield 'cost', f'at least {hours * chips:,.0f} chip hours{dollars}'
