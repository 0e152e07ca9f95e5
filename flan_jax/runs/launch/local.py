# SPDX-License-Identifier: Apache-2.0
"""Processes on this machine: their command lines, and how far their run has got."""

import ast
import contextlib
import os
import socket
import sys
from typing import Sequence

from flan_jax import storage
from flan_jax.settings import places


def free_port() -> int:
  """A port of this machine that nobody listens on."""
  with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    return free.getsockname()[1]


def commands(arguments: Sequence[str], processes: int, host_devices: int | None = None) -> list[list[str]]:
  """The command lines of one start, a process each.

  Args:
    arguments: of flan_jax: 'train', '--gin_file=...'.
    processes: several of them are joined over a free port, another one at each call.
    host_devices: virtual CPU devices of each process; None: the devices that are there.
  """
  name, *rest = arguments
  if host_devices:
    rest += [f'--host_devices={host_devices}' if name == 'generate' else f'--gin.HOST_DEVICES={host_devices}']
  flags: list[list[str]] = [[]]
  if processes > 1:
    together = [f'--coordinator_address=127.0.0.1:{free_port()}', f'--process_count={processes}']
    flags = [[*together, f'--process_index={index}'] for index in range(processes)]
  return [[sys.executable, '-m', 'flan_jax', name, *rest, *own] for own in flags]


def run_folder(arguments: Sequence[str]) -> str | None:
  """MODEL_DIR, if a command line names it; the last one wins."""
  found = None
  for argument in arguments:
    name, _, value = argument.partition('=')
    if name == '--gin.MODEL_DIR':
      with contextlib.suppress(ValueError, SyntaxError):
        found = ast.literal_eval(value.strip())
    elif name == '--model_dir':
      found = value
  return found if isinstance(found, str) else None


def last_checkpoint(model_dir: str | None) -> int | None:
  """The step of the last checkpoint of a run; None if there is none, or no run is known."""
  if model_dir is None:
    return None
  names = storage.names(storage.join(os.path.expanduser(model_dir), places.RUN_FOLDERS[0]))
  return max((int(name) for name in names if name.isdecimal()), default=None)
