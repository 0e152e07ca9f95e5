# SPDX-License-Identifier: Apache-2.0
"""The checkpoints of a MODEL_DIR as folders, local or in a bucket; needs no Orbax.

`checkpoints/<step>/` holds the items of a step. On a disk Orbax renames the folder when
the step is complete. A bucket cannot rename: there a last object marks the step complete.
"""

import hashlib
import itertools
import json
from typing import Sequence

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.settings import places
from flan_jax.training import checksums, multihost
from flan_jax.training.formats import foreign

FOLDER, UNREADABLE = places.RUN_FOLDERS  # Orbax does not look into the second
ITEMS = ('params', 'progress')  # separate, so that a model loads without its optimizer
COMMITTED = 'commit_success.txt'  # Orbax's, in the folder of a step
_METADATA = '_CHECKPOINT_METADATA'  # likewise
_INDEX = 'manifest.ocdbt'  # TensorStore's, in the folder of an item


def folder(model_dir: str, step: int) -> str:
  """Returns the folder of a step, whether it exists or not."""
  return storage.join(storage.absolute(model_dir), FOLDER, str(step))


def steps(model_dir: str) -> list[int]:
  """Steps of the finished checkpoints, in order; of a model in another format its only one."""
  if foreign.reader_of(model_dir):
    return [foreign.STEP]
  return [step for step in _named(model_dir) if _is_committed(folder(model_dir, step))]


def _named(model_dir: str) -> list[int]:
  names = storage.names(storage.join(model_dir, FOLDER))
  return sorted(int(name) for name in names if name.isdecimal() and name == str(int(name)))


def _is_committed(place: str) -> bool:
  return not storage.is_remote(place) or storage.exists(storage.join(place, COMMITTED))


def kept(model_dir: str) -> str:
  """Describes the progress that a run can resume from."""
  there = steps(model_dir)
  return f'{model_dir} has {f"checkpoint {there[-1]}" if there else "no checkpoint"}'


def looks_torn(model_dir: str, step: int) -> bool:
  """Whether a checkpoint is visibly damaged; only reading it is conclusive."""
  return checksums.lacks_bytes(folder(model_dir, step))


def check_step(model_dir: str, step: int | None = None) -> int:
  """Returns the step, or the last one. Raises UserError if it does not exist."""
  there = steps(model_dir)
  if not there or (step is not None and step not in there):
    wanted = 'no checkpoint' if step is None else f'no checkpoint of step {step}'
    problem = places.folder_problem(model_dir, False, places.RUN_FOLDERS)
    known = problem or f'it has {there or "none at all"}{_unfinished(model_dir, there)}'
    raise UserError(f'{model_dir} has {wanted}; {known}')
  return there[-1] if step is None else step


def _unfinished(model_dir: str, there: Sequence[int]) -> str:
  """Describes checkpoints in a bucket that were never finished, or copied in part."""
  others = [step for step in _named(model_dir) if step not in there]
  return f' ({others} lack {COMMITTED}: they were not finished, or copied without it)' if others else ''


def set_aside(model_dir: str, torn: Sequence[int]) -> None:
  """Moves checkpoints, on process 0, to a folder where no steps are searched."""
  with multihost.first_goes_ahead(f'set aside {list(torn)}'):
    if not multihost.first():
      return
    for step in torn:
      source, target = folder(model_dir, step), _aside(model_dir, step)
      try:
        storage.move(source, target)
      except OSError as error:
        raise UserError(
          f'checkpoint {step} cannot be read, and {source} cannot be moved to {target} '
          f'({error.strerror}): step {step} could not be saved again. Move it away '
          'yourself, and run again'
        ) from None
      multihost.tell(f'checkpoint {step} is now in {target}; nothing was deleted')


def _aside(model_dir: str, step: int) -> str:
  """Returns the first free name for it."""
  there = storage.names(storage.join(model_dir, UNREADABLE))
  numbers = itertools.chain([''], (f'-{number}' for number in itertools.count(2)))
  name = next(f'{step}{number}' for number in numbers if f'{step}{number}' not in there)
  return storage.join(storage.absolute(model_dir), UNREADABLE, name)


def identity(model_dir: str, step: int) -> str:
  """Identifies a checkpoint, wherever its folder is: its content, and when it was saved.

  Parameters are readable without Orbax's metadata, so if that is damaged the index of the
  parameters identifies the checkpoint.

  Raises:
    UserError: both are missing.
  """
  other = foreign.reader_of(model_dir)
  if other:
    return f'{step} {other.identity(model_dir)}'
  place = folder(model_dir, step)
  try:
    told = checksums.read(place) or {}
    return f'{step} {told.get("saved") or saved_at(place)}'
  except (OSError, ValueError, KeyError, TypeError):  # UserError is a ValueError
    index = storage.join(place, ITEMS[0], _INDEX)
  try:
    return f'{step} {hashlib.sha256(storage.read_bytes(index)).hexdigest()[:16]}'
  except OSError as error:
    raise UserError(
      f'checkpoint {step} in {storage.join(model_dir, FOLDER)} is torn: {index} cannot be '
      f'read ({error.strerror or error}); bring it back from a copy, or name another step'
    ) from None


def saved_at(place: str) -> int:
  """Returns the start of a checkpoint's writing, in nanoseconds, from Orbax's metadata."""
  return json.loads(storage.read_text(storage.join(place, _METADATA)))['init_timestamp_nsecs']
