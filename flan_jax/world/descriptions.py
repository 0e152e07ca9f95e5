# SPDX-License-Identifier: Apache-2.0
"""Short texts that say a given set of things about a subject, each in its own words.

'Toldrel is a town in Velmora on the river Wenlow.'
'The river Wenlow flows through Toldrel. The town lies in Velmora.'
"""

from typing import NamedTuple

from flan_jax.world.text import a, capitalized

_ROOM = {'before': 2, 'noun': 1, 'where': 2, 'after': 1}  # in one noun phrase


class Wording(NamedTuple):
  """The ways to say one relation, any number in each column; `rank` is for their order."""

  rank: int
  verbs: list
  before: list
  noun: list
  where: list
  after: list
  sentences: list


def wordings(rows):
  """Rows of a table -> {relation: Wording}; ways to say the same are parted by semicolons.

  {s} is the subject, {o} the value, {an} the value with an article. A relation can be
  `priceRange=cheap`: for that value only. What has no verbs must have a noun.
  """
  return {
    relation: Wording(rank, *(list(filter(None, column.split('; '))) for column in columns))
    for rank, (relation, *columns) in enumerate(rows)
  }


class Thing(NamedTuple):
  """What a text is about. `noun` may be '' where an attribute provides one."""

  name: str
  noun: str
  pronoun: str = 'it'


class Attribute(NamedTuple):
  """One relation of a thing, its value, and the ways to say it."""

  relation: str
  value: str
  wording: Wording

  def said(self, draw, column, subject=''):
    """One way of a column: 'lies on the river Wenlow'."""
    way = draw.choice(getattr(self.wording, column))
    return way.format(s=subject, o=self.value, an=a(self.value))


class Description(NamedTuple):
  """A thing with its attributes, and some of their values described in turn."""

  thing: Thing
  attributes: tuple
  values: tuple = ()

  @property
  def triples(self):
    """All that is said as (subject, relation, object): ('Ada', 'pet', 'goat')."""
    own = tuple((self.thing.name, one.relation, one.value) for one in self.attributes)
    return own + tuple(triple for value in self.values for triple in value.triples)


def texts(draw, about, count):
  """Up to `count` different texts, each of which says all of `about` and no more."""
  found = {}
  for _ in range(6 * count):  # some come out the same
    found.setdefault(text(draw, about))
    if len(found) == count:
      break
  return tuple(found)


def text(draw, about, known=False):
  """One text of one to five sentences; known: whether the thing has been mentioned."""
  sentence, left = _opening(draw, about.thing, about.attributes, known)
  sentences, apart = [sentence], []
  while left:
    count = len(left) if len(left) < 4 and draw.random() < 0.6 else min(2, len(left))
    sentences.append(f'{_again(draw, about, sentences[-1])} {_verbs(draw, left[:count])}')
    left = left[count:]
  for value in about.values:
    ends = [n for n, told in enumerate(sentences) if told.endswith(value.thing.name)]
    if ends and draw.random() < 0.75:  # ', a town on the river Wenlow', ', who keeps a goat'
      phrase, left = _noun_phrase(draw, value.thing, value.attributes)
      relative = 'which' if value.thing.pronoun == 'it' else 'who'
      clause = f'{relative} {_verbs(draw, value.attributes)}'
      sentences[ends[0]] += f', {phrase if phrase and not left else clause}'
    else:
      apart.append(text(draw, value, known=True))
  return ' '.join([f'{capitalized(told)}.' for told in sentences] + apart)


def _opening(draw, thing, attributes, known):
  """(first sentence without its full stop, attributes left to say)."""
  attributes = draw.sample(attributes, len(attributes))
  phrase, left = _noun_phrase(draw, thing, attributes)
  ways = [(f'{thing.name} is {phrase}', left)] if phrase else []
  if phrase and left:
    ways.append((f'{thing.name}, {phrase}, {_verbs(draw, left[:2])}', left[2:]))
  if not known and thing.noun:
    phrase, left = _noun_phrase(draw, thing, attributes, called=f'called {thing.name}')
    ways += [(f'there is {phrase}', left)] if phrase else []
  if all(one.wording.verbs for one in attributes):
    ways.append((f'{thing.name} {_verbs(draw, attributes[:2])}', attributes[2:]))
    first, *left = sorted(attributes, key=lambda one: not one.wording.sentences)
    if first.wording.sentences and not known:
      ways.append((first.said(draw, 'sentences', thing.name), left))
  return draw.choice(ways)


def _noun_phrase(draw, thing, attributes, called=''):
  """('a 1960 film by Ada Bell', the attributes it leaves); '' where none fits."""
  taken, most = {slot: [] for slot in _ROOM}, draw.randint(2, 5)
  # What gives the noun comes first: 'a cheap place' would leave 'a pub' for later.
  for one in sorted(attributes, key=lambda one: not one.wording.noun)[:most]:
    free = [slot for slot, room in _ROOM.items() if getattr(one.wording, slot) and len(taken[slot]) < room]
    if free:
      taken[draw.choice(free)].append(one)
  used = sum(taken.values(), [])
  if not used or not (thing.noun or taken['noun']):
    return '', attributes
  parts = {
    slot: [one.said(draw, slot) for one in sorted(chosen, key=lambda one: one.wording.rank)]
    for slot, chosen in taken.items()
  }
  phrase = ' '.join(
    parts['before'] + (parts['noun'] or [thing.noun]) + [called] * bool(called) + parts['where'] + parts['after']
  )
  article = 'an' if phrase.startswith(('8', '18-')) else ''  # 'an 18-year-old nurse'
  return (f'{article} {phrase}' if article else a(phrase), [one for one in attributes if one not in used])


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
  clear = before.startswith((thing.name, 'it ', f'the {thing.noun} ')) and not about.values
  return 'it' if clear and draw.random() < 0.7 else f'the {thing.noun}'
