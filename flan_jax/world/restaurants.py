"""Places to eat, by their attributes, with texts that state every one and no other.

    about = draw(world)
    about.triples       (('The Copper Kettle', 'eatType', 'pub'), ...)
    texts(world.random, about, 3)
    ('The Copper Kettle is a cheap Italian pub near Fig & Olive.', ...)

The same name comes back with other attributes: each record is a case of its own, so
that a text can only be written from what is given.
"""

from flan_jax.world.descriptions import Attribute, Description, Thing, wordings
from flan_jax.world.lexicon import words

NAMES = words("""
The Copper Kettle, The Blue Lantern, The Old Anchor, The Quiet Goose, The Red Barrel,
The Walnut Tree, The Seven Spoons, The Laughing Cook, The Green Parrot, The Iron Pan,
The Second Slice, The Paper Crane, The Sleepy Owl, The Brass Bell, The Long Table,
The White Apron, The Honey Pot, The Crooked Fork, Fig & Olive, Salt & Smoke, Pear Tree,
Lotus Court, Saffron House, Mill Corner, Anton's Table, Bella's Kitchen, Casa Verde,
Ginger Garden, Harbour Lights, Juniper, Marigold, Number Nine, Olive Branch,
Pepper Hall, Rosa's, Silver Thyme, Station Eleven, Tamarind, Villa Nova, Wild Sorrel
""")
VALUES = {
    'eatType': words('restaurant, pub, coffee shop'),
    'food': words("""
    Italian, French, Indian, Chinese, Japanese, English, Greek, Turkish, Mexican,
    Fast food
    """),
    'priceRange': words('cheap, moderate, high, less than £20, £20-25, more than £30'),
    'customer rating': words('low, average, high, 1 out of 5, 3 out of 5, 5 out of 5'),
    'area': words('city centre, riverside, harbour, old town'),
    'familyFriendly': words('yes, no'),
    'near': NAMES}
_MOST = len(VALUES)

_WORDINGS = wordings("""
customer rating=low | has a low customer rating; is rated low by customers | low-rated
customer rating=average \
  | has an average customer rating; is rated as average by customers
customer rating=high \
  | has a high customer rating; is rated highly by customers | highly rated
customer rating | has a customer rating of {o}; is rated {o} by customers \
  | | | | rated {o} by customers | customers give {s} {o}
priceRange=cheap | is cheap; has low prices | cheap | | | | the prices at {s} are low
priceRange=moderate | is moderately priced; has moderate prices \
  | moderately priced | | | | the prices at {s} are moderate
priceRange=high | is expensive; has high prices \
  | expensive | | | | the prices at {s} are high
priceRange=less than £20 | charges less than £20; has prices below £20 \
  | | | | with prices below £20 | a meal at {s} costs less than £20
priceRange=£20-25 | charges £20-25; has prices of £20-25 \
  | | | | with prices of £20-25 | a meal at {s} costs £20-25
priceRange=more than £30 | charges more than £30; has prices above £30 \
  | | | | with prices above £30 | a meal at {s} costs more than £30
familyFriendly=yes | welcomes families; is family-friendly; is good for children \
  | family-friendly | | | | families are welcome at {s}
familyFriendly=no | is not family-friendly; does not cater for families \
  | | | | | {s} is no place for families
food=Fast food | serves fast food; offers fast food \
  | fast-food | | | serving fast food | fast food is served at {s}
food | serves {o} food; offers {o} dishes \
  | {o} | | | serving {o} food | {o} food is served at {s}; at {s} you can eat {o} food
eatType | | | {o}
area=city centre | is in the city centre; can be found in the city centre \
  | | | in the city centre | located in the centre of the city
area=riverside | is by the river; is in the riverside area \
  | | | by the river; in the riverside area | located by the river
area=harbour | is by the harbour; is in the harbour area \
  | | | by the harbour; in the harbour area | located by the harbour
area=old town | is in the old town; can be found in the old town \
  | | | in the old town | located in the old town
near | is near {o}; is close to {o}; can be found near {o} \
  | | | | near {o}; close to {o}
""")


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
