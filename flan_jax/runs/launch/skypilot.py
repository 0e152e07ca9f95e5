# SPDX-License-Identifier: Apache-2.0
"""A task of SkyPilot, run as a managed job: SkyPilot replaces machines that are taken away,
the supervisor starts a crashed command again."""

import shlex
from typing import Any

from flan_jax.errors import UserError
from flan_jax.runs.launch import tpu
from flan_jax.runs.launch.job import as_yaml, check_google_labels, check_name, Job, known, Made, PORT, TOGETHER

GPUS = {  # kind -> SkyPilot's name, of `sky show-gpus`
  'a100': 'A100-80GB',
  'h100': 'H100',
  'h200': 'H200',
  'gh200': 'GH200',
  'b200': 'B200',
  'l4': 'L4',
}
INSTALL = "pip install 'flan_jax[{}]'"
PLACE = ('infra',)
_FILE = 'task.yaml'
_NAME = r'[A-Za-z0-9]+([._-]{1,2}[A-Za-z0-9]+)*', 'letters and digits, with ., _ or - between them'


def made(job: Job) -> Made:
  """The task.

  Raises:
    UserError: devices that SkyPilot does not have, several TPU slices, or a bad name.
  """
  known(tpu.KINDS | GPUS, job, 'launch skypilot')
  check_name('--name', job.name, _NAME, 60)
  check_google_labels(job.labels)
  if not job.on_gpus and job.where.slices > 1:
    raise UserError(
      f'--topology={job.where.slices}*{job.where.name}: SkyPilot has no job over several TPU slices; '
      'name one slice, or take launch tpu or gke'
    )
  hints = [
    ('its state', 'sky jobs queue'),
    ('its output', f'sky jobs logs --name {job.name}'),
    ('its end', f'sky jobs cancel --name {job.name}'),
  ]
  text = as_yaml(task(job))
  return Made({_FILE: text}, ['sky', 'jobs', 'launch', '--yes', '--name', job.name, _FILE], hints)


def task(job: Job) -> dict[str, Any]:
  """The task as SkyPilot's YAML has it."""
  resources: dict[str, Any] = {
    'accelerators': f'{GPUS[job.where.kind]}:{job.chips}' if job.on_gpus else f'tpu-{tpu.accelerator_type(job)}',
    'use_spot': job.spot,
    # The supervisor knows which failures are worth another start.
    'job_recovery': {'strategy': 'EAGER_NEXT_REGION', 'max_restarts_on_errors': 0},
  }
  if not job.on_gpus:
    resources['accelerator_args'] = {'runtime_version': tpu.KINDS[job.where.kind][2]}
  if job.image:
    resources['image_id'] = f'docker:{job.image}'
  if job.place.get('infra'):
    resources['infra'] = job.place['infra']
  if job.labels:
    resources['labels'] = dict(job.labels)
  made: dict[str, Any] = {'name': job.name, 'resources': resources}
  if job.on_gpus:
    made['num_nodes'] = job.where.slices
  if job.environment:
    made['envs'] = dict(job.environment)
  setup = list(job.setup) or ([] if job.image else [INSTALL.format('gpu,gcs' if job.on_gpus else 'tpu,gcs')])
  if setup:
    made['setup'] = '\n'.join(setup) + '\n'
  made['run'] = _command(job) + '\n'
  return made


def _command(job: Job) -> str:
  command = shlex.join(job.wrapped())
  if job.on_gpus and job.where.slices > 1 and job.arguments[0] in TOGETHER:
    command += (
      f' --coordinator_address="$(head -n 1 <<< "$SKYPILOT_NODE_IPS"):{PORT}"'
      ' --process_count="$SKYPILOT_NUM_NODES" --process_index="$SKYPILOT_NODE_RANK"'
    )
  return f'exec {command}'
