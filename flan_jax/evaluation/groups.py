# SPDX-License-Identifier: Apache-2.0
"""Evaluations that were asked alike: only these are compared, and share a table.

Each evaluation of results.json carries the conditions under which it was made. A group
is all evaluations of the same conditions: a mapping of the conditions, `evaluations`
and `comparisons`.
"""

import json
from typing import Any, Mapping, Sequence

# What an evaluation was asked, and how, with the values that go without saying.
CONDITIONS = {
  'data': None,
  'cluster': None,
  'held_in': [],
  'style': 'instructions',
  'shots': 0,
  'shot_seed': 0,
  'ranking': 'sum',
  'answer_by': 'rank',
  'limit': None,
  'held_in_test': False,
  'decode_tokens': None,
  'begin': None,
}
# Those that decide answers and do not stand in the names of the rows.
_OF_ANSWERS = ('ranking', 'answer_by', 'limit', 'held_in_test', 'decode_tokens', 'begin')

# What is known of the data that parameters were trained on.
KNOWN, BASE_UNKNOWN, UNKNOWN = TRAINING = 'known', 'base unknown', 'unknown'


def conditions(**given: Any) -> dict[str, Any]:
  """All conditions; what has no effect has its usual value."""
  made = {**CONDITIONS, **given}
  made['held_in'] = sorted(made['held_in'])
  made['shot_seed'] = made['shot_seed'] if made['shots'] else 0
  made['held_in_test'] = bool(made['held_in_test'] and made['held_in'])
  if made['begin'] is None:  # as before it could be asked for
    del made['begin']
  return made


def of(one: Mapping) -> dict[str, Any]:
  """The conditions of an evaluation, a comparison or a group."""
  return {name: one.get(name, usual) for name, usual in CONDITIONS.items()}


def key(one: Mapping, names: Sequence[str] = tuple(CONDITIONS)) -> str:
  """The same for two exactly if these conditions are."""
  found = of(one)
  return json.dumps([found[name] for name in names])


def split(results: Mapping) -> list[dict]:
  """The groups of results.json; the one that was evaluated last is the last."""
  found: dict[str, dict] = {}
  for part in ('evaluations', 'comparisons'):
    for one in results.get(part, ()):
      empty = {**of(one), 'evaluations': [], 'comparisons': []}
      found.setdefault(key(one), empty)[part].append(one)
  return [group for group in found.values() if group['evaluations']]


def folder(name: str, asked: Mapping) -> str:
  """The folder of the answers of an evaluation: 'tuned', 'tuned limit=20'.

  Conditions that decide neither the answers nor the names of the rows do not matter.
  """
  told = of(asked)
  return ' '.join([name, *(f'{one}={told[one]}' for one in _OF_ANSWERS if told[one] != CONDITIONS[one])])


def answers(one: Mapping) -> str:
  """The folder where the answers of an evaluation are kept."""
  return one.get('answers') or one['name']


def training(group: Mapping) -> str:
  """What is known of the training of the models of a group: of all, or the least."""
  told = {one.get('training') or KNOWN for one in group['evaluations']}
  return KNOWN if told == {KNOWN} else UNKNOWN if told == {UNKNOWN} else BASE_UNKNOWN


def perhaps_seen(group: Mapping) -> bool:
  """Whether no model of the group is known not to have seen the datasets."""
  return training(group) == UNKNOWN


def label(group: Mapping, among: Sequence[Mapping]) -> str:
  """What tells a group from the others: 'nli', "nli, style 'name', 2 shots"."""
  told = of(group)
  differing = [name for name in CONDITIONS if len({key(one, [name]) for one in among}) > 1]
  words = [_word(name, told[name]) for name in differing if name != 'cluster']
  return ', '.join([_word('cluster', told['cluster']), *filter(None, words)])


def _word(name: str, value: Any) -> str:
  """A condition in words."""
  if name == 'cluster':
    return value or 'held-in sets'
  if name == 'held_in':
    return f'held in: {", ".join(value)}' if value else 'nothing held in'
  return {
    'data': f'{value} data',
    'style': f'style {value!r}',
    'shots': f'{value} shots' if value else 'zero-shot',
    'shot_seed': f'seed {value} of the exemplars',
    'ranking': f'ranking {value!r}',
    'answer_by': f'answered by {value!r}',
    'limit': f'limit {value}' if value else 'no limit',
    'held_in_test': 'held-in test sets' if value else '',
    'decode_tokens': f'answers of {value} tokens' if value else '',
    'begin': f'BEGIN = {value}' if value is not None else '',
  }[name]


def manner(group: Mapping) -> str:
  """How a group was asked: 'zero-shot', "5 shots, seed 1 of the exemplars"."""
  told = of(group)
  named = [
    name
    for name in ('style', 'shot_seed', 'ranking', 'answer_by', 'decode_tokens', 'begin')
    if told[name] != CONDITIONS[name]
  ]
  return ', '.join(_word(name, told[name]) for name in ['shots', *named])
