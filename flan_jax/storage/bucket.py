# SPDX-License-Identifier: Apache-2.0
"""Buckets of Google Cloud Storage, and in words what they refuse."""

import contextlib
import errno
import functools
import logging
import os
from typing import Any, Iterator

from flan_jax.errors import HANG, MISTAKE, UserError

BUCKET = 'gs://'
# Of a local disk: no room, no right.
FULL, DENIED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG), (errno.EROFS, errno.EACCES, errno.EPERM)


class BucketError(UserError, OSError):
  """A bucket that does not do what it is asked: words in strerror, as of a disk.

  code: HANG where it may do so later.
  """

  def __init__(self, path: str, why: str, code: int = MISTAKE):
    OSError.__init__(self, 5, why)
    self.path, self.code = path, code

  def __str__(self) -> str:
    return f'{self.path}: {self.strerror}'

  def __reduce__(self):  # from one process to another
    return type(self), (self.path, self.strerror, self.code)


def is_remote(path: str | os.PathLike) -> bool:
  """Whether a path is in a bucket.

  Raises:
    UserError: it has a scheme other than gs://.
  """
  text = os.fspath(path)
  if '://' not in text:
    return False
  if not text.startswith(BUCKET):
    scheme = text.partition('://')[0]
    raise UserError(
      f'{text} cannot be used: of {scheme}:// nothing is read or written here; '
      f'name a folder of a disk, or {BUCKET}BUCKET/PATH'
    )
  return True


def absolute(path: str | os.PathLike) -> str:
  """'~/run' -> '/home/me/run'; 'gs://bucket/run/' -> 'gs://bucket/run'."""
  text = os.fspath(path)
  if is_remote(text):
    return BUCKET + '/'.join(filter(None, text.removeprefix(BUCKET).split('/')))
  return os.path.abspath(os.path.expanduser(text))


def bucket_problem(folder: str) -> str | None:
  """Why a folder in a bucket cannot be used; None if it can. Nothing is written."""
  bucket = absolute(folder).removeprefix(BUCKET).partition('/')[0]
  if not bucket:
    return f'it names no bucket; write {BUCKET}BUCKET/PATH'
  try:
    with in_words(folder):
      files().ls(bucket, detail=False)
  except FileNotFoundError:
    return f'there is no bucket {bucket}, or these credentials may not know of it'
  except BucketError as error:
    if error.code != MISTAKE:
      raise  # it says nothing of the folder
    return error.strerror
  return None


@functools.cache
def files() -> Any:
  """gcsfs, which remembers no listing: others write to the bucket, too."""
  if os.environ.get('STORAGE_EMULATOR_HOST'):  # else gcsfs asks Google what kind of bucket it is
    os.environ.setdefault('GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT', 'false')
  try:
    import fsspec
    import gcsfs  # noqa: F401  that it is there
  except ImportError:
    raise UserError(f"{BUCKET} needs the package gcsfs; install it: pip install 'flan_jax[gcs]'") from None
  # It logs the trace of each error that it raises, too; `in_words` tells those.
  logging.getLogger('gcsfs').addFilter(_without_trace)
  for scheme in ('gs', 'gcs'):
    fsspec.config.conf.setdefault(scheme, {})['use_listings_cache'] = False
  return fsspec.filesystem('gcs', finalize_on_close=True)  # as etils.epath asks for it


def _without_trace(record: logging.LogRecord) -> bool:
  return not record.exc_info


@contextlib.contextmanager
def in_words(name: str | os.PathLike) -> Iterator[None]:
  """Turns what gcsfs and the libraries below it raise into BucketError.

  What a local disk refuses stays the OSError that it is.
  """
  try:
    yield
  except (UserError, FileNotFoundError, FileExistsError):
    raise
  except (NameError, TypeError, AttributeError, AssertionError):  # our mistakes
    raise
  except Exception as error:  # of gcsfs, aiohttp, google.auth, requests: no common type
    if getattr(error, 'errno', None) in FULL + DENIED:  # of the local end of a copy
      raise
    raise BucketError(os.fspath(name), *_reason(error)) from error


def _reason(error: Exception) -> tuple[str, int]:
  """(why, exit code)"""
  code = getattr(error, 'code', None) or getattr(error, 'status', None)
  text = ' '.join(f'{error}'.split())[:200] or type(error).__name__
  if code == 401 or type(error).__name__ in ('DefaultCredentialsError', 'RefreshError'):
    why = (
      'no credentials are found that the bucket takes; run `gcloud auth application-default login`, '
      f'or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account ({text})'
    )
    return why, MISTAKE
  if code == 403 or text.startswith('Forbidden'):
    why = f'these credentials may not do this in the bucket; ask its owner for the role Storage Object Admin ({text})'
    return why, MISTAKE
  if isinstance(code, int) and code >= 500:
    return f'the bucket answered {code} again and again; try again later ({text})', HANG
  return f'the bucket cannot be reached ({text}); see that this machine has a network', HANG
