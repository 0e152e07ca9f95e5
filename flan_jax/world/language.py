# SPDX-License-Identifier: Apache-2.0
"""English on its own: what is grammatical, what a word means, what a question asks for."""

import math
import re
from typing import NamedTuple

from flan_jax.world import lexicon, tables
from flan_jax.world.lexicon import words
from flan_jax.world.text import a, capitalized

_PARADIGMS, _FILLERS = tables.read('grammar').values()
_PRONOUNS = {'she': ('she', 'her', 'herself'), 'he': ('he', 'him', 'himself')}


def judged(world):
  """A sentence, and whether it is acceptable, as 60 % of them are."""
  acceptable, unacceptable = world.choice(_PARADIGMS)
  good = world.random.random() < 0.6
  texts = (acceptable if good else unacceptable).split(' / ')
  told = world.choice(texts).format_map(_fillers(world))
  return capitalized(told if told.endswith('?') else f'{told}.'), good


def _fillers(world):
  """A word for every gap of the paradigms."""
  filled = {'day': world.choice(lexicon.DAYS)}
  for gaps, options in _FILLERS:
    option = world.choice(words(options))
    filled |= zip(gaps.split(), option.split()) if ' ' in gaps else {gaps: option}
  filled |= {f'{noun}s': f'{filled[noun]}s' for noun in ('baker', 'cook', 'kite', 'chair')}
  ann = world.person()
  ben = world.choice([p for p in world.people if p.pronoun != ann.pronoun])
  for person, gaps in ((ann, 'Ann she her herself'), (ben, 'Ben he him himself')):
    filled |= zip(gaps.split(), (person.first_name, *_PRONOUNS[person.pronoun]))
  return filled


_WORDS = [(word, *(sense.split('; ') for sense in texts)) for word, *texts in tables.read('senses')['words']]


class Use(NamedTuple):
  """A sentence and where in it the word stands: `sentence[start:end]`."""

  sentence: str
  start: int
  end: int


def senses(world):
  """A word, two uses of it, and whether they share the sense."""
  word, *meanings = world.choice(_WORDS)
  same = world.random.random() < 0.5
  if same:
    patterns = world.random.sample(world.choice(meanings), 2)
  else:
    patterns = [world.choice(sense) for sense in world.random.sample(meanings, 2)]
  return word, *(_use(world, pattern) for pattern in patterns), same


def _use(world, pattern):
  women, men = ([person.first_name for person in world.people if person.pronoun == who] for who in ('she', 'he'))
  before, word, after = pattern.format(
    Ann=world.choice(women), Ben=world.choice(men), day=world.choice(lexicon.DAYS), Town=world.choice(world.towns).name
  ).split('*')
  return Use(capitalized(f'{before}{word}{after}.'), len(before), len(before + word))


_ASKING = tables.read('asking')
SHORT_AND_LONG = tuple(tuple(entry.split(' = ')) for (row,) in _ASKING['short'] for entry in row.split('; '))
_LISTS = {
  name: [item for other, items in _ASKING['lists'] if other == name for item in items.split('; ')]
  for name, _ in _ASKING['lists']
} | {
  **dict.fromkeys(('role', 'kind', 'year', 'landmark'), ' '),  # follow from another gap
  'country': 10 * ' ',
  'short': [short for short, _ in SHORT_AND_LONG],
  'long': [long for _, long in SHORT_AND_LONG],
  'animal': [row[0] for row in lexicon.ANIMALS],
  'animals': [row[1] for row in lexicon.ANIMALS],
  'tool': [row[0] for row in lexicon.TOOLS if row[0] != 'scissors'],
  'day': lexicon.DAYS,
  'craft': lexicon.CRAFTS,
  'deed': [(role, deed) for role, deeds in _ASKING['deeds'] for deed in deeds.split('; ')],
}
_PATTERNS = {}  # {coarse class: [(fine class, pattern), ...]}
for _coarse, _fine, _texts in _ASKING['patterns']:
  _PATTERNS.setdefault(_coarse, []).extend((_fine, _text) for _text in _texts.split(' / '))


def question(world):
  """(text, coarse class, fine class) as in TREC; the coarse ones come equally often."""
  coarse = world.choice(list(_PATTERNS))
  patterns = _PATTERNS[coarse]
  [(fine, pattern)] = world.random.choices(patterns, [_room(form) for _, form in patterns])
  return spelt(capitalized(pattern.format_map(_gaps(world)))), coarse, fine


def _room(pattern):
  """About how many questions a pattern makes, damped; 40 people, towns, works each."""
  gaps = re.findall(r'{(?:a_)?(\w+)}', pattern)
  return min(400, math.prod(len(_LISTS.get(gap, 40 * ' ')) for gap in gaps)) ** 0.7


def _gaps(world):
  """What fills the gaps of a pattern, with and without its article."""
  person, work, country = world.person(), *map(world.choice, (world.works, world.countries))
  town, other = world.random.sample(world.towns, 2)
  gaps = {name: world.choice(items) for name, items in _LISTS.items()}
  role, deed = gaps['deed']
  gaps |= dict(role=role, deed=deed, person=person.name, job=person.job, home=person.home.name, hobby=person.hobby)
  gaps |= dict(instrument=person.instrument, food=person.food, pet=person.pet, pet_name=person.pet_name)
  gaps |= dict(work=work.title, kind=work.kind, maker=work.maker.name, place=work.place.name, year=str(work.year))
  gaps |= dict(town=town.name, town2=other.name, landmark=town.landmark, country=country.name)
  gaps |= dict(language=country.language)
  return gaps | {f'a_{name}': a(text) for name, text in gaps.items()}


def spelt(text):
  """'Is it "x", Ada?' -> "Is it `` x '' , Ada ?": signs stand apart, as in TREC."""
  text = re.sub(r'"([^"]+)"', r"`` \1 ''", text)
  return re.sub(r"(?<=\w|')([?,.]$|,|'s\b)", r' \1', text)
