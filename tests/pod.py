# SPDX-License-Identifier: Apache-2.0
"""A pod on one machine: hosts that share nothing but a network and, in it, a bucket.

Each host has a network, a file system and a name of its own: Linux namespaces, held by a
process that sleeps. What a host writes below `folder` no other one sees. Hosts know each
other's names, by an /etc/hosts of their own. A switch of its own joins them; beside it
stands the emulator of a bucket. Needs `unshare` and `nsenter` (util-linux), `ip`
(iproute2), and the right to use them.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Iterator, Mapping, Sequence

import requests

CHECKOUT = pathlib.Path(__file__).parent.parent
BUCKET, PORT = '10.77.0.254', 9023
_MOST = 8  # hosts
_HOLDS = 'echo ready; exec sleep infinity'


def missing() -> str:
  """Why there can be no pod here; '' if there can."""
  for name in ('unshare', 'nsenter', 'ip'):
    if not shutil.which(name):
      return f'there is no {name}; install util-linux and iproute2'
  tried = subprocess.run(['unshare', '--net', '--mount', '--uts', 'true'], capture_output=True, text=True)
  return tried.stderr.strip() and f'namespaces cannot be made: {tried.stderr.strip()}'


def _address(number: int) -> str:
  return f'10.77.0.{number + 1}'


def _name(number: int) -> str:
  return f'host-{number}'


class _Namespaces:
  """A network, mounts and a name of its own, as long as `close` was not called."""

  def __init__(self, inside: Sequence[str] = ()):
    made = [*inside, 'unshare', '--net', '--mount', '--uts', '--propagation', 'private', 'bash', '-c', _HOLDS]
    self._holder = subprocess.Popen(made, stdout=subprocess.PIPE, text=True)
    assert self._holder.stdout and self._holder.stdout.readline() == 'ready\n'

  @property
  def number(self) -> int:
    return self._holder.pid

  @property
  def enter(self) -> list[str]:
    """What a command begins with to run in there."""
    return ['nsenter', '--target', str(self.number), '--net', '--mount', '--uts']

  def run(self, *command: str) -> None:
    subprocess.run([*self.enter, *command], check=True, capture_output=True, text=True)

  def close(self) -> None:
    self._holder.kill()
    self._holder.wait()


class Process(subprocess.Popen):
  """What runs on a host; it never waits for a reader of its words."""

  def __init__(self, command: Sequence[str], environment: Mapping[str, str]):
    self._words = tempfile.TemporaryFile('w+')
    super().__init__(command, cwd='/', env=environment, stdout=self._words, stderr=subprocess.STDOUT)

  def end(self, timeout: float) -> tuple[int, str]:
    """(exit code, standard output and error together), when it has ended; past the time it is killed."""
    try:
      code = self.wait(timeout)
    except subprocess.TimeoutExpired:
      self.kill()
      code = self.wait()
    self._words.seek(0)
    return code, self._words.read()


class Host:
  """A machine of the pod. address: of its network; folder: its own, on a disk in memory."""

  def __init__(self, number: int, folder: pathlib.Path, switch: _Namespaces):
    self.address, self.name = _address(number), _name(number)
    self._space, self.folder = _Namespaces(), folder
    outer, inner = f'port{number}', f'eth{number}'
    switch.run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', str(self._space.number))
    switch.run('ip', 'link', 'set', outer, 'master', 'switch', 'up')
    for command in (
      f'hostname {self.name}',
      'ip link set lo up',
      f'ip addr add {self.address}/24 dev {inner}',
      f'ip link set {inner} up',
      f'mount -t tmpfs none {folder}',
      f'mkdir -p {folder}/home {folder}/tmp',
    ):
      self._space.run(*command.split())
    names = ['127.0.0.1 localhost', *(f'{_address(one)} {_name(one)}' for one in range(_MOST))]
    script = f'echo "$1" > {folder}/hosts && mount --bind {folder}/hosts /etc/hosts'
    self._space.run('sh', '-c', script, 'sh', '\n'.join(names))

  def start(self, command: Sequence[str], environment: Mapping[str, str] = {}) -> 'Process':
    """Starts a command there."""
    own = {
      'HOME': f'{self.folder}/home',
      'TMPDIR': f'{self.folder}/tmp',
      'JAX_PLATFORMS': 'cpu',
      'PYTHONPATH': str(CHECKOUT),
      'STORAGE_EMULATOR_HOST': f'http://{BUCKET}:{PORT}',
      'TENSORSTORE_GCS_HTTP_URL': f'http://{BUCKET}:{PORT}',
    }
    return Process([*self._space.enter, *command], {**os.environ, **own, **environment})

  def run(self, command: Sequence[str], environment: Mapping[str, str] = {}, timeout: float = 900) -> str:
    """Runs a command there, which must end well; returns what it said."""
    code, words = self.start(command, environment).end(timeout)
    assert code == 0, f'{self.name}: {command} ended with {code}\n{words}'
    return words

  def put(self, source: pathlib.Path, name: str) -> str:
    """Copies a folder from outside into the host's own; returns its path there."""
    # Only the host sees what is mounted on `folder`, and outside its source is as before.
    self._space.run('cp', '-r', str(source), f'{self.folder}/{name}')
    return f'{self.folder}/{name}'

  def close(self) -> None:
    self._space.close()


@contextlib.contextmanager
def pod(count: int, folder: pathlib.Path) -> Iterator[tuple[list[Host], str]]:
  """(hosts, the bucket as 'gs://runs') of a pod.

  folder: an empty one, which each host has for itself.
  """
  switch, hosts, emulator = _Namespaces(), [], None
  try:
    for command in (
      'ip link set lo up',
      'ip link add switch type bridge',
      f'ip addr add {BUCKET}/24 dev switch',
      'ip link set switch up',
    ):
      switch.run(*command.split())
    emulator = subprocess.Popen(
      [*switch.enter, sys.executable, '-m', 'tests.pod'],
      env={**os.environ, 'PYTHONPATH': str(CHECKOUT)},  # nsenter leaves the folder
      stdout=subprocess.PIPE,
      text=True,
    )
    assert emulator.stdout and emulator.stdout.readline() == 'ready\n'
    for number in range(count):
      hosts.append(Host(number, folder, switch))
    yield hosts, 'gs://runs'
  finally:
    if emulator:
      emulator.kill()
      emulator.wait()
    for host in [*hosts, switch]:
      host.close()


def _serve() -> None:
  """The bucket, until it is killed."""
  from tests import buckets

  with buckets.serving(BUCKET, PORT) as address:
    requests.post(f'{address}/storage/v1/b', json={'name': 'runs'}, timeout=60).raise_for_status()
    print('ready', flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    while True:
      time.sleep(3600)


if __name__ == '__main__':
  _serve()
