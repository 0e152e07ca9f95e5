# SPDX-License-Identifier: Apache-2.0
"""Two processes, each with one side's model; they take turns on the same two cores."""

import json
import os
import pathlib
import subprocess
import sys
import time
from typing import Any, Callable

THREADS = 2


class Side:
  """A process of a benchmark's module that answers questions, one at a time."""

  def __init__(self, module: str, name: str, folder: str):
    environment = os.environ | {
      'JAX_PLATFORMS': 'cpu',
      'OMP_NUM_THREADS': str(THREADS),
      'HF_HUB_OFFLINE': '1',
      # Large pages for the buffers of both; see the Makefile.
      'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1',
    }
    self._process = subprocess.Popen(
      [sys.executable, '-m', module, name, folder],
      text=True,
      env=environment,
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
    )
    self._answer()

  def ask(self, *words) -> dict:
    """{'seconds', 'value'} of what the side was asked to do."""
    print(*words, file=self._process.stdin, flush=True)
    return self._answer()

  def _answer(self) -> dict:
    for line in self._process.stdout:
      if line.startswith('{'):
        return json.loads(line)
    raise SystemExit(f'a side ended with exit code {self._process.wait()}')

  def end(self) -> None:
    self._process.stdin.close()
    self._process.wait()


def status(name: str) -> int:
  """Bytes of this process by the kernel's count: 'VmRSS', or 'VmHWM', the most so far."""
  lines = pathlib.Path('/proc/self/status').read_text(encoding='utf-8').splitlines()
  return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f'{name}:'))


def serve(make: Callable[[str], Callable[..., Any]], folder: str) -> None:
  """Makes a side, and answers questions until the other process closes the pipe."""
  os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
  answer = make(folder)
  print('{}', flush=True)
  for line in sys.stdin:
    start = time.perf_counter()
    value = answer(*line.split())
    seconds = time.perf_counter() - start
    print(json.dumps({'seconds': seconds, 'value': value}), flush=True)
