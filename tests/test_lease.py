# SPDX-License-Identifier: Apache-2.0
"""The lease: one run at a time writes a MODEL_DIR; a dead one holds up nobody for long."""

import errno
import json
import os
import threading
import time

import pytest

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.storage import processes
from flan_jax.training.liveness import lease
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures


@pytest.fixture(params=['disk', 'bucket'])
def folder(request, tmp_path):
  return str(tmp_path) if request.param == 'disk' else f'{request.getfixturevalue("bucket")}/run'


@pytest.fixture
def short(monkeypatch):
  """Seconds of a test, in place of those of a pod."""
  monkeypatch.setattr(lease, 'LEASE_SECONDS', 1.0)
  monkeypatch.setattr(lease, 'BUCKET_LEASE_SECONDS', 1.0)


def put(folder, **record):
  storage.make_folder(folder)
  base = {**processes.this(), 'host': 'far', 'since': '2026-01-01 00:00:00 +0000', 'token': 'theirs', 'count': 1}
  storage.write_whole(f'{folder}/lease.json', json.dumps(base | record))


def holder(folder):
  return json.loads(storage.read_text(f'{folder}/lease.json'))


def test_it_is_taken_renewed_and_given_up(folder):
  with lease.held(folder) as one:
    first = holder(folder)
    assert first['pid'] == os.getpid() and first['start'] == processes.started(os.getpid())
    assert one.renew() == '' and holder(folder) == first | {'count': first['count'] + 1}
  assert not storage.exists(f'{folder}/lease.json')
  assert one.renew() == '' and not storage.exists(f'{folder}/lease.json')


def test_a_living_process_of_this_machine_keeps_it(folder):
  parent = os.getppid()
  put(folder, pid=parent, start=processes.started(parent))
  with pytest.raises(UserError, match=f'is in use: the run of process {parent} on host far, since 2026.*another MODEL'):
    with lease.held(folder):
      pass
  assert holder(folder)['token'] == 'theirs'


def test_that_of_a_dead_process_of_this_machine_is_taken_at_once(folder):
  for record in ({'pid': 2**22 - 1}, {'pid': os.getppid(), 'start': 1}):
    put(folder, **record)
    begin = time.monotonic()
    with lease.held(folder):
      assert holder(folder)['pid'] == os.getpid()
    assert time.monotonic() - begin < lease.LEASE_SECONDS / 2


def test_that_of_another_machine_is_taken_if_it_does_not_change(folder, short, capfd):
  put(folder, place='elsewhere')
  with lease.held(folder):
    assert holder(folder)['token'] != 'theirs'
  told = capfd.readouterr().err
  assert 'waiting 1 s for a sign that it lives' in told and 'no sign of the run of process' in told


def test_that_of_another_machine_is_left_to_it_if_it_changes(folder, short):
  put(folder, place='elsewhere')
  timer = threading.Timer(0.3, put, [folder], {'place': 'elsewhere', 'count': 2})
  timer.start()
  with pytest.raises(UserError, match='is in use: the run of process .* on host far'):
    lease.Lease(folder).take()
  timer.join()
  assert holder(folder)['count'] == 2


def test_what_is_no_lease_is_waited_for_and_replaced(folder, short):
  storage.make_folder(folder)
  for text in ('', '[1]', '{"pid": "x"}'):
    storage.write_whole(f'{folder}/lease.json', text)
    with lease.held(folder):
      assert holder(folder)['pid'] == os.getpid()


def test_a_lease_that_was_lost_is_told_and_stays_with_who_has_it(folder):
  with lease.held(folder) as one:
    put(folder, place='elsewhere')
    assert 'another run has taken' in one.renew()
    assert one.renew() == ''
  assert holder(folder)['token'] == 'theirs'


def test_a_disk_that_cannot_be_written_is_told_in_words(tmp_path, monkeypatch):
  def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

  monkeypatch.setattr(lease.storage, 'write_new', full)
  with pytest.raises(UserError, match='lease.json cannot be written .No space left on device.: make its disk writable'):
    lease.Lease(str(tmp_path)).take()
