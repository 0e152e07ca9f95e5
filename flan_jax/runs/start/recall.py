# SPDX-License-Identifier: Apache-2.0
"""What a start has found out is kept in the user's cache: the next one need not import TensorFlow and SeqIO.

    ~/.cache/flan_jax/starts/<digest of code, packages, settings, environment>.json

It serves only while the files that it followed from are what they were: those of the
data_dir by name, size and time (what describes the rows by content, too), the vocabulary by
its content, run.json of the runs that this one begins from, modules that datasets import
from elsewhere. Whatever cannot be compared so, such as tasks that --import, a gin file or a
program registers or data in a bucket, is found out anew each time.
"""

import contextlib
import dataclasses
import functools
import hashlib
import importlib.util
import json
import os
import pathlib
import sys
from importlib import metadata
from typing import Any, Iterable, Mapping

from flan_jax import storage
from flan_jax.data.tokenizers import vocabulary_file
from flan_jax.errors import notice, UserError
from flan_jax.runs import public_folders, registration
from flan_jax.training import run_file

FOLDER = 'starts'  # in the user's cache
MOST_FILES = 20_000  # of a data_dir; to look at more takes longer than it saves
MOST_KEPT = 100
_PACKAGES = (
  'array_record numpy seqio sentencepiece tensorflow tensorflow-datasets tensorflow-text tokenizers'.split()
)  # that prompts, rates and fingerprints depend on
_VARIABLES = 'TFDS_DATA_DIR', 'HOME', vocabulary_file.VARIABLE, vocabulary_file.ENDS
# Settings of a training.Training that change nothing of what is found out.
_FREE = {
  'model_dir', 'schedule', 'mesh', 'topology', 'host_devices', 'profile', 'compilation_cache', 'store_cache',
  'store_cache_gb', 'step_deadline', 'progress_deadline', 'dry_run',
}  # fmt: skip
_OTHER_FOLDERS = {'downloads', 'store'}  # at the top of a data_dir, which no task reads
_DESCRIBING = '.json', '.txt'  # files that a start reads itself; it finds shards of rows by what these tell
_SHOWN = 2**16  # bytes at each end of such a file that are compared, as plain_text does
_INSTALLED = '/site-packages/', '/dist-packages/'  # what lies there has a version


def place(job: Any, begun: Any) -> str | None:
  """The file in which starts of such a training.Training keep what they find out; None: they do not.

  It depends on the environment, and so is asked before the vocabulary is in force. begun:
  run_file.Run of a MODEL_DIR, which goes on with the vocabulary that it has; or None.
  """
  if job.dry_run or not job.compilation_cache or os.environ.get(registration.MODULES):
    return None
  if 'seqio' in sys.modules:  # who imported it may have registered tasks, and nothing would be gained
    return None
  return storage.cache_folder(FOLDER, f'{_digest(_key(job, begun))}.json')


def read(path: str | None, job: Any) -> dict[str, Any] | None:
  """What an earlier start has kept at a `place`, if all that it followed from is as it was."""
  if path is None:
    return None
  try:
    told = _told(path)
    if not told or told['inputs'] != inputs(
      files(told['data_dir']), told['vocabulary'], job.init_from, told['inputs']['modules']
    ):
      return None
  except (UserError, KeyError, OSError):
    return None
  with contextlib.suppress(OSError):  # of a folder that is only read
    os.utime(path)  # what is used stays longest
  return told


def _told(path: str) -> dict[str, Any] | None:
  """None: another user wrote it, it was changed, or it was kept in another place."""
  if os.stat(path).st_uid != os.getuid():
    return None
  told = storage.read_object(path, '')
  return told if storage.has_digest(told) and told.get('place') == os.path.basename(path) else None


def keep(place: str, told: Mapping[str, Any]) -> None:
  """Keeps what this start has found out, JSON values; `inputs` among it as `inputs` gave them."""
  path = pathlib.Path(place)
  content = json.dumps(storage.with_digest({**told, 'place': path.name}))
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    with storage.replaced(path) as unfinished:  # other processes may write the same
      pathlib.Path(unfinished).write_text(content, encoding='utf-8')
    _clear(path.parent)
  except OSError as error:
    why = error.strerror or error
    notice(f'what this start found out cannot be kept in {path.parent} ({why}); the next one finds it out again')


def _clear(folder: pathlib.Path) -> None:
  """Leaves those used last, also of what killed processes left unfinished."""
  found = []
  for path in folder.iterdir():
    if path.name.endswith(('.json', storage.UNFINISHED)):
      with contextlib.suppress(FileNotFoundError):  # another process clears, too
        found.append((path.stat().st_mtime, path))
  for _, path in sorted(found)[:-MOST_KEPT]:
    path.unlink(missing_ok=True)


def inputs(
  data: str | None, vocabulary: str, init_from: str | None, modules: Iterable[str] = ()
) -> dict[str, Any] | None:
  """The files that the findings follow from, so that a change shows; None if it would not.

  data: as `files` gives it. vocabulary: absolute path, or 'bytes'. modules: as `modules_elsewhere`.
  """
  words, bases = _vocabulary(vocabulary), [_digest(run.to_json()) for run in run_file.lineage(init_from)]
  if init_from and public_folders.mark(init_from):
    bases.append(public_folders.identity(init_from))  # which run.json repeats
  others = {path: _states('', [path]) for path in modules}
  if None in (data, words, *others.values()):
    return None
  return {'data': data, 'vocabulary': words, 'bases': bases, 'modules': others}


def modules_elsewhere() -> list[str]:
  """The files of modules that have been imported and are neither Python's, installed, nor of this package.

  Such as what a file in tasks/ imports from a folder of the user's.
  """
  python = os.path.join(os.path.dirname(os.__file__), '')
  # By the dictionary: to ask a lazy module for an attribute would import it. None: a module that may not be imported.
  loaded = ((name, getattr(module, '__dict__', {}).get('__file__')) for name, module in [*sys.modules.items()])
  return sorted(
    {
      os.path.abspath(file)
      for name, file in loaded
      if file and name.partition('.')[0] not in ('flan_jax', '__main__', '__mp_main__')
      if not file.startswith(python) and not any(one in file for one in _INSTALLED)
    }
  )


def files(data_dir: str) -> str | None:
  """Digest of the names, sizes and times of the files of a data_dir, and of what describes the rows.

  None of a bucket's, of very many, and if one cannot be looked at.
  """
  if storage.is_remote(data_dir):
    return None
  found: list = []
  for folder, inside, names in os.walk(data_dir, followlinks=True):  # a circle of links is very many
    inside[:] = sorted(set(inside) - (_OTHER_FOLDERS if folder == data_dir else set()))
    states = _states(folder, names)
    found += states or ()
    if states is None or len(found) > MOST_FILES:
      return None
  return _digest(found)


def _vocabulary(path: str) -> list | None:
  """Its content, and what lies beside it, which tells what ends a text."""
  if path == vocabulary_file.BYTES:
    return []
  if storage.is_remote(path):
    return None
  folder = os.path.dirname(path)
  beside = _states(folder, [name for name in storage.names(folder) if os.path.isfile(os.path.join(folder, name))])
  return None if beside is None else [vocabulary_file.content_hash(path), _digest(beside)]


def _states(folder: str, names: Iterable[str]) -> list[list] | None:
  """None: one of them is gone, a link to nothing, or not to be read."""
  try:
    return [_state(os.path.join(folder, name)) for name in sorted(names)]
  except OSError:
    return None


def _state(path: str) -> list:
  state = os.stat(path)
  describes = path.endswith(_DESCRIBING) and os.path.isfile(path)  # to open a pipe would wait
  return [path, state.st_size, state.st_mtime_ns, _ends(path, state.st_size) if describes else '']


def _ends(path: str, size: int) -> str:
  """Digest of the content; archives and package managers set the same time for all files."""
  with open(path, 'rb') as file:
    start = file.read(_SHOWN)
    file.seek(max(size - _SHOWN, 0))
    return hashlib.sha256(start + file.read(_SHOWN)).hexdigest()[:16]


def _key(job: Any, begun: Any) -> dict[str, Any]:
  """What decides the findings, besides the files that they follow from."""
  settings = {field.name: getattr(job, field.name) for field in dataclasses.fields(job) if field.name not in _FREE}
  return {
    'code': _code(),
    'packages': [sys.version, *map(_version, _PACKAGES)],
    'settings': {name: repr(value) for name, value in settings.items()},
    'begun': begun and [dataclasses.astuple(begun.vocabulary), begun.ends],
    'looks': [bool(job.schedule.eval_every), bool(job.schedule.held_out_every)],
    'environment': [os.getcwd(), *map(os.environ.get, _VARIABLES)],
  }


@functools.cache  # a search through all that is installed
def _version(package: str) -> str:
  """'': it is not there, or by another name, as tensorflow-cpu is."""
  try:
    return metadata.version(package)
  except metadata.PackageNotFoundError:
    return ''


@functools.cache
def _code() -> str:
  """Digest of the modules of the package, those of the datasets among them."""
  digest = hashlib.sha256()
  for package in ('flan_jax', 'flan_jax.tasks'):
    spec = importlib.util.find_spec(package)
    for root in map(pathlib.Path, (spec and spec.submodule_search_locations) or ()):
      walked = os.walk(root, followlinks=True)  # as imports do, unlike rglob: a cluster may be a link
      for module in sorted(pathlib.Path(folder, name) for folder, _, names in walked for name in names):
        if module.suffix == '.py' and module.is_file():  # an editor's lock is a link to nothing
          digest.update(os.fsencode(f'{package} {module.relative_to(root)}\n') + module.read_bytes())
  return digest.hexdigest()


def _digest(told: Any) -> str:
  return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
