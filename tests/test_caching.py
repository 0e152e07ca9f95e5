# SPDX-License-Identifier: Apache-2.0
"""Stores built ahead of a run: what is missing, and processes that are killed at it."""

import os
import signal

import pytest

from flan_jax.data import vocabulary
from flan_jax.errors import UserError
from flan_jax.runs import caching
from tests import store_worker
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures

NAMES = sorted(store_worker.TASKS)


@pytest.fixture
def run(tmp_path, monkeypatch):
  """Makes a Run whose stores are in a directory."""
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  store_worker.register()
  yield lambda directory: caching.Run(
    store_worker.ROWS, store_dir=str(directory), store_cache=str(tmp_path / 'cache'), store_cache_gb=1.0
  )
  store_worker.forget()


@pytest.mark.parametrize('place', ['disk', 'bucket'])
def test_what_is_missing_is_built_once(place, run, tmp_path, request, capsys):
  directory = tmp_path / 'store' if place == 'disk' else request.getfixturevalue('bucket') + '/store'
  caching.cache(NAMES[:2], run(directory))
  caching.cache(NAMES, run(directory), dry_run=True)
  caching.cache(NAMES, run(directory))
  caching.cache(NAMES, run(directory))
  said = [line for line in capsys.readouterr().out.splitlines() if 'are in' in line]
  counts = [(0, 2), (2, 5), (2, 5), (5, 5)]
  assert said == [f'{n} of {m} prompt stores are in {directory}; {m - n} to build' for n, m in counts]


def killed(*_):
  os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_process_leaves_is_built_by_this_one(run, tmp_path, monkeypatch, capsys):
  monkeypatch.setattr(caching, '_build_afresh', killed)
  caching.cache(NAMES[:3], run(tmp_path / 'store'), processes=2)
  printed = capsys.readouterr()
  assert 'a process that built prompt stores was killed' in printed.err
  assert 'built 3 prompt stores' in printed.out
  monkeypatch.undo()
  assert all(one.is_there(pytest.fail) for one in caching._wanted(NAMES[:3], run(tmp_path / 'store')).values())


def test_a_bucket_that_is_not_there_is_told_before_anything_is_built(run, bucket, monkeypatch):  # noqa: F811
  monkeypatch.setattr(caching, '_build_all', pytest.fail)
  with pytest.raises(UserError, match='STORE_DIR = .gs://no-such-bucket/store. cannot be used: there is no bucket'):
    caching.cache(NAMES, run('gs://no-such-bucket/store'))
