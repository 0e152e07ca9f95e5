# SPDX-License-Identifier: Apache-2.0
"""Mails, chats, debates, guides and reviews of a film, each with what it amounts to.

The gist says what a text is about in other words than the text.
"""

from typing import NamedTuple

from flan_jax.world import lexicon, outlines, tables
from flan_jax.world.outlines import filled, joined, lines, lists
from flan_jax.world.text import a

_MAIL, _CHATS, _CRITICS = map(tables.read, ('mail', 'chats', 'critics'))
_TO_ALL, _TO_ONE, _TALKS, _ASIDES = (
  outlines.outlines(joined(table[name]))
  for table, name in ((_MAIL, 'to all'), (_MAIL, 'to one'), (_CHATS, 'talks'), (_CHATS, 'asides'))
)
_MAIL_WORDS, _CHAT_WORDS = lists(_MAIL['words']), lists(_CHATS['words'])
_OPENERS, _ADDED = (joined(_MAIL[name]).split(' / ') for name in ('openers', 'asides'))
_TIMES = tuple(f'{hour}:{minute}' for hour in range(9, 18) for minute in ('00', '30'))


def mail(world):
  """(body, subject): the parts of the body are on lines of their own, none is blank."""
  outline, gaps = world.choice(_TO_ALL + _TO_ONE), _gaps_of_mail(world)
  sentences = lines(world, outline, gaps)
  if world.random.random() < 0.35:
    sentences.insert(0, world.choice(_OPENERS))
  if world.random.random() < 0.4:
    sentences.append(filled(world.choice(_ADDED), gaps))
  reader = 'all' if outline in _TO_ALL else gaps['reader']
  body = (f'{gaps["greeting"]} {reader},', ' '.join(sentences), f'{gaps["closing"]},', str(gaps['writer']))
  return '\n'.join(body), filled(world.choice(outline.heads), gaps)


def _gaps_of_mail(world):
  gaps = {name: world.choice(values) for name, values in _MAIL_WORDS.items()}
  for name, values in {
    'day': lexicon.DAYS[:5],
    'time': _TIMES,
    'floor': _MAIL_WORDS['floor'],
    'room': _MAIL_WORDS['room'],
  }.items():
    gaps |= zip((name, f'other_{name}', f'last_{name}'), world.random.sample(values, 3))
  gaps |= zip(('writer', 'reader', 'other', 'fourth'), outlines.figures(world, 4))
  draw, town, number = world.random, world.choice(world.towns), world.random.randrange(20, 400)
  gaps |= dict(number=number, fewer=number - draw.randrange(2, 19), years=draw.randint(2, 15))
  gaps |= dict(invoice=draw.randint(1000, 9999), goods=world.choice(lexicon.CRAFTS), food=world.choice(lexicon.FOODS))
  gaps |= dict(town=town.name, film=_film(world), thing=f'{world.choice(lexicon.COLOURS)} {gaps["thing_name"]}')
  return gaps | {f'a_{name}': a(gaps[name]) for name in ('thing', 'gift', 'job')}


def _film(world):
  return world.choice([work.title for work in world.works if work.kind == 'film'])


LINE_END = '\r\n'  # as in the published files
_PAIRS = lists(_CHATS['pairs'], ' / ')  # as said ~ as reported
_HOURS = tuple(f'{time // 60}:{time % 60:02}' for time in range(60, 540, 15))


def chat(world):
  """(dialogue of A and B, what it came to): one line a turn, 'Name: text'."""
  talk, gaps = world.choice(_TALKS), _gaps_of_chat(world)
  turns, heads = lines(world, talk, gaps), talk.heads
  if world.random.random() < 0.3:  # the first head of each is one sentence
    aside = world.choice(_ASIDES)
    turns += lines(world, aside, gaps)
    heads = (f'{heads[0]} {aside.heads[0]}',)
  if world.random.random() < 0.4:
    speaker = 'B' if turns[-1].startswith('A') else 'A'
    turns.append(f'{speaker}: {gaps["closing"]}')
  named = [f'{gaps[turn[0]]}{turn[1:]}' for turn in turns]
  return LINE_END.join(named), filled(world.choice(heads), gaps)


def _gaps_of_chat(world):
  sample = world.random.sample
  gaps = {name: world.choice(values) for name, values in _CHAT_WORDS.items()}
  gaps |= zip('ABCD', outlines.figures(world, 4))
  gaps['day'], gaps['other_day'] = sample(lexicon.DAYS, 2)
  gaps['time'], gaps['later'] = sorted(sample(_HOURS, 2))  # hours of one digit
  gaps['town'], gaps['other_town'] = (town.name for town in sample(world.towns, 2))
  gaps['a_gift'], gaps['a_bad_gift'] = map(a, sample(_CHAT_WORDS['gift'], 2))
  gaps['food'], gaps['film'] = world.choice(lexicon.FOODS), _film(world)
  for names, pairs in _PAIRS.items():
    gaps |= zip(names.split(', '), world.choice(pairs).format_map(gaps).split(' ~ '))
  return gaps


_PROPOSALS = tuple(outlines.themes('debates'))  # an outline is a claim for or against it


def debate(world):
  """(motion, claim, reasons): three to five reasons in any order."""
  proposal = world.choice(_PROPOSALS)
  town, other_town = (town.name for town in world.random.sample(world.towns, 2))
  gaps = world.choice(proposal.gaps) | dict(town=town, other_town=other_town)
  claim = world.choice(proposal.outlines)
  reasons = lines(world, claim, gaps)
  count = world.random.randint(3, len(reasons))
  motion = f'This House would {proposal.title.format_map(gaps)}.'
  return motion, filled(world.choice(claim.heads), gaps), world.random.sample(reasons, count)


GUIDES = tuple(outlines.themes('guides'))  # an outline is a step, its head a short one
_OPENINGS = (
  'Anybody can learn {title}.',
  'Here is {title}.',
  'Some advice on {title}.',
  'It is not hard to learn {title}.',
  'Have you ever wondered {title}?',
)


def guide(world):
  """(article, summary): three to five steps of a guide, in their order."""
  chosen = world.choice(GUIDES)
  gaps = world.choice(chosen.gaps)
  title = chosen.title.format_map(gaps)
  texts, heads = [world.choice(_OPENINGS).format(title=title)], []
  count, numbers = world.random.randint(3, 5), range(len(chosen.outlines))
  for number in sorted(world.random.sample(numbers, count)):
    texts += lines(world, chosen.outlines[number], gaps)
    heads.append(filled(world.choice(chosen.outlines[number].heads), gaps))
  return ' '.join(texts), ' '.join(heads)


class Aspect(NamedTuple):
  """One side of a film: names in a consensus and sentences of critics, bad and good."""

  named: tuple[list, list]
  said: tuple[list, list]


ASPECTS = tuple(
  Aspect(
    *(
      (tuple(texts[1]), tuple(texts[0]))
      for texts in ([names.split(', ') for names in outline.heads], [line.wordings for line in outline.lines])
    )
  )
  for outline in outlines.outlines(joined(_CRITICS['aspects']))
)
_CONSENSUS, _VERDICTS = (lists(_CRITICS[name], ' / ') for name in ('consensus', 'verdicts'))


def opinions(world):
  """(title, reviews, consensus): five to eight reviews of one film.

  Two or three aspects are each brought up by two or three critics, who agree but for one.
  """
  liked, mixed = world.random.random() < 0.5, world.random.random() < 0.6
  one, two, other, *minor = world.random.sample(ASPECTS, 5)
  agreed = [(one, liked), (two, liked)] + [(other, not liked)] * mixed
  names = {role: world.choice(aspect.named[good]) for role, (aspect, good) in zip(('one', 'two', 'other'), agreed)}
  side, noun = 'liked' if liked else 'disliked', world.choice(lexicon.TITLE_NOUNS)
  # No title of a work in the world has one of these forms.
  title = world.choice(
    (f'{world.choice(lexicon.TITLE_ADJECTIVES)} {noun}s', f'The {noun} of {world.choice(world.towns).name}')
  )
  form = world.choice(_CONSENSUS[f'{side}, {"mixed" if mixed else "plain"}'])
  world.random.shuffle(agreed)  # any of them may be the one that is doubted
  said = _said(world, agreed, minor[: world.random.randint(0, 2)])
  reviews = _reviews(world, said, liked, list(_VERDICTS[side]))
  return title, reviews, filled(form, names | {'title': title})


def _said(world, agreed, minor):
  """(sentence, is it praise?) pairs, those on one aspect in a row of four at most."""
  said, dissent = [], world.random.random() < 0.5
  for turn, (aspect, good) in enumerate(agreed):
    doubted = dissent and turn == 0
    count = 3 if doubted else world.random.randint(2, 3)
    said += [(text, good) for text in world.random.sample(aspect.said[good], count)]
    said += [(world.choice(aspect.said[not good]), not good)] if doubted else []
  for aspect in minor:
    good = world.random.random() < 0.5
    said.append((world.choice(aspect.said[good]), good))
  return said


def _reviews(world, said, liked, verdicts):
  """Deals the sentences out: no critic gets two on one aspect."""
  critics, reviews = min(world.random.randint(5, 8), len(said)), []
  world.random.shuffle(verdicts)
  star, partner = outlines.figures(world, 2)
  gaps = dict(star=star, partner=partner, town=world.choice(world.towns).name)
  for critic in range(critics):
    dealt = said[critic::critics]
    texts = [filled(sentence, gaps) for sentence, _ in dealt]
    if liked in [good for _, good in dealt] and verdicts and world.random.random() < 0.3:
      texts.append(verdicts.pop())
    reviews.append(' '.join(texts))
  return world.random.sample(reviews, critics)
