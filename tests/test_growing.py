# SPDX-License-Identifier: Apache-2.0
"""Files that grow and folders that are mirrored: the same on a disk and in a bucket."""

import os

import pytest

from flan_jax import storage
from flan_jax.storage import growing
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures


@pytest.fixture(params=['disk', 'bucket'])
def folder(request, tmp_path):
  return str(tmp_path) if request.param == 'disk' else request.getfixturevalue('bucket')


def test_a_file_grows_from_what_is_there(folder):
  path = storage.join(folder, 'a.jsonl')
  for line in (b'first\n', b'second\n'):
    with growing.Growing(path) as file:
      file.write(line)
  assert storage.read_bytes(path) == b'first\nsecond\n'


@pytest.mark.parametrize('keep, expected', [(0, b'new'), (6, b'first\nnew')])
def test_a_part_of_a_file_may_stay(folder, keep, expected):
  path = storage.join(folder, 'a.jsonl')
  storage.write_whole(path, b'first\ntor')
  with growing.Growing(path, keep) as file:
    assert storage.read_bytes(path) == b'first\n'[:keep]
    file.write(b'new')
  assert storage.read_bytes(path) == expected


def test_what_is_put_is_there_at_once_and_what_is_flushed_soon(folder, monkeypatch):
  path = storage.join(folder, 'a')
  with growing.Growing(path) as file:
    file.write(b'1')
    file.put()
    assert storage.read_bytes(path) == b'1'
    monkeypatch.setattr(growing, 'SECONDS', -1)
    file.write(b'2')
    file.flush()
    assert storage.read_bytes(path) == b'12'


def test_an_object_is_not_written_at_each_flush(bucket):  # noqa: F811
  path = f'{bucket}/a'
  with growing.Growing(path) as file:
    file.write(b'1')
    file.flush()
    assert not storage.exists(path)
  assert storage.read_bytes(path) == b'1'


def test_a_folder_is_mirrored(folder, monkeypatch):
  mirror = growing.Mirror(folder)
  assert storage.is_remote(folder) != (mirror.local == folder)
  os.makedirs(os.path.join(mirror.local, 'plugins'))
  for name, text in (('events', 'a'), ('plugins/trace', 'b')):
    storage.write_whole(os.path.join(mirror.local, name), text)
  mirror.copy(now=True)
  assert storage.sizes(folder) == {'events': 1, 'plugins/trace': 1}
  storage.write_whole(os.path.join(mirror.local, 'events'), 'aa')
  copied = []
  upload = storage.upload
  monkeypatch.setattr(storage, 'upload', lambda *names: (copied.append(names[1]), upload(*names)))
  mirror.copy()  # too soon
  assert not copied
  mirror.close()
  assert storage.sizes(folder) == {'events': 2, 'plugins/trace': 1}
  assert copied == ([f'{folder}/events'] if storage.is_remote(folder) else [])
