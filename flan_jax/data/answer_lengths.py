# SPDX-License-Identifier: Apache-2.0
"""Effects of the token limit of answers on options and references.

Ranked options are cut at TARGETS_LENGTH; a decoded answer ends there as well, or at
DECODE_TOKENS. A cut text is no longer the one asked for, so cuts are counted.
"""

from typing import Sequence, TYPE_CHECKING

from flan_jax.data.tokens import tokenizing
from flan_jax.data.vocabulary import FLAN

if TYPE_CHECKING:
  from flan_jax.data.encoding import Encoding


class Options:
  """Answer options as token ids; each text is tokenized once.

  Most datasets have the same options in every example. encoding: an Encoding.
  """

  def __init__(self, encoding):
    self._encoding = encoding
    self._end = tokenizing.separator_ids(FLAN, encoding.separators[1])
    self._room = max(encoding.targets_length - len(self._end), 0)
    self._lead = encoding.answers([''])[0]
    self._whole: dict[str, list[int]] = {}

  def ids(self, options: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each option, cut if necessary, with the separator."""
    return [[*ids[: self._room], *self._end] for ids in self._of(options)]

  def cut(self, options: Sequence[str]) -> bool:
    """Whether an option is too long."""
    return self.longer(options, self._room)

  def longer(self, options: Sequence[str], tokens: int) -> bool:
    """Whether an option has more than so many tokens."""
    return any(len(ids) > tokens for ids in self._of(options))

  def lost(self, options: Sequence[str]) -> bool:
    """Whether nothing remains of an option except the prefix of every answer."""
    left = [ids[: self._room] for ids in self._of(options)]
    return any(ids == self._lead[: len(ids)] for ids in left)

  def equal(self, options: Sequence[str]) -> bool:
    """Whether different options have the same ids."""
    return len(set(map(tuple, self.ids(options)))) < len(set(options))

  def _of(self, options: Sequence[str]) -> list[list[int]]:
    new = [text for text in dict.fromkeys(options) if text not in self._whole]
    self._whole.update(zip(new, self._encoding.answers(new) if new else ()))
    return [self._whole[text] for text in options]


def too_long(references: Sequence[Sequence[str]], encoding: 'Encoding', tokens: int) -> list[bool]:
  """Whether every reference of each example has more than so many tokens."""

  def longer(texts):
    return [len(ids) > tokens for ids in encoding.answers(texts)]

  # The shortest text nearly always has the fewest tokens.
  shortest = longer([min(texts, key=len) for texts in references]) if references else []
  return [long and all(longer(texts)) for long, texts in zip(shortest, references)]
