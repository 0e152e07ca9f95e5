# SPDX-License-Identifier: Apache-2.0
"""Two processes divide the building of stores, whatever they share, and read the same rows."""

import json
import os
import socket
import subprocess
import sys

import pytest

from flan_jax.data import vocabulary
from tests import store_worker
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMES = sorted(store_worker.TASKS)


def port():
  with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    return free.getsockname()[1]


@pytest.fixture
def alone(tmp_path, monkeypatch):
  """The rows of one process that reads all, from a local disk."""
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  store_worker.register()
  told = store_worker.read(str(tmp_path / 'alone'), str(tmp_path / 'unused'), list(range(store_worker.ROWS.per_step)))
  assert told['built'] == NAMES and not (tmp_path / 'unused').exists()
  yield told['rows']
  store_worker.forget()


def test_what_is_missing_is_divided_and_the_rows_stay_the_same(alone, bucket, tmp_path):  # noqa: F811
  """In a bucket, in a folder that both see, in a folder of each; on a disk that is full."""
  address = f'127.0.0.1:{port()}'
  environment = {'JAX_PLATFORMS': 'cpu', 'PYTHONPATH': CHECKOUT, vocabulary.VARIABLE: 'bytes', 'XLA_FLAGS': ''}
  both = []
  for index in ('0', '1'):
    directories = f'{bucket}/store', tmp_path / 'shared', tmp_path / index, tmp_path / 'full'
    places = [part for one in directories for part in (one, tmp_path / index / 'cache')]
    arguments = ['-m', 'tests.store_worker', address, index, *map(str, places)]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    both.append(subprocess.Popen([sys.executable, *arguments], env=os.environ | environment, cwd=tmp_path, **pipes))
  printed = [process.communicate(timeout=600) for process in both]
  for process, (out, err) in zip(both, printed):
    assert process.returncode == 0, err + out
  told = [[json.loads(line) for line in out.splitlines() if line.startswith('{')] for out, _ in printed]
  half = store_worker.ROWS.per_step // 2
  steps = [alone[i : i + half] for i in range(0, len(alone), half)]
  for index in range(2):
    assert [one['rows'] for one in told[index][:3]] == [sum(steps[index::2], [])] * 3
  divided, shared, own = ([one[way]['built'] for one in told] for way in range(3))
  for first, other in (divided, shared):
    assert sorted(first + other) == NAMES and len(first) == 3
  assert own == [NAMES, NAMES]
  # What goes wrong in one ends both, each with its words.
  assert [one[3]['error'] for one in told] == [
    'prompts (train), a share: another process of this run has failed; see its message',
    'the disk is full',
  ]
