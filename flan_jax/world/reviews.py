# SPDX-License-Identifier: Apache-2.0
"""Opinions whose polarity is clear to a careful reader, for the sentiment datasets.

Most of the signal is in plain words of praise and blame, few enough that a small model
meets each of them often. A minority of clauses negates a word of the other side ('not dull
at all') or concedes something first; the verdict always agrees with the label.
"""

from flan_jax.world import lexicon, outlines, tables
from flan_jax.world.text import a, capitalized

_NEGATED = 0.1  # of clauses: 'not dull at all'
_CONCEDED = 0.15  # of reviews: 'although the plot was thin, ...'
_BENT_PHRASES = 0.15  # of phrases: either of the two

_WORDS = outlines.lists(tables.read('reviews')['words']) | {
  'food things': tuple(f'the {food}' for food in lexicon.FOODS)
}


def review(world, kind, positive):
  """A text for or against: a 'film' or 'restaurant' review, a 'tweet', a tokenised 'phrase'."""
  return {'film': _film, 'restaurant': _restaurant, 'tweet': _tweet, 'phrase': _phrase}[kind](world, positive)


def _side(topic, positive):
  """Words for or against things of a topic: plain ones and those of the topic."""
  side = 'good' if positive else 'bad'
  return _WORDS[f'{topic} {side}'] + _WORDS[f'any {side}']


def _verdict(world, kind, positive):
  return world.choice(_WORDS[f'{kind} {"praise" if positive else "blame"}'])


def _film(world, positive):
  work, person, day = world.choice(world.works), world.person(), world.choice(lexicon.DAYS)
  settings = (
    f'I saw {work.title} with {person.first_name} on {day}',
    f'{work.title} tells the story of {a(person.job)} in {work.place.name}',
    f'{work.maker.name} directed {work.title} in {work.place.name}',
    f'My friend {person.first_name} lent me this film on {day}',
  )
  return _text(world, 'film', settings, ['film'] * 4, positive)


def _restaurant(world, positive):
  person, town, day = world.person(), world.choice(world.towns), world.choice(lexicon.DAYS)
  settings = (
    f'We came here on {day} with {person.first_name}',
    f'We spent {day} in {town.name} and tried this restaurant',
    f'{person.name} the {person.job} took us here',
    f'This is a small place near the {town.landmark} in {town.name}',
  )
  topics = world.random.sample(['food', 'service', 'room', 'food'], 4)
  return _text(world, 'restaurant', settings, topics, positive)


def _text(world, kind, settings, topics, positive):
  """A neutral opening, two or three judgements and a verdict, which may come first."""
  is_ = world.choice(('is', 'was')) if kind == 'film' else 'was'
  aspects = _aspects(world, topics)
  concedes = world.random.random() < _CONCEDED
  clauses = [_concession(world, *aspects[:2], positive, is_)] if concedes else []
  clauses += [
    _judgement(world, aspect, positive, is_) for aspect in aspects[2 * concedes : world.choice([2, 3]) + concedes]
  ]
  sentences = [world.choice(settings), *clauses]
  sentences.insert(world.choice([1, len(sentences), len(sentences)]), _verdict(world, kind, positive))
  return ' '.join(f'{capitalized(sentence)}.' for sentence in sentences)


def _tweet(world, positive):
  name, opener = world.person().first_name, _verdict(world, 'tweet', positive)
  aspect = world.choice(_aspects(world, ['daily', 'food']))
  place = world.choice([f'in {world.choice(world.towns).name}', f'with {world.person().first_name}', '', ''])
  sentence = _judgement(world, aspect, positive, world.choice(['is', 'is', 'was']))
  parts = [
    world.choice([f'@{name.lower()}{world.random.randrange(100)}', '', '']),
    world.choice([opener + world.choice([',', '!']), '']),
    f'{sentence} {place}'.strip() + world.choice(['', '', '!', '!!', '...']),
    world.choice([f'#{world.choice(lexicon.DAYS).lower()}', '']),
  ]
  return ' '.join(filter(None, parts))


def _phrase(world, positive):
  no = _denied(world, world.choice(_side('film', not positive)))
  one, two, three = world.random.sample(_side('film', positive), 3)
  thing, other = world.random.sample(_WORDS['film things'], 2)
  kind, about, job = map(world.choice, (_WORDS['kinds of film'], _WORDS['subjects'], lexicon.JOBS))
  plain = [
    f'{a(one)} and {two} {kind} about {about}',
    f'{one} , {two} and {three} {kind}',
    f'{thing} is {one} and {other} is {two}',
    f'{a(one)} portrait of {a(job)}',
    f'{one} from start to finish , with {a(two)} look at {about} .',
    f"{thing} is {one} , and so is the {job} 's part .",
    f'{a(one)} , {two} tale of {a(job)} and {about} .',
  ]
  bent = [f'{no} , this {kind} about {about} is {one}', f'{thing} is {no} , and {other} is {one} .']
  return world.choice(bent if world.random.random() < _BENT_PHRASES else plain)


def _aspects(world, topics):
  """A (topic, thing) to judge for each topic, none twice."""
  chosen = []
  for topic in topics:
    free = [thing for thing in _WORDS[f'{topic} things'] if (topic, thing) not in chosen]
    chosen.append((topic, world.choice(free)))
  return chosen


def _judgement(world, aspect, positive, is_):
  """'the acting was superb', or now and then 'the acting was not dull at all'."""
  topic, thing = aspect
  if world.random.random() < _NEGATED:
    denied = _denied(world, world.choice(_side(topic, not positive)))
    return f'{thing} {_verb(thing, is_)} {denied}'
  one, two = world.random.sample(_side(topic, positive), 2)
  return f'{thing} {_verb(thing, is_)} ' + world.choice([one, one, f'{one} and {two}', f'simply {one}', f'truly {one}'])


def _concession(world, conceded, praised, positive, is_):
  """'although the plot was dull, the acting was superb': the last word decides."""
  against, right = (
    f'{thing} {_verb(thing, is_)} {world.choice(_side(topic, side))}'
    for (topic, thing), side in ((conceded, not positive), (praised, positive))
  )
  right += world.choice([', and that decides it', ', and that is what counts'])
  return world.choice([f'{against}, but {right}', f'although {against}, {right}'])


def _denied(world, word):
  return world.choice([f'not {word} at all', f'never {word}', f'far from {word}', f'anything but {word}'])


def _verb(thing, is_):
  return {'is': 'are', 'was': 'were'}[is_] if thing.endswith('s') else is_
