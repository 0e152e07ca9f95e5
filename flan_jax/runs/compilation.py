# SPDX-License-Identifier: Apache-2.0
"""Compiled programs are kept, so that a run that is started again does not compile anew.

jax names a program by its code, the devices and the compiler (its persistent compilation
cache), and by itself writes files that a killed process leaves torn. Here each is written
whole, with a digest that is checked when it is read: a flipped bit in a program would
change numbers without a word.
"""

import contextlib
import hashlib
import os
import pathlib
from typing import Any

import jax

from flan_jax import storage
from flan_jax.data import private_names
from flan_jax.errors import notice, UserError

AUTO = 'auto'
FOLDER = 'compilation'  # in a MODEL_DIR that is in a bucket, else in the user's cache
MOST = 4 * 2**30  # bytes of a local folder
_ENDING = '.program'
_MARK = b'flan_jax program 1\n'
# What takes less to compile is as quickly compiled as read.
_THRESHOLDS = {'jax_persistent_cache_min_compile_time_secs': 0.1, 'jax_persistent_cache_min_entry_size_bytes': -1}


def keep(folder: str | None, model_dir: str = '') -> str:
  """Makes jax keep compiled programs, for this process.

  Args:
    folder: where, local or gs://; 'auto': what JAX_COMPILATION_CACHE_DIR names, else
      beside a MODEL_DIR in a bucket, which outlives machines, else in the user's cache;
      '' or None: nowhere.
    model_dir: of the run.

  Returns:
    What to tell of it, in one line.
  """
  theirs = os.environ.get('JAX_COMPILATION_CACHE_DIR')
  if not theirs and not private_names.has_programs():
    theirs = jax.config.jax_compilation_cache_dir
  if folder == AUTO and theirs:
    private_names.give_programs(None)
    jax.config.update('jax_compilation_cache_dir', theirs)
    return f'{theirs} (JAX_COMPILATION_CACHE_DIR)'
  if folder == AUTO and not jax.config.jax_enable_compilation_cache:
    return 'not kept (JAX_ENABLE_COMPILATION_CACHE)'
  programs = _opened(_default(model_dir) if folder == AUTO else folder)
  private_names.give_programs(programs)
  # Where XLA keeps what else it finds out; gs:// is not known to it.
  jax.config.update('jax_compilation_cache_dir', storage.cache_folder(FOLDER) if programs else None)
  if programs is None:
    return 'not kept'
  for name, value in _THRESHOLDS.items():
    if name.upper() not in os.environ:
      jax.config.update(name, value)
  return programs.folder


def _default(model_dir: str) -> str:
  if model_dir and storage.is_remote(model_dir):
    return storage.join(storage.absolute(model_dir), FOLDER)
  return storage.cache_folder(FOLDER)


def _opened(folder: str | None) -> 'Programs | None':
  """None, which is told, if the folder is of no use."""
  if not folder:
    return None
  try:
    return Programs(storage.absolute(folder))
  except (OSError, UserError) as error:
    notice(f'compiled programs are not kept in {folder} ({_reason(error)}); every start compiles anew')
    return None


class Programs:
  """What jax keeps compiled programs in: `get` and `put`, by its keys.

  Nothing that goes wrong here stops a run.
  """

  def __init__(self, folder: str, most: int = MOST):
    self.folder, self._path, self._most = folder, folder, most  # jax logs `_path`
    self._writes = self._reads = True
    storage.make_folder(folder)
    # Of a bucket one listing answers for all that is not there.
    self._known = set(storage.names(folder)) if storage.is_remote(folder) else None

  def get(self, key: str) -> bytes | None:
    """The program of a key; None if there is none, or if it is damaged, which is told."""
    name = key + _ENDING
    if not self._reads or (self._known is not None and name not in self._known):
      return None
    path = storage.join(self.folder, name)
    try:
      content = storage.read_bytes(path)
    except FileNotFoundError:
      return None
    except (OSError, UserError) as error:
      self._reads = False
      notice(f'compiled programs in {self.folder} cannot be read ({_reason(error)}); this start compiles anew')
      return None
    program = content[len(_head(b'')) :]
    if not content.startswith(_head(program)):
      notice(f'{path} is damaged; the program is compiled anew')
      with contextlib.suppress(OSError, UserError):
        storage.remove(path)
      return None
    with contextlib.suppress(OSError):  # of a folder that is only read
      os.utime(path)  # what is used stays longest; a bucket has no such time
    return program

  def put(self, key: str, program: bytes) -> None:
    """Keeps a program, if there is room, in place of those not used for the longest time."""
    path, content = storage.join(self.folder, key + _ENDING), _head(program) + program
    if not self._writes:
      return
    try:
      if storage.is_remote(path):
        storage.write_whole(path, content)
      else:
        self._make_room(len(content))
        with storage.replaced(path) as unfinished:  # several processes may write the same program
          pathlib.Path(unfinished).write_bytes(content)
    except (OSError, UserError) as error:
      self._writes = False
      notice(f'compiled programs cannot be kept in {self.folder} ({_reason(error)}); later starts compile them anew')

  def clear(self) -> None:
    """Part of what jax asks for."""

  def _make_room(self, size: int) -> None:
    files = []
    for path in pathlib.Path(self.folder).iterdir():
      if path.name.endswith((_ENDING, storage.UNFINISHED)):
        with contextlib.suppress(FileNotFoundError):  # another process makes room, too
          found = path.stat()
          files.append((found.st_mtime, found.st_size, path))
    excess = size + sum(held for _, held, _ in files) - self._most
    for _, held, path in sorted(files):
      if excess <= 0:
        break
      path.unlink(missing_ok=True)
      excess -= held


def _head(program: bytes) -> bytes:
  return _MARK + hashlib.sha256(program).digest()


def _reason(error: Exception) -> str:
  return getattr(error, 'strerror', None) or str(error)


def ahead(prepared: Any) -> Any:
  """Returns the step of a training.Prepared, which a thread compiles from now on; None if there is none to make."""
  from flan_jax.training import checkpoint, compiled_step

  job = prepared.job
  if max(checkpoint.steps(job.model_dir), default=0) >= job.schedule.train_steps:
    return None
  program = compiled_step.Program(
    job.model,
    prepared.update,
    prepared.layout.mesh,
    job.loss,
    job.schedule.microbatches,
    tuple(job.optimizer.get('frozen', ())),
    job.adapter,
  )
  return compiled_step.Ahead(program, job.rows)
