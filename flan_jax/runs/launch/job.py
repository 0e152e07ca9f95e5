# SPDX-License-Identifier: Apache-2.0
"""What is launched, described once for every platform, and what a platform makes of it."""

import dataclasses
import re
import shlex
from typing import Any, Mapping, Sequence

import yaml

from flan_jax.errors import UserError
from flan_jax.runs.launch.supervisor import Policy
from flan_jax.settings import hardware

PORT = 8476  # of process 0, where a platform does not join the processes itself
TOGETHER = 'train', 'evaluate', 'generate'  # commands that run as several processes
# A label of DNS, as Kubernetes has it for services and Google Cloud for most resources.
DNS_LABEL = r'[a-z]([-a-z0-9]*[a-z0-9])?', 'small letters, digits and hyphens, a letter first and no hyphen last'


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
  """A command to run on devices elsewhere.

  Args:
    name: of the job, as the platform lists it.
    arguments: of flan_jax: 'train', '--gin_file=...'; MODEL_DIR among them.
    where: the devices; of GPUs a slice is a machine, '2*h100:8' two of them.
    policy: when the command starts again.
    image: container image that holds flan_jax; None: `setup` installs it.
    setup: shell commands before the command, a line each.
    environment: variables of the command.
    labels: of the resources.
    spot: whether the machines may be taken away, for a lower price.
    place: what the platform wants besides: zone, project, queue ...; see its module.
  """

  name: str
  arguments: Sequence[str]
  where: hardware.Topology
  policy: Policy = Policy()
  image: str | None = None
  setup: Sequence[str] = ()
  environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
  labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
  spot: bool = False
  place: Mapping[str, str] = dataclasses.field(default_factory=dict)

  def __post_init__(self):
    for name in self.environment:
      check_name('--env', name, (r'[A-Za-z_]\w*', 'letters, digits and _, no digit first'), 255)

  @property
  def on_gpus(self) -> bool:
    return self.where.kind in hardware.GPUS

  @property
  def chips(self) -> int:
    """Of one slice, or GPUs of one machine."""
    return self.where.devices // self.where.slices // self.where.device.per_chip

  def wrapped(self) -> list[str]:
    """The command under the supervisor, which each process of the job runs."""
    policy = self.policy
    limits = [f'--restarts={policy.restarts}', f'--window={policy.window:g}', f'--grace={policy.grace:g}']
    return ['flan_jax', 'launch', 'local', *limits, '--', *self.arguments]

  def exports(self) -> list[str]:
    """Lines of a shell script that set the environment."""
    return [f'export {name}={shlex.quote(value)}' for name, value in self.environment.items()]


@dataclasses.dataclass(frozen=True)
class Made:
  """What a platform needs: files, the command that submits them, and what to know then.

  files: name -> text. command: run in the folder of the files. hints: (what, command).
  """

  files: Mapping[str, str]
  command: Sequence[str]
  hints: Sequence[tuple[str, str]] = ()


class _Blocks(yaml.SafeDumper):
  """Writes texts of several lines as blocks, as people do."""


_Blocks.add_representer(
  str, lambda dumper, text: dumper.represent_scalar('tag:yaml.org,2002:str', text, style='|' if '\n' in text else None)
)


def as_yaml(value: Mapping[str, Any]) -> str:
  """The text of a YAML file, keys in their order."""
  return yaml.dump(value, Dumper=_Blocks, sort_keys=False, width=1000)


def check_name(what: str, text: str, rule: tuple[str, str], longest: int) -> None:
  """Raises UserError unless a name is as a platform wants it.

  rule: a regular expression for all of it, and the same in words.
  """
  pattern, words = rule
  if len(text) > longest:
    raise UserError(f'{what}={text} has {len(text)} characters, and at most {longest} are allowed here; shorten it')
  if not re.fullmatch(pattern, text):
    raise UserError(f'{what}={text} is not allowed here: it must be made of {words}')


def check_labels(labels: Mapping[str, str], key: tuple[str, str], value: tuple[str, str]) -> None:
  """Raises UserError unless labels are as a platform wants them; see check_name."""
  for name, text in labels.items():
    check_name(f'the key of --label={name}', name, key, 63)
    check_name(f'the value of --label={name}', text, value, 63)


def check_google_labels(labels: Mapping[str, str]) -> None:
  """Raises UserError for labels that Google Cloud refuses."""
  words = 'small letters, digits, _ and -'
  check_labels(labels, (r'[a-z][a-z0-9_-]*', f'{words}, a letter first'), (r'[a-z0-9_-]*', words))


def known(kinds: Mapping[str, object], job: Job, platform: str) -> None:
  """Raises UserError if a platform has no devices of the job's kind."""
  if job.where.kind not in kinds:
    raise UserError(
      f'{platform} has no {job.where.kind} that this command knows; it knows {", ".join(kinds)}: '
      'name one of these with --topology, or take another platform'
    )
