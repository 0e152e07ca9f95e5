# SPDX-License-Identifier: Apache-2.0
"""Checks hosts before a download starts, and limits how long a download waits.

TFDS retries an unreachable host for more than three minutes, and waits forever for one that
stops sending. Proxies are those of the environment (HTTPS_PROXY), as for TFDS itself.
"""

import contextlib
import functools
import re
import socket
import time
from concurrent import futures
from typing import Iterator, Sequence

import requests
from tensorflow_datasets.core.download import downloader

ANSWER = 6.0  # seconds for a host to answer at all
SILENCE = 90.0  # seconds without a byte, after a download has started
_REMEMBERED = 300  # seconds for which an answer is valid
RETRIES = 5  # of a request, with growing pauses: six seconds in all


def unreachable(hosts: Sequence[str]) -> dict[str, str]:
  """Returns {host: why} for hosts that do not answer a short request; an error page is an answer."""
  if not hosts:
    return {}
  pool = futures.ThreadPoolExecutor(len(hosts))  # name resolution may exceed the time limit
  try:
    asked = {host: pool.submit(_fault, host, int(time.monotonic() // _REMEMBERED)) for host in hosts}
    told = {host: _within_limit(one) for host, one in asked.items()}
    return {host: why for host, why in told.items() if why}
  finally:
    pool.shutdown(wait=False, cancel_futures=True)


def _within_limit(asked: futures.Future) -> str:
  try:
    return asked.result(timeout=2 * ANSWER + 1)
  except futures.TimeoutError:
    return 'no answer'


def forget() -> None:
  """Forgets the answers of the last minutes, so that hosts are asked again."""
  _fault.cache_clear()


@functools.lru_cache(maxsize=None)
def _fault(host: str, period: int) -> str:
  """Returns why a host is unusable; '' if it answers, encrypted or not. period: cache key, one request each."""
  why = ''
  for scheme in ('https', 'http'):
    try:
      requests.head(f'{scheme}://{host}/', timeout=ANSWER, allow_redirects=False).close()
      return ''
    except requests.RequestException as error:
      why = reason(error)
  return why


def reason(error: Exception) -> str:
  """Returns a network error in a few words."""
  text = f'{error}'
  for part, words in (
    ('NameResolution', 'its name is not found'),
    ('getaddrinfo', 'its name is not found'),
    ('refused', 'it refuses the connection'),
    ('ProxyError', 'the proxy fails'),
    ('certificate', 'its certificate is not accepted'),
    ('timed out', 'no answer'),
    ('IncompleteRead', 'the connection was cut off'),
    ('unreachable', 'the network does not reach it'),
  ):
    if part in text:
      return words
  refused = re.search(r'url (\S+)\. HTTP code: (\d+)', text)  # TFDS's message
  return f'{refused[1]} is answered with code {refused[2]}' if refused else f'{type(error).__name__}: {text[:300]}'


@contextlib.contextmanager
def patience(silence: float | None = None) -> Iterator[None]:
  """Limits how long the downloads of TFDS wait, in this process."""
  send, retries, default = requests.adapters.HTTPAdapter.send, downloader.MAX_RETRIES, socket.getdefaulttimeout()
  limit = silence or SILENCE

  def limited(self, request, stream=False, timeout=None, **rest):
    return send(self, request, stream=stream, timeout=timeout or (2 * ANSWER, limit), **rest)

  requests.adapters.HTTPAdapter.send = limited  # type: ignore
  downloader.MAX_RETRIES = RETRIES
  socket.setdefaulttimeout(limit)
  try:
    yield
  finally:
    requests.adapters.HTTPAdapter.send = send  # type: ignore
    downloader.MAX_RETRIES = retries
    socket.setdefaulttimeout(default)
