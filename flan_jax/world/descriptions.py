"""Short texts that say a given set of things about a subject, each in its own words.

    about = Description(Thing('Toldrel', 'town'), (
        Attribute('country', 'Velmora', ...), Attribute('river', 'Wenlow', ...)))
    texts(world.random, about, 2)
    ('Toldrel is a town in Velmora on the river Wenlow.',
     'The river Wenlow flows through Toldrel. The town lies in Velmora.')

How each attribute may be said stands in tables; see `wordings`.
"""

import dataclasses

from flan_jax.world.lexicon import table
from flan_jax.world.text import a, capitalized

_TRIES = 6  # texts drawn for each one wanted: some come out the same
_ROOM = {'before': 2, 'noun': 1, 'where': 2, 'after': 1}  # in one noun phrase
_ATTACHED = 0.75  # of the descriptions of an object that could be a relative clause


@dataclasses.dataclass(frozen=True)
class Wording:
  """The ways to say one relation, any number in each column; see `wordings`."""

  rank: int
  verbs: tuple[str, ...]
  before: tuple[str, ...]
  noun: tuple[str, ...]
  where: tuple[str, ...]
  after: tuple[str, ...]
  sentences: tuple[str, ...]


def wordings(text):
  """A table of relations -> {relation: Wording}.

  Columns: relation | said of the subject | before its noun | as its noun | after the
  noun, where | after the noun, a participle or so | whole sentences. Ways to say the
  same are parted by semicolons. {s} is the subject, {o} the value, {an} the value with
  an article. A relation can be `priceRange=cheap`: for that value only. What cannot be
  said of the subject must have a noun, and the first sentence tells it.

      river | lies on the river {o} | | | on the river {o} | | the {o} flows by {s}
  """
  found = {}
  for rank, (relation, *columns) in enumerate(table(text)):
    ways = [tuple(way.strip() for way in column.split(';') if way.strip())
            for column in columns]
    found[relation] = Wording(rank, *ways, *[()] * (6 - len(ways)))
  return found


@dataclasses.dataclass(frozen=True)
class Thing:
  """What a text is about. `noun` may be '' where an attribute provides one."""

  name: str
  noun: str
  pronoun: str = 'it'

  @property
  def relative(self):
    return 'which' if self.pronoun == 'it' else 'who'


@dataclasses.dataclass(frozen=True)
class Attribute:
  """One relation of a thing, its value, and the ways to say it."""

  relation: str
  value: str
  wording: Wording

  def said(self, draw, column, subject=''):
    """One way of a column: 'lies on the river Wenlow'."""
    way = draw.choice(getattr(self.wording, column))
    return way.format(s=subject, o=self.value, an=a(self.value))


@dataclasses.dataclass(frozen=True)
class Description:
  """A thing with its attributes, and some of their values described in turn."""

  thing: Thing
  attributes: tuple[Attribute, ...]
  values: tuple['Description', ...] = ()

  @property
  def triples(self):
    """All that is said as (subject, relation, object): ('Ada', 'pet', 'goat')."""
    own = [(self.thing.name, attribute.relation, attribute.value)
           for attribute in self.attributes]
    return tuple(own) + tuple(triple for one in self.values for triple in one.triples)


def texts(draw, about, count):
  """Up to `count` different texts, each of which says all of `about` and no more.

  draw: a random.Random.
  """
  found = {}
  for _ in range(_TRIES * count):
    found.setdefault(text(draw, about))
    if len(found) == count:
      break
  return tuple(found)


def text(draw, about, openings=None):
  """One text of one to five sentences, the first of them made by an opening."""
  sentence, left = _opening(draw, about, openings or _OPENINGS)
  sentences = [sentence]
  while left:
    count = len(left) if len(left) < 4 and draw.random() < 0.6 else min(2, len(left))
    again = _again(draw, about, sentences[-1])
    sentences.append(f'{again} {_verbs(draw, left[:count])}')
    left = left[count:]
  apart = []
  for value in about.values:
    ends = [n for n, told in enumerate(sentences) if told.endswith(value.thing.name)]
    if ends and draw.random() < _ATTACHED:
      sentences[ends[0]] += f', {_attached(draw, value)}'
    else:
      apart.append(text(draw, value, _OF_THE_KNOWN))
  return ' '.join([capitalized(told) + '.' for told in sentences] + apart)


def _opening(draw, about, openings):
  """(first sentence without its full stop, attributes left to say)."""
  attributes = draw.sample(about.attributes, len(about.attributes))
  if not all(one.wording.verbs for one in attributes):
    openings = _WITH_A_NOUN
  ways = draw.sample(openings, len(openings))
  return next(filter(None, (way(draw, about.thing, attributes) for way in ways)))


def _naming(draw, thing, attributes):
  phrase, left = _noun_phrase(draw, thing, attributes)
  return (f'{thing.name} is {phrase}', left) if phrase else None


def _existing(draw, thing, attributes):
  phrase, left = _noun_phrase(draw, thing, attributes, called=f'called {thing.name}')
  return (f'there is {phrase}', left) if phrase and thing.noun else None


def _apposition(draw, thing, attributes):
  phrase, left = _noun_phrase(draw, thing, attributes)
  if not phrase or not left:
    return None
  return f'{thing.name}, {phrase}, {_verbs(draw, left[:2])}', left[2:]


def _fronted_naming(draw, thing, attributes):
  first, *left = sorted(attributes, key=lambda one: not one.wording.after)
  phrase, left = _noun_phrase(draw, thing, left)
  if not first.wording.after or not phrase:
    return None
  return f'{first.said(draw, "after")}, {thing.name} is {phrase}', left


def _fronted(draw, thing, attributes):
  first, *left = sorted(attributes, key=lambda one: not one.wording.after)
  if not first.wording.after or not left:
    return None
  front = first.said(draw, 'after')
  return f'{front}, {thing.name} {_verbs(draw, left[:2])}', left[2:]


def _plain(draw, thing, attributes):
  return f'{thing.name} {_verbs(draw, attributes[:2])}', attributes[2:]


def _relative(draw, thing, attributes):
  if len(attributes) < 2:
    return None
  one, other, *left = attributes
  return (f'{thing.name}, {thing.relative} {_verbs(draw, [one])}, '
          f'{_verbs(draw, [other])}', left)


def _from_the_object(draw, thing, attributes):
  first, *left = sorted(attributes, key=lambda one: not one.wording.sentences)
  if not first.wording.sentences:
    return None
  return first.said(draw, 'sentences', thing.name), left


_OF_THE_KNOWN = (_naming, _apposition, _fronted, _plain)  # after it has been mentioned
_WITH_A_NOUN = (_naming, _naming, _apposition, _existing, _fronted_naming)
_OPENINGS = (*_OF_THE_KNOWN * 2, _existing, _relative, _from_the_object)


def _noun_phrase(draw, thing, attributes, called=''):
  """('a 1960 film by Ada Bell', the attributes it leaves); '' where none fits."""
  most = draw.randint(2, 5)
  taken = {slot: [] for slot in _ROOM}
  # What gives the noun comes first: 'a cheap place' would leave 'a pub' for later.
  for one in sorted(attributes, key=lambda one: not one.wording.noun)[:most]:
    free = [slot for slot, room in _ROOM.items()
            if getattr(one.wording, slot) and len(taken[slot]) < room]
    if free:
      taken[draw.choice(free)].append(one)
  used = sum(taken.values(), [])
  if not used or not (thing.noun or taken['noun']):
    return '', attributes
  parts = {slot: [one.said(draw, slot) for one in
                  sorted(chosen, key=lambda one: one.wording.rank)]
           for slot, chosen in taken.items()}
  phrase = ' '.join(parts['before'] + (parts['noun'] or [thing.noun]) +
                    [called] * bool(called) + parts['where'] + parts['after'])
  return _with_article(phrase), [one for one in attributes if one not in used]


def _with_article(phrase):
  """'18-year-old nurse' -> 'an 18-year-old nurse'."""
  return f'an {phrase}' if phrase.startswith(('8', '18-')) else a(phrase)


def _verbs(draw, attributes):
  """'lies in Velmora, has a castle and was founded in 1204'."""
  said = []
  for one in attributes:
    # Another verb if there is one, rather than 'lies in Velmora and lies on a river'.
    ways = [one.said(draw, 'verbs') for _ in range(3)]
    used = {told.split()[0] for told in said}
    said.append(next((way for way in ways if way.split()[0] not in used), ways[0]))
  *firsts, last = said
  return f'{", ".join(firsts)} and {last}' if firsts else last


def _again(draw, about, before):
  """The subject of a later sentence; 'it' only where that can be nothing else."""
  thing = about.thing
  if thing.pronoun != 'it':
    return thing.pronoun
  subject_before = before.startswith((thing.name, 'it ', f'the {thing.noun} '))
  clear = subject_before and not about.values
  return 'it' if clear and draw.random() < 0.7 else f'the {thing.noun}'


def _attached(draw, about):
  """'a town on the river Wenlow', 'who keeps a goat': after the name of a thing."""
  phrase, left = _noun_phrase(draw, about.thing, about.attributes)
  if phrase and not left:
    return phrase
  return f'{about.thing.relative} {_verbs(draw, about.attributes)}'
