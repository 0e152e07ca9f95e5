"""The world as plain text: what is so, what happened, what people thought of it.

A document is one line of a few sentences. Facts are told in rounds, each round in
another wording, so that a few thousand documents state every fact several times. The
questions here are worded unlike `Fact.questions`, and nothing is labelled: a model that
read this text has met every answer and every word, but not one task of the datasets.
"""

import itertools

from flan_jax.world import reviews, statements
from flan_jax.world.text import capitalized

# Kinds of document in turn: four of ten tell facts.
_KINDS = ('facts', 'opinion', 'facts', 'opinion', 'events', 'facts', 'asked', 'facts',
          'opinion', 'asked')
_ASKED = (
    'Q: Please name {phrase}. A: {answer}.',
    'Do you know {phrase}? Yes, it is {answer}.',
    'Asked about {phrase}, everybody answers: {answer}.',
    'Is {wrong} {phrase}? No, not {wrong} but {answer}.')
_OPINIONS = ('film', 'restaurant', 'tweet', 'phrase')


def documents(world, count):
  """Yields `count` documents, drawn from the world's stream."""
  told = _told(world)
  write = {'facts': lambda: next(told), 'asked': lambda: _asked(world),
           'opinion': lambda: _opinion(world),
           'events': lambda: statements.scene(world, world.random.randint(2, 5))}
  for kind in itertools.islice(itertools.cycle(_KINDS), count):
    yield write[kind]()


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
  return groups.values()


def _opinion(world):
  """What somebody thought of a film, a restaurant or the day, for or against."""
  kind, positive = world.choice(_OPINIONS), world.choice((True, False))
  count = 3 if kind in ('tweet', 'phrase') else 1
  texts = [reviews.review(world, kind, positive) for _ in range(count)]
  return ' '.join(text if text[-1] in '.!' else f'{text} .' for text in texts)


def _asked(world):
  facts = world.random.sample(world.facts, world.random.randint(2, 4))
  return ' '.join(capitalized(world.choice(_ASKED).format(
      phrase=fact.phrase, answer=fact.answer, wrong=world.choice(fact.distractors)))
                  for fact in facts)
