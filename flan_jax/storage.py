# SPDX-License-Identifier: Apache-2.0
"""Files that are there whole or not at all, JSON that is named where it is torn, pages."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
from typing import Iterator

from flan_jax.errors import UserError


def write_whole(path: str | os.PathLike, text: str) -> None:
  """Replaces a file; whoever reads it sees the old text or the new, never a part."""
  unfinished = f'{os.fspath(path)}.new'
  with open(unfinished, 'w', encoding='utf-8') as file:
    file.write(text)
  os.replace(unfinished, path)


@contextlib.contextmanager
def work_folder(folder: pathlib.Path, name: str, work: str) -> Iterator[pathlib.Path]:
  """A folder in `folder` for what is unfinished, cleared before and after.

  One process at a time has it; what a killed one has left there is cleared.

  Args:
    folder: a local folder.
    name: of the folder in it.
    work: what is done, as in 'writing embedded data into'.

  Raises:
    UserError: another process has it.
  """
  place = folder / name
  place.mkdir(parents=True, exist_ok=True)
  lock = os.open(place, os.O_RDONLY)
  try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
  except BlockingIOError:
    os.close(lock)
    raise UserError(f'another process is {work} {folder}; wait until it has ended') from None
  try:
    clear(place)
    yield place
  finally:
    shutil.rmtree(place, ignore_errors=True)
    os.close(lock)


def clear(folder: pathlib.Path) -> None:
  """Deletes what is in a folder."""
  for path in folder.iterdir():
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def read_object(path: str, remedy: str = 'download it again') -> dict:
  """The object in a JSON file; UserError, with the remedy, where there is none."""
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
  except OSError as error:
    raise UserError(f'{path} cannot be read ({error.strerror}); {remedy}') from None
  except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, too
    raise UserError(f'{path} is not JSON ({error}); {remedy}') from None
  if not isinstance(found, dict):
    raise UserError(f'{path} holds no JSON object but {str(found)[:40]!r}; {remedy}')
  return found


def check_version(path: str, name: str, version: object, known: int) -> None:
  """The version rule: formats up to the known one are read, a later one is refused."""
  if isinstance(version, bool) or not isinstance(version, int):
    raise UserError(
      f'{path}: {name} is {str(version)[:40]!r} instead of a whole number; bring the file back from a copy'
    )
  if version > known:
    raise UserError(
      f'{path} was written by a later version of flan_jax ({name} {version}; this one '
      f'reads up to {known}): update flan_jax'
    )


def filled(template: str, **values) -> str:
  """The text of a Jinja template file; what is filled in is escaped for HTML."""
  import jinja2

  environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(os.path.dirname(template)),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
  )
  return environment.get_template(os.path.basename(template)).render(values)
