# SPDX-License-Identifier: Apache-2.0
"""An emulator of Google Cloud Storage in this process, and a bucket for each test.

The emulator keeps no preconditions and tells no generation with what it gives out; both are
added here, because TensorStore rewrites the manifest of a checkpoint only if it is still
the one that it has read.
"""

import contextlib
import http
import itertools
import logging
import os
from typing import Callable, Iterator, Sequence

import pytest

_NUMBERS = itertools.count(1)


@pytest.fixture(scope='session')
def bucket_server() -> Iterator[str]:
  """The address of an emulator, in the environment of this process and its children."""
  with serving() as address:
    yield address


@contextlib.contextmanager
def serving(host: str = '127.0.0.1', port: int = 0) -> Iterator[str]:
  """'http://127.0.0.1:PORT' of an emulator that this process and its children use."""
  from gcp_storage_emulator import server as emulator

  logging.getLogger('gcp_storage_emulator').setLevel(logging.CRITICAL)  # each object that is not there
  emulator.HANDLERS = _conditional(emulator.HANDLERS)
  server = emulator.create_server(host, port, in_memory=True)
  server.start()
  server._api._httpd.handle_error = lambda *_: None  # who asked has gone
  address = f'http://{host}:{server._api._httpd.server_address[1]}'
  names = 'STORAGE_EMULATOR_HOST', 'TENSORSTORE_GCS_HTTP_URL'
  before = {name: os.environ.get(name) for name in names}
  os.environ.update(dict.fromkeys(names, address))
  try:
    yield address
  finally:
    server.stop()
    for name, value in before.items():
      os.environ.pop(name) if value is None else os.environ.update({name: value})


def _conditional(handlers: Sequence) -> Sequence:
  """The emulator's (path, {method: function}) with generations and preconditions."""
  if getattr(handlers, 'conditional', False):
    return handlers
  made = _Handlers(
    (path, {method: _with_generation(one) for method, one in by_method.items()}) for path, by_method in handlers
  )
  made.conditional = True
  return made


class _Handlers(list):
  conditional = False


def _with_generation(handle: Callable) -> Callable:
  def handled(request, response, storage, *rest):
    wanted = request.query.get('ifGenerationMatch')
    if wanted and wanted[0] != _generation(request, storage):
      response.status = http.HTTPStatus.PRECONDITION_FAILED
      response.json({'error': {'code': 412, 'message': 'conditionNotMet'}})
      return
    handle(request, response, storage, *rest)
    generation = _generation(request, storage)
    if request.method == 'GET' and generation != '0':
      response['x-goog-generation'] = generation

  return handled


def _generation(request, storage) -> str:
  """Of the object that a request is about; '0': there is none."""
  name = request.params.get('object_id') or request.query.get('name', [''])[0]
  if not name and isinstance(request.data, dict):
    name = request.data.get('meta', {}).get('name', '')
  try:
    return storage.get_file_obj(request.params.get('bucket_name'), name)['generation'] if name else '0'
  except Exception:  # the emulator's own NotFound, which it names in more than one place
    return '0'


@pytest.fixture
def bucket(bucket_server: str) -> str:
  """'gs://bucket-1', a bucket that is empty."""
  return make_bucket(bucket_server)


def make_bucket(address: str) -> str:
  import requests

  name = f'bucket-{next(_NUMBERS)}'
  requests.post(f'{address}/storage/v1/b', json={'name': name}, timeout=60).raise_for_status()
  return f'gs://{name}'
