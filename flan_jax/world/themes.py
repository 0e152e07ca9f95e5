"""Outlines and lists of words from `tables`, and themes that are told of several things.

    [how to cook {grain}]                      a theme, the things that it is told of ...
    grain ; minutes // millet ; 20 // bulgur ; 15
    = Rinse the {grain}. // Hold it under cold water. / Put it under the tap.
    = Cook it.                                 ... and its outlines; see `outlines`

Where a row of such a table ends means nothing.
"""

import dataclasses

from flan_jax.world import outlines, tables


@dataclasses.dataclass(frozen=True)
class Theme:
  """Outlines whose gaps `names` are filled by one of `rows`."""

  title: str
  names: tuple[str, ...]
  rows: tuple[tuple[str, ...], ...]
  outlines: tuple[outlines.Outline, ...]

  def gaps(self, world):
    """{'grain': 'millet', 'minutes': '20'}"""
    return dict(zip(self.names, world.choice(self.rows)))


def themes(name):
  """Every table of tables/<name>.txt as a theme."""
  return tuple(_theme(title, joined(rows)) for title, rows in tables.read(name).items())


def _theme(title, text):
  things, _, told = text.partition(' = ')
  names, *rows = (tuple(row.split(' ; ')) for row in things.split(' // '))
  return Theme(title, names, tuple(rows), outlines_of(f'= {told}'))


def joined(rows):
  """The text of a table of one column."""
  return ' '.join(text for text, in rows)


def outlines_of(text):
  """'= a // b / c' -> an outline with the head a and a line that is b or c."""
  for mark, begin in (' = ', '\n= '), (' // ', '\n'), (' / ', '\n| '):
    text = text.replace(mark, begin)
  return outlines.outlines(text)


def lists(rows, comma=', '):
  """[('tool', 'axe, saw'), ('tool', 'file')] -> {'tool': ('axe', 'saw', 'file')}."""
  found = {}
  for name, values in rows:
    found[name] = found.get(name, ()) + tuple(values.split(comma))
  return found
