"""Places to eat, by their attributes, with texts that state every one and no other.

    about = draw(world)
    about.triples       (('The Copper Kettle', 'eatType', 'pub'), ...)
    texts(world.random, about, 3)
    ('The Copper Kettle is a cheap Italian pub near Fig & Olive.', ...)

The same name comes back with other attributes: each record is a case of its own, so
that a text can only be written from what is given.
"""

from flan_jax.world import outlines, tables
from flan_jax.world.descriptions import Attribute, Description, Thing, wordings

_TABLES = tables.read('restaurants')
VALUES = outlines.lists(_TABLES['values'])
NAMES = VALUES['near']
_MOST = len(VALUES)
_WORDINGS = wordings(_TABLES['wordings'])


def draw(world, most=_MOST):
  """A Description of a place with two to `most` attributes besides its name."""
  name, neighbour = world.random.sample(NAMES, 2)
  chosen = world.random.sample(sorted(VALUES), world.random.randint(2, most))
  attributes = []
  for relation in VALUES:
    if relation in chosen:
      value = neighbour if relation == 'near' else world.choice(VALUES[relation])
      attributes.append(Attribute(relation, value, _wording(relation, value)))
  kinds = [one.value for one in attributes if one.relation == 'eatType']
  return Description(Thing(name, kinds[0] if kinds else 'place'), tuple(attributes))


def _wording(relation, value):
  return _WORDINGS.get(f'{relation}={value}') or _WORDINGS[relation]
