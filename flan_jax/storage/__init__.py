# SPDX-License-Identifier: Apache-2.0
"""The files of runs and stores, on a local disk or in a bucket, `gs://BUCKET/PATH`.

A bucket has objects and no folders: a folder exists if an object is in it, nothing can be
renamed, and an object is written completely or not at all. gcsfs (the extra `gcs`) reads
and writes objects, and retries if the bucket does not answer. TensorFlow reads a TFDS
data_dir by itself.

STORAGE_EMULATOR_HOST names an emulator of Google Cloud Storage.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import uuid
from typing import Iterator, TYPE_CHECKING

from flan_jax.errors import UserError
from flan_jax.storage.bucket import (  # noqa: F401  part of this
  absolute,
  BUCKET,
  bucket_problem,
  BucketError,
  DENIED,
  files,
  FULL,
  in_words,
  is_remote,
)
from flan_jax.storage.digests import changed, has_digest, with_digest, without_digest  # noqa: F401

if TYPE_CHECKING:
  from etils import epath

# etils.epath, which Orbax uses, prefers TensorFlow's files if TensorFlow is installed.
os.environ.setdefault('EPATH_USE_TF', 'false')
UNFINISHED = '.new'  # suffix of a local file until it is complete


def join(folder: str | os.PathLike, *names: str) -> str:
  """Joins a folder and names to a path."""
  return os.path.join(os.fspath(folder), *names)


def path(name: str | os.PathLike) -> 'epath.Path':
  """Returns an epath.Path, for libraries such as Orbax; its errors are those of gcsfs."""
  from etils import epath

  if is_remote(name):
    files()  # configures gcsfs as everywhere in this package
  return epath.Path(absolute(name))


def exists(name: str | os.PathLike) -> bool:
  """Whether a file or a folder exists."""
  if not is_remote(name):
    return os.path.exists(name)
  with in_words(name):
    return files().exists(absolute(name))


def is_folder(name: str | os.PathLike) -> bool:
  """Whether a folder exists; in a bucket, whether an object is in it."""
  if not is_remote(name):
    return os.path.isdir(name)
  with in_words(name):
    return files().isdir(absolute(name))


def is_file(name: str | os.PathLike) -> bool:
  """Whether a file exists."""
  if not is_remote(name):
    return os.path.isfile(name)
  with in_words(name):
    return files().isfile(absolute(name))


def names(folder: str | os.PathLike) -> list[str]:
  """Returns the names in a folder, sorted; none if the folder is missing."""
  if not is_remote(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []
  with in_words(folder):
    try:
      entries = files().ls(absolute(folder), detail=False)
    except FileNotFoundError:
      return []
  inside = {os.path.basename(entry.rstrip('/')) for entry in entries}
  return sorted(inside - {os.path.basename(absolute(folder)), ''})


def sizes(folder: str | os.PathLike) -> dict[str, int]:
  """Returns 'a/b' -> bytes for each file in a folder, subfolders included."""
  if not is_remote(folder):
    inside = (os.path.join(root, name) for root, _, entries in os.walk(folder) for name in entries)
    return {os.path.relpath(file, folder): os.path.getsize(file) for file in sorted(inside)}
  with in_words(folder):
    found = files().find(absolute(folder), detail=True)
  prefix = absolute(folder).removeprefix(BUCKET) + '/'
  return {name.removeprefix(prefix): int(entry['size']) for name, entry in sorted(found.items())}


def size(name: str | os.PathLike) -> int:
  """Returns the bytes of a file. Raises as `read_bytes`."""
  if not is_remote(name):
    return os.path.getsize(name)
  with in_words(name):
    return int(files().info(absolute(name))['size'])


def make_folder(folder: str | os.PathLike) -> None:
  """Creates a folder and its parents; a bucket needs none."""
  if not is_remote(folder):
    os.makedirs(folder, exist_ok=True)


def read_bytes(name: str | os.PathLike) -> bytes:
  """Returns the content of a file. Raises FileNotFoundError, BucketError or another OSError."""
  if not is_remote(name):
    return pathlib.Path(name).read_bytes()
  with in_words(name):
    return files().cat_file(absolute(name))


def read_text(name: str | os.PathLike, errors: str = 'strict') -> str:
  """Returns the UTF-8 text of a file; errors: as in bytes.decode. Raises as `read_bytes`."""
  return read_bytes(name).decode('utf-8', errors)


def write_whole(name: str | os.PathLike, content: str | bytes) -> None:
  """Replaces a file atomically: a reader sees the old content or the new, never a part."""
  data = content.encode('utf-8') if isinstance(content, str) else content
  if is_remote(name):
    with in_words(name):
      files().pipe_file(absolute(name), data)
    return
  unfinished = f'{os.fspath(name)}{UNFINISHED}'
  with open(unfinished, 'wb') as file:
    file.write(data)
  os.replace(unfinished, name)


def write_new(name: str | os.PathLike, content: str) -> bool:
  """Writes a file unless it exists; returns whether it was written.

  If several processes write at once, one succeeds. A local file may be visible before
  its text is in it.
  """
  if not is_remote(name):
    try:
      with open(name, 'x', encoding='utf-8') as file:
        file.write(content)
    except FileExistsError:
      return False
    return True
  with in_words(name):
    if files().exists(absolute(name)):
      return False
    try:
      files().pipe_file(absolute(name), content.encode(), mode='create')
    except FileExistsError:
      return False
  return read_text(name) == content


def remove(name: str | os.PathLike) -> None:
  """Deletes a file, or a folder with its content. Does nothing if it is missing."""
  if is_remote(name):
    with in_words(name), contextlib.suppress(FileNotFoundError):
      files().rm(absolute(name), recursive=True)
  elif os.path.isdir(name) and not os.path.islink(name):
    shutil.rmtree(name)
  else:
    pathlib.Path(name).unlink(missing_ok=True)


def move(source: str | os.PathLike, target: str | os.PathLike) -> None:
  """Renames a file or folder; in a bucket each object is copied, then deleted."""
  if not is_remote(source):
    os.makedirs(os.path.dirname(absolute(target)), exist_ok=True)
    os.rename(source, target)
    return
  with in_words(source):
    files().copy(absolute(source), absolute(target), recursive=is_folder(source))
    files().rm(absolute(source), recursive=True)


def upload(local: str | os.PathLike, name: str | os.PathLike) -> None:
  """Copies a local file to a path, completely or not at all."""
  if is_remote(name):
    with in_words(name):
      files().put_file(os.fspath(local), absolute(name))
  else:
    _copy_whole(local, name)


def download(name: str | os.PathLike, local: str | os.PathLike) -> None:
  """Copies a file to a local path, completely or not at all. Raises as `read_bytes`."""
  if not is_remote(name):
    _copy_whole(name, local)
    return
  with replaced(local) as unfinished, in_words(name):
    files().get_file(absolute(name), unfinished)


@contextlib.contextmanager
def replaced(name: str | os.PathLike) -> Iterator[str]:
  """Context in which a file is written under the yielded name, which ends in UNFINISHED.

  On success it replaces the local file of that name; on failure it is deleted. Several
  processes may write the same file at once.
  """
  unfinished = f'{os.fspath(name)}.{uuid.uuid4().hex[:8]}{UNFINISHED}'
  try:
    yield unfinished
    os.replace(unfinished, name)
  finally:
    pathlib.Path(unfinished).unlink(missing_ok=True)


def _copy_whole(source: str | os.PathLike, target: str | os.PathLike) -> None:
  with replaced(target) as unfinished:
    shutil.copyfile(source, unfinished)


def copy(source: str | os.PathLike, target: str | os.PathLike) -> None:
  """Copies a file, or a folder's content into another; each file completely or not at all."""
  for name in sizes(source) if is_folder(source) else ['']:
    old, new = (join(folder, *filter(None, [name])) for folder in (source, target))
    make_folder(os.path.dirname(new))
    if is_remote(new) and is_remote(old):
      write_whole(new, read_bytes(old))
    else:
      upload(old, new) if is_remote(new) else download(old, new)


def local_copy(name: str | os.PathLike) -> str:
  """Returns a local file or folder with that content, for libraries that open files themselves.

  A local path is returned as it is. Files of a bucket are fetched once per user, and
  again only if they changed. Raises as `read_bytes`.
  """
  if not is_remote(name):
    return os.path.expanduser(os.fspath(name))
  with in_words(name):
    bucket, whole = files(), absolute(name)
    found = bucket.find(whole, detail=True)
    if not found:
      raise FileNotFoundError(2, 'No such file or folder', whole)
  marks = [(entry['name'], entry['size'], entry.get('crc32c') or entry.get('etag')) for entry in found.values()]
  mark = hashlib.sha256(json.dumps(sorted(marks)).encode()).hexdigest()[:16]
  copy = os.path.join(cache_folder('files'), mark, os.path.basename(whole))
  for entry in found.values():
    inside = os.path.relpath(entry['name'], whole.removeprefix(BUCKET))
    local = os.path.normpath(os.path.join(copy, inside))
    if not os.path.exists(local):
      os.makedirs(os.path.dirname(local), exist_ok=True)
      download(f'{BUCKET}{entry["name"]}', local)
  return copy


def cache_folder(*inside: str) -> str:
  """Returns a folder for files that can be made again: $XDG_CACHE_HOME/flan_jax, or ~/.cache/flan_jax."""
  base = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
  return os.path.join(base, 'flan_jax', *inside)


@contextlib.contextmanager
def work_folder(folder: pathlib.Path, name: str, work: str) -> Iterator[pathlib.Path]:
  """Yields a folder in `folder` for unfinished work; it is cleared before and after.

  One process at a time holds it; leftovers of a killed process are cleared.

  Args:
    folder: a local folder.
    name: of the folder in it.
    work: what is done, as in 'writing embedded data into'.

  Raises:
    UserError: another process holds it.
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
  """Deletes the content of a folder."""
  for path in folder.iterdir():
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def read_object(path: str, remedy: str = 'download it again') -> dict:
  """Returns the object in a JSON file. Raises UserError, with the remedy, if there is none."""
  try:
    found = json.loads(read_text(path))
  except OSError as error:
    raise UserError(f'{path} cannot be read ({error.strerror}); {remedy}') from None
  except (ValueError, RecursionError) as error:  # ValueError: also for text that is not UTF-8
    raise UserError(f'{path} is not JSON ({error}); {remedy}') from None
  if not isinstance(found, dict):
    raise UserError(f'{path} holds no JSON object but {str(found)[:40]!r}; {remedy}')
  return found


def read_own(path: str, remedy: str) -> dict:
  """Returns the object in a JSON file of ours, without its digest. Raises UserError if it was changed."""
  found = read_object(path, remedy)
  if why := changed(found):
    raise UserError(f'{path} cannot be used: {why}; {remedy}')
  return without_digest(found)


def check_version(path: str, name: str, version: object, known: int) -> None:
  """Applies the version rule: formats up to the known one are read, later ones are rejected."""
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
  """Returns the filled Jinja template; values filled into a page, .html.j2, are escaped."""
  import jinja2

  environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(os.path.dirname(template)),
    autoescape=template.endswith('.html.j2'),
    keep_trailing_newline=not template.endswith('.html.j2'),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
  )
  return environment.get_template(os.path.basename(template)).render(values)
