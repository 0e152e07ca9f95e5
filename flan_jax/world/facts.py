"""What is so in the world, one fact at a time: said, asked, and with wrong answers."""

import collections
import dataclasses
import random
import re

from flan_jax.world import lexicon, tables
from flan_jax.world.text import a, capitalized, number_words

_WRONG = 8  # wrong answers a fact carries

# Relations whose answers are things one counts: 'goat' is also 'a goat'.
_COUNTED = {'job', 'instrument', 'pet', 'landmark', 'coin', 'emblem', 'tool', 'young'}
_NUMBERS = {'age', 'founded', 'year'}
# What may be asked of a described person: not what the description itself tells.
_PERSONAL = ('job', 'birthplace', 'age', 'instrument', 'food', 'hobby', 'pet')
# Relations that are attributes of the same name, {x} left empty.
_ATTRIBUTES = dict(
    people=('job', 'home', 'birthplace', 'age', 'instrument', 'food', 'hobby'),
    towns=('country', 'river', 'craft', 'landmark', 'founded'),
    countries=('language', 'coin', 'emblem'))


@dataclasses.dataclass(frozen=True)
class Fact:
  """One thing that is so.

  Attributes:
    subject: what it is about, such as 'Ada Bell'.
    relation: which of its relations, such as 'home'.
    answer: the one right answer, as a template would print it: 'Toldrel'.
    aliases: every way to write the answer, `answer` first.
    phrase: the fact as a noun phrase: 'the home of Ada Bell'.
    statements: sentences that say it, each with the answer.
    questions: sentences that ask for it; no two facts of a world share one.
    distractors: wrong answers of the same type.
  """

  subject: str
  relation: str
  answer: str
  aliases: tuple
  phrase: str
  statements: tuple
  questions: tuple
  distractors: tuple

  def asked_of(self, description):
    """The same question with the subject described; nobody states it this way."""
    questions = tuple(
        question.replace(self.subject, description) for question in self.questions)
    return dataclasses.replace(self, statements=(), questions=questions)


def facts(world):
  """Every fact of the world, a tuple in a fixed order."""
  rows, answers = list(_rows(world)), collections.defaultdict(set)
  for relation, _, answer, _ in rows:
    answers[relation].add(answer)
  texts = _relations()
  return tuple(_fact(texts[row[0]], sorted(answers[row[0]]), *row) for row in rows)


def puzzles(world):
  """Facts about people that take one step more: who is meant is described, not named.

  'Where was the director of The Silver Orchard born?' The description fits one person.
  """
  known = {(fact.subject, fact.relation): fact for fact in world.facts}
  described = [(person, _pet(person), 'pet') for person in world.people]
  described = [(person, f'the owner of {pet}', told) for person, pet, told in described]
  described += [(person, _post(person), 'job') for person in world.people]
  described += [(work.maker, f'the {_maker(work)} of {work.title}', 'job')
                for work in world.works]
  return tuple(
      known[person.name, relation].asked_of(description)
      for person, description, told in described
      for relation in _PERSONAL if relation != told)


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
    yield 'owner', _pet(person), person.name, ''
    yield 'colour', person.name, person.colour, person.possession
    yield 'material', person.name, person.material, person.possession
    yield 'worker', _post(person), person.name, ''
  for town in world.towns:
    if town.is_capital:
      yield 'capital', town.country.name, town.name, ''
      yield 'capital_of', town.name, town.country.name, ''
  for work in world.works:
    yield f'{work.kind}_maker', work.title, work.maker.name, ''
    yield 'place', work.title, work.place.name, work.kind
    yield 'year', work.title, str(work.year), work.kind
  for tool, use in lexicon.TOOLS:
    yield 'tool', use, tool, ''
  for animal, _, young in lexicon.ANIMALS:
    yield 'young', animal, young, a(animal)


def _pet(person):
  return f'the {person.pet} {person.pet_name}'


def _post(person):
  return f'the {person.job} in {person.home.name}'


def _maker(work):
  return {'book': 'author', 'film': 'director'}[work.kind]


def _relations():
  """{relation: (noun phrase, its sentences)}"""
  texts = collections.defaultdict(str)
  for name, text in tables.read('relations')['relations']:
    texts[name] += f'{text} '
  return {name: text.strip().split(': ', 1) for name, text in texts.items()}


def _fact(texts, pool, relation, subject, answer, other):
  phrase, sentences = (
      text.format(s=subject, a=answer, an=a(answer), x=other) for text in texts)
  sentences = re.findall(r'\S[^.?]*[.?]', sentences)
  if relation in _NUMBERS:
    pool = [str(int(answer) + step) for step in range(-12, 13)]
  aliases = (answer, a(answer), f'the {answer}') if relation in _COUNTED else (answer,)
  if relation == 'age':
    aliases += (number_words(int(answer)),)
  # A draw of its own for each fact: adding a fact leaves the others as they were.
  draw = random.Random(f'{relation} {subject} {answer}')
  wrong = [thing for thing in pool if thing != answer]
  said, asked = (tuple(capitalized(text) for text in sentences if text.endswith(end))
                 for end in '.?')
  return Fact(subject, relation, answer, aliases, phrase, said, asked,
              tuple(draw.sample(wrong, _WRONG)))
