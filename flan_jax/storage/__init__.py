# SPDX-License-Identifier: Apache-2.0
"""The files of runs and stores: on a local disk or in a bucket, `gs://BUCKET/PATH`.

A bucket has objects, no folders: a folder is there if something is in it, nothing is
renamed, and an object is there whole or not at all. Objects are read and written by gcsfs,
which asks again when the bucket does not answer (the extra `gcs`). TensorFlow reads a
TFDS data_dir by its own means.

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

# etils.epath, of Orbax, would take TensorFlow's files wherever TensorFlow is installed.
os.environ.setdefault('EPATH_USE_TF', 'false')
UNFINISHED = '.new'  # ends the name of a local file until it is whole


def join(folder: str | os.PathLike, *names: str) -> str:
  """The path of something in a folder."""
  return os.path.join(os.fspath(folder), *names)


def path(name: str | os.PathLike) -> 'epath.Path':
  """For libraries that take such a path, as Orbax does; its errors are those of gcsfs."""
  from etils import epath

  if is_remote(name):
    files()  # set up as everything here has it
  return epath.Path(absolute(name))


def exists(name: str | os.PathLike) -> bool:
  """Whether there is a file or a folder."""
  if not is_remote(name):
    return os.path.exists(name)
  with in_words(name):
    return files().exists(absolute(name))


def is_folder(name: str | os.PathLike) -> bool:
  """Whether there is a folder; in a bucket, whether something is in it."""
  if not is_remote(name):
    return os.path.isdir(name)
  with in_words(name):
    return files().isdir(absolute(name))


def is_file(name: str | os.PathLike) -> bool:
  """Whether there is a file."""
  if not is_remote(name):
    return os.path.isfile(name)
  with in_words(name):
    return files().isfile(absolute(name))


def names(folder: str | os.PathLike) -> list[str]:
  """What is in a folder, sorted; nothing if there is none."""
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
  """'a/b' -> bytes, for each file in a folder and in the folders in it."""
  if not is_remote(folder):
    inside = (os.path.join(root, name) for root, _, entries in os.walk(folder) for name in entries)
    return {os.path.relpath(file, folder): os.path.getsize(file) for file in sorted(inside)}
  with in_words(folder):
    found = files().find(absolute(folder), detail=True)
  prefix = absolute(folder).removeprefix(BUCKET) + '/'
  return {name.removeprefix(prefix): int(entry['size']) for name, entry in sorted(found.items())}


def size(name: str | os.PathLike) -> int:
  """Bytes of a file. Raises as `read_bytes`."""
  if not is_remote(name):
    return os.path.getsize(name)
  with in_words(name):
    return int(files().info(absolute(name))['size'])


def make_folder(folder: str | os.PathLike) -> None:
  """Makes a folder and those above it; a bucket needs none."""
  if not is_remote(folder):
    os.makedirs(folder, exist_ok=True)


def read_bytes(name: str | os.PathLike) -> bytes:
  """The content of a file. Raises FileNotFoundError, BucketError or another OSError."""
  if not is_remote(name):
    return pathlib.Path(name).read_bytes()
  with in_words(name):
    return files().cat_file(absolute(name))


def read_text(name: str | os.PathLike, errors: str = 'strict') -> str:
  """The text of a file in UTF-8; errors: as of bytes.decode. Raises as `read_bytes`."""
  return read_bytes(name).decode('utf-8', errors)


def write_whole(name: str | os.PathLike, content: str | bytes) -> None:
  """Replaces a file; whoever reads it sees the old content or the new, never a part."""
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
  """Writes a file unless there is one; returns whether it was written.

  Of several that write at a time, one does. A local file may be seen before its text is
  in it.
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
  """Deletes a file, or a folder with all that is in it; or nothing, if nothing is there."""
  if is_remote(name):
    with in_words(name), contextlib.suppress(FileNotFoundError):
      files().rm(absolute(name), recursive=True)
  elif os.path.isdir(name) and not os.path.islink(name):
    shutil.rmtree(name)
  else:
    pathlib.Path(name).unlink(missing_ok=True)


def move(source: str | os.PathLike, target: str | os.PathLike) -> None:
  """Gives a file or folder another name; in a bucket each object is copied, then deleted."""
  if not is_remote(source):
    os.makedirs(os.path.dirname(absolute(target)), exist_ok=True)
    os.rename(source, target)
    return
  with in_words(source):
    files().copy(absolute(source), absolute(target), recursive=is_folder(source))
    files().rm(absolute(source), recursive=True)


def upload(local: str | os.PathLike, name: str | os.PathLike) -> None:
  """Copies a local file to a path, whole or not at all."""
  if is_remote(name):
    with in_words(name):
      files().put_file(os.fspath(local), absolute(name))
  else:
    _copy_whole(local, name)


def download(name: str | os.PathLike, local: str | os.PathLike) -> None:
  """Copies a file to a local path, whole or not at all. Raises as `read_bytes`."""
  if not is_remote(name):
    _copy_whole(name, local)
    return
  with replaced(local) as unfinished, in_words(name):
    files().get_file(absolute(name), unfinished)


@contextlib.contextmanager
def replaced(name: str | os.PathLike) -> Iterator[str]:
  """A block that writes a file under the name it is given, which ends in UNFINISHED.

  After it the file replaces the local one of that name; if it fails, nothing is left. Several
  may write the same file at a time.
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
  """Copies a file, or what is in a folder into another; each file is there whole or not at all."""
  for name in sizes(source) if is_folder(source) else ['']:
    old, new = (join(folder, *filter(None, [name])) for folder in (source, target))
    make_folder(os.path.dirname(new))
    if is_remote(new) and is_remote(old):
      write_whole(new, read_bytes(old))
    else:
      upload(old, new) if is_remote(new) else download(old, new)


def local_copy(name: str | os.PathLike) -> str:
  """A local file or folder with that content, for libraries that open files themselves.

  What is local is returned as it is. Of a bucket, files that have not changed are fetched
  once a user. Raises as `read_bytes`.
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
  """A folder for what can be made again: $XDG_CACHE_HOME/flan_jax, or ~/.cache/flan_jax."""
  base = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
  return os.path.join(base, 'flan_jax', *inside)


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
    found = json.loads(read_text(path))
  except OSError as error:
    raise UserError(f'{path} cannot be read ({error.strerror}); {remedy}') from None
  except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, too
    raise UserError(f'{path} is not JSON ({error}); {remedy}') from None
  if not isinstance(found, dict):
    raise UserError(f'{path} holds no JSON object but {str(found)[:40]!r}; {remedy}')
  return found


def read_own(path: str, remedy: str) -> dict:
  """The object in a JSON file that we wrote, without its digest; UserError if it was changed since."""
  found = read_object(path, remedy)
  if why := changed(found):
    raise UserError(f'{path} cannot be used: {why}; {remedy}')
  return without_digest(found)


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
  """The text of a Jinja template file; what is filled into a page, .html.j2, is escaped."""
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
