# SPDX-License-Identifier: Apache-2.0
"""What is to be put into words: triples of the world, restaurants, everyday scenes.

The triples are connected: some are about the object of another, as where the author of
a book lives. The name of a restaurant comes back with other attributes, so that a text
can only be written from what is given.
"""

from flan_jax.world import outlines, tables
from flan_jax.world.descriptions import Attribute, Description, Thing, wordings
from flan_jax.world.lexicon import words
from flan_jax.world.text import a, capitalized

_PERSON, _TOWN, _COUNTRY, _BOOK, _FILM = map(wordings, tables.read('triples').values())


def draw(world, kinds):
  """A description of something in the world, of one to eight triples.

  kinds: what it may be about: 'person', 'town', 'country', 'book', 'film'.
  """
  thing, known = _KINDS[world.choice(kinds)](world)
  told = _some(world, known, 4)
  about = [linked(world) for _, linked in told if linked and world.random.random() < 0.45]
  values = {
    value.name: Description(value, tuple(one for one, _ in _some(world, facts, 2))) for value, facts in about[:2]
  }
  return Description(thing, tuple(one for one, _ in told), tuple(values.values()))


def _some(world, known, most):
  return world.random.sample(known, world.random.randint(1, min(most, len(known))))


def _known(wording, **facts):
  """[(Attribute, function of the world that tells of its value, or None)]."""
  return [(Attribute(relation, value, wording[relation]), None) for relation, value in facts.items()]


def _linked(wording, relation, value, tell):
  """The same for one relation to something that `tell` knows more about."""
  return [(Attribute(relation, value.name, wording[relation]), lambda world: tell(world, value))]


def _person(world, person=None):
  person = person or world.person()
  made = {'wood': 'wooden', 'wool': 'woollen'}.get(person.material, person.material)
  return Thing(person.name, '', person.pronoun), _known(
    _PERSON,
    occupation=person.job,
    age=str(person.age),
    instrument=person.instrument,
    hobby=person.hobby,
    favouriteFood=person.food,
    pet=person.pet,
    possession=f'{person.colour} {made} {person.possession}',
  ) + (_linked(_PERSON, 'residence', person.home, _town) + _linked(_PERSON, 'birthPlace', person.birthplace, _town))


def _town(world, town=None, of_country=False):
  """A town; a capital as seen from its country does not tell of that again."""
  town = town or world.choice(world.towns)
  known = _known(_TOWN, river=town.river, knownFor=town.craft, landmark=town.landmark, foundingYear=str(town.founded))
  return Thing(town.name, 'town'), known + ([] if of_country else _linked(_TOWN, 'country', town.country, _land))


def _land(world, country):
  """A country as seen from one of its towns: the capital might be that town."""
  return Thing(country.name, 'country'), _known(
    _COUNTRY, language=country.language, currency=country.coin, flagAnimal=country.emblem
  )


def _country(world):
  capital = world.choice([town for town in world.towns if town.is_capital])
  thing, known = _land(world, capital.country)
  return thing, known + _linked(_COUNTRY, 'capital', capital, lambda world, town: _town(world, town, True))


def _work(kind, wording, maker, year):
  def tell(world):
    work = world.choice([work for work in world.works if work.kind == kind])
    return Thing(work.title, kind), _known(wording, **{year: str(work.year)}) + (
      _linked(wording, maker, work.maker, _person) + _linked(wording, 'setting', work.place, _town)
    )

  return tell


_KINDS = {
  'person': _person,
  'town': _town,
  'country': _country,
  'book': _work('book', _BOOK, 'author', 'publicationYear'),
  'film': _work('film', _FILM, 'director', 'releaseYear'),
}
VALUES = outlines.lists(tables.read('restaurants')['values'])
_WORDINGS = wordings(tables.read('restaurants')['wordings'])


def restaurant(world, most=len(VALUES)):
  """A Description of a place to eat with two to `most` attributes besides its name."""
  name, neighbour = world.random.sample(VALUES['near'], 2)
  chosen = world.random.sample(sorted(VALUES), world.random.randint(2, most))
  values = {
    relation: neighbour if relation == 'near' else world.choice(choices)
    for relation, choices in VALUES.items()
    if relation in chosen
  }
  return Description(
    Thing(name, values.get('eatType', 'place')),
    tuple(
      Attribute(relation, value, _WORDINGS.get(f'{relation}={value}') or _WORDINGS[relation])
      for relation, value in values.items()
    ),
  )


# Each row is one kind of scene whose parts combine freely.
_SCENES = tuple((tuple(verb.split()), *map(words, parts)) for verb, *parts in tables.read('scenes')['scenes'])
# {a}: 'a boy', {who}: 'boy'; base, third, past, ing: of the verb; {rest}: the others.
_FORMS = (
  '{a} {third} {rest}',
  '{a} is {ing} {rest}',
  '{a} {past} {rest}',
  '{a} was {ing} {rest}',
  'the {who} {past} {rest}',
  'there is {a} {ing} {rest}',
  'I saw {a} {ing} {rest}',
  'we watched how {a} {past} {rest}',
  '{a} wants to {base} {rest}',
)


def scene(world, count=3):
  """(three to five concepts, up to `count` sentences that have every one of them)."""
  verb, agents, *others = world.choice(_SCENES)
  parts = {}
  while len(set(map(_concept, parts.values()))) < 4:  # no concept twice
    parts = dict(zip(('agent', 'thing', 'manner', 'place'), map(world.choice, (agents, *others))))
  asked = world.random.sample(('agent', 'manner', 'place'), world.random.randint(1, 3))
  asked = [part for part in parts if part in asked or part == 'thing']
  concepts = [verb[0]] + [_concept(parts[part]) for part in asked]
  sentences = {}
  for _ in range(4 * count):
    shown = {
      part: phrase
      for part, phrase in parts.items()
      if part in asked or (part != 'agent' and world.random.random() < 0.25)
    }
    anybody = world.choice([agent for agent in agents if agent not in map(_concept, shown.values())])
    sentences.setdefault(_sentence(world, verb, **{'agent': anybody} | shown))
    if len(sentences) == count:
      break
  world.random.shuffle(concepts)
  return tuple(concepts), tuple(sentences)


def _concept(phrase):
  """'with a towel' -> 'towel'."""
  return phrase.split()[-1]


def _sentence(world, verb, agent, thing, manner='', place=''):
  # 'pulls a sled up the hill with a rope', but 'cuts a cake with a knife at home'.
  early = place.startswith(('in ', 'on ', 'at ', 'by ', 'behind ')) and not (
    manner.startswith(('for ', 'after ', 'before '))
  )
  rest = (thing, manner, place) if early else (thing, place, manner)
  base, third, past, ing = verb
  told = world.choice(_FORMS).format(
    a=a(agent), who=agent, base=base, third=third, past=past, ing=ing, rest=' '.join(filter(None, rest))
  )
  return f'{capitalized(told)}.'
