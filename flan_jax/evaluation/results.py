"""results.json of a run: written whole or not at all, evaluations merged by name."""

import json
import os
from typing import Mapping, Sequence

from flan_jax import files
from flan_jax.errors import UserError
from flan_jax.evaluation import cells

FILE = 'results.json'
SCHEMA = 2
ORDER = 'untuned', 'plain', 'tuned'  # others after them, by step


def read(model_dir: str, name: str = FILE) -> dict | None:
  """The results of a run, or None where nothing was evaluated yet.

  Raises:
    UserError: the file is not one that `merge` wrote.
  """
  path = os.path.join(model_dir, name)
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
  except FileNotFoundError:
    return None
  except ValueError as error:
    raise UserError(f'{path} is not JSON ({error}); move it away') from None
  if not isinstance(found, dict) or found.get('schema') != SCHEMA:
    raise UserError(f'{path} has another schema than {SCHEMA}; move it away and evaluate '
                    'the run again')
  return found


def merge(
    model_dir: str, data: str, cluster: str | None, evaluation: Mapping) -> dict:
  """Adds an evaluation to results.json, in place of the one of the same name.

  Scores of another cluster, or of other data, cannot stand beside these: they are set
  aside in a file named after them, and come back with the next evaluation of theirs.

  Args:
    data: 'embedded' or 'tfds'.
    cluster: the one held out, None if none is.

  Returns:
    What the file now holds.
  """
  before = read(model_dir)
  if before and (before['data'], before['cluster']) != (data, cluster):
    aside = _aside(before['data'], before['cluster'])
    before = read(model_dir, _aside(data, cluster))
    os.replace(os.path.join(model_dir, FILE), os.path.join(model_dir, aside))
  kept = {one['name']: one for one in before['evaluations']} if before else {}
  kept[evaluation['name']] = dict(evaluation)
  comparisons = [one for one in before['comparisons'] if evaluation['name'] not in (
      one['of'], one['against'])] if before else []
  return _write(model_dir, {
      'schema': SCHEMA, 'data': data, 'cluster': cluster,
      'evaluations': sorted(kept.values(), key=_place), 'comparisons': comparisons})


def _aside(data: str, cluster: str | None) -> str:
  return f'results-{cluster}-{data}.json'


def _place(evaluation: Mapping) -> tuple:
  name = evaluation['name']
  known = ORDER.index(name) if name in ORDER else len(ORDER)
  return known, evaluation['step'], name


def compared(model_dir: str, comparisons: Sequence[Mapping]) -> dict:
  """Puts comparisons into results.json, in place of all that are there."""
  return _write(model_dir, {**read(model_dir), 'comparisons': list(comparisons)})


def make_way(model_dir: str, name: str, step: int) -> None:
  """Keeps an evaluation of the same name and another step as 'step N', answers too."""
  before = read(model_dir)
  old = next((one for one in before['evaluations'] if one['name'] == name), None) if (
      before) else None
  if old is None or old['step'] == step:
    return
  kept = f'step {old["step"]}'
  folder, new = cells.path(model_dir, name), cells.path(model_dir, kept)
  if os.path.isdir(folder) and not os.path.exists(new):
    os.replace(folder, new)
  others = [one for one in before['evaluations'] if one['name'] not in (name, kept)]
  _write(model_dir, {
      **before, 'evaluations': sorted([*others, {**old, 'name': kept}], key=_place),
      'comparisons': [one for one in before['comparisons']
                      if name not in (one['of'], one['against'])]})


def _write(model_dir: str, found: dict) -> dict:
  files.write_whole(os.path.join(model_dir, FILE), json.dumps(found, indent=1) + '\n')
  return found
