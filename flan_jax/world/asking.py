"""Questions by the kind of answer that they ask for, as in TREC, spelt in its way.

    question(world) -> ('What is the population of Toldrel ?', 'NUM', 'other')

Six classes, each with finer ones. Most questions of every class begin with `what`: the
kind of answer has to be read from the rest.
"""

import math
import re

from flan_jax.world import lexicon, tables
from flan_jax.world.text import a, capitalized

_TABLES = tables.read('asking')
_DEEDS = [(role, deed) for role, deeds in _TABLES['deeds'] for deed in deeds.split('; ')]
SHORT_AND_LONG = tuple(
    tuple(entry.split(' = ')) for row, in _TABLES['short'] for entry in row.split('; '))
_LISTS = {name: [item for other, items in _TABLES['lists'] if other == name
                 for item in items.split('; ')] for name, _ in _TABLES['lists']} | {
    **dict.fromkeys(('role', 'kind', 'year', 'landmark'), ' '),  # follow from another gap
    'country': 10 * ' ',
    'short': [short for short, _ in SHORT_AND_LONG],
    'long': [long for _, long in SHORT_AND_LONG],
    'animal': [row[0] for row in lexicon.ANIMALS],
    'animals': [row[1] for row in lexicon.ANIMALS],
    'tool': [row[0] for row in lexicon.TOOLS if row[0] != 'scissors'],
    'day': lexicon.DAYS, 'craft': lexicon.CRAFTS, 'deed': _DEEDS}
CLASSES = tuple(dict.fromkeys(coarse for coarse, _, _ in _TABLES['patterns']))
_PATTERNS = {name: [(fine, pattern) for coarse, fine, patterns in _TABLES['patterns']
                    if coarse == name for pattern in patterns.split(' / ')]
             for name in CLASSES}


def question(world):
  """(text, coarse class, fine class); the coarse ones come equally often."""
  coarse = world.choice(CLASSES)
  patterns = _PATTERNS[coarse]
  [(fine, pattern)] = world.random.choices(patterns, [_room(form) for _, form in patterns])
  return spelt(capitalized(pattern.format_map(_gaps(world)))), coarse, fine


def _room(pattern):
  """About how many questions a pattern makes, damped; 40 people, towns, works each."""
  gaps = re.findall(r'{(?:a_)?(\w+)}', pattern)
  return min(400, math.prod(len(_LISTS.get(gap, 40 * ' ')) for gap in gaps)) ** 0.7


def _gaps(world):
  """What fills the gaps of a pattern, with and without its article."""
  person, work, country = world.person(), *map(
      world.choice, (world.works, world.countries))
  town, other = world.random.sample(world.towns, 2)
  gaps = {name: world.choice(items) for name, items in _LISTS.items()}
  role, deed = gaps['deed']
  gaps |= dict(
      role=role, deed=deed, person=person.name, job=person.job, home=person.home.name,
      hobby=person.hobby, instrument=person.instrument, food=person.food, pet=person.pet,
      pet_name=person.pet_name, work=work.title, kind=work.kind, maker=work.maker.name,
      place=work.place.name, year=str(work.year), town=town.name, town2=other.name,
      landmark=town.landmark, country=country.name, language=country.language)
  return gaps | {f'a_{name}': a(text) for name, text in gaps.items()}


def spelt(text):
  """'Is it "x", Ada?' -> "Is it `` x '' , Ada ?": signs stand apart, as in TREC."""
  text = re.sub(r'"([^"]+)"', r"`` \1 ''", text)
  return re.sub(r"(?<=\w|')([?,.]$|,|'s\b)", r' \1', text)
