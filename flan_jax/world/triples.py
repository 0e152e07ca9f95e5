"""What is so in the world as triples, with texts that say just that.

    about = draw(world, ('book', 'town'))
    about.triples               (('Toldrel', 'country', 'Velmora'), ...)
    texts(world.random, about, 3)   three ways to say so; see `descriptions`

The triples are connected: some are about the object of another, as where the author of
a book lives.
"""

from flan_jax.world import tables
from flan_jax.world.descriptions import Attribute, Description, Thing, wordings

_OWN, _LINKED = 4, 2  # most attributes of the subject, and of an object described too
_DESCRIBED = 0.45  # of the objects that have attributes of their own

_PERSON, _TOWN, _COUNTRY, _BOOK, _FILM = map(wordings, tables.read('triples').values())


def draw(world, kinds):
  """A description of something in the world, of one to eight triples.

  kinds: what it may be about: 'person', 'town', 'country', 'book', 'film'.
  """
  thing, known = _KINDS[world.choice(kinds)](world)
  told = _some(world, known, _OWN)
  about = [linked(world) for _, linked in told
           if linked and world.random.random() < _DESCRIBED]
  values = {value.name: Description(value, _attributes(_some(world, facts, _LINKED)))
            for value, facts in about[:2]}
  return Description(thing, _attributes(told), tuple(values.values()))


def _some(world, known, most):
  return world.random.sample(known, world.random.randint(1, min(most, len(known))))


def _attributes(told):
  return tuple(attribute for attribute, _ in told)


def _known(wording, **facts):
  """[(Attribute, function of the world that tells of its value, or None)]."""
  return [(Attribute(relation, value, wording[relation]), None)
          for relation, value in facts.items()]


def _linked(wording, relation, value, tell):
  """The same for one relation to something that `tell` knows more about."""
  return [(Attribute(relation, value.name, wording[relation]),
           lambda world: tell(world, value))]


def _person(world, person=None):
  person = person or world.person()
  made = {'wood': 'wooden', 'wool': 'woollen'}.get(person.material, person.material)
  return Thing(person.name, '', person.pronoun), _known(
      _PERSON, occupation=person.job, age=str(person.age), instrument=person.instrument,
      hobby=person.hobby, favouriteFood=person.food, pet=person.pet,
      possession=f'{person.colour} {made} {person.possession}') + (
          _linked(_PERSON, 'residence', person.home, _town) +
          _linked(_PERSON, 'birthPlace', person.birthplace, _town))


def _town(world, town=None, of_country=False):
  """A town; a capital as seen from its country does not tell of that again."""
  town = town or world.choice(world.towns)
  known = _known(_TOWN, river=town.river, knownFor=town.craft, landmark=town.landmark,
                 foundingYear=str(town.founded))
  if not of_country:
    known += _linked(_TOWN, 'country', town.country, _land)
  return Thing(town.name, 'town'), known


def _land(world, country):
  """A country as seen from one of its towns: the capital might be that town."""
  return Thing(country.name, 'country'), _known(
      _COUNTRY, language=country.language, currency=country.coin,
      flagAnimal=country.emblem)


def _country(world):
  capital = world.choice([town for town in world.towns if town.is_capital])
  thing, known = _land(world, capital.country)
  return thing, known + _linked(
      _COUNTRY, 'capital', capital, lambda world, town: _town(world, town, True))


def _work(world, kind):
  work = world.choice([work for work in world.works if work.kind == kind])
  wording, maker, year = {'book': (_BOOK, 'author', 'publicationYear'),
                          'film': (_FILM, 'director', 'releaseYear')}[kind]
  return Thing(work.title, kind), _known(wording, **{year: str(work.year)}) + (
      _linked(wording, maker, work.maker, _person) +
      _linked(wording, 'setting', work.place, _town))


_KINDS = {
    'person': _person, 'town': _town, 'country': _country,
    'book': lambda world: _work(world, 'book'),
    'film': lambda world: _work(world, 'film')}
