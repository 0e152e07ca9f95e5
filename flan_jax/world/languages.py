# SPDX-License-Identifier: Apache-2.0
"""Short everyday texts in English and in nine other languages, saying the same.

In the phrasebook, {city.to} is the word drawn for the slot `city` in its form `city.to`, and
{who2} a second word of the kind `who`. A plan, [('scene: skills', 0), ('scene: skills', 2),
('said', 1)], lists the sentences of a text by table and column, then what quotes it.
"""

import functools
import re

from flan_jax.world import tables

LANGUAGES = ('cs', 'da', 'de', 'es', 'fi', 'fr', 'ro', 'ru', 'tr')
_SLOT = re.compile(r'{(([a-z]+)\d?)((?:\.[a-z]+)?)}')  # of {city2.to}: city2, city, .to


def pair(world, code):
  """(English text, the same in the language of that code): one to three sentences."""
  plan = draw(world)
  chosen = draw_words(world, plan)
  return text(plan, chosen, 'en'), text(plan, chosen, code)


def draw(world):
  """A plan; about every fourth text stands in quotation marks."""
  scene = world.choice([name for name in phrasebook() if name.startswith('scene')])
  patterns, count = phrasebook()[scene]['en'], world.choice((1, 2, 2, 3, 3))
  columns = sorted(world.random.sample(range(len(patterns)), count))
  end = patterns[columns[-1]][-1]  # after a quoted `!`, not all languages have a full stop
  said = [('said', '.?'.index(end))] if end != '!' and world.random.random() < 0.3 else []
  return [(scene, column) for column in columns] + said


def draw_words(world, plan):
  """{slot: position of its word among those of its kind}; slots of a kind differ."""
  chosen = {}
  for slot, kind in slots(plan).items():
    taken = [chosen[other] for other in chosen if other.rstrip('23') == kind]
    free = [index for index in range(len(words(kind, 'en'))) if index not in taken]
    chosen[slot] = world.choice(free)
  return chosen


def slots(plan, code='en'):
  """{slot: its kind} of a plan in a language, such as {'city2': 'city'}."""
  patterns = ' '.join(phrasebook()[table][code][column] for table, column in plan)
  return {slot: kind for slot, kind, _ in _SLOT.findall(patterns)}


def text(plan, chosen, code):
  """The text of a plan with the chosen words in a language, 'en' or one of LANGUAGES."""
  told = ''
  for table, column in plan:
    sentence = _SLOT.sub(lambda gap: words(gap[2] + gap[3], code)[chosen[gap[1]]], phrasebook()[table][code][column])
    first = 'İ' if code == 'tr' and sentence[0] == 'i' else sentence[0].upper()
    sentence = first + sentence[1:]
    if table == 'said':
      return sentence.replace('<text>', told).replace('<bare>', told.removesuffix('.'))
    told += f' {sentence}' if told else sentence
  return told


@functools.cache
def phrasebook():
  """{table: {code: its cells}}, of scenes and of words."""
  return {name: {code: tuple(cells) for code, *cells in rows} for name, rows in tables.read('phrasebook').items()}


@functools.cache
def words(form, code):
  """Words of a kind, or one of their forms; English where a language has no row."""
  return sum(
    (rows.get(code) or rows['en'] for name, rows in phrasebook().items() if name.partition(':')[0] == form), ()
  )
