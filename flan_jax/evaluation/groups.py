# SPDX-License-Identifier: Apache-2.0
"""Evaluations that were asked alike: only these are compared, and share a table."""

import dataclasses
from typing import Sequence

from flan_jax.evaluation.scores import Comparison, Conditions, Evaluation, Results, Training

# Conditions that decide answers and do not stand in the names of the rows.
_OF_ANSWERS = ('ranking', 'answer_by', 'limit', 'held_in_test', 'decode_tokens', 'begin')
_OF_MANNER = ('style', 'shot_seed', 'ranking', 'answer_by', 'decode_tokens', 'begin')

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
    known = {one.training or KNOWN for one in self.evaluations}
    return KNOWN if known == {KNOWN} else UNKNOWN if known == {UNKNOWN} else BASE_UNKNOWN

  @property
  def perhaps_seen(self) -> bool:
    """Whether no model of the group is known not to have seen the datasets."""
    return self.training == UNKNOWN


Asked = Group | Evaluation | Comparison


def split(results: Results) -> list[Group]:
  """The groups of the results; the one that was evaluated last is the last."""
  return [
    Group(
      asked,
      [one for one in results.evaluations if one.conditions == asked],
      [one for one in results.comparisons if one.conditions == asked],
    )
    for asked in dict.fromkeys(one.conditions for one in results.evaluations)
  ]


def folder(name: str, asked: Conditions) -> str:
  """The folder of the answers of an evaluation: 'tuned', 'tuned limit=20'.

  Conditions that decide neither the answers nor the names of the rows do not matter.
  """
  return ' '.join([name, *(f'{one}={getattr(asked, one)}' for one in _unusual(asked, _OF_ANSWERS))])


def _unusual(asked: Conditions, names: Sequence[str]) -> list[str]:
  return [name for name in names if getattr(asked, name) != getattr(Conditions, name)]


def label(one: Asked, among: Sequence[Asked]) -> str:
  """What tells a group from the others: 'nli', "nli, style 'name', 2 shots"."""
  every = [dataclasses.asdict(other.conditions) for other in among]
  differing = [name for name in every[0] if len({other[name] for other in every}) > 1]
  words = [_word(name, one.conditions) for name in differing if name != 'cluster']
  return ', '.join([_word('cluster', one.conditions), *filter(None, words)])


def _word(name: str, asked: Conditions) -> str:
  """A condition in words."""
  value = getattr(asked, name)
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


def manner(asked: Conditions) -> str:
  """How a group was asked: 'zero-shot', "5 shots, seed 1 of the exemplars"."""
  return ', '.join(_word(name, asked) for name in ['shots', *_unusual(asked, _OF_MANNER)])
