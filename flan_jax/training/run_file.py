"""run.json of a MODEL_DIR: what the run is. Read with care, for files get torn."""

import json
import os
from typing import Mapping, Sequence

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.model import decoder

RUN_FILE = 'run.json'
_OBJECTS = ('tasks', 'model', 'vocabulary', 'rows', 'optimizer', 'loss', 'prompts',
            'imported', 'ends')  # the keys of run.json whose values are objects


class _Run(dict):
  """An object of run.json; a key that it lacks is an error that names the file."""

  path = ''

  def __missing__(self, key):
    raise UserError(_torn(self.path, f'it has no {key!r} among {", ".join(self)}'))


def read_run(model_dir: str) -> dict | None:
  """run.json of a MODEL_DIR, or None where no run has started.

  Raises:
    UserError: the file is torn, or what it holds is no run; so does a key that is
      missing, when it is asked for.
  """
  path = os.path.join(model_dir, RUN_FILE)

  def made(pairs):
    found = _Run(pairs)
    found.path = path
    return found

  try:
    with open(path, encoding='utf-8') as file:
      run = json.load(file, object_pairs_hook=made)
  except (FileNotFoundError, NotADirectoryError):
    return None
  except OSError as error:
    raise UserError(f'{path} cannot be read: {error.strerror}') from None
  except ValueError as error:
    raise UserError(_torn(path, f'it is not JSON: {error}')) from None
  if not isinstance(run, dict) or not run:
    raise UserError(_torn(path, f'it holds {str(run)[:40]!r} instead of an object'))
  wrong = [key for key in _OBJECTS if not isinstance(run.get(key, {}), dict)]
  if wrong:
    raise UserError(_torn(path, f'its {wrong[0]!r} is {str(run[wrong[0]])[:40]!r} instead '
                          'of an object'))
  return run


def check_keys(run: Mapping, keys: Sequence[str]) -> None:
  """Raises UserError if a run lacks one of them; now, instead of when it is needed."""
  for key in keys:
    run[key]


def _torn(path: str, what: str) -> str:
  return (f'{path} is torn: {what}. Bring it back from a copy; or delete it and start '
          '`train` with the same settings again, which writes it and goes on from the last '
          'checkpoint (an imported model: import it again)')


def model_config(run: Mapping, model_dir: str) -> decoder.DecoderConfig:
  """The model that run.json describes. Raises UserError if it describes none."""
  try:
    return decoder.DecoderConfig(**run['model'])
  except TypeError as error:
    path = os.path.join(model_dir, RUN_FILE)
    raise UserError(_torn(path, f'its model is none that is known: {error}')) from None


def lineage(model_dir: str | None) -> list[dict]:
  """The run, the run it began from, and so on, as far as they are there."""
  runs, seen = [], set()
  while model_dir and os.path.abspath(model_dir) not in seen and (
      run := read_run(model_dir)):
    seen.add(os.path.abspath(model_dir))
    runs.append(run)
    model_dir = run['init_from']
  return runs


def trained_tasks(model_dir: str | None) -> list[str]:
  """All tasks that the parameters there were ever trained on, the last run's first."""
  return [task for run in lineage(model_dir) for task in run['tasks']]


def write_run(model_dir: str, run: Mapping) -> None:
  """Writes run.json, whole or not at all."""
  path = os.path.join(model_dir, RUN_FILE)
  os.makedirs(model_dir, exist_ok=True)
  storage.write_whole(path, json.dumps(run, indent=1))
