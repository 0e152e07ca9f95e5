# SPDX-License-Identifier: Apache-2.0
"""Files of runs and stores: the same on a disk and in a bucket; faults of a bucket in words."""

import http.server
import json
import os
import pickle
import threading

import pytest
import requests

from flan_jax import errors, storage
from flan_jax.errors import UserError
from flan_jax.storage import bucket as bucket_lib
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures


@pytest.fixture(params=['disk', 'bucket'])
def folder(request, tmp_path):
  return str(tmp_path) if request.param == 'disk' else request.getfixturevalue('bucket')


def test_a_file_is_replaced_whole(folder):
  path = storage.join(folder, 'a.json')
  for text in ('{"a": 1}', '{"a": 2, "b": "ü"}'):
    storage.write_whole(path, text)
    assert storage.read_text(path) == text
  assert storage.names(folder) == ['a.json']
  assert storage.read_object(path) == {'a': 2, 'b': 'ü'}


def test_a_file_of_ours_that_was_changed_since_is_not_read(tmp_path):
  path = tmp_path / 'run.json'
  path.write_text(json.dumps(storage.with_digest({'a': 1, 'b': 2})))
  assert storage.read_own(str(path), 'bring it back') == {'a': 1, 'b': 2}
  path.write_text(path.read_text().replace('1', '3', 1))
  with pytest.raises(UserError, match='run.json cannot be used: it was changed after .*; bring it back'):
    storage.read_own(str(path), 'bring it back')
  path.write_text('{"a": 3}')  # of an earlier version, or changed on purpose
  assert storage.read_own(str(path), 'bring it back') == {'a': 3}


def test_a_file_is_made_once(folder):
  path = storage.join(folder, 'lease')
  assert storage.write_new(path, 'first')
  assert not storage.write_new(path, 'second')
  assert storage.read_text(path) == 'first'


def test_what_is_there_is_told(folder):
  run = storage.join(folder, 'run')
  assert not storage.exists(run) and not storage.is_folder(run) and storage.names(run) == []
  storage.make_folder(storage.join(run, 'checkpoints'))
  storage.write_whole(storage.join(run, 'checkpoints', 'a'), b'123')
  storage.write_whole(storage.join(run, 'b'), b'12345')
  assert storage.exists(run) and storage.is_folder(run) and not storage.is_folder(storage.join(run, 'b'))
  assert storage.names(run) == ['b', 'checkpoints']
  assert storage.sizes(run) == {'b': 5, 'checkpoints/a': 3}


def test_files_and_folders_are_moved_and_deleted(folder):
  source, target = storage.join(folder, 'a'), storage.join(folder, 'aside', 'a')
  storage.make_folder(storage.join(source, 'inside'))
  storage.write_whole(storage.join(source, 'inside', 'file'), 'text')
  storage.move(source, target)
  assert storage.sizes(folder) == {'aside/a/inside/file': 4}
  storage.move(storage.join(target, 'inside', 'file'), storage.join(folder, 'file'))
  assert storage.read_text(storage.join(folder, 'file')) == 'text'
  storage.remove(storage.join(folder, 'file'))
  storage.remove(storage.join(folder, 'aside'))
  storage.remove(storage.join(folder, 'aside'))
  assert storage.sizes(folder) == {}


def test_files_travel_to_a_local_disk_and_back(folder, tmp_path):
  local, back = tmp_path / 'local', tmp_path / 'back'
  local.write_bytes(b'\x00\xff' * 1000)
  storage.upload(local, storage.join(folder, 'file'))
  storage.download(storage.join(folder, 'file'), back)
  assert back.read_bytes() == local.read_bytes()
  assert not [name for name in os.listdir(tmp_path) if name.endswith('.new')]


def test_a_missing_file_is_told_as_on_a_disk(folder, tmp_path):
  path = storage.join(folder, 'missing')
  with pytest.raises(FileNotFoundError):
    storage.read_text(path)
  with pytest.raises(FileNotFoundError):
    storage.download(path, tmp_path / 'local')
  with pytest.raises(UserError, match='missing cannot be read'):
    storage.read_object(path)


def test_libraries_get_a_local_copy_that_follows_the_bucket(bucket, tmp_path, monkeypatch):  # noqa: F811
  monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
  vocabulary = storage.join(bucket, 'tokenizer', 'vocab.model')
  for text in ('one', 'other'):
    storage.write_whole(vocabulary, text)
    copy = storage.local_copy(vocabulary)
    assert os.path.basename(copy) == 'vocab.model' and storage.read_text(copy) == text
    assert storage.read_text(storage.join(storage.local_copy(f'{bucket}/tokenizer'), 'vocab.model')) == text
  assert copy == storage.local_copy(vocabulary)
  with pytest.raises(FileNotFoundError):
    storage.local_copy(f'{bucket}/nothing')
  assert storage.local_copy('~/vocab.model') == os.path.expanduser('~/vocab.model')


def test_what_others_write_and_delete_is_seen_at_once(bucket, bucket_server):  # noqa: F811
  storage.write_whole(f'{bucket}/run/mine', 'a')
  assert storage.names(f'{bucket}/run') == ['mine']
  name = bucket.removeprefix('gs://')
  requests.post(f'{bucket_server}/upload/storage/v1/b/{name}/o?uploadType=media&name=run/theirs', data=b'b', timeout=60)
  assert storage.names(f'{bucket}/run') == ['mine', 'theirs']
  assert sorted(path.name for path in storage.path(f'{bucket}/run').iterdir()) == ['mine', 'theirs']
  requests.delete(f'{bucket_server}/storage/v1/b/{name}/o/run%2Fmine', timeout=60)
  assert storage.names(f'{bucket}/run') == ['theirs'] and not storage.exists(f'{bucket}/run/mine')


@pytest.mark.parametrize(
  'path, expected',
  [('gs://bucket/run/', 'gs://bucket/run'), ('gs://bucket//a', 'gs://bucket/a'), ('/tmp/../run', '/run')],
)
def test_paths_have_one_spelling(path, expected):
  assert storage.absolute(path) == expected


def test_other_schemes_are_refused():
  for call in (storage.is_remote, storage.exists, storage.names, storage.read_text, storage.absolute):
    with pytest.raises(UserError, match=r's3://bucket/run cannot be used.*gs://BUCKET'):
      call('s3://bucket/run')


def test_a_bucket_that_is_not_there_is_told(bucket):  # noqa: F811
  assert storage.bucket_problem(f'{bucket}/run') is None
  assert 'there is no bucket no-such-bucket' in storage.bucket_problem('gs://no-such-bucket/run')
  assert 'names no bucket' in storage.bucket_problem('gs://')


@pytest.mark.parametrize(
  'code, words',
  [(401, 'gcloud auth application-default login'), (403, 'Storage Object Admin'), (418, 'cannot be reached')],
)
def test_what_a_bucket_refuses_is_told_with_a_remedy(code, words, monkeypatch, caplog):
  with _answering([code]) as address:
    monkeypatch.setenv('STORAGE_EMULATOR_HOST', address)
    with pytest.raises(storage.BucketError, match='gs://bucket-x/a') as error:
      storage.read_text('gs://bucket-x/a')
  assert words in str(error.value) and isinstance(error.value, UserError)
  assert not [record for record in caplog.records if record.exc_info]  # no trace beside the words
  assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_a_bucket_that_is_busy_for_a_while_is_asked_again(monkeypatch):
  with _answering([503, 503, 200]) as address:
    monkeypatch.setenv('STORAGE_EMULATOR_HOST', address)
    assert storage.read_text('gs://bucket-x/a') == 'content'


class _answering:
  """A server on loopback that gives these answers, the last of them for ever."""

  def __init__(self, codes: list[int]):
    codes = list(codes)

    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
        code = codes.pop(0) if len(codes) > 1 else codes[0]
        body = b'content' if code == 200 else b'no'
        self.send_response(code)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

      def log_message(self, *_):
        pass

    self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)

  def __enter__(self) -> str:
    threading.Thread(target=self._server.serve_forever, daemon=True).start()
    return 'http://127.0.0.1:%d' % self._server.server_address[1]

  def __exit__(self, *_):
    self._server.shutdown()
    self._server.server_close()


@pytest.mark.parametrize(
  'status, code', [(401, errors.MISTAKE), (403, errors.MISTAKE), (503, errors.HANG), (None, errors.HANG)]
)
def test_what_may_pass_is_told_from_what_stays(status, code):
  """By the exit code of a command, which says whether it is worth starting again."""
  told = OSError('no')
  told.code = status
  with pytest.raises(UserError) as found, bucket_lib.in_words('gs://bucket/run'):
    raise told
  assert found.value.code == code and pickle.loads(pickle.dumps(found.value)).code == code
