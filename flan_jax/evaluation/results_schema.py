# SPDX-License-Identifier: Apache-2.0
"""What results.json must hold to be read: schema 3, and schema 2 made one of it."""

import hashlib
import json
import math
import os
import re
from typing import Any, Callable, Collection, Iterable, Mapping

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.evaluation import groups

SCHEMA = 3
_STYLES = 'name', 'none', 'plain'  # as they stand in the names of rows
_AGAIN = 'move it away and evaluate the run again: answers that are kept in predictions/ are not made twice'


def _is(*kinds: type) -> Callable[[Any], bool]:
  return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def _or_none(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
  return lambda value: value is None or holds(value)


def _pair(value: Any) -> bool:
  return isinstance(value, list) and len(value) == 2 and all(map(_number, value))


def _texts(value: Any) -> bool:
  return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _number(value: Any) -> bool:
  return _is(int, float)(value) and math.isfinite(value)


def _texts_by_name(value: Any) -> bool:
  return isinstance(value, dict) and _texts(list(value.values()))


_whole, _text, _map = _is(int), _is(str), _is(dict)
_CONDITIONS = {
  'data': _text,
  'cluster': _or_none(_text),
  'held_in': _texts,
  'style': _text,
  'shots': _whole,
  'shot_seed': _whole,
  'ranking': _text,
  'answer_by': _text,
  'limit': _or_none(_whole),
  'held_in_test': _is(bool),
  'decode_tokens': _or_none(_whole),
  'begin': _or_none(_is(bool)),
}
_EVALUATION = {
  **_CONDITIONS,
  'name': _text,
  'step': _whole,
  'answers': _or_none(_text),
  'training': lambda value: value is None or value in groups.TRAINING,
  'mean': _or_none(_number),
  'interval': _or_none(_pair),
  'problems': _or_none(_texts_by_name),
  'datasets': _map,
  'digest': _text,
}
_SCORES = {
  'mean': _or_none(_number),
  'std': _or_none(_number),
  'median': _or_none(_number),
  'quartiles': _or_none(_pair),
  'interval': _or_none(_pair),
  'best_dev_template': _or_none(_whole),
  'best_dev_test': _or_none(_number),
  'templates': lambda value: isinstance(value, list) and bool(value),
}
_ENTRY = {
  **_SCORES,
  'held_in': _is(bool),
  'primary': _text,
  'problems': _or_none(_texts),
  'majority': _or_none(_number),
  'prompt': _or_none(_map),
  'decoded': _or_none(_map),
}
_TEMPLATE = {
  'template': _whole,
  'method': _text,
  'n_dev': _whole,
  'n_test': _whole,
  'dev': _map,
  'test': _map,
  'cut': _or_none(_whole),
  'cut_answers': _or_none(_whole),
  'unanswered': _or_none(_whole),
}
_PROMPT = {
  'template': _whole,
  'inputs': _text,
  'tokens': _whole,
  'separators': _texts,
  'options': _texts,
  'target': _text,
  'answer': _text,
}
_OPTIONAL = {
  'answers',
  'training',
  'problems',
  'prompt',
  'decoded',
  'cut',
  'cut_answers',
  'unanswered',
  'median',
  'quartiles',
  'begin',
  'digest',
}
_DIFFERENCE = {'difference': _number, 'interval': _or_none(_pair), 'p': _or_none(_number)}
_COMPARISON = {
  **_CONDITIONS,
  'of': _text,
  'against': _text,
  'datasets': _map,
  'mean': _or_none(_map),
  'problems': _or_none(_texts_by_name),
  'digest': _text,
}


def checked(path: str, found: Any, model_dir: str) -> dict:
  """The content of a results file, as schema 3.

  Raises:
    UserError: it is of no schema that can be read, or was changed by hand.
  """
  schema = found.get('schema') if isinstance(found, dict) else None
  if schema is not None:
    storage.check_version(path, 'schema', schema, SCHEMA)
  if schema not in (2, SCHEMA):
    raise UserError(f'{path} is of schema {schema!r}, and this version reads 2 and {SCHEMA}: {_AGAIN}')
  if schema != SCHEMA and not _fault(found, lacks_conditions=True):
    found = _of_schema_2(found, model_dir)
  fault = _fault(found)
  if fault:
    raise UserError(f'{path} is not what evaluation wrote ({fault}): {_AGAIN}')
  return found


def signed(one: Mapping) -> dict:
  """An evaluation or a comparison with the digest of all else in it."""
  told = json.loads(json.dumps({**one, 'digest': None}))  # keys and pairs as a file has them
  text = json.dumps(told, sort_keys=True)
  return {**one, 'digest': hashlib.sha256(text.encode()).hexdigest()[:16]}


def is_as_written(one: Mapping) -> bool:
  """Whether its digest is that of its content; what has none is of an earlier version."""
  return 'digest' not in one or signed(one) == one


def _fault(found: Mapping, lacks_conditions: bool = False) -> str:
  """What cannot be as it is: "evaluations[0] has no 'step'"; '' where all is well."""
  skipped = {*_CONDITIONS} if lacks_conditions else set()
  for name in ('evaluations', 'comparisons'):
    if not isinstance(found.get(name), list):
      return f'{name} is no list'
  if not found['evaluations']:
    return 'it has no evaluations'
  return _first(
    [
      *(
        _fault_of_evaluation(one, f'evaluations[{number}]', skipped) for number, one in enumerate(found['evaluations'])
      ),
      *(
        _fault_of_comparison(one, f'comparisons[{number}]', skipped) for number, one in enumerate(found['comparisons'])
      ),
    ]
  )


def _first(faults: Iterable[str]) -> str:
  return next(filter(None, faults), '')


def _fault_of_evaluation(one: Any, where: str, skipped: Collection[str]) -> str:
  return _lacks(one, _EVALUATION, where, skipped) or _first(
    _fault_of_entry(entry, f'{where}.datasets[{name!r}]') for name, entry in one['datasets'].items()
  )


def _fault_of_comparison(one: Any, where: str, skipped: Collection[str]) -> str:
  return _lacks(one, _COMPARISON, where, skipped) or _first(
    _lacks(each, _DIFFERENCE, f'{where}: {name}')
    for name, each in (*one['datasets'].items(), ('mean', one['mean']))
    if each is not None
  )


def _fault_of_entry(entry: Any, where: str) -> str:
  return _lacks(entry, _ENTRY, where) or _first(
    [
      _fault_of_templates(entry, where),
      entry.get('prompt') and _lacks(entry['prompt'], _PROMPT, f'{where}.prompt'),
      entry.get('decoded')
      and (
        _lacks(entry['decoded'], _SCORES, f'{where}.decoded')
        or _fault_of_templates(entry['decoded'], f'{where}.decoded')
      ),
    ]
  )


def _fault_of_templates(scores: Mapping, where: str) -> str:
  return _first(
    _fault_of_template(one, f'{where}.templates[{number}]') for number, one in enumerate(scores['templates'])
  )


def _fault_of_template(one: Any, where: str) -> str:
  return _lacks(one, _TEMPLATE, where) or _first(
    '' if _or_none(_number)(value) else f'{where}.{split}[{metric!r}] is {value!r}'
    for split in ('dev', 'test')
    for metric, value in one[split].items()
  )


def _lacks(found: Any, wanted: Mapping, where: str, skipped: Collection[str] = ()) -> str:
  """Which key is missing, or has no such value; '' where all is well."""
  if not isinstance(found, dict):
    return f'{where} is {str(found)[:40]!r}'
  for name, holds in wanted.items():
    if name in skipped or (name in _OPTIONAL and name not in found):
      continue
    if name not in found:
      return f'{where} has no {name!r}'
    if not holds(found[name]):
      return f'{where}: {name!r} is {str(found[name])[:40]!r}'
  return ''


def _of_schema_2(found: Mapping, model_dir: str) -> dict:
  """Schema 2 had one set of evaluations; the names of its rows tell how it asked."""
  shared = {'data': found.get('data'), 'cluster': found.get('cluster')}
  imported = 'imported' in _run(model_dir)
  evaluations = []
  for one in found['evaluations']:
    rows = one['datasets']
    held_in = [name.partition('.')[0] for name, entry in rows.items() if entry['held_in']]
    asked = groups.conditions(
      **{
        **shared,
        'held_in': set(held_in),
        'ranking': one.get('ranking', 'sum'),
        'limit': one.get('limit'),
        **_manner(rows),
      }
    )
    never_tuned = imported and one['name'] == 'tuned'
    evaluations.append(
      {
        **one,
        **asked,
        'answers': one['name'],
        'name': 'untuned' if never_tuned else one['name'],
        'training': groups.UNKNOWN if imported else groups.KNOWN,
      }
    )
  by_name = {one['name']: groups.of(one) for one in evaluations}
  comparisons = [{**one, **by_name[one['of']]} for one in found['comparisons'] if one['of'] in by_name]
  return {'schema': SCHEMA, 'evaluations': evaluations, 'comparisons': comparisons}


def _manner(rows: Mapping) -> dict:
  """{'rte.name.2shot.seed1': ...} -> style 'name', 2 shots, seed 1."""
  parts = {part for name in rows for part in name.split('.')[1:]}
  found: dict = {}
  for part in parts:
    if part in _STYLES:
      found['style'] = part
    for name, pattern in (('shots', r'(\d+)shot'), ('shot_seed', r'seed(\d+)')):
      match = re.fullmatch(pattern, part)
      if match:
        found[name] = int(match[1])
  return found


def _run(model_dir: str) -> Mapping:
  try:
    with open(os.path.join(model_dir, 'run.json'), encoding='utf-8') as file:
      run = json.load(file)
  except (OSError, ValueError):
    return {}
  return run if isinstance(run, dict) else {}
