# SPDX-License-Identifier: Apache-2.0
"""Truncation of prompts that are too long: the passage loses words from its beginning.

Training and evaluation share this rule: the question and the options come after the
passage and stay complete.
"""

import re
from typing import Callable, Sequence

EncodeBatch = Callable[[list[str]], list[list[int]]]
_GUESSES = 4  # rounds that interpolate; the rounds after them bisect


def fitted(
  ids: Sequence[list[int]], texts: Sequence[str], passages: Sequence[str], room: int, encode_batch: EncodeBatch
) -> tuple[list[list[int]], list[bool]]:
  """Returns (the ids of each text, at most `room`; whether the text was shortened).

  ids: those of the full texts.
  """
  long = [number for number, one in enumerate(ids) if len(one) > room]
  if not long:
    return list(ids), [False] * len(ids)
  shorter = shortened([texts[number] for number in long], [passages[number] for number in long], room, encode_batch)
  found = dict(zip(long, shorter))
  return ([found.get(number, one) for number, one in enumerate(ids)], [number in found for number in range(len(ids))])


def shortened(texts: Sequence[str], passages: Sequence[str], room: int, encode_batch: EncodeBatch) -> list[list[int]]:
  """Returns the ids of each text, at most `room`, with as much of its passage as fits.

  The text around the passage stays complete. Without a passage, or if the text is too
  long even without the passage's words, the text loses its first tokens.
  Example, a token a letter: shortened(['Read: ab cd ef. Why?'], ['ab cd ef.'], 17, ...)
  gives the ids of 'Read: cd ef. Why?'.
  """
  parts = [_around(text, passage) for text, passage in zip(texts, passages)]
  lengths = lambda counts: list(map(len, encode_batch([_without(*part, count) for part, count in zip(parts, counts)])))
  fewest = [0] * len(texts)  # number of words to drop: too few
  most = [len(words) for _, words, _ in parts]  # enough, or all words
  longest, shortest = lengths(fewest), lengths(most)
  turn = 0
  while any(low + 1 < high for low, high in zip(fewest, most)):
    middle = [_between(*bounds, room if turn < _GUESSES else None) for bounds in zip(fewest, most, longest, shortest)]
    for number, length in enumerate(lengths(middle)):
      if fewest[number] + 1 < most[number]:
        too_long = length > room
        (fewest if too_long else most)[number] = middle[number]
        (longest if too_long else shortest)[number] = length
    turn += 1
  found = encode_batch([_without(*part, count) for part, count in zip(parts, most)])
  return [ids[max(len(ids) - room, 0) :] for ids in found]


def _between(low: int, high: int, longest: int, shortest: int, room: int | None) -> int:
  """Returns the count to try next: where a line through both ends meets `room`, or the middle."""
  middle = (low + high) // 2
  if room is not None and longest > shortest:
    share = (longest - room) / (longest - shortest)
    middle = low + int(min(max(share, 0), 1) * (high - low)) + 1
  return max(low, min(middle, high - 1))


def _around(text: str, passage: str) -> tuple[str, list[str], str]:
  """Returns the text before the passage, its words with trailing space, and the rest.

  If it occurs several times, the last one: exemplars come before the prompt.
  """
  start = text.rfind(passage) if passage else -1
  if start < 0:
    return text, [], ''
  words = re.findall(r'\S+\s*|\s+', passage)
  return text[:start], words, text[start + len(passage) :]


def _without(before: str, words: list[str], after: str, count: int) -> str:
  return before + ''.join(words[count:]) + after
