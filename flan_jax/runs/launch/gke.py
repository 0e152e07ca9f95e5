# SPDX-License-Identifier: Apache-2.0
"""A JobSet of Kubernetes, for TPU slices or GPU machines of GKE.

Each pod runs the supervisor, which starts a crashed process again in its pod. What a
pod's own end means: a machine that is taken away is replaced; a supervisor that gives up, or
a user's mistake, fails the JobSet; a pod that is killed restarts all of them.
"""

import math
from typing import Any

from flan_jax.errors import INTERRUPTED, PREEMPTED, UserError
from flan_jax.runs.launch.job import as_yaml, check_labels, check_name, DNS_LABEL, Job, known, Made, PORT, TOGETHER

# Kind -> (label of the nodes, chips of a node of several, chips of the largest single node),
# from cloud.google.com/kubernetes-engine/docs/concepts/plan-tpus.
TPUS = {
  'v4': ('tpu-v4-podslice', 4, 4),
  'v5e': ('tpu-v5-lite-podslice', 4, 8),
  'v5p': ('tpu-v5p-slice', 4, 4),
  'v6e': ('tpu-v6e-slice', 4, 8),
  'tpu7x': ('tpu7x', 4, 4),
}
# From cloud.google.com/kubernetes-engine/docs/concepts/gpus.
GPUS = {
  'a100': 'nvidia-a100-80gb',
  'h100': 'nvidia-h100-80gb',
  'h200': 'nvidia-h200-141gb',
  'b200': 'nvidia-b200',
  'l4': 'nvidia-l4',
}
PLACE = 'namespace', 'queue', 'service_account'
_FILE = 'jobset.yaml'
_JOB, _CONTAINER = 'node', 'flan-jax'
_SIGKILL = 137
_WORD = r'[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?'
_WORDS = 'letters, digits, -, _ and ., a letter or digit first and last'


def made(job: Job) -> Made:
  """The JobSet.

  Raises:
    UserError: no image, a name that Kubernetes refuses, or no such devices.
  """
  known(TPUS | GPUS, job, 'launch gke')
  if not job.image:
    raise UserError('launch gke wants --image, a container image that holds flan_jax')
  # A pod is called NAME-node-SLICE-POD-abcde, and that is a DNS label.
  pods = _pods(job)
  longest = 63 - len(f'-{_JOB}-{_jobs(job) - 1}-{pods - 1}-abcde')
  check_name('--name', job.name, DNS_LABEL, longest)
  namespace = job.place.get('namespace')
  if namespace:
    check_name('--namespace', namespace, DNS_LABEL, 63)
  check_labels(job.labels, (_WORD, _WORDS), (f'({_WORD})?', _WORDS))
  place = f' --namespace={namespace}' if namespace else ''
  hints = [
    ('its state', f'kubectl get jobset {job.name}{place}'),
    ('its output', f'kubectl logs -f -l jobset.sigs.k8s.io/jobset-name={job.name} --prefix{place}'),
    ('its end', f'kubectl delete jobset {job.name}{place}'),
  ]
  text = as_yaml(manifest(job))
  return Made({_FILE: text}, ['kubectl', 'apply', f'--filename={_FILE}'], hints)


def manifest(job: Job) -> dict[str, Any]:
  """The JobSet as Kubernetes' API has it."""
  metadata: dict[str, Any] = {'name': job.name}
  if job.place.get('namespace'):
    metadata['namespace'] = job.place['namespace']
  labels = dict(job.labels)
  if job.place.get('queue'):
    labels['kueue.x-k8s.io/queue-name'] = job.place['queue']
  if labels:
    metadata['labels'] = labels
  if not job.on_gpus and _pods(job) > 1:  # a slice has a pool of nodes of its own
    metadata['annotations'] = {'alpha.jobset.sigs.k8s.io/exclusive-topology': 'cloud.google.com/gke-nodepool'}
  count = _pods(job)
  template = {
    'parallelism': count,
    'completions': count,
    'completionMode': 'Indexed',
    'backoffLimit': 0,
    'podFailurePolicy': {'rules': _pod_rules()},
    'template': {'spec': _pod(job)},
  }
  return {
    'apiVersion': 'jobset.x-k8s.io/v1alpha2',
    'kind': 'JobSet',
    'metadata': metadata,
    'spec': {
      'failurePolicy': {
        'maxRestarts': job.policy.restarts,
        'rules': [{'name': 'gave-up', 'action': 'FailJobSet', 'onJobFailureReasons': ['PodFailurePolicy']}],
      },
      'replicatedJobs': [{'name': _JOB, 'replicas': _jobs(job), 'template': {'spec': template}}],
    },
  }


def _pod_rules() -> list[dict[str, Any]]:
  """What the end of one pod means for its Job; the first rule that fits counts."""
  killed = {'containerName': _CONTAINER, 'operator': 'NotIn', 'values': sorted([_SIGKILL, PREEMPTED])}
  assert INTERRUPTED not in killed['values']
  return [
    {'action': 'Ignore', 'onPodConditions': [{'type': 'DisruptionTarget', 'status': 'True'}]},
    {'action': 'FailJob', 'onExitCodes': killed},
  ]


def _pod(job: Job) -> dict[str, Any]:
  container: dict[str, Any] = {
    'name': _CONTAINER,
    'image': job.image,
    'command': _command(job),
    'resources': {'limits': {'nvidia.com/gpu' if job.on_gpus else 'google.com/tpu': str(_per_pod(job))}},
  }
  if job.environment:
    container['env'] = [{'name': name, 'value': _literal(text)} for name, text in job.environment.items()]
  pod: dict[str, Any] = {
    'restartPolicy': 'Never',
    'terminationGracePeriodSeconds': round(2 * job.policy.grace) + 30,
    'nodeSelector': _nodes(job),
    'containers': [container],
  }
  if job.place.get('service_account'):
    pod['serviceAccountName'] = job.place['service_account']
  if job.spot:
    pod['tolerations'] = [
      {'key': 'cloud.google.com/gke-spot', 'operator': 'Equal', 'value': 'true', 'effect': 'NoSchedule'}
    ]
  if job.on_gpus:  # NCCL shares memory between its threads; a container has 64 MB of it
    pod['volumes'] = [{'name': 'shm', 'emptyDir': {'medium': 'Memory'}}]
    container['volumeMounts'] = [{'name': 'shm', 'mountPath': '/dev/shm'}]
  return pod


def _nodes(job: Job) -> dict[str, str]:
  if job.on_gpus:
    selector = {'cloud.google.com/gke-accelerator': GPUS[job.where.kind]}
  else:
    selector = {
      'cloud.google.com/gke-tpu-accelerator': TPUS[job.where.kind][0],
      'cloud.google.com/gke-tpu-topology': 'x'.join(map(str, job.where.shape)),
    }
  return selector | ({'cloud.google.com/gke-spot': 'true'} if job.spot else {})


def _command(job: Job) -> list[str]:
  """No shell reads it, but for `setup`; Kubernetes itself fills in $(NAME)."""
  command = [_literal(part) for part in job.wrapped()]
  if job.on_gpus and _pods(job) > 1 and job.arguments[0] in TOGETHER:
    command += [
      f'--coordinator_address={job.name}-{_JOB}-0-0.{job.name}:{PORT}',
      f'--process_count={_pods(job)}',
      '--process_index=$(JOB_COMPLETION_INDEX)',
    ]
  if job.setup:
    script = '\n'.join(['set -e', *job.setup, 'exec "$@"'])
    command = ['bash', '-c', _literal(script), 'flan_jax', *command]
  return command


def _literal(text: str) -> str:
  """A text that stays as it is: '$(A)' would be filled in, '$$(A)' is not."""
  return text.replace('$', '$$')


def _jobs(job: Job) -> int:
  """A Job for each TPU slice; one for all GPU machines."""
  return 1 if job.on_gpus else job.where.slices


def _pods(job: Job) -> int:
  """Of one Job: the machines of a slice, or all GPU machines."""
  return job.where.slices if job.on_gpus else math.ceil(job.chips / _per_pod(job))


def _per_pod(job: Job) -> int:
  """Chips, or GPUs."""
  if job.on_gpus:
    return job.chips
  _, several, single = TPUS[job.where.kind]
  return job.chips if job.chips <= single else several
