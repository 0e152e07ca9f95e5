# SPDX-License-Identifier: Apache-2.0
"""A small invented world, the same for the same seed: towns, people, books, films."""

import copy
import dataclasses
import functools
import hashlib
import itertools
import random

from flan_jax.world import documents as documents_lib
from flan_jax.world import facts as facts_lib
from flan_jax.world import lexicon

_COUNTRIES, _TOWNS, _PEOPLE, _WORKS = 10, 40, 160, 60
_FOUNDED, _CAME_OUT, _AGES = range(1201, 1400), range(1921, 2015), range(18, 90)


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
  def the_pet(self):
    return f'the {self.pet} {self.pet_name}'

  @property
  def the_worker(self):
    return f'the {self.job} in {self.home.name}'


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
  alone; drawing from `random`, a `random.Random`, never changes it.
  """

  def __init__(self, seed=0):
    self.seed, self.random, draw = seed, _random(seed, ''), _random(seed, 'content')
    self.countries = _countries(draw)
    self.towns = _towns(draw, self.countries)
    self.people = _people(draw, self.towns)
    self.works = _works(draw, self.people, self.towns)

  def stream(self, name):
    """The same world with a random stream of its own, fixed by (seed, name)."""
    self.facts, self.puzzles, self._by_subject  # built once, then shared by every view
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
  def _by_subject(self):
    found = {}
    for fact in self.facts:
      found.setdefault(fact.subject, []).append(fact)
    return found

  def about(self, subject):
    """The facts on one subject."""
    return self._by_subject[subject]

  def person(self):
    """One person, drawn from this view's stream."""
    return self.random.choice(self.people)

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


def _dealt(draw, things, count):
  """`count` of `things`, each as often as the others (to within one), shuffled."""
  return draw.sample([things[number % len(things)] for number in range(count)], count)


def _countries(draw):
  columns = (_dealt(draw, things, _COUNTRIES) for things in (lexicon.COUNTRIES, lexicon.COINS, lexicon.EMBLEMS))
  return tuple(Country(*name, coin, emblem) for name, coin, emblem in zip(*columns))


def _towns(draw, countries):
  names = map(''.join, itertools.product(lexicon.TOWN_BEGINNINGS, lexicon.TOWN_ENDINGS))
  rivers = _dealt(draw, lexicon.RIVERS, 2 * _COUNTRIES)  # two a country
  columns = zip(
    draw.sample(list(names), _TOWNS), _dealt(draw, lexicon.CRAFTS, _TOWNS), _dealt(draw, lexicon.LANDMARKS, _TOWNS)
  )
  return tuple(
    Town(
      name,
      countries[index % _COUNTRIES],
      index < _COUNTRIES,
      rivers[2 * (index % _COUNTRIES) + draw.randrange(2)],
      craft,
      landmark,
      draw.choice(_FOUNDED),
    )
    for index, (name, craft, landmark) in enumerate(columns)
  )


def _people(draw, towns):
  named = [
    (f'{first} {last}', pronoun)
    for pronoun, firsts in (('she', lexicon.WOMEN), ('he', lexicon.MEN))
    for first, last in draw.sample(list(itertools.product(firsts, lexicon.SURNAMES)), _PEOPLE // 2)
  ]
  posts = [(job, town) for town in towns for job in draw.sample(lexicon.JOBS, _PEOPLE // len(towns))]
  pets = list(itertools.product(lexicon.PETS, lexicon.PET_NAMES))
  things = [
    (thing, draw.choice(lexicon.COLOURS), draw.choice(materials.split()))
    for thing, materials in draw.choices(lexicon.POSSESSIONS, k=_PEOPLE)
  ]
  return tuple(
    Person(
      *name,
      *post,
      draw.choice(towns),
      draw.choice(_AGES),
      *pet,
      draw.choice(lexicon.INSTRUMENTS),
      draw.choice(lexicon.FOODS),
      draw.choice(lexicon.HOBBIES),
      *thing,
    )
    for name, post, pet, thing in zip(draw.sample(named, _PEOPLE), posts, draw.sample(pets, _PEOPLE), things)
  )


def _works(draw, people, towns):
  titles = list(itertools.product(lexicon.TITLE_ADJECTIVES, lexicon.TITLE_NOUNS))
  drawn = zip(draw.sample(titles, _WORKS), draw.sample(people, _WORKS))
  return tuple(
    Work(f'The {adjective} {noun}', ('film', 'book')[index % 2], maker, draw.choice(towns), draw.choice(_CAME_OUT))
    for index, ((adjective, noun), maker) in enumerate(drawn)
  )
