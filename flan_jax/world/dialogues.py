# SPDX-License-Identifier: Apache-2.0
"""Texts, and the questions of somebody who wants to know more.

Texts are put together from beats of a table, a few sentences with their questions. Beats
that are not told lend the questions that a text leaves open.
"""

import typing

from flan_jax.world import lexicon, outlines, tables
from flan_jax.world.text import a, capitalized, number_words


class Turn(typing.NamedTuple):
  """A question, its answer, and the words at text[start:end] that prove it.

  `answer` may be worded freely; it is 'yes', 'no' or, for a question that the text
  leaves open, ''. Then there is no evidence either, and start is -1.
  """

  question: str
  answer: str = ''
  evidence: str = ''
  start: int = -1
  follows: bool = False  # the turn before it

  @property
  def end(self):
    return self.start + len(self.evidence) if self.answer else -1

  @property
  def spans(self):
    """((evidence, its start), and the same of an answer that is a part of it)."""
    if not self.answer:
      return ()
    part = self.evidence.find(self.answer)
    if self.answer in ('yes', 'no', self.evidence) or part < 0:
      return ((self.evidence, self.start),)
    return (self.evidence, self.start), (self.answer, self.start + part)


class Article(typing.NamedTuple):
  """An entry: heading, first words, the text of one section, a question about it."""

  title: str
  background: str
  section: str
  text: str
  turn: Turn


def story(world):
  """A text and four to seven turns in the order of the text, most with pronouns."""
  gaps, details, count = _gaps_of_story(world), _some(world, _DETAILS), world.choice((1, 2))
  told = [world.choice(_OPENINGS), *details[:count]]
  told += [world.choice(part) for part in (_WAYS, _PLOTS, _ENDINGS)]
  text, turns = _told(told, [gaps] * len(told))
  turns = _asked(world, turns)
  if world.random.random() < 0.3:
    turns.append(world.choice(_open(details[count:], gaps)))
  return text, turns


def article(world):
  """An `Article` on somebody or on a town."""
  person = world.random.random() < 0.7
  gaps = (_gaps_of_life if person else _gaps_of_town)(world)
  beats = [beat for beat in _some(world, _LIVES if person else _TOWNS) if beat.topic not in gaps['not']]
  count, kind = world.random.randint(4, 5), 'person' if person else 'town'
  later = gaps | _named(*gaps['again'])
  text, turns = _told(beats[:count], [gaps] + [later] * (count - 1))
  if world.random.random() < 0.2:
    turns = _open(beats[count:], later)
  background = world.choice(_FIRST_WORDS[kind]).format_map(gaps)
  return Article(gaps['name'], background, world.choice(_SECTIONS[kind]), text, world.choice(turns))


class _Beat(typing.NamedTuple):
  topic: str
  telling: str
  asked: tuple  # of (follows, question, answer, evidence)


def _beats(rows):
  """'= topic: What is told. // A question? ; its answer ; what proves it' and so on."""
  for text in f' {outlines.joined(rows)}'.split(' = ')[1:]:
    told, *asked = text.split(' // ')
    topic, _, telling = told.partition(': ')
    cells = (row.split(' ; ') for row in asked)
    asked = [(ask.startswith('+'), ask.lstrip('+ '), answer, *(proof or [answer])) for ask, answer, *proof in cells]
    yield _Beat(topic, telling, asked)


def _some(world, beats):
  """One beat of every topic, in any order."""
  by_topic = {}
  for beat in world.random.sample(beats, len(beats)):
    by_topic.setdefault(beat.topic, beat)
  return list(by_topic.values())


def _told(beats, gaps):
  """The text of the beats, each with its own gaps, and every turn about it."""
  text, turns = '', []
  for beat, filling in zip(beats, gaps):
    text += ' ' if text else ''
    begin, telling = len(text), beat.telling.format_map(filling)
    text += telling
    for follows, *cells in beat.asked:
      question, answer, evidence = (cell.format_map(filling) for cell in cells)
      start = begin + telling.index(evidence)
      turns.append(Turn(capitalized(question), answer, evidence, start, follows))
  return text, turns


def _open(beats, gaps):
  """What one may ask without having been told any of this."""
  questions = [question for beat in beats for follows, question, *_ in beat.asked if not follows]
  return [Turn(capitalized(question.format_map(gaps))) for question in questions]


def _asked(world, turns):
  """The first turn and some others; none that follows up on one not chosen."""
  chosen = []
  while not 4 <= len(chosen) <= 6:
    chosen, last = turns[:1], True
    for turn in turns[1:]:
      last = world.random.random() < 0.5 and (last or not turn.follows)
      chosen += [turn] if last else []
  return chosen


_TABLES = tables.read('dialogues')
_OPENINGS, _DETAILS, _WAYS, _PLOTS, _ENDINGS, _LIVES, _TOWNS = (
  tuple(_beats(_TABLES[name])) for name in 'openings details ways plots endings lives towns'.split()
)
_FIRST_WORDS, _SECTIONS = (outlines.lists(_TABLES[name], ' / ') for name in ('first words', 'sections'))
_WORDS = outlines.lists(_TABLES['words'])
_FORMS = {'she': ('she', 'her', 'her'), 'he': ('he', 'him', 'his')}


def _gaps_of_story(world):
  """What is so about somebody, and what is drawn for one story."""
  person, draw = world.person(), world.random
  friend = world.choice([p for p in world.people if p.pronoun != person.pronoun])
  he, him, his = _FORMS[friend.pronoun]
  count, price = map(number_words, draw.sample(range(3, 13), 2))
  day, later = draw.sample(lexicon.DAYS, 2)
  words = {name: world.choice(values) for name, values in _WORDS.items()}
  gaps = _gaps_of(person) | words | dict(count=count, price=price, day=day, later=later, friend=friend.first_name)
  gaps |= dict(he=he, He=capitalized(he), him=him, his=his, man={'he': 'man', 'she': 'woman'}[he])
  return gaps | dict(coin=person.home.country.coin, tune=world.choice(lexicon.INSTRUMENTS))


def _gaps_of(person):
  """What is so about a person, as words that fit into a sentence."""
  she, her, hers = _FORMS[person.pronoun]
  gaps = vars(person) | dict(first=person.first_name, she=she, She=capitalized(she), her=her, hers=hers)
  gaps |= dict(a_job=a(person.job), a_pet=a(person.pet), a_treasure=a(f'{person.colour} {person.possession}'))
  return gaps | dict(home=person.home.name, birthplace=person.birthplace.name)


def _gaps_of_life(world):
  person = world.person()
  home, birthplace = person.home, person.birthplace
  gaps = _work_gaps(work for work in world.works if work.maker == person) | _gaps_of(person) | _named(person.name)
  gaps |= dict(birth_river=birthplace.river, birth_craft=birthplace.craft, again=_FORMS[person.pronoun])
  return gaps | dict(country=home.country.name, landmark=home.landmark)


def _gaps_of_town(world):
  town = world.choice(world.towns)
  country = town.country
  [capital] = [t.name for t in world.towns if t.is_capital and t.country == country]
  resident = world.choice([person for person in world.people if person.home == town])
  gaps = _work_gaps(work for work in world.works if work.place == town)
  gaps['not'] += ('province' if town.is_capital else 'capital',)
  gaps |= vars(town) | _named(town.name) | dict(again=('the town',), resident=resident.name)
  return gaps | dict(a_resident_job=a(resident.job), country=country.name, coin=country.coin, capital=capital)


def _work_gaps(works):
  """Of the first of the works; if there is none, its topic is `not` to be told."""
  for work in works:
    made, make = {'book': ('wrote', 'write'), 'film': ('directed', 'direct')}[work.kind]
    gaps = dict(work=work.title, kind=work.kind, maker=work.maker.name, year=work.year, place=work.place.name)
    return gaps | {'made': made, 'make': make, 'not': ()}
  return {'not': ('work',)}


def _named(who, whom='', whose=''):
  """How a sentence calls whom the text is about."""
  names = dict(who=who, whom=whom or who, whose=whose or f"{who}'s")
  return names | {capitalized(name): capitalized(text) for name, text in names.items()}
