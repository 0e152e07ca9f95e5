"""The world as plain text: what is so, what happened, what people thought of it.

A document is one line of a few sentences. Facts are told in rounds, each round in
another wording, so that a few thousand documents state every fact several times. The
questions here are worded unlike `Fact.questions`, and nothing is labelled: a model that
read this text has met every answer and every word, but not one task of the datasets.
"""

import itertools

from flan_jax.world import lexicon, reviews, statements
from flan_jax.world.text import capitalized

# Kinds of document in turn: four of eleven tell facts.
_KINDS = (
    'facts', 'opinion', 'scene', 'facts', 'opinion', 'events', 'facts', 'asked', 'facts',
    'opinion', 'asked')

_ASKED = (
    'Q: Please name {phrase}. A: {answer}.',
    'Do you know {phrase}? Yes, it is {answer}.',
    'Asked about {phrase}, everybody answers: {answer}.',
    'Somebody wanted to know {phrase}, and the answer was {answer}.',
    'Is {wrong} {phrase}? No, not {wrong} but {answer}.',
    '{phrase}: {answer}.',
)

_SCENES = (
    '{first} went to the {place} on {day} because {pronoun} needed a {tool}.',
    'It was {good} at the {place}, so {first} stayed there until the evening.',
    'The {place} was {bad}, and that is why {first} did not stay.',
    '{first} wanted {food}, but the {place} had none left.',
    'If it rains on {day}, {first} will not go to the {place}.',
    '{first} gave {other} a {tool}, and {other} gave {first} some {food}.',
    'Although the way was {far}, {first} walked to the {place} with {other}.',
    '{first} asked {other} for help, and {other} said yes at once.',
    'Nobody was at the {place} when {first} came in.',
    'Before {first} left the {place}, {pronoun} thanked {other} for the {food}.',
    'The {tool} of {other} was broken, so {first} lent {possessive} own.',
    '{first} said that the {food} was too hot; {other} thought it was not.',
    'On {day} {first} met {other} at the {place}, not at the {elsewhere}.',
    'Everyone at the {place} knows {first}, since {pronoun} comes there every {day}.',
    '{other} could not find the {tool} because {first} had taken it home.',
    'After the rain the {place} was {bad} but the {elsewhere} was still {good}.',
)


def documents(world, count):
  """Yields `count` documents, drawn from the world's stream."""
  told = _told(world)
  write = {'facts': lambda: next(told), 'asked': lambda: _asked(world),
           'scene': lambda: scene(world), 'opinion': lambda: opinion(world),
           'events': lambda: statements.scene(world, world.random.randint(2, 5))}
  for kind in itertools.islice(itertools.cycle(_KINDS), count):
    yield write[kind]()


def scene(world):
  """A few sentences of something that happened to one person, maybe with another."""
  one, other = world.two_people()
  place, elsewhere = world.random.sample(lexicon.PLACES, 2)
  texts = world.random.sample(_SCENES, world.random.randint(2, 5))
  return ' '.join(
      capitalized(text.format(
          first=one.first_name, other=other.first_name, pronoun=one.pronoun,
          possessive=one.possessive, place=place, elsewhere=elsewhere,
          **_scene_words(world)))
      for text in texts)


def _scene_words(world):
  good, bad = world.choice(_MOODS)
  return dict(
      good=good, bad=bad, day=world.choice(lexicon.DAYS),
      far=world.choice(('long', 'steep', 'wet', 'dark')),
      tool=world.choice(_CARRIED), food=world.choice(lexicon.FOODS))


# What a place can be, at its best and at its worst.
_MOODS = (('warm', 'cold'), ('quiet', 'noisy'), ('clean', 'dirty'), ('bright', 'dark'),
          ('open', 'closed'), ('safe', 'dangerous'), ('dry', 'wet'))

# Things that take 'a' and go into a bag.
_CARRIED = ('ladle', 'hammer', 'broom', 'needle', 'telescope', 'kettle', 'compass',
            'corkscrew', 'calendar', 'pillow', 'whistle', 'candle', 'shovel', 'stapler')


def _told(world):
  """Endless documents; round k says every fact once, in its wording number k."""
  groups = _by_subject(world.facts)
  for turn in itertools.count():
    parts = [part for group in groups for part in
             _parts(world.random, world.random.sample(group, len(group)))]
    for part in world.random.sample(parts, len(parts)):
      yield ' '.join(_stated(fact, turn) for fact in part)


def _stated(fact, turn):
  # Two wordings of one document should not be built alike, hence the shift.
  shift = sum(map(ord, fact.relation))
  return fact.statements[(turn + shift) % len(fact.statements)]


def _parts(draw, facts):
  """Cuts a list into runs of 2 to 6; a last single fact joins the run before it."""
  while facts:
    length = draw.randint(2, 5)
    length += len(facts) == length + 1
    yield facts[:length]
    facts = facts[length:]


def _by_subject(facts):
  """Lists of facts about one person, town, country or work; things go together."""
  groups = {}
  for fact in facts:
    named = {'owner': fact.answer, 'worker': fact.answer, 'capital_of': fact.answer,
             'tool': 'things', 'young': 'things'}
    groups.setdefault(named.get(fact.relation, fact.subject), []).append(fact)
  return list(groups.values())


def opinion(world):
  """What somebody thought of a film, a restaurant or the day, for or against."""
  kind, positive = world.choice(_OPINIONS), world.choice((True, False))
  count = 3 if kind in ('tweet', 'phrase') else 1
  texts = [reviews.review(world, kind, positive) for _ in range(count)]
  return ' '.join(text if text[-1] in '.!' else f'{text} .' for text in texts)


_OPINIONS = ('film', 'restaurant', 'tweet', 'phrase')


def _asked(world):
  facts = world.random.sample(world.facts, world.random.randint(2, 4))
  return ' '.join(_answered(world, fact) for fact in facts)


def _answered(world, fact):
  return capitalized(world.choice(_ASKED).format(
      phrase=fact.phrase, answer=fact.answer, wrong=world.choice(fact.distractors)))
