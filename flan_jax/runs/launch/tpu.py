# SPDX-License-Identifier: Apache-2.0
"""Google Cloud TPUs as queued resources: a start-up script, and the command of gcloud.

Every machine of a slice runs the script whenever it boots, as root. The supervisor is a
service of systemd: when the machine is to go it gets SIGTERM, and time to save.
"""

import os
import shlex

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.runs.launch.job import check_google_labels, check_name, DNS_LABEL, Job, known, Made

# Kind -> (type of gcloud, what it counts of a chip, software of the machines), from
# cloud.google.com/tpu/docs/runtimes and .../supported-tpu-configurations.
KINDS = {
  'v2': ('v2', 2, 'tpu-ubuntu2204-base'),
  'v3': ('v3', 2, 'tpu-ubuntu2204-base'),
  'v4': ('v4', 2, 'tpu-ubuntu2204-base'),
  'v5e': ('v5litepod', 1, 'v2-alpha-tpuv5-lite'),
  'v5p': ('v5p', 2, 'v2-alpha-tpuv5'),
  'v6e': ('v6e', 1, 'v2-alpha-tpuv6e'),
}
INSTALL = "python3 -m venv /opt/flan_jax && /opt/flan_jax/bin/pip install 'flan_jax[tpu,gcs]'"
PLACE = 'project', 'zone', 'runtime', 'service_account'
_SCRIPT = 'startup.sh'
_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'startup.sh.j2')
_TAKES = (r'[a-z]+(-[a-z]+)*[0-9]-[a-z]', "a region and a letter, as in 'us-east5-b'")


def accelerator_type(job: Job) -> str:
  """'v5litepod-16': the name of a slice by its size."""
  prefix, per_chip, _ = KINDS[job.where.kind]
  return f'{prefix}-{job.chips * per_chip}'


def made(job: Job) -> Made:
  """The start-up script and the queued resource.

  Raises:
    UserError: no zone, a name that Google Cloud refuses, or no such TPU.
  """
  known(KINDS, job, 'launch tpu')
  check_name('--name', job.name, DNS_LABEL, 60)  # machines of several slices add a number
  check_google_labels(job.labels)
  zone = job.place.get('zone')
  if not zone:
    raise UserError('launch tpu wants --zone, one that has such TPUs, as in --zone=us-east5-b')
  check_name('--zone', zone, _TAKES, 63)
  script = storage.filled(
    _TEMPLATE,
    exports=job.exports(),
    setup=list(job.setup) or ([] if job.image else [INSTALL]),
    image=job.image and shlex.quote(job.image),
    variables=list(job.environment),
    command=shlex.join(job.wrapped()),
    # The supervisor first gives the processes their grace, then kills them.
    stop_seconds=round(2 * job.policy.grace) + 30,
  )
  return Made({_SCRIPT: script}, _create(job, zone), _hints(job, zone))


def _create(job: Job, zone: str) -> list[str]:
  kind, _, runtime = KINDS[job.where.kind]
  place, slices = job.place, job.where.slices
  shape = 'x'.join(map(str, job.where.shape))
  devices = [f'--type={kind}', f'--topology={shape}'] if len(job.where.shape) == 3 else []
  nodes = [f'--node-count={slices}', f'--node-prefix={job.name}'] if slices > 1 else [f'--node-id={job.name}']
  labels = ','.join(f'{name}={text}' for name, text in job.labels.items())
  return [
    *('gcloud', 'compute', 'tpus', 'queued-resources', 'create', job.name),
    *nodes,
    *(devices or [f'--accelerator-type={accelerator_type(job)}']),
    f'--runtime-version={place.get("runtime") or runtime}',
    f'--zone={zone}',
    *([f'--project={place["project"]}'] if place.get('project') else []),
    *([f'--service-account={place["service_account"]}'] if place.get('service_account') else []),
    *([f'--labels={labels}'] if labels else []),
    *(['--spot'] if job.spot else []),
    f'--metadata-from-file=startup-script={_SCRIPT}',
  ]


def _hints(job: Job, zone: str) -> list[tuple[str, str]]:
  place = f'--zone={zone}' + (f' --project={job.place["project"]}' if job.place.get('project') else '')
  node = f'{job.name}-0' if job.where.slices > 1 else job.name
  log = "--command='sudo journalctl -fu flan_jax'"
  hints = [
    ('its state', f'gcloud compute tpus queued-resources describe {job.name} {place}'),
    ('its output', f'gcloud compute tpus tpu-vm ssh {node} {place} --worker=0 {log}'),
    ('its end', f'gcloud compute tpus queued-resources delete {job.name} {place} --force'),
  ]
  if job.spot:
    hints.append(('if it is SUSPENDED', 'its machines were taken away: delete it and launch again, the run goes on'))
  return hints
