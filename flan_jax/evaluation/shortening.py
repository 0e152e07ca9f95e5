"""Prompts that are too long: their passage loses its beginning, word by word."""

import re
from typing import Callable, Sequence

EncodeBatch = Callable[[list[str]], list[list[int]]]


def shortened(
    texts: Sequence[str], passages: Sequence[str], room: int, encode_batch: EncodeBatch
) -> list[list[int]]:
  """The ids of each text, at most `room`, with as much of its passage as fits.

  What stands around the passage stays whole. Without a passage, or if even without its
  words the text is too long, the text loses its first tokens.

  Example, a token a letter: shortened(['Read: ab cd ef. Why?'], ['ab cd ef.'], 17, ...)
  gives the ids of 'Read: cd ef. Why?'.
  """
  parts = [_around(text, passage) for text, passage in zip(texts, passages)]
  fewest = [0] * len(texts)  # words to drop: too few
  most = [len(words) for _, words, _ in parts]  # enough, or all there are
  while any(low + 1 < high for low, high in zip(fewest, most)):
    middle = [(low + high) // 2 for low, high in zip(fewest, most)]
    tried = encode_batch([_without(*part, n) for part, n in zip(parts, middle)])
    lengths = map(len, tried)
    for number, length in enumerate(lengths):
      if fewest[number] + 1 < most[number]:
        side = fewest if length > room else most
        side[number] = middle[number]
  found = encode_batch([_without(*part, count) for part, count in zip(parts, most)])
  return [ids[max(len(ids) - room, 0):] for ids in found]


def _around(text: str, passage: str) -> tuple[str, list[str], str]:
  """What stands before the passage, its words with the space behind them, and the rest.

  Of several places the last one: exemplars stand before the prompt.
  """
  start = text.rfind(passage) if passage else -1
  if start < 0:
    return text, [], ''
  words = re.findall(r'\S+\s*|\s+', passage)
  return text[:start], words, text[start + len(passage):]


def _without(before: str, words: list[str], after: str, count: int) -> str:
  return before + ''.join(words[count:]) + after
