# SPDX-License-Identifier: Apache-2.0
"""Fits prompts to length: adds beginning and end, cuts or splits targets, counts it all."""

import collections
import dataclasses
from typing import TYPE_CHECKING

from flan_jax.data.tokenizers.ends import with_beginning
from flan_jax.data.tokens import tokenizing
from flan_jax.errors import UserError

if TYPE_CHECKING:
  import seqio

  from flan_jax.data.tokens import store

EMPTY = 'their targets are empty'


@dataclasses.dataclass
class Tally:
  """Counts of a task's prompts.

  refused: prompts that are not stored, by reason. first: inputs of the first one with
  empty targets. shortened, targets_cut: prompts whose inputs or targets were too long.
  """

  refused: collections.Counter = dataclasses.field(default_factory=collections.Counter)
  first: list[int] = dataclasses.field(default_factory=list)
  shortened: int = 0
  targets_cut: int = 0

  def refuse(self, inputs: list[int]) -> None:
    """Counts a prompt without targets."""
    self.first = self.first if self.refused[EMPTY] else inputs
    self.refused[EMPTY] += 1

  def counts(self) -> dict[str, int]:
    """Returns the counts for the manifest of a store."""
    return {'refused': self.refused.total(), 'shortened': self.shortened, 'targets_cut': self.targets_cut}

  def reasons(self, vocabulary: 'seqio.Vocabulary') -> str:
    """'3 not valid UTF-8; 2 their targets are empty, the first begins ...'"""
    parts = [f'{count:,} {reason}' for reason, count in self.refused.items()]
    if self.refused[EMPTY]:
      parts.append(f'the first of these begins {vocabulary.decode(self.first[:40])!r}')
    return '; '.join(parts)


@dataclasses.dataclass(frozen=True)
class Cutter:
  """Rooms are in tokens, without the separators. splits: long targets continue in further prompts.

  beginning: before the inputs; replaces the inputs' separator in prompts without inputs.
  """

  inputs_end: list[int]
  targets_end: list[int]
  inputs_room: int
  targets_room: int
  splits: bool
  beginning: tuple[int, ...] = ()

  @classmethod
  def of(
    cls, name: str, vocabulary: 'seqio.Vocabulary', settings: 'store.Settings', has_inputs: bool = True
  ) -> 'Cutter':
    """Returns a task's Cutter for store.Settings; raises UserError if there is no room for text."""
    inputs_end, targets_end = (tokenizing.separator_ids(vocabulary, text) for text in settings.separators)
    begins = len(settings.beginning)
    if begins and not has_inputs:
      inputs_end = []
    inputs_room = settings.inputs_length - len(inputs_end) - begins
    targets_room = settings.targets_length - len(targets_end)
    if inputs_room < 0 or targets_room < 1:
      beginning = f' and a beginning of {begins}' if begins else ''
      raise UserError(
        f'Task {name}: inputs of {settings.inputs_length} and targets of'
        f' {settings.targets_length} tokens leave no room for text beside separators of'
        f' {len(inputs_end)} and {len(targets_end)}{beginning}. Raise INPUTS_LENGTH or'
        ' TARGETS_LENGTH.'
      )
    return cls(
      inputs_end, targets_end, inputs_room, targets_room, settings.overflow == 'split', tuple(settings.beginning)
    )

  def prompts(
    self, inputs: list[int], targets: list[int], is_shortened: bool, tally: Tally
  ) -> list[tuple[list[int], list[int]]]:
    """Returns the prompts to store: one, several if targets are split, none without targets."""
    if not targets:
      tally.refuse(inputs)
      return []
    room = self.targets_room
    tally.shortened += is_shortened
    inputs = with_beginning(self.beginning, inputs)
    if len(targets) <= room:
      return [(inputs + self.inputs_end, targets + self.targets_end)]
    if not self.splits:
      tally.targets_cut += 1
      return [(inputs + self.inputs_end, targets[:room] + self.targets_end)]
    pieces = [targets[i : i + room] for i in range(0, len(targets), room)]
    pieces[-1] = pieces[-1] + self.targets_end
    head = with_beginning(self.beginning, self.inputs_end)
    heads = [inputs + self.inputs_end] + [head] * (len(pieces) - 1)
    return list(zip(heads, pieces))
