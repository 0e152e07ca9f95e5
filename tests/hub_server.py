# SPDX-License-Identifier: Apache-2.0
"""A small server on loopback that answers as the Hugging Face hub does, with invented files.

    with hub_server.serving() as hub:
      hub.add('aps/super_glue', 'main', {'rte/train-00000-of-00001.parquet': content})

Its `endpoint` is the value of HF_ENDPOINT.
"""

import contextlib
import hashlib
import http.server
import json
import re
import threading
import urllib.parse

INFO = re.compile(r'/api/datasets/(?P<repository>[^/]+/[^/]+)(?:/revision/(?P<revision>.+))?')
FILE = re.compile(r'/datasets/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)')


class Hub:
  """The repositories of a server, and what it was asked.

  Attributes:
    refusals: {repository: (status, error code of the hub)}.
    cut: how many downloads are still to be cut off in the middle.
    bytes_when_cut: that such a download sends first; None is half of the file.
    requests: (method, path, Range header) of each.
  """

  def __init__(self):
    self.endpoint = ''
    self.revisions, self.files, self.refusals = {}, {}, {}
    self.cut, self.bytes_when_cut, self.requests = 0, None, []

  def add(self, repository, revision, files):
    """A repository or another revision of it; returns the commit."""
    commit = hashlib.sha1(f'{repository}{revision}{sorted(files)}'.encode()).hexdigest()
    self.revisions[repository, revision] = self.revisions[repository, commit] = commit
    self.files[repository, commit] = files
    return commit

  def answer(self, path):
    """(status, headers, content) of a request."""
    found = INFO.fullmatch(path) or FILE.fullmatch(path)
    if not found:
      return 404, {}, b''
    repository, revision = found['repository'], found['revision'] or 'main'
    if repository in self.refusals:
      status, code = self.refusals[repository]
      return status, {'X-Error-Code': code}, b''
    if not any(repository == known for known, _ in self.revisions):
      return 404, {'X-Error-Code': 'RepoNotFound'}, b''
    commit = self.revisions.get((repository, revision))
    if commit is None:
      return 404, {'X-Error-Code': 'RevisionNotFound'}, b''
    files = self.files[repository, commit]
    if found.re is INFO:
      siblings = [{'rfilename': name} for name in ('README.md', *files)]
      return 200, {}, json.dumps({'id': repository, 'sha': commit, 'siblings': siblings}).encode()
    if found['path'] not in files:
      return 404, {'X-Error-Code': 'EntryNotFound'}, b''
    content = files[found['path']]
    return 200, {'X-Repo-Commit': commit, 'ETag': f'"{hashlib.sha256(content).hexdigest()}"'}, content


class _Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = 'HTTP/1.1'
  log_message = lambda *arguments: None  # noqa: E731  the tests look at `requests`

  def do_HEAD(self):
    self._answer(body=False)

  def do_GET(self):
    self._answer(body=True)

  def _answer(self, body):
    hub = self.server.hub
    path, span = urllib.parse.unquote(self.path.partition('?')[0]), self.headers.get('Range')
    hub.requests.append((self.command, path, span))
    status, headers, content = hub.answer(path)
    if status == 200 and span:
      start = int(re.fullmatch(r'bytes=(\d+)-\d*', span)[1])
      status, headers = 206, {**headers, 'Content-Range': f'bytes {start}-{len(content) - 1}/{len(content)}'}
      content = content[start:]
    self.send_response(status)
    for name, value in {**headers, 'Content-Length': len(content), 'Accept-Ranges': 'bytes'}.items():
      self.send_header(name, str(value))
    self.end_headers()
    if body and hub.cut and FILE.fullmatch(path):
      hub.cut -= 1
      self.wfile.write(content[: len(content) // 2 if hub.bytes_when_cut is None else hub.bytes_when_cut])
      self.close_connection = True
    elif body:
      self.wfile.write(content)


@contextlib.contextmanager
def serving():
  """A server on a free port, and its Hub."""
  server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
  server.daemon_threads = True
  server.hub = Hub()
  server.hub.endpoint = f'http://127.0.0.1:{server.server_port}'
  thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
  thread.start()
  try:
    yield server.hub
  finally:
    server.shutdown()
    server.server_close()
    thread.join()
