# SPDX-License-Identifier: Apache-2.0
"""A batch script of Slurm: one process a GPU, joined by srun, requeued when preempted."""

import os
import re
import shlex

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.runs.launch.job import check_name, Job, Made

PLACE = 'account', 'partition', 'time'
_FILE = 'job.sbatch'
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'job.sbatch.j2')
_NAME = r'[\w.-]+', 'letters, digits, ., _ and -'
_TIME = r'\d+|\d+:\d\d(:\d\d)?|\d+-\d+(:\d\d(:\d\d)?)?'


def made(job: Job) -> Made:
  """The batch script.

  Raises:
    UserError: TPUs, labels, or a name or time that Slurm refuses.
  """
  if not job.on_gpus:
    raise UserError(
      f'launch slurm is for GPUs, and {job.where.name} is a TPU; name machines with '
      "--topology='2*h100:8' (two with eight each), or take launch tpu or gke"
    )
  if job.labels:
    raise UserError('Slurm has no labels: leave --label out')
  check_name('--name', job.name, _NAME, 64)
  for option in ('account', 'partition'):
    if job.place.get(option):
      check_name(f'--{option}', job.place[option], (r'[\w.,@-]+', 'letters, digits, ., _, @, - and commas'), 255)
  time = job.place.get('time')
  if time and not re.fullmatch(_TIME, time):
    raise UserError(f"--time={time} is no time of Slurm: write minutes, HH:MM:SS or DAYS-HH:MM:SS, as in '1-12:00:00'")
  script = storage.filled(
    _TEMPLATE,
    job=job,
    options={name: job.place[name] for name in PLACE if job.place.get(name)},
    # Time to save before the limit is reached.
    seconds=round(2 * job.policy.grace) + 30,
    exports=job.exports(),
    image=job.image and shlex.quote(f'--container-image={job.image}'),
    command=shlex.join(job.wrapped()),
  )
  hints = [
    ('its state', f'squeue --name={job.name}'),
    ('its output', f'tail -f {job.name}-*.log'),
    ('its end', f'scancel --name={job.name}'),
  ]
  return Made({_FILE: script}, ['sbatch', _FILE], hints)
