"""Outlines: texts with gaps and several wordings, each with what it amounts to.

    = {meeting} moved to {day}          the head: what the text amounts to
    | {meeting} on {day} after all      the head in other words
    We cannot meet on {other_day}.      a line of the text
    | {other_day} does not work out.    the same line in other words
    ? Sorry about that.                 a line that every second text leaves out

The next `=` begins the next outline. Every wording of a line must go with every head.
"""

import dataclasses
import re

from flan_jax.world import lexicon
from flan_jax.world.text import capitalized

_KEPT = 0.5  # of the optional lines


@dataclasses.dataclass(frozen=True)
class Line:
  """A sentence or two in several wordings."""

  wordings: tuple[str, ...]
  optional: bool = False


@dataclasses.dataclass(frozen=True)
class Outline:
  """What a text amounts to, in several wordings, and its lines."""

  heads: tuple[str, ...]
  lines: tuple[Line, ...]


@dataclasses.dataclass(frozen=True)
class Figure:
  """A person in a text: `{A}` gives the first name, `{A.she}` the pronoun."""

  first: str
  full: str
  she: str
  her: str  # 'her keys', 'his keys'
  him: str  # 'for her', 'for him'

  @property
  def She(self):
    return capitalized(self.she)

  def __str__(self):
    return self.first


def outlines(block):
  """'= a\\n| b\\nc\\n? d' -> one Outline with the heads a, b and the lines c and d."""
  return tuple(_outline(part) for part in re.split(r'^= ', block, flags=re.M)[1:])


def _outline(part):
  heads, *groups = (tuple(group.strip().split('\n| '))
                    for group in re.split(r'\n+(?!\| )', part.strip()))
  return Outline(heads, tuple(
      Line((first.removeprefix('? '), *others), first.startswith('? '))
      for first, *others in groups))


def head(world, outline, gaps):
  """One of the heads, filled in."""
  return filled(world.choice(outline.heads), gaps)


def lines(world, outline, gaps):
  """A wording of each line, filled in: ['We cannot meet on Monday.']."""
  return [filled(world.choice(line.wordings), gaps) for line in outline.lines
          if not line.optional or world.random.random() < _KEPT]


def filled(text, gaps):
  """('{day} suits me.', {'day': 'next week'}) -> 'Next week suits me.'"""
  return capitalized(text.format_map(gaps))


def figures(world, count):
  """So many people with different first names, none of whom the world's facts are about."""
  known = {person.name for person in world.people}
  return [_figure(world, first, known)
          for first in world.random.sample(lexicon.WOMEN + lexicon.MEN, count)]


def _figure(world, first, known):
  names = iter(lambda: f'{first} {world.choice(lexicon.SURNAMES)}', None)
  full = next(name for name in names if name not in known)
  pronouns = ('she', 'her', 'her') if first in lexicon.WOMEN else ('he', 'his', 'him')
  return Figure(first, full, *pronouns)
