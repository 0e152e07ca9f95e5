# SPDX-License-Identifier: Apache-2.0
"""An emulator of Google Cloud Storage in this process, and a bucket for each test."""

import contextlib
import itertools
import os
from typing import Iterator

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
  from gcp_storage_emulator.server import create_server

  server = create_server(host, port, in_memory=True)
  server.start()
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


@pytest.fixture
def bucket(bucket_server: str) -> str:
  """'gs://bucket-1', a bucket that is empty."""
  return make_bucket(bucket_server)


def make_bucket(address: str) -> str:
  import requests

  name = f'bucket-{next(_NUMBERS)}'
  requests.post(f'{address}/storage/v1/b', json={'name': name}, timeout=60).raise_for_status()
  return f'gs://{name}'
