# SPDX-License-Identifier: Apache-2.0
"""Things that happen in the world, as the papers report them and as one sums them up.

An article says everything that the summary needs, and more.
"""

import functools
import re
import string
from typing import NamedTuple

from flan_jax.world import lexicon, outlines, tables
from flan_jax.world.text import a, capitalized, number_words

TOPICS = ('World', 'Sports', 'Business', 'Sci/Tech')  # in the order of AG News
LOCAL = 'Local'
_TABLES = tables.read('news')
_WORDS = outlines.lists(_TABLES['words'])
MONTHS, _SAYING = _WORDS['month'], _WORDS['saying']


class Point(NamedTuple):
  """One thing to say: full sentences that say it, and a short one."""

  wordings: tuple
  brief: str


class Kind(NamedTuple):
  """What may happen, with gaps: `slots` holds what may fill those of its own."""

  topic: str
  slots: dict
  lead: Point
  told: list
  extra: list
  quotes: list
  summaries: list  # of (summary, headline)


class Event:
  """A kind with its gaps filled by `names`, its summary and its headline."""

  def __init__(self, kind, names, *forms):
    self.kind, self.names = kind, names
    self.summary, self.headline = map(self.said, forms)

  def said(self, form):
    """'{place:a} in {town} burns.' -> 'A hotel in Toldrel burns.'"""
    return capitalized(form.format_map(self.names))


class Article(NamedTuple):
  """Sentences in their order; `points` are those told (all but the quotes)."""

  sentences: tuple
  points: tuple


class _Value(str):
  """What fills a gap: with its article as {place:a}, without it as {place}."""

  def __format__(self, form):
    return a(self) if form == 'a' else str(self)


@functools.cache
def kinds(topic):
  """Every kind of event of a topic."""
  text = f' {outlines.joined(_TABLES[topic])}'
  return tuple(_kind(topic, part.split(' // ')) for part in text.split(' = ')[1:])


def _kind(topic, entries):
  texts = dict(lead=[], told=[], extra=[], quote=[], summary=[])
  slots = {}
  for name, _, text in (entry.partition(': ') for entry in entries):
    if name not in texts:
      slots[name] = _values(text)
    elif name == 'quote':
      texts[name].append(text)
    else:  # a point with its short form, a summary with its headline
      full, short = text.split(' > ')
      texts[name].append((full, short) if name == 'summary' else Point(tuple(full.split(' / ')), short))
  return Kind(topic, slots, *texts.pop('lead'), *texts.values())


def _values(text):
  """'2-9' -> ('two', 'three', ...), '20-40 by 10' -> ('20', '30', '40'), or a list."""
  numbers = re.fullmatch(r'(\d+)-(\d+)(?: by (\d+))?', text)
  if not numbers:
    return tuple(map(_Value, text.split(', ')))
  first, last, step = (int(number or 1) for number in numbers.groups())
  return tuple(_Value(number_words(n) if n < 10 else f'{n:,}') for n in range(first, last + 1, step))


@functools.cache
def gaps(form):
  """'{place:a} in {town}' -> {'place', 'town'}."""
  return frozenset(name for _, name, _, _ in string.Formatter().parse(form) if name)


def event(world, topics=(*TOPICS, LOCAL)):
  """An event of one of the topics, all equally likely."""
  kind = world.choice(kinds(world.choice(topics)))
  names = {slot: world.choice(values) for slot, values in kind.slots.items()}
  return Event(kind, _setting(world) | names, *world.choice(kind.summaries))


def _setting(world):
  """Where and when, and people and firms of which nothing else is known."""
  person, day = world.person(), world.random.randrange(7)
  town, (chief, deputy) = person.home, outlines.figures(world, 2)
  firm, rival = (f'{name} {world.choice(_WORDS["firm"])}' for name in world.random.sample(lexicon.SURNAMES, 2))
  found = dict(town=town.name, country=town.country.name, river=town.river, craft=town.craft)
  found |= dict(landmark=town.landmark, coins=f'{town.country.coin}s', firm=firm, rival=rival)
  found |= dict(away=world.choice([other.name for other in world.towns if other != town]))
  found |= dict(abroad=world.choice([one.name for one in world.countries if one != town.country]))
  found |= dict(local=f'{person.name}, {a(person.job)} in {town.name}', chief=chief.full)
  found |= dict(last=chief.full.split()[1], deputy=deputy.full, day=lexicon.DAYS[day])
  found |= dict(month=world.choice(MONTHS), later=lexicon.DAYS[(day + world.random.randint(1, 4)) % 7])
  return found | dict(paper=f'{town.name} {world.choice(_WORDS["paper"])}', goods=world.choice(_WORDS['goods']))


def article(world, event):
  """All that the summary needs, some more, and sometimes a quote."""
  extra = world.random.sample(event.kind.extra, world.random.randint(0, 2))
  quotes = [world.choice(event.kind.quotes)] if world.random.random() < 0.6 else []
  return _article(world, event, event.kind.told, extra, quotes)


def _article(world, event, told, extra, quotes, offset=None):
  """The lead, the main point, the others in any order, a quote after what is told.

  offset: which wordings to use; None draws them.
  """
  first, *others = told
  others = world.random.sample([*others, *extra], len(others) + len(extra))
  points = (event.kind.lead, first, *others)
  forms = [
    world.choice(point.wordings) if offset is None else point.wordings[offset % len(point.wordings)] for point in points
  ]
  # Not earlier: a quote may be of somebody whom a point introduces.
  least = max(map(points.index, told)) + 1
  for quote in quotes:
    forms.insert(world.random.randint(least, len(forms)), quote)
  return Article(tuple(map(event.said, forms)), points)


def highlights(world, event, article):
  """Three or four lines: the lead's, the main point's, some others' in their order."""
  others = range(2, len(article.points))
  chosen = sorted(world.random.sample(others, world.random.randint(1, 2)))
  return [event.said(article.points[number].brief) for number in (0, 1, *chosen)]


def summary(world, event, article):
  """The summary, half of the time with something that it leaves out added."""
  more = [point for point in event.kind.extra if point in article.points]
  return _with_more(world, event, more[: world.random.randrange(2)], [article])


def _with_more(world, event, points, articles):
  """The summary and the points, if possible in other words than the articles'."""
  used = {sentence for article in articles for sentence in article.sentences}
  sentences = [event.summary]
  for point in points:
    said = [event.said(form.replace('{last}', '{chief}')) for form in point.wordings]
    sentences.append(world.choice([text for text in said if text not in used] or said))
  return ' '.join(sentences)


def press(world, event):
  """Two articles on one event, and a summary that takes both to write.

  Each of the extra points is told in one of the articles only, and summed up.
  """
  kind, offset = event.kind, world.random.randrange(2)
  main, *others = kind.told
  shares = [world.random.randrange(3) for _ in others]  # first, second, both
  pieces = []
  for number in range(2):
    told = [main, *(p for p, share in zip(others, shares) if share in (number, 2))]
    quotes = [kind.quotes[number].replace('{last}', '{chief}')]
    pieces.append(
      _article(world, event, told, [kind.extra[number]], quotes * (world.random.random() < 0.4), offset + number)
    )
  more = world.random.sample(kind.extra, len(kind.extra))
  return pieces, _with_more(world, event, more, pieces)


def wire(world, event):
  """One sentence of an agency: the summary, its source, and perhaps something more."""
  if world.random.random() < 0.5:
    return event.said(f'{event.summary[:-1]}, {world.choice(_SAYING + _WORDS["quoting"])}.')
  detail = world.choice(world.choice(event.kind.extra).wordings)
  detail = (detail[0].lower() + detail[1:]).replace('{last}', '{chief}')
  return event.said(f'{event.summary[:-1]}, {world.choice(_SAYING)}, adding that {detail}')


def tokenized(text):
  """'All 3,500 cats slept.' -> 'all three thousand five hundred cats slept .'"""
  text = re.sub(r'\d[\d,]*', lambda found: spelled(int(found[0].replace(',', ''))), text.lower())
  text = re.sub(r'([.,;:?!"()])', r' \1 ', text)
  return ' '.join(re.sub(r"(\w)('s?)(?= |$)", r'\1 \2', text).split())


def spelled(number):
  """3500 -> 'three thousand five hundred', for 0 to 99,999."""
  for size, name in ((1000, 'thousand'), (100, 'hundred')):
    if number >= size:
      words = f'{number_words(number // size)} {name}'
      return f'{words} {spelled(number % size)}' if number % size else words
  return number_words(number)
