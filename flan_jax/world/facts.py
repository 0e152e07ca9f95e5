# SPDX-License-Identifier: Apache-2.0
"""What is so in the world, one fact at a time: said, asked, and with wrong answers."""

import collections
import dataclasses
import random
import re

from flan_jax.world import lexicon, tables
from flan_jax.world.text import a, capitalized, number_words

# Relations whose answers are things one counts: 'goat' is also 'a goat'.
_COUNTED = {'job', 'instrument', 'pet', 'landmark', 'coin', 'emblem', 'tool', 'young'}
_NUMBERS = {'age', 'founded', 'year'}
# Relations that are attributes of the same name, {x} left empty.
_ATTRIBUTES = dict(
  people=('job', 'home', 'birthplace', 'age', 'instrument', 'food', 'hobby'),
  towns=('country', 'river', 'craft', 'landmark', 'founded'),
  countries=('language', 'coin', 'emblem'),
)
_MAKERS = {'book': 'author', 'film': 'director'}
# What may be asked of a described person: not what the description itself tells.
_PERSONAL = ('job', 'birthplace', 'age', 'instrument', 'food', 'hobby', 'pet')


@dataclasses.dataclass(frozen=True)
class Fact:
  """One thing that is so."""

  subject: str  # what it is about, such as 'Ada Bell'
  relation: str  # which of its relations, such as 'home'
  answer: str  # the one right answer, as a template would print it: 'Toldrel'
  aliases: tuple  # every way to write the answer, `answer` first
  statements: tuple  # sentences that say it, each with the answer
  questions: tuple  # sentences that ask for it; no two facts of a world share one
  distractors: tuple  # wrong answers of the same type

  def asked_of(self, description):
    """The same question with the subject described; nobody states it this way."""
    questions = tuple(question.replace(self.subject, description) for question in self.questions)
    return dataclasses.replace(self, statements=(), questions=questions)


def facts(world):
  """Every fact of the world, a tuple in a fixed order."""
  rows, answers = list(_rows(world)), collections.defaultdict(set)
  for relation, _, answer, _ in rows:
    answers[relation].add(answer)
  texts = collections.defaultdict(str)
  for name, text in tables.read('relations')['relations']:
    texts[name] += f'{text} '
  return tuple(_fact(texts[row[0]], sorted(answers[row[0]]), *row) for row in rows)


def puzzles(world):
  """Facts about people that take one step more: who is meant is described, not named.

  'Where was the director of The Silver Orchard born?' The description fits one person.
  """
  known = {(fact.subject, fact.relation): fact for fact in world.facts}
  described = [(person, f'the owner of {person.the_pet}', 'pet') for person in world.people]
  described += [(person, person.the_worker, 'job') for person in world.people]
  described += [(work.maker, f'the {_MAKERS[work.kind]} of {work.title}', 'job') for work in world.works]
  return tuple(
    known[person.name, relation].asked_of(description)
    for person, description, told in described
    for relation in _PERSONAL
    if relation != told
  )


def _rows(world):
  """(relation, subject, answer, what fills {x}) of every fact."""
  for kind, relations in _ATTRIBUTES.items():
    for thing in getattr(world, kind):
      for relation in relations:
        answer = getattr(thing, relation)
        yield relation, thing.name, str(getattr(answer, 'name', answer)), ''
  for person in world.people:
    yield 'pet', person.name, person.pet, person.pet_name
    yield 'pet_name', person.name, person.pet_name, person.pet
    yield 'owner', person.the_pet, person.name, ''
    yield 'colour', person.name, person.colour, person.possession
    yield 'material', person.name, person.material, person.possession
    yield 'worker', person.the_worker, person.name, ''
  for town in world.towns:
    if town.is_capital:
      yield 'capital', town.country.name, town.name, ''
      yield 'capital_of', town.name, town.country.name, ''
  for work in world.works:
    yield f'{work.kind}_maker', work.title, work.maker.name, ''
    yield 'place', work.title, work.place.name, work.kind
    yield 'year', work.title, str(work.year), work.kind
  yield from (('tool', use, tool, '') for tool, use in lexicon.TOOLS)
  yield from (('young', animal, young, a(animal)) for animal, _, young in lexicon.ANIMALS)


def _fact(sentences, pool, relation, subject, answer, other):
  filled = sentences.format(s=subject, a=answer, an=a(answer), x=other)
  texts = list(map(capitalized, re.findall(r'\S[^.?]*[.?]', filled)))
  if relation in _NUMBERS:
    pool = [str(int(answer) + step) for step in range(-12, 13)]
  aliases = (answer, a(answer), f'the {answer}') if relation in _COUNTED else (answer,)
  if relation == 'age':
    aliases += (number_words(int(answer)),)
  # A draw of its own for each fact: adding a fact leaves the others as they were.
  draw = random.Random(f'{relation} {subject} {answer}')
  wrong = draw.sample([thing for thing in pool if thing != answer], 8)
  return Fact(
    subject,
    relation,
    answer,
    aliases,
    *(tuple(text for text in texts if text.endswith(end)) for end in '.?'),
    tuple(wrong),
  )
