# SPDX-License-Identifier: Apache-2.0
"""A server on loopback in the place of the hosts that TFDS downloads from.

`redirect` sends each request of this process to it: https://host/path becomes
http://127.0.0.1:PORT/host/path. Checksums are those of what is registered here. A process of
its own is told the same by its environment, with `--import=tests.loopback`.
"""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import threading
import time
import urllib.parse

VARIABLE = 'LOOPBACK_HOSTS'  # in a process of its own: a file that `Hosts.describe` wrote


class Hosts:
  """What the hosts have, and how they behave.

  Attributes:
    files: {address: its bytes}.
    served: {address: other bytes than those registered}.
    manner: {address or host: 'refuse', 'stall', 'cut' or 'gone'}.
    asked: every address that was requested.
  """

  def __init__(self, files=()):
    self.files, self.served, self.manner, self.asked = dict(files), {}, {}, []
    self.registered = set(self.files)
    self.release = threading.Event()
    self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(_Handler, self))
    self.server.daemon_threads = True
    threading.Thread(target=self.server.serve_forever, daemon=True).start()

  @property
  def port(self):
    return self.server.server_address[1]

  def checksums(self):
    """{address: (size, checksum, name)} of what TFDS knows."""
    return {
      address: (len(self.files[address]), hashlib.sha256(self.files[address]).hexdigest(), _name(address))
      for address in self.registered
    }

  def describe(self, path):
    """Writes what another process needs to know."""
    gone = [name for name, manner in self.manner.items() if manner == 'gone']
    path.write_text(json.dumps({'port': self.port, 'gone': gone, 'checksums': self.checksums()}))
    return {VARIABLE: str(path)}

  def close(self):
    self.release.set()
    self.server.shutdown()
    self.server.server_close()


def _name(address):
  return os.path.basename(urllib.parse.urlparse(address).path)


class _Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = 'HTTP/1.1'

  def __init__(self, hosts, *arguments):
    self.hosts = hosts
    super().__init__(*arguments)

  def log_message(self, *arguments):
    pass

  def do_HEAD(self):
    self._answer(404, b'')

  def do_GET(self):
    address = next((one for one in self.hosts.files if self.path == _path(one)), None)
    if address is None:
      return self._answer(404, b'no such file')
    self.hosts.asked.append(address)
    content = self.hosts.served.get(address, self.hosts.files[address])
    manner = self.hosts.manner.get(address)
    if manner == 'refuse':
      return self._answer(403, b'quota exceeded')
    if manner in ('stall', 'cut'):
      self._answer(200, content[: len(content) // 2], len(content))
      self.wfile.flush()
      if manner == 'stall':
        self.hosts.release.wait(60)
      self.close_connection = True
      return None
    return self._answer(200, content)

  def _answer(self, status, content, length=None):
    self.send_response(status)
    self.send_header('Content-Length', str(len(content) if length is None else length))
    self.end_headers()
    if self.command != 'HEAD':
      with contextlib.suppress(OSError):
        self.wfile.write(content)


def _path(address):
  parts = urllib.parse.urlsplit(address)
  return f'/{parts.netloc}{parts.path}' + (f'?{parts.query}' if parts.query else '')


def redirect(patch, port, checksums, gone=()):
  """Sends the requests of this process to the server, and registers the checksums.

  patch: has setattr, as pytest's monkeypatch. gone: hosts that no longer answer.
  """
  import requests
  from tensorflow_datasets.core import dataset_builder, utils
  from tensorflow_datasets.core.download import checksums as tfds_checksums

  send = requests.adapters.HTTPAdapter.send
  closed = 1  # a port that nobody listens on

  def sent(self, request, *arguments, **rest):
    parts = urllib.parse.urlsplit(request.url)
    if parts.hostname != '127.0.0.1':
      dead = parts.hostname in gone
      request.url = f'http://127.0.0.1:{closed if dead else port}{_path(request.url)}'
    return send(self, request, *arguments, **rest)

  infos = {
    address: tfds_checksums.UrlInfo(size=utils.Size(size), checksum=checksum, filename=name)
    for address, (size, checksum, name) in checksums.items()
  }
  patch.setattr(requests.adapters.HTTPAdapter, 'send', sent)
  patch.setattr(tfds_checksums, 'get_all_url_infos', lambda: dict(infos))
  patch.setattr(dataset_builder.DatasetBuilder, 'url_infos', None)


class _Patch:
  """setattr that nothing takes back."""

  def setattr(self, owner, name, value):
    setattr(owner, name, value)


def wait_until(condition, seconds=120):
  """Waits for what another process does; the condition's value."""
  end = time.monotonic() + seconds
  while not (value := condition()):
    assert time.monotonic() < end, 'waited in vain'
    time.sleep(0.05)
  return value


if os.environ.get(VARIABLE):
  with open(os.environ[VARIABLE], encoding='utf-8') as _file:
    _told = json.load(_file)
  redirect(_Patch(), _told['port'], _told['checksums'], _told['gone'])
