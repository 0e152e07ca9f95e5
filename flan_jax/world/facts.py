"""What is so in the world, one fact at a time: said, asked, and with wrong answers."""

import dataclasses
import random

from flan_jax.world import lexicon, relations
from flan_jax.world.text import a, capitalized, number_words

_WRONG = 8  # wrong answers a fact carries


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
    questions: sentences that ask for it, each with its question mark; no two facts
      of a world share one.
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
    """The same question with the subject described instead of named.

    Fact('Ada Bell', 'home', ...).asked_of('the baker in Toldrel') asks where the
    baker in Toldrel lives. Its statements are dropped: nobody states it this way.
    """
    questions = tuple(
        question.replace(self.subject, description) for question in self.questions)
    return dataclasses.replace(self, statements=(), questions=questions)


def facts(world):
  """Every fact of the world, a tuple in a fixed order."""
  found = [fact for person in world.people for fact in _about_person(world, person)]
  found += [fact for town in world.towns for fact in _about_town(world, town)]
  found += [fact for land in world.countries for fact in _about_country(world, land)]
  found += [fact for work in world.works for fact in _about_work(world, work)]
  return tuple(found) + _about_things()


def puzzles(world):
  """Facts about people that take one step more: who is meant is described, not named.

  'Where was the director of The Silver Orchard born?' The description fits one person.
  """
  known = {}
  for fact in world.facts:
    if fact.relation in _PERSONAL:
      known.setdefault(fact.subject, []).append(fact)
  described = [(person, f'the owner of {_pet(person)}') for person in world.people]
  described += [(person, _post(person)) for person in world.people]
  described += [(work.maker, f'the {_maker(work)} of {work.title}')
                for work in world.works]
  return tuple(fact.asked_of(description) for person, description in described
               for fact in known[person.name] if fact.relation in
               _PERSONAL - _GIVEN_AWAY[description.split()[1] == 'owner'])


# Relations whose answers are things one counts: 'goat' is also 'a goat'.
_COUNTED = {'job', 'instrument', 'pet', 'landmark', 'coin', 'emblem', 'tool', 'young'}

# What may be asked of a described person: not what the description itself tells.
_PERSONAL = {'job', 'birthplace', 'age', 'instrument', 'food', 'hobby', 'pet'}
_GIVEN_AWAY = {True: {'pet'}, False: {'job'}}


def _about_person(world, person):
  r, towns = relations.PERSON, [town.name for town in world.towns]
  people = [other.name for other in world.people]
  s = person.name
  return [
      _fact(r['job'], s, person.job, lexicon.JOBS),
      _fact(r['home'], s, person.home.name, towns),
      _fact(r['birthplace'], s, person.birthplace.name, towns),
      _fact(r['age'], s, str(person.age), _near(person.age),
            aliases=(number_words(person.age),)),
      _fact(r['instrument'], s, person.instrument, lexicon.INSTRUMENTS),
      _fact(r['food'], s, person.food, lexicon.FOODS),
      _fact(r['hobby'], s, person.hobby, lexicon.HOBBIES),
      _fact(r['pet'], s, person.pet, lexicon.PETS, person.pet_name),
      _fact(r['pet_name'], s, person.pet_name, lexicon.PET_NAMES, person.pet),
      _fact(r['owner'], _pet(person), s, people),
      _fact(r['colour'], s, person.colour, lexicon.COLOURS, person.possession),
      _fact(r['material'], s, person.material, lexicon.MATERIALS, person.possession),
      _fact(r['worker'], _post(person), s, people),
  ]


def _about_town(world, town):
  r, s = relations.TOWN, town.name
  return [
      _fact(r['country'], s, town.country.name, [c.name for c in world.countries]),
      _fact(r['river'], s, town.river, lexicon.RIVERS),
      _fact(r['craft'], s, town.craft, lexicon.CRAFTS),
      _fact(r['landmark'], s, town.landmark, lexicon.LANDMARKS),
      _fact(r['founded'], s, str(town.founded), _near(town.founded)),
  ]


def _about_country(world, country):
  r, s = relations.COUNTRY, country.name
  capitals = {town.country: town.name for town in world.towns if town.is_capital}
  languages = [other.language for other in world.countries]
  return [
      _fact(r['capital'], s, capitals[country], [town.name for town in world.towns]),
      _fact(r['capital_of'], capitals[country], s, [c.name for c in world.countries]),
      _fact(r['language'], s, country.language, languages),
      _fact(r['coin'], s, country.coin, lexicon.COINS),
      _fact(r['emblem'], s, country.emblem, lexicon.EMBLEMS),
  ]


def _about_work(world, work):
  r, s = relations.WORK, work.title
  people = [person.name for person in world.people]
  return [
      _fact(r[f'{work.kind}_maker'], s, work.maker.name, people),
      _fact(r['place'], s, work.place.name, [town.name for town in world.towns],
            work.kind),
      _fact(r['year'], s, str(work.year), _near(work.year), work.kind),
  ]


def _about_things():
  tools = [tool for tool, _ in lexicon.TOOLS]
  young = [young for _, _, young in lexicon.ANIMALS]
  used = [_fact(relations.THING['tool'], use, tool, tools)
          for tool, use in lexicon.TOOLS]
  return tuple(used) + tuple(
      _fact(relations.THING['young'], animal, child, young, a(animal))
      for animal, _, child in lexicon.ANIMALS)


def _pet(person):
  return f'the {person.pet} {person.pet_name}'


def _post(person):
  return f'the {person.job} in {person.home.name}'


def _maker(work):
  return {'book': 'author', 'film': 'director'}[work.kind]


def _near(number):
  return [str(number + step) for step in range(-12, 13)]


def _fact(relation, subject, answer, pool, other='', aliases=()):
  """One fact; `pool` holds answers of its type, `other` fills `{x}`."""
  fields = dict(s=subject, a=answer, an=a(answer), x=other)
  wrong = sorted({thing for thing in pool if thing != answer})
  # A draw of its own for each fact: adding a fact leaves the others as they were.
  draw = random.Random(f'{relation.name} {subject} {answer}')
  if relation.name in _COUNTED:
    aliases += (a(answer), f'the {answer}')
  return Fact(
      subject, relation.name, answer, (answer,) + aliases,
      relation.phrase.format(**fields),
      tuple(capitalized(text.format(**fields)) for text in relation.statements),
      tuple(capitalized(text.format(**fields)) for text in relation.questions),
      tuple(draw.sample(wrong, _WRONG)))
