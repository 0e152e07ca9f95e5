"""A small invented world, the same for the same seed: towns, people, books, films."""

import copy
import dataclasses
import functools
import hashlib
import random

from flan_jax.world import documents as documents_lib
from flan_jax.world import facts as facts_lib
from flan_jax.world import lexicon
from flan_jax.world import passages as passages_lib

_COUNTRIES, _TOWNS, _PEOPLE, _WORKS = 10, 40, 160, 60
_FOUNDED = range(1201, 1400)
_CAME_OUT = range(1921, 2015)
_AGES = range(18, 90)


@dataclasses.dataclass(frozen=True)
class Country:
  """A country: what its people speak, pay with, and carry on their flag."""

  name: str
  language: str
  coin: str
  emblem: str


@dataclasses.dataclass(frozen=True)
class Town:
  """A town: exactly one of its country's towns is the capital."""

  name: str
  country: Country
  is_capital: bool
  river: str
  craft: str
  landmark: str
  founded: int


@dataclasses.dataclass(frozen=True)
class Person:
  """A person. `job` is unique within the home town, (pet, pet_name) in the world."""

  name: str
  pronoun: str  # 'she' or 'he'
  job: str
  home: Town
  birthplace: Town
  age: int
  pet: str
  pet_name: str
  instrument: str
  food: str
  hobby: str
  possession: str
  colour: str
  material: str

  @property
  def first_name(self):
    return self.name.split()[0]

  @property
  def possessive(self):
    return {'she': 'her', 'he': 'his'}[self.pronoun]


@dataclasses.dataclass(frozen=True)
class Work:
  """A book or a film; `maker` wrote or directed it, it is set in `place`."""

  title: str
  kind: str  # 'book' or 'film'
  maker: Person
  place: Town
  year: int


class World:
  """Everything that is so, and a stream of chance of one's own.

  The content (`countries`, `towns`, `people`, `works`, `facts`) depends on the seed
  alone; drawing from `random` never changes it.

  Args:
    seed: any int.

  Attributes:
    random: a `random.Random`, for drawing people, facts and phrasings.
  """

  def __init__(self, seed=0):
    self.seed = seed
    self.random = _random(seed, '')
    draw = _random(seed, 'content')
    self.countries = _countries(draw)
    self.towns = _towns(draw, self.countries)
    self.people = _people(draw, self.towns)
    self.works = _works(draw, self.people, self.towns)

  def stream(self, name):
    """The same world with a random stream of its own, fixed by (seed, name)."""
    self.facts, self.puzzles, self.subjects  # built once, then shared by every view
    view = copy.copy(self)
    view.random = _random(self.seed, name)
    return view

  @functools.cached_property
  def facts(self):
    """tuple of `facts.Fact`: what the text states and the questions ask."""
    return facts_lib.facts(self)

  @functools.cached_property
  def puzzles(self):
    """tuple of `facts.Fact` that describe a person instead of naming them."""
    return facts_lib.puzzles(self)

  @functools.cached_property
  def subjects(self):
    """tuple of (title, facts): what a passage can be about; see `passages`."""
    return passages_lib.subjects(self)

  def person(self):
    """One person, drawn from this view's stream."""
    return self.random.choice(self.people)

  def two_people(self):
    """Two people with different first names."""
    one = self.person()
    others = [p for p in self.people if p.first_name != one.first_name]
    return one, self.random.choice(others)

  def choice(self, things):
    """One of a sequence, drawn from this view's stream."""
    return self.random.choice(things)

  def documents(self, count):
    """An iterator over `count` documents of plain text, one line each."""
    return documents_lib.documents(self, count)


def _random(seed, name):
  # hash() of a string changes with every process, so the stream's seed is a digest.
  digest = hashlib.sha256(f'{seed}/{name}'.encode()).digest()
  return random.Random(int.from_bytes(digest[:8], 'big'))


def _shuffled(draw, things):
  return draw.sample(things, len(things))


def _dealt(draw, things, count):
  """`count` of `things`, each as often as the others (to within one), shuffled."""
  repeated = list(things) * -(-count // len(things))
  return draw.sample(repeated[:count], count)


def _countries(draw):
  chosen = draw.sample(lexicon.COUNTRIES, _COUNTRIES)
  coins = _shuffled(draw, lexicon.COINS)
  emblems = _shuffled(draw, lexicon.EMBLEMS)
  return tuple(Country(name, language, coin, emblem)
               for (name, language), coin, emblem in zip(chosen, coins, emblems))


def _towns(draw, countries):
  names = [begin + end for begin in lexicon.TOWN_BEGINNINGS
           for end in lexicon.TOWN_ENDINGS]
  rivers = _shuffled(draw, lexicon.RIVERS)
  crafts = _dealt(draw, lexicon.CRAFTS, _TOWNS)
  landmarks = _dealt(draw, lexicon.LANDMARKS, _TOWNS)
  towns = []
  for index, name in enumerate(draw.sample(names, _TOWNS)):
    home = index % _COUNTRIES  # the first round of towns are the capitals
    river = rivers[2 * home + draw.randrange(2)]
    towns.append(Town(name, countries[home], index < _COUNTRIES, river,
                      crafts[index], landmarks[index], draw.choice(_FOUNDED)))
  return tuple(towns)


def _people(draw, towns):
  women = [(f'{first} {last}', 'she') for first in lexicon.WOMEN
           for last in lexicon.SURNAMES]
  men = [(f'{first} {last}', 'he') for first in lexicon.MEN
         for last in lexicon.SURNAMES]
  named = draw.sample(women, _PEOPLE // 2) + draw.sample(men, _PEOPLE // 2)
  places = [(job, town) for town in towns
            for job in draw.sample(lexicon.JOBS, _PEOPLE // len(towns))]
  pets = [(pet, name) for pet in lexicon.PETS for name in lexicon.PET_NAMES]
  people = zip(_shuffled(draw, named), places, draw.sample(pets, _PEOPLE))
  return tuple(
      _person(draw, towns, *name, *place, *pet) for name, place, pet in people)


def _person(draw, towns, name, pronoun, job, home, pet, pet_name):
  possession, materials = draw.choice(lexicon.POSSESSIONS)
  return Person(
      name, pronoun, job, home, birthplace=draw.choice(towns), age=draw.choice(_AGES),
      pet=pet, pet_name=pet_name,
      instrument=draw.choice(lexicon.INSTRUMENTS), food=draw.choice(lexicon.FOODS),
      hobby=draw.choice(lexicon.HOBBIES), possession=possession,
      colour=draw.choice(lexicon.COLOURS),
      material=draw.choice(lexicon.words(materials)))


def _works(draw, people, towns):
  titles = [f'The {adjective} {noun}' for adjective in lexicon.TITLE_ADJECTIVES
            for noun in lexicon.TITLE_NOUNS]
  makers = draw.sample(people, _WORKS)
  return tuple(
      Work(title, 'book' if index % 2 else 'film', maker, draw.choice(towns),
           draw.choice(_CAME_OUT))
      for index, (title, maker) in enumerate(
          zip(draw.sample(titles, _WORKS), makers)))
