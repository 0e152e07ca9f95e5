"""results.json of a run: written whole or not at all, evaluations merged by name."""

import json
import os
from typing import Mapping

from flan_jax import files
from flan_jax.errors import UserError

FILE = 'results.json'
SCHEMA = 1


def read(model_dir: str) -> dict | None:
  """The results of a run, or None where nothing was evaluated yet.

  Raises:
    UserError: the file is not one that `merge` wrote.
  """
  path = os.path.join(model_dir, FILE)
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
  except FileNotFoundError:
    return None
  except ValueError as error:
    raise UserError(f'{path} is not JSON ({error}); move it away') from None
  if not isinstance(found, dict) or found.get('schema') != SCHEMA:
    raise UserError(f'{path} has another schema than {SCHEMA}; move it away')
  return found


def merge(model_dir: str, data: str, cluster: str | None, evaluation: Mapping) -> dict:
  """Adds an evaluation to results.json, in place of the one of the same name.

  Scores of another cluster, or of other data, cannot stand beside these: they are set
  aside in a file named after them, and results.json begins anew.

  Args:
    data: 'embedded' or 'tfds'.
    cluster: the one held out, None if none is.

  Returns:
    What the file now holds.
  """
  before = read(model_dir)
  if before and (before['data'], before['cluster']) != (data, cluster):
    aside = f'results-{before["cluster"]}-{before["data"]}.json'
    os.replace(os.path.join(model_dir, FILE), os.path.join(model_dir, aside))
    before = None
  kept = {one['name']: one for one in before['evaluations']} if before else {}
  kept[evaluation['name']] = dict(evaluation)
  found = {'schema': SCHEMA, 'data': data, 'cluster': cluster,
           'evaluations': list(kept.values())}
  files.write_whole(os.path.join(model_dir, FILE), json.dumps(found, indent=1) + '\n')
  return found
