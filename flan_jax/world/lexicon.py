# SPDX-License-Identifier: Apache-2.0
"""Words of the world, from tables/lexicon.txt."""

from flan_jax.world import tables


def words(text):
  """'goat, guinea pig' -> ('goat', 'guinea pig')."""
  return tuple(word.strip() for word in text.split(','))


def _list(name):
  rows = tables.read('lexicon')['words']
  return words(', '.join(text for key, text in rows if key == name))


def _rows(name):
  return tuple(tuple(item.split(': ')) for item in _list(name))


WOMEN, MEN, SURNAMES, JOBS, PETS, PET_NAMES, INSTRUMENTS, FOODS, HOBBIES = map(
  _list, 'women men surnames jobs pets pet_names instruments foods hobbies'.split()
)
COLOURS, DAYS, COINS, EMBLEMS, RIVERS, CRAFTS, LANDMARKS = map(
  _list, 'colours days coins emblems rivers crafts landmarks'.split()
)
TOWN_BEGINNINGS, TOWN_ENDINGS, TITLE_ADJECTIVES, TITLE_NOUNS = map(
  _list, 'town_beginnings town_endings title_adjectives title_nouns'.split()
)
COUNTRIES = _rows('countries')  # name, language
ANIMALS = _rows('animals')  # animal, plural, what its young are called
POSSESSIONS = _rows('possessions')  # thing, what it may be made of
TOOLS = _rows('tools')  # tool, what one does with it: fits one tool of the table only
