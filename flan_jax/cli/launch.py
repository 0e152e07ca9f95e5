# SPDX-License-Identifier: Apache-2.0
"""Command: another command on a pod, a cluster or this machine, started again if it ends early."""

import argparse
import importlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from typing import Sequence

from flan_jax import storage
from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.runs.launch import job as job_lib
from flan_jax.runs.launch import local
from flan_jax.runs.launch.supervisor import Policy, Supervisor
from flan_jax.settings import hardware, places

# Flags that only these platforms read; all read those of supervision.
ELSEWHERE = 'tpu', 'gke', 'slurm', 'skypilot'
READ_BY = {
  'processes': ('local',),
  'host_devices': ('local',),
  **dict.fromkeys(
    ('topology', 'name', 'image', 'setup', 'env', 'label', 'spot', 'price', 'compile', 'output', 'submit'), ELSEWHERE
  ),
  'project': ('tpu',),
  'zone': ('tpu',),
  'runtime': ('tpu',),
  'service_account': ('tpu', 'gke'),
  'namespace': ('gke',),
  'queue': ('gke',),
  'account': ('slurm',),
  'partition': ('slurm',),
  'time': ('slurm',),
  'infra': ('skypilot',),
}
PROGRAMS = {'gcloud': 'the Google Cloud CLI', 'kubectl': 'kubectl', 'sbatch': 'Slurm', 'sky': 'skypilot'}


def main(arguments: Sequence[str]) -> None:
  made = parser()
  own, command = _split(made, arguments)
  with places.elsewhere():  # the run itself asks for its folders
    flags = commandline.parse(made, own)
  if not command:
    made.error(f"there is no command; name it behind --, as in `flan_jax launch {flags.platform} ... -- train ...'")
  for name, platforms in READ_BY.items():
    if getattr(flags, name) not in (None, [], False) and flags.platform not in platforms:
      made.error(f'--{name} is read by launch {" and ".join(platforms)}, not by launch {flags.platform}')
  command = _with_folders(command, flags)
  policy = Policy(int(flags.restarts), float(flags.window), grace=float(flags.grace))
  if flags.platform == 'local':
    _local(command, policy, flags)
  else:
    _elsewhere(command, policy, flags)


def parser() -> argparse.ArgumentParser:
  """The flags of `flan_jax launch`, before --."""
  made = commandline.parser(
    'launch',
    """
      Runs a command (by default train) elsewhere, or as processes of this machine:

        flan_jax launch tpu --name=nli --topology=v5e:4x4 --zone=us-east5-b \\
          --model_dir=gs://bucket/nli -- train --gin_file=models/8b.gin \\
          --gin_file=meshes/v5e_16.gin --gin_file=holdout/nli.gin
        flan_jax launch local --processes=2 --host_devices=4 -- train ...

      tpu: queued resources of Google Cloud. gke: a JobSet. slurm: a batch script.
      skypilot: a managed job. All print what they would write and run, with the memory and
      the least time and cost of the model on those devices; --submit does it. local runs at
      once, and is what every other platform runs on its machines: it starts the command
      again after a crash (exit code 1 or another) or a hang (75), with a pause that doubles,
      and after a preemption (143) without counting it. It does not after a mistake (2) or
      Ctrl-C (130). A new checkpoint sets the count of crashes back.""",
  )
  made.add_argument('platform', choices=(*ELSEWHERE, 'local'), help='where it runs')
  made.add_argument(
    '--model_dir', metavar='DIR', help='MODEL_DIR of the command; gs://BUCKET/PATH where no disk is shared'
  )
  made.add_argument('--print', action='store_true', help='show what would be written and run')
  made.add_argument('--submit', action='store_true', help='run it')
  made.add_argument('--output', metavar='DIR', help='folder to keep the written files in')
  again = made.add_argument_group('starting again')
  again.add_argument('--restarts', default=10, metavar='N', help='after crashes without progress (default: 10)')
  again.add_argument(
    '--window', default=86400.0, metavar='SECONDS', help='that the crashes are counted in (default: a day)'
  )
  again.add_argument('--grace', default=60.0, metavar='SECONDS', help='from SIGTERM to SIGKILL (default: 60)')
  here = made.add_argument_group('local')
  here.add_argument('--processes', metavar='N', help='of the command, joined to one run (default: 1)')
  here.add_argument('--host_devices', metavar='N', help='virtual CPU devices of each process')
  _add_elsewhere(made)
  return made


def _add_elsewhere(made: argparse.ArgumentParser) -> None:
  job = made.add_argument_group('tpu, gke, slurm, skypilot')
  job.add_argument('--name', metavar='NAME', help='of the job (default: flan-jax)')
  job.add_argument(
    '--topology',
    metavar='KIND:AxB',
    help="devices: v5e:4x4, 2*v5e:4x4 (two slices), h100:8 or 2*h100:8 (machines) (default: the mesh's TOPOLOGY)",
  )
  job.add_argument('--image', metavar='IMAGE', help='container image that holds flan_jax')
  job.add_argument('--setup', action='append', default=[], metavar='LINE', help='shell line before it, may be repeated')
  job.add_argument('--env', action='append', default=[], metavar='NAME=VALUE', help='variable, may be repeated')
  job.add_argument('--label', action='append', default=[], metavar='KEY=VALUE', help='label, may be repeated')
  job.add_argument('--spot', action='store_true', help='machines that may be taken away')
  job.add_argument('--price', metavar='DOLLARS', help='of a chip or GPU for an hour, for the summary')
  job.add_argument('--compile', action='store_true', help='compile for the summary too, as precompile does')
  place = made.add_argument_group('what a platform wants besides')
  place.add_argument('--project', metavar='PROJECT', help="tpu: Google Cloud project (default: gcloud's)")
  place.add_argument('--zone', metavar='ZONE', help='tpu: zone of the TPUs')
  place.add_argument('--runtime', metavar='VERSION', help='tpu: software of the machines (default: by their kind)')
  place.add_argument('--service_account', metavar='NAME', help='tpu, gke: account that reads and writes the bucket')
  place.add_argument('--namespace', metavar='NAME', help='gke: namespace')
  place.add_argument('--queue', metavar='NAME', help='gke: LocalQueue of Kueue')
  place.add_argument('--account', metavar='NAME', help='slurm: account')
  place.add_argument('--partition', metavar='NAME', help='slurm: partition')
  place.add_argument('--time', metavar='TIME', help='slurm: time limit, as in 1-12:00:00')
  place.add_argument('--infra', metavar='INFRA', help='skypilot: cloud[/region[/zone]]')


def _split(made: argparse.ArgumentParser, arguments: Sequence[str]) -> tuple[list[str], list[str]]:
  """(own arguments, the command behind --, 'train' if it names none)."""
  if '--' not in arguments:
    return list(arguments), []
  place = list(arguments).index('--')
  command = list(arguments[place + 1 :])
  if not command or command[0].startswith('-'):
    command = ['train', *command]
  from flan_jax.cli import main as main_lib

  if command[0] not in main_lib.COMMANDS or command[0] == 'launch':
    known = [name for name in main_lib.COMMANDS if name != 'launch']
    made.error(f'{command[0]!r} behind -- is no command that is launched; name one of {", ".join(known)}')
  return list(arguments[:place]), command


def _with_folders(command: list[str], flags: argparse.Namespace) -> list[str]:
  """The command with --model_dir, --import and --tfds_data_dir of this one."""
  own = []
  if flags.model_dir:
    if local.run_folder(command) is not None:
      raise UserError('MODEL_DIR is set twice: leave --model_dir out, or MODEL_DIR behind --')
    by_flag = command[0] == 'generate'
    own.append(f'--model_dir={flags.model_dir}' if by_flag else f'--gin.MODEL_DIR={flags.model_dir!r}')
  own += [f'--import={flags.modules}'] if flags.modules else []
  own += [f'--tfds_data_dir={flags.tfds_data_dir}'] if flags.tfds_data_dir else []
  return [command[0], *own, *command[1:]]


def _local(command: list[str], policy: Policy, flags: argparse.Namespace) -> None:
  count = int(flags.processes or 1)
  if count > 1 and command[0] not in job_lib.TOGETHER:
    raise UserError(
      f'flan_jax {command[0]} runs as one process: leave --processes={count} out, '
      f'or launch {", ".join(job_lib.TOGETHER)}'
    )
  devices = int(flags.host_devices) if flags.host_devices else None
  start = lambda: local.commands(command, count, devices)
  if flags.print:
    print('\n'.join(map(shlex.join, start())))
    return
  folder = local.run_folder(command)
  sys.exit(Supervisor(start, policy, lambda: local.last_checkpoint(folder)).run())


def _elsewhere(command: list[str], policy: Policy, flags: argparse.Namespace) -> None:
  platform = importlib.import_module(f'flan_jax.runs.launch.{flags.platform}')
  folder = local.run_folder(command)
  if flags.platform != 'slurm' and folder is not None and not storage.is_remote(folder):
    raise UserError(
      f'MODEL_DIR = {folder!r}: the machines of launch {flags.platform} share no disk; '
      'name a folder in a bucket, as in --model_dir=gs://BUCKET/RUN'
    )
  from flan_jax.cli import launch_figures

  named = hardware.topology(flags.topology) if flags.topology else None
  figures, where = launch_figures.of(command, flags, named)
  job = job_lib.Job(
    name=flags.name or 'flan-jax',
    arguments=command,
    where=where,
    policy=policy,
    image=flags.image,
    setup=flags.setup,
    environment=_pairs('--env', flags.env),
    labels=_pairs('--label', flags.label),
    spot=flags.spot,
    place={name: getattr(flags, name) for name in platform.PLACE if getattr(flags, name)},
  )
  _submit(job, platform.made(job), figures, flags)


def _pairs(flag: str, texts: Sequence[str]) -> dict[str, str]:
  for text in texts:
    if '=' not in text:
      raise UserError(f'{flag}={text} must be a name and a value, as in {flag}=NAME=VALUE')
  return dict(text.split('=', 1) for text in texts)


def _submit(job: job_lib.Job, made: job_lib.Made, figures: Sequence[tuple[str, str]], flags) -> None:
  """Prints the summary and what is made; writes and runs it where that is asked."""
  lines = [('job', job.name), ('command', shlex.join(['flan_jax', *job.arguments])), *figures]
  print('\n'.join(f'{name:<10} {text}' for name, text in lines))
  if flags.print or not (flags.submit or flags.output):
    for name, text in made.files.items():
      print(f'\n# {name}\n{text}', end='')
    print(f'\n{shlex.join(made.command)}')
  if flags.output:
    _write(made, os.path.expanduser(flags.output))
  if flags.submit:
    _run(made, flags.output and os.path.expanduser(flags.output))
  elif flags.output:
    print(f'\nwritten to {flags.output}; run there: {shlex.join(made.command)}')
  for what, hint in made.hints:
    print(f'{what}: {hint}')


def _write(made: job_lib.Made, folder: str) -> None:
  os.makedirs(folder, exist_ok=True)
  for name, text in made.files.items():
    storage.write_whole(os.path.join(folder, name), text)


def _run(made: job_lib.Made, folder: str | None) -> None:
  program = made.command[0]
  if shutil.which(program) is None:
    raise UserError(
      f'--submit runs {program}, which is not on this machine: install {PROGRAMS[program]}, '
      'or write the files with --output=DIR and run them where it is'
    )
  with tempfile.TemporaryDirectory() as own:
    if not folder:
      _write(made, own)
    code = subprocess.run(made.command, cwd=folder or own).returncode
  if code:
    raise UserError(f'{shlex.join(made.command)} ended with code {code}; see its message above')
