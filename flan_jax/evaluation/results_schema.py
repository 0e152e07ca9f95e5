# SPDX-License-Identifier: Apache-2.0
"""Reads the content of results.json: schema 3, and schema 2 made one of it."""

import dataclasses
import os
import re
from typing import Any, Iterable, Mapping

import msgspec

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.evaluation.scores import Conditions, Results, SCHEMA

_STYLES = 'name', 'none', 'plain'  # as they stand in the names of rows
AGAIN = 'move it away and evaluate the run again: answers that are kept in predictions/ are not made twice'


def checked(path: str, told: dict, model_dir: str) -> Results:
  """The content of a results file.

  Raises:
    UserError: it is of no schema that can be read, or was changed by hand.
  """
  schema = told.get('schema')
  if schema is not None:
    storage.check_version(path, 'schema', schema, SCHEMA)
  if schema not in (2, SCHEMA):
    raise UserError(f'{path} is of schema {schema!r}, and this version reads 2 and {SCHEMA}: {AGAIN}')
  try:
    return Results.from_json(told) if schema == SCHEMA else _of_schema_2(told, model_dir)
  except msgspec.ValidationError as error:  # in a file, conditions have no object of their own
    fault = str(error).replace('.conditions', '')
    raise UserError(f'{path} is not what evaluation wrote ({fault}): {AGAIN}') from None


def _of_schema_2(told: Mapping, model_dir: str) -> Results:
  """Schema 2 had one set of evaluations; the names of its rows tell how it asked."""
  usual = dataclasses.asdict(Conditions(data='')) | {name: told.get(name) for name in ('data', 'cluster')}
  found = Results.from_json({part: _filled(told.get(part), usual) for part in ('evaluations', 'comparisons')})
  imported = _is_imported(model_dir)
  evaluations = []
  for one in found.evaluations:
    held_in = {name.partition('.')[0] for name, scores in one.datasets.items() if scores.held_in}
    conditions = dataclasses.replace(one.conditions, held_in=tuple(held_in), **_manner(one.datasets))
    evaluations.append(
      dataclasses.replace(
        one,
        conditions=conditions,
        answers=one.name,
        name='untuned' if imported and one.name == 'tuned' else one.name,
        training=groups.UNKNOWN if imported else groups.KNOWN,
      )
    )
  by_name = {one.name: one.conditions for one in evaluations}
  comparisons = [dataclasses.replace(one, conditions=by_name[one.of]) for one in found.comparisons if one.of in by_name]
  return Results(evaluations=tuple(evaluations), comparisons=tuple(comparisons))


def _filled(part: Any, usual: Mapping) -> Any:
  """The objects of a list with the conditions that they lack."""
  return [{**usual, **one} if isinstance(one, dict) else one for one in part] if isinstance(part, list) else part


def _manner(rows: Iterable[str]) -> dict[str, Any]:
  """{'rte.name.2shot.seed1': ...} -> style 'name', 2 shots, seed 1."""
  found: dict[str, Any] = {}
  for part in {part for name in rows for part in name.split('.')[1:]}:
    if part in _STYLES:
      found['style'] = part
    for name, pattern in (('shots', r'(\d+)shot'), ('shot_seed', r'seed(\d+)')):
      match = re.fullmatch(pattern, part)
      if match:
        found[name] = int(match[1])
  return found


def _is_imported(model_dir: str) -> bool:
  try:
    return 'imported' in storage.read_own(os.path.join(model_dir, 'run.json'), AGAIN)
  except UserError:
    return False
