# SPDX-License-Identifier: Apache-2.0
"""Builds and reads a published store, for test_store_published: BUCKET CACHE CALLS.

It kills itself before it changes a file for the CALLS-th time, in the bucket or on the disk.
"""

import itertools
import os
import signal
import sys

from flan_jax import storage
from tests import test_store_published


def deadly(call, count, last: int):
  def counted(*given, **rest):
    if next(count) == last:
      os.kill(os.getpid(), signal.SIGKILL)
    return call(*given, **rest)

  return counted


if __name__ == '__main__':
  bucket, cache, calls = sys.argv[1:]
  count = itertools.count(1)
  for owner, name in ((storage, 'upload'), (storage, 'write_new'), (os, 'replace'), (os, 'rename')):
    setattr(owner, name, deadly(getattr(owner, name), count, int(calls)))
  read = test_store_published.ids_of(test_store_published.Machine(bucket, cache).ensure())
  print(read == test_store_published.prompts())
