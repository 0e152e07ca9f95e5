# SPDX-License-Identifier: Apache-2.0
"""results.json of a run: whole or not at all; evaluations stand beside each other.

Each evaluation and comparison carries a digest of itself. What was changed by hand keeps the
digest that no longer fits, and is named at every reading until it is evaluated again.
An evaluation takes the place of one of the same name and conditions (see `groups`); one
of another step is kept as 'step N'.
"""

import glob
import json
import os
from typing import Mapping, Sequence

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.evaluation import answers, groups, results_schema

FILE = 'results.json'
SCHEMA = results_schema.SCHEMA
ORDER = 'untuned', 'plain', 'tuned'  # others after them, by step


def read(model_dir: str) -> dict | None:
  """The results of a run, or None where nothing was evaluated yet.

  Files of schema 2 are read too, with the results that they set aside. Tells what was
  changed by hand.

  Raises:
    UserError: a file is not one that `merge` wrote.
  """
  found = _together(model_dir)
  for one in (*found['evaluations'], *found['comparisons']) if found else ():
    if not results_schema.is_as_written(one):
      name = one.get('name') or f'{one["of"]} against {one["against"]}'
      notice(
        f'{os.path.join(model_dir, FILE)}: {name} ({groups.label(one, found["evaluations"])}) is not as it was '
        'written: it was changed by hand or is damaged; evaluate it again'
      )
  return found


def _together(model_dir: str) -> dict | None:
  """What `read` returns, and nothing told."""
  found = _read(model_dir, FILE)
  aside = [_read(model_dir, name) for name in _asides(model_dir)]
  if found is None and not aside:
    return None
  every = [one for one in (found, *aside) if one]  # what was set aside is older
  return {
    'schema': SCHEMA,
    **{part: list(_united([one[part] for one in every]).values()) for part in ('evaluations', 'comparisons')},
  }


def _united(parts: Sequence[Sequence[Mapping]]) -> dict:
  """By key; of two, the one of the earlier part, whose group stands behind the others."""
  found: dict = {}
  for part in parts:
    own = {_key(one): one for one in part}
    found = {key: one for key, one in own.items() if key not in found} | found
  return found


def _read(model_dir: str, name: str) -> dict | None:
  path = os.path.join(model_dir, name)
  try:
    with open(path, encoding='utf-8') as file:
      found = json.load(file)
  except FileNotFoundError:
    return None
  except OSError as error:
    raise UserError(f'{path} cannot be read ({error.strerror}); move it away') from None
  except (ValueError, RecursionError) as error:
    raise UserError(
      f'{path} is not JSON ({error}); move it away and evaluate the run again: answers '
      'that are kept in predictions/ are not made twice'
    ) from None
  return results_schema.checked(path, found, model_dir)


def _asides(model_dir: str) -> list[str]:
  """Files in which schema 2 set the results of other clusters or data aside."""
  return sorted(
    name for data in ('embedded', 'tfds') for name in glob.glob(f'results-*-{data}.json', root_dir=model_dir)
  )


def _key(one: Mapping) -> tuple:
  return groups.key(one), one.get('name') or (one['of'], one['against'])


def merge(model_dir: str, evaluation: Mapping) -> dict:
  """Adds an evaluation to results.json, in place of that of its name and conditions.

  Returns:
    What the file now holds; the group of the evaluation stands last.
  """
  before = _together(model_dir) or {'evaluations': [], 'comparisons': []}
  name, ours = evaluation['name'], groups.key(evaluation)
  others = [one for one in before['evaluations'] if groups.key(one) != ours]
  group = {one['name']: one for one in before['evaluations'] if groups.key(one) == ours}
  group[name] = results_schema.signed(evaluation)
  comparisons = [
    one for one in before['comparisons'] if groups.key(one) != ours or name not in (one['of'], one['against'])
  ]
  return _write(
    model_dir,
    {'schema': SCHEMA, 'evaluations': [*others, *sorted(group.values(), key=_place)], 'comparisons': comparisons},
  )


def _place(evaluation: Mapping) -> tuple:
  name = evaluation['name']
  known = ORDER.index(name) if name in ORDER else len(ORDER)
  return known, evaluation['step'], name


def compared(model_dir: str, conditions: Mapping, comparisons: Sequence[Mapping]) -> dict:
  """Puts comparisons into results.json, in place of all of these conditions."""
  before, ours = _together(model_dir), groups.key(conditions)
  others = [one for one in before['comparisons'] if groups.key(one) != ours]
  made = [results_schema.signed({**one, **groups.of(conditions)}) for one in comparisons]
  return _write(model_dir, {**before, 'comparisons': [*others, *made]})


def make_way(model_dir: str, name: str, step: int, conditions: Mapping) -> None:
  """Makes room for an evaluation: that of another step is kept under another name.

  Whatever else has answers of another step in its folder keeps them elsewhere, too.
  """
  before = _together(model_dir)
  if before is None:
    return
  ours, place = groups.key(conditions), groups.folder(name, conditions)
  made, renamed = {}, {}
  for one in before['evaluations']:
    if groups.answers(one) == place and (one['step'], one['data']) != (step, conditions['data']):
      one = _moved(model_dir, one, step, conditions['data'])
    if groups.key(one) == ours and one['name'] == name and one['step'] != step:
      one = _renamed(one, name=kept(name, one['step']))
      renamed[_key(one)] = one
    else:
      made[_key(one)] = one
  every = list((made | renamed).values())
  if every == before['evaluations']:
    return
  gone = {name, *(one['name'] for one in renamed.values())} if renamed else set()
  comparisons = [
    one for one in before['comparisons'] if groups.key(one) != ours or not gone & {one['of'], one['against']}
  ]
  _write(model_dir, {**before, 'evaluations': every, 'comparisons': comparisons})


def kept(name: str, step: int) -> str:
  """What an evaluation is called when a later one of its name has come."""
  return f'step {step}' if name == ORDER[-1] else f'{name} step {step}'


def _moved(model_dir: str, one: Mapping, step: int, data: str) -> dict:
  """The evaluation, its answers in a folder apart from those of another step or data."""
  old = groups.answers(one)
  new = groups.folder(one['name'] if one['step'] == step else kept(one['name'], one['step']), one)
  new += '' if one['data'] == data else f' data={one["data"]}'
  for row in one['datasets']:
    source, target = (answers.path(model_dir, folder, row) for folder in (old, new))
    if os.path.isdir(source) and not os.path.exists(target):
      os.makedirs(os.path.dirname(target), exist_ok=True)
      os.replace(source, target)
  return _renamed(one, answers=new)


def _renamed(one: Mapping, **changes: str) -> dict:
  """The evaluation, whose digest fits if it did."""
  made = {**one, **changes}
  signs = 'digest' in one and results_schema.is_as_written(one)
  return results_schema.signed(made) if signs else made


def _write(model_dir: str, found: dict) -> dict:
  storage.write_whole(os.path.join(model_dir, FILE), json.dumps(found, indent=1) + '\n')
  for name in _asides(model_dir):  # what they held is in the file now
    os.remove(os.path.join(model_dir, name))
  return found
