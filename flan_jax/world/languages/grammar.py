"""Sentences in any language: patterns, and words with every form they are used in.

Nothing is inflected by rule: a form that a pattern asks for stands in a table. A gap in
a pattern is written in one of these ways, shown with German:

    {thing}           the word drawn for the slot `thing`, its form `base`: 'Hut'
    {thing.plural}    its form `plural`: 'Hüte'
    {colour:thing}    the form named by the class of `thing`, here `m`: 'roter'
    {colour.acc:thing}  the form `acc_m`: 'roten'
    {the.acc:thing}   likewise of a word that no slot holds but that agrees: 'den'

`thing2` is a second slot of the kind `thing`. In patterns such as `asked`, `{quote}` is
another whole sentence, `{bare}` that sentence without its full stop.
"""

import dataclasses
import functools
import string
from typing import Mapping

from flan_jax.world import lexicon

AGREEING = 'agreeing'  # the kind of words that no slot holds

Forms = Mapping[str, str]
Words = Mapping[str, Mapping[str, Forms]]


def forms(text):
  """A table with a header -> {word: {form: text}}.

  forms('thing | class | base' and, below it, 'hat | m | Hut')
  -> {'hat': {'class': 'm', 'base': 'Hut'}}
  """
  header, *rows = lexicon.table(text)
  return {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}


def lists(text, like: Words | None = None) -> dict[str, dict[str, Forms]]:
  """Kinds of words that have one form: 'hour: um zwei Uhr, um drei Uhr', a kind a line.

  like: the words of the language whose order they follow; without it, each word is its
    own name.
  """
  found = {}
  for line in filter(None, text.splitlines()):
    kind, _, listed = line.partition(': ')
    texts = lexicon.words(listed)
    names = like[kind] if like else texts
    found[kind] = {
        name: {'base': one} for name, one in zip(names, texts, strict=True)}
  return found


def patterns(text):
  """'closed: The {place} is closed {habit}.', a pattern a line -> {name: pattern}."""
  return dict(line.split(': ', 1) for line in text.splitlines() if line)


def names(written=None):
  """The first names of the world as words: {'Ada': {'base': 'Ada', 'class': 'f'}}.

  written: {name: how the language writes it}, where that differs.
  """
  written = written or {}
  return {name: {'base': written.get(name, name), 'class': gender}
          for gender, group in (('f', lexicon.WOMEN), ('m', lexicon.MEN))
          for name in group}


def kind(slot):
  """'thing2' -> 'thing'."""
  return slot.rstrip('23')


@functools.cache
def gaps(pattern):
  """'{the:thing} {thing}.' -> (('', 'the', '', 'thing'), (' ', 'thing', '', ''), ...).

  Each is the text before the gap, its word, its form, the slot that it agrees with.
  """
  found = []
  for literal, head, other, _ in string.Formatter().parse(pattern):
    word, _, form = (head or '').partition('.')
    found.append((literal, word, form, other or ''))
  return tuple(found)


def slots(pattern):
  """The slots and agreeing words of a pattern, without `quote` and `bare`."""
  found = [one for _, word, _, other in gaps(pattern) for one in (word, other)]
  return [one for one in dict.fromkeys(found) if one not in ('', 'quote', 'bare')]


@dataclasses.dataclass(frozen=True)
class Language:
  """A language: its English name, its words by kind, its patterns by name.

  capitals: first letters whose capital is not the one that Python knows.
  """

  name: str
  words: Mapping[str, Words]
  patterns: Mapping[str, str]
  capitals: Mapping[str, str] = dataclasses.field(default_factory=dict)

  def text(self, plan, chosen):
    """The sentences of a plan with the chosen words.

    plan: names of patterns; 'asked>price' has the sentence `price` in quotation marks.
    chosen: {slot: word}, the words by their English names.
    """
    return ' '.join(self._step(step, chosen) for step in plan)

  def _step(self, step, chosen):
    outer, _, inner = step.rpartition('>')
    sentence = self.sentence(inner, chosen)
    return self.sentence(outer, chosen, sentence) if outer else sentence

  def sentence(self, name, chosen, quote=''):
    """One sentence: the pattern of that name, filled."""
    parts = []
    for literal, word, form, other in gaps(self.patterns[name]):
      parts.append(literal)
      if word in ('quote', 'bare'):
        parts.append(quote if word == 'quote' else quote.removesuffix('.'))
      elif word:
        parts.append(self._form(word, form, other, chosen))
    return self._capitalized(''.join(parts))

  def _form(self, word, form, other, chosen):
    wanted = [form] if form else []
    if other:
      wanted.append(self._word(other, chosen)['class'])
    return self._word(word, chosen)['_'.join(wanted) or 'base']

  def _word(self, slot, chosen):
    if slot in chosen:
      return self.words[kind(slot)][chosen[slot]]
    return self.words[AGREEING][slot]

  def _capitalized(self, sentence):
    first = sentence[:1]
    return self.capitals.get(first, first.upper()) + sentence[1:]
