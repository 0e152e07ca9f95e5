"""Folders that settings name: what stands in the way of reading or writing there."""

import os
import tempfile


def expanded(path: str) -> str:
  """'~/runs' -> '/home/me/runs'."""
  return os.path.expanduser(path)


def folder_problem(path: str, made: bool) -> str | None:
  """Why a path cannot be a folder, None if it can; nothing is left behind.

  made: whether it is to be written to, and made if it is missing. A folder may be
  missing otherwise too: whoever reads it says what it should hold.
  """
  if '://' in path:  # of a file system that only libraries know
    return None
  folder, missing = os.path.abspath(path), []
  try:
    while not os.path.lexists(folder):
      folder, name = os.path.split(folder)
      missing.append(name)
    if not os.path.isdir(folder):
      return f'{folder if missing else "it"} is a file' if os.path.exists(folder) else (
          f'{folder} is a link to nothing')
    return _unwritable(folder, missing) if made else None
  except (OSError, ValueError) as error:
    return f'it cannot be one ({getattr(error, "strerror", None) or error})'


def _unwritable(folder: str, missing: list[str]) -> str | None:
  """What keeps a folder from being written to: found out by making one in it."""
  longest = os.pathconf(folder, 'PC_NAME_MAX')
  if any(len(os.fsencode(name)) > longest for name in missing):
    return f'a name in it is longer than {longest} bytes'
  try:
    with tempfile.TemporaryDirectory(prefix='.flan_jax-', dir=folder):
      return None
  except OSError as error:
    what = folder if missing else 'it'
    return f'{what} cannot be written to ({error.strerror})'
