# SPDX-License-Identifier: Apache-2.0
"""Buckets of Google Cloud Storage, and messages for their errors."""

import contextlib
import errno
import functools
import logging
import os
from typing import Any, Iterator

from flan_jax.errors import HANG, MISTAKE, UserError

BUCKET = 'gs://'
# Error numbers of a local disk: no space, no permission.
FULL, DENIED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG), (errno.EROFS, errno.EACCES, errno.EPERM)


class BucketError(UserError, OSError):
  """An error of a bucket; strerror holds the message, as for a disk.

  code: HANG if a retry may succeed.
  """

  def __init__(self, path: str, why: str, code: int = MISTAKE):
    OSError.__init__(self, 5, why)
    self.path, self.code = path, code

  def __str__(self) -> str:
    return f'{self.path}: {self.strerror}'

  def __reduce__(self):  # pickles between processes
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
  """Returns why a folder in a bucket cannot be used; None if it can. Writes nothing."""
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
      raise  # not a statement about the folder
    return error.strerror
  return None


@functools.cache
def files() -> Any:
  """Returns gcsfs without its listing cache: other processes write to the bucket too."""
  if os.environ.get('STORAGE_EMULATOR_HOST'):  # else gcsfs asks Google what kind of bucket it is
    os.environ.setdefault('GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT', 'false')
  try:
    import fsspec
    import gcsfs  # noqa: F401  checks that it is installed
  except ImportError:
    raise UserError(f"{BUCKET} needs the package gcsfs; install it: pip install 'flan_jax[gcs]'") from None
  # gcsfs also logs a traceback for each error that it raises; `in_words` reports those.
  logging.getLogger('gcsfs').addFilter(_without_trace)
  for scheme in ('gs', 'gcs'):
    fsspec.config.conf.setdefault(scheme, {})['use_listings_cache'] = False
  return fsspec.filesystem('gcs', finalize_on_close=True)  # as etils.epath does


def _without_trace(record: logging.LogRecord) -> bool:
  return not record.exc_info


@contextlib.contextmanager
def in_words(name: str | os.PathLike) -> Iterator[None]:
  """Converts errors of gcsfs and the libraries below it to BucketError.

  Errors of a local disk stay OSError.
  """
  try:
    yield
  except (UserError, FileNotFoundError, FileExistsError):
    raise
  except (NameError, TypeError, AttributeError, AssertionError):  # bugs of ours
    raise
  except Exception as error:  # gcsfs, aiohttp, google.auth, requests have no common type
    if getattr(error, 'errno', None) in FULL + DENIED:  # from the local end of a copy
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
