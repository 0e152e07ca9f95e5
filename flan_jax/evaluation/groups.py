# SPDX-License-Identifier: Apache-2.0
"""Evaluations that were asked alike: only these are compared, and share a table."""

import dataclasses
import hashlib
from typing import Sequence

from flan_jax.evaluation.scores import Comparison, Conditions, Evaluation, Results, Training

# Conditions that decide answers and do not stand in the names of the rows.
_OF_ANSWERS = ('ranking', 'answer_by', 'limit', 'held_in_test', 'decode_tokens', 'begin', 'separators')
_OF_MANNER = ('style', 'shot_seed', 'ranking', 'answer_by', 'decode_tokens', 'begin', 'separators')

# What is known of the data that parameters were trained on.
KNOWN: Training = 'known'
BASE_UNKNOWN: Training = 'base unknown'
UNKNOWN: Training = 'unknown'


@dataclasses.dataclass(frozen=True)
class Group:
  """All evaluations of the same conditions, and their comparisons."""

  conditions: Conditions
  evaluations: Sequence[Evaluation]
  comparisons: Sequence[Comparison] = ()

  @property
  def training(self) -> Training:
    """What is known of the training of the models: of all, or the least."""
    known = {evaluation.training or KNOWN for evaluation in self.evaluations}
    return KNOWN if known == {KNOWN} else UNKNOWN if known == {UNKNOWN} else BASE_UNKNOWN

  @property
  def perhaps_seen(self) -> bool:
    """Whether no model of the group is known not to have seen the datasets."""
    return self.training == UNKNOWN


HasConditions = Group | Evaluation | Comparison


def split(results: Results) -> list[Group]:
  """The groups of the results; the one that was evaluated last is the last."""
  return [
    Group(
      conditions,
      [each for each in results.evaluations if each.conditions == conditions],
      [each for each in results.comparisons if each.conditions == conditions],
    )
    for conditions in dict.fromkeys(evaluation.conditions for evaluation in results.evaluations)
  ]


def folder(name: str, conditions: Conditions) -> str:
  """The folder of the answers of an evaluation: 'tuned', 'tuned limit=20'.

  Conditions that decide neither the answers nor the names of the rows do not matter.
  """
  return ' '.join(
    [name, *(f'{condition}={_in_name(conditions, condition)}' for condition in _unusual(conditions, _OF_ANSWERS))]
  )


def _in_name(conditions: Conditions, condition: str) -> str:
  """The value of a condition in the name of a folder; two texts may be long, or hold a '/'."""
  value = getattr(conditions, condition)
  return hashlib.sha256(repr(value).encode()).hexdigest()[:8] if isinstance(value, tuple) else f'{value}'


def _unusual(conditions: Conditions, names: Sequence[str]) -> list[str]:
  return [name for name in names if getattr(conditions, name) != getattr(Conditions, name)]


def label(group: HasConditions, among: Sequence[HasConditions]) -> str:
  """What tells a group from the others: 'nli', "nli, style 'name', 2 shots"."""
  every = [dataclasses.asdict(other.conditions) for other in among]
  differing = [name for name in every[0] if len({other[name] for other in every}) > 1]
  words = [_word(name, group.conditions) for name in differing if name != 'cluster']
  return ', '.join([_word('cluster', group.conditions), *filter(None, words)])


def _word(name: str, conditions: Conditions) -> str:
  """A condition in words."""
  value = getattr(conditions, name)
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
    'separators': f'SEPARATORS = {value!r}' if value is not None else '',
  }[name]


def manner(conditions: Conditions) -> str:
  """How a group was asked: 'zero-shot', "5 shots, seed 1 of the exemplars"."""
  return ', '.join(_word(name, conditions) for name in ['shots', *_unusual(conditions, _OF_MANNER)])
