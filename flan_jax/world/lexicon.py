"""Words of the world, from tables/lexicon.txt."""

from flan_jax.world import tables


def words(text):
  """'goat, guinea pig' -> ('goat', 'guinea pig'); newlines count as spaces."""
  return tuple(word.strip() for word in ' '.join(text.split()).split(','))


def table(text):
  """One row a line, columns separated by `|` -> tuple of tuples of strings."""
  lines = [line for line in text.splitlines() if line.strip()]
  return tuple(tuple(cell.strip() for cell in line.split('|')) for line in lines)


def _list(name):
  rows = tables.read('lexicon')['words']
  return words(', '.join(text for key, text in rows if key == name))


def _rows(name):
  return tuple(tuple(item.split(': ')) for item in _list(name))


WOMEN, MEN, SURNAMES = _list('women'), _list('men'), _list('surnames')
JOBS, PETS, PET_NAMES = _list('jobs'), _list('pets'), _list('pet_names')
INSTRUMENTS, FOODS, HOBBIES = _list('instruments'), _list('foods'), _list('hobbies')
COLOURS, MATERIALS, DAYS = _list('colours'), _list('materials'), _list('days')
COINS, EMBLEMS, RIVERS = _list('coins'), _list('emblems'), _list('rivers')
TOWN_BEGINNINGS, TOWN_ENDINGS = _list('town_beginnings'), _list('town_endings')
CRAFTS, LANDMARKS = _list('crafts'), _list('landmarks')
TITLE_ADJECTIVES, TITLE_NOUNS = _list('title_adjectives'), _list('title_nouns')
COUNTRIES = _rows('countries')  # name, language
ANIMALS = _rows('animals')  # animal, plural, what its young are called
POSSESSIONS = _rows('possessions')  # thing, what it may be made of
TOOLS = _rows('tools')  # tool, what one does with it: fits one tool of the table only
