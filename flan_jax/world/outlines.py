# SPDX-License-Identifier: Apache-2.0
"""Outlines: texts with gaps and several wordings, each with what it amounts to.

    = {meeting} moved to {day} / {meeting} on {day} after all       heads: what it amounts to
    // We cannot meet on {other_day}. / {other_day} does not suit.  a line, in two wordings
    // ? Sorry about that.                    a line that every second text leaves out

The next `=` begins the next outline. Every wording of a line must go with every head. Where
a row of such a table ends means nothing. A theme is told of several things:

    [how to cook {grain}]
    grain ; minutes // millet ; 20 // bulgur ; 15                   and then its outlines
"""

from typing import NamedTuple

from flan_jax.world import lexicon, tables
from flan_jax.world.text import capitalized


class Line(NamedTuple):
  """A sentence or two in several wordings."""

  wordings: tuple[str, ...]
  optional: bool = False


class Outline(NamedTuple):
  """What a text amounts to, in several wordings, and its lines."""

  heads: tuple[str, ...]
  lines: tuple[Line, ...]


class Theme(NamedTuple):
  """Outlines whose gaps are filled alike: {'grain': 'millet', 'minutes': '20'}."""

  title: str
  gaps: list[dict[str, str]]
  outlines: tuple[Outline, ...]


class Figure(NamedTuple):
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


def themes(name):
  """Every table of tables/<name>.txt as a theme."""
  for title, lines in tables.read(name).items():
    things, _, told = joined(lines).partition(' = ')
    names, *rows = (row.split(' ; ') for row in things.split(' // '))
    yield Theme(title, [dict(zip(names, row)) for row in rows], outlines(f'= {told}'))


def joined(rows):
  """The text of a table of one column."""
  return ' '.join(text for (text,) in rows)


def lists(rows, comma=', '):
  """[('tool', 'axe, saw'), ('tool', 'file')] -> {'tool': ('axe', 'saw', 'file')}."""
  found = {}
  for name, values in rows:
    found[name] = found.get(name, ()) + tuple(values.split(comma))
  return found


def outlines(text):
  """'= a / b // c // ? d' -> one Outline with the heads a, b and the lines c and d."""
  parts = ([group.split(' / ') for group in part.split(' // ')] for part in f' {text}'.split(' = ')[1:])
  return tuple(
    Outline(
      tuple(heads),
      tuple(Line((first.removeprefix('? '), *others), first.startswith('? ')) for first, *others in groups),
    )
    for heads, *groups in parts
  )


def lines(world, outline, gaps):
  """A wording of each line, filled in: ['We cannot meet on Monday.']."""
  return [
    filled(world.choice(line.wordings), gaps)
    for line in outline.lines
    if not line.optional or world.random.random() < 0.5
  ]


def filled(text, gaps):
  """('{day} suits me.', {'day': 'next week'}) -> 'Next week suits me.'"""
  return capitalized(text.format_map(gaps))


def figures(world, count):
  """So many people with different first names, none of whom the world's facts are about."""
  known, found = {person.name for person in world.people}, []
  for first in world.random.sample(lexicon.WOMEN + lexicon.MEN, count):
    names = iter(lambda: f'{first} {world.choice(lexicon.SURNAMES)}', None)
    full = next(name for name in names if name not in known)
    pronouns = ('she', 'her', 'her') if first in lexicon.WOMEN else ('he', 'his', 'him')
    found.append(Figure(first, full, *pronouns))
  return found
