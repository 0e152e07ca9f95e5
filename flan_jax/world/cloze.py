# SPDX-License-Identifier: Apache-2.0
"""News from the towns of the world, and sentences about it with a name left out.

told = gap(world)   told.query    '"I could not have held on," says @placeholder.'
                    told.answers  ('Omar Khan', 'Khan')
"""

import re
from typing import NamedTuple

from flan_jax.world import lexicon, tables
from flan_jax.world.text import a

PLACEHOLDER = '@placeholder'
_NAMES = 'p q r s t u c river'.split()


class Gap(NamedTuple):
  """`answers`: the entities, as spelt in the text, that fill the gap of the query."""

  text: str
  points: tuple
  query: str
  entities: tuple
  answers: tuple


class Story(NamedTuple):
  """`body`: the wordings of each sentence; `queries`: (sentence, role left out)."""

  body: list
  points: list
  queries: list


def _story(rows):
  rows = [(mark, cell.split(' / ')) for mark, cell in rows]
  return Story(
    [cells for mark, cells in rows if mark == 'text'],
    *(cells for mark, cells in rows if mark == 'points'),
    [(query, mark) for mark, cells in rows if mark in _NAMES for query in cells],
  )


STORIES = tuple(map(_story, tables.read('cloze').values()))


def gap(world):
  """A `Gap`, drawn from the world's stream."""
  story, cast = world.choice(STORIES), _cast(world)
  text = ' '.join(('{t}, {c}:', *map(world.choice, story.body))).format_map(cast)
  points = tuple(point.format_map(cast) for point in story.points)
  query, role = world.choice(story.queries)
  entities = _entities('\n'.join((text, *points)), cast)
  answers = [name for name in (cast[role], cast.get(role.upper())) if name in entities]
  query, shuffled = query.replace('~', PLACEHOLDER).format_map(cast), world.random.sample(entities, len(entities))
  return Gap(text, points, query, tuple(shuffled), tuple(answers))


def _cast(world):
  """Fields of the stories: p, q and r live in town t of country c, s in town u."""
  town, other = world.random.sample(world.towns, 2)
  near = world.random.sample([p for p in world.people if p.home is town], 3)
  people = [*near, world.choice([p for p in world.people if p.home is other])]
  if len({name for person in people for name in person.name.split()}) < 8:
    return _cast(world)
  names = {role: person.name for role, person in zip('pqrs', people)}
  names |= {role.upper(): name.split()[-1] for role, name in names.items()}
  names |= dict(t=town.name, c=town.country.name, u=other.name, river=town.river, pjob=a(people[0].job))
  return names | dict(day=world.choice(lexicon.DAYS), n=world.choice(range(12, 60)))


def _entities(text, cast):
  """The names that the text has; a surname if it stands alone somewhere."""
  names = [cast[role] for role in _NAMES if re.search(rf'\b{cast[role]}\b', text)]
  alone = re.sub('|'.join(cast[role] for role in 'pqrs'), '', text)
  return names + [cast[role] for role in 'PQRS' if re.search(rf'\b{cast[role]}\b', alone)]
