# SPDX-License-Identifier: Apache-2.0
"""Doors in processes of their own that need not import TensorFlow each.

Imports are half of what a small run costs. A server imports once and is forked for each
door, before jax has looked for devices; arguments, folder, environment and output are then
those of `python -m flan_jax DOOR`. What it takes to start from nothing is shown by the
first door of test_job and by test_commandline.
"""

import dataclasses
import multiprocessing
import os
import subprocess
import sys
import tempfile

from tests.conftest import QUICK

_SERVER = multiprocessing.get_context('forkserver')
_SERVER.set_forkserver_preload(['flan_jax.tasks', 'flan_jax.evaluation.protocol', 'flan_jax.training.loop'])
_FILES = 'out', 'err'


@dataclasses.dataclass
class Door:
  """A door that was opened; as much of subprocess.Popen as tests use."""

  process: multiprocessing.process.BaseProcess
  folder: tempfile.TemporaryDirectory

  @property
  def returncode(self) -> int | None:
    return self.process.exitcode

  def communicate(self, timeout: float) -> list[str]:
    """[standard output, standard error], when the process has ended."""
    self.process.join(timeout)
    if self.process.is_alive():
      self.process.kill()
      raise subprocess.TimeoutExpired(self.process.name, timeout)
    with self.folder as folder:
      return [open(os.path.join(folder, name), encoding='utf-8').read() for name in _FILES]


def start(name, arguments, environment, folder='/') -> Door:
  """Starts `python -m flan_jax NAME ARGUMENTS` in a folder."""
  written = tempfile.TemporaryDirectory()
  process = _SERVER.Process(
    name=f'flan_jax {name}',
    daemon=True,
    target=_run,
    args=(name, arguments, _around(environment), str(folder), written.name),
  )
  process.start()
  return Door(process, written)


def run(name, arguments, environment, folder='/', timeout=1800):
  """The same, when it has ended: a subprocess.CompletedProcess."""
  opened = start(name, arguments, environment, folder)
  said = opened.communicate(timeout)
  return subprocess.CompletedProcess([name, *arguments], opened.returncode, *said)


def run_from_nothing(name, arguments, environment, folder='/', timeout=1800):
  """The same by a Python that has imported nothing yet, as users have it."""
  return subprocess.run(
    [sys.executable, '-m', 'flan_jax', name, *arguments],
    cwd=folder,
    text=True,
    capture_output=True,
    env=_around(environment),
    timeout=timeout,
  )


def _around(environment):
  return os.environ | {'JAX_PLATFORMS': 'cpu', 'XLA_FLAGS': QUICK} | environment


def _run(name, arguments, environment, folder, written):
  for number, part in enumerate(_FILES, start=1):
    file = os.open(os.path.join(written, part), os.O_CREAT | os.O_WRONLY)
    os.dup2(file, number)
  os.chdir(folder)
  os.environ.clear()
  os.environ.update(environment)
  sys.path.insert(0, folder)  # as with -m
  sys.argv[:] = ['flan_jax', name, *arguments]
  from flan_jax.cli import main

  main.main()
