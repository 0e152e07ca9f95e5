"""The world as plain text: what is so, what happened, what people thought of it.

A document is one line of a few sentences. Facts are told in rounds, each round in
another wording, so that a few thousand documents state every fact several times. Nothing
is asked or labelled: a model that read this text has met every answer and every word,
but not one task of the datasets.
"""

import itertools

from flan_jax.world import reviews, statements

_KINDS = ('facts', 'opinion', 'events')  # of document, in turn
_OPINIONS = ('film', 'restaurant', 'tweet', 'phrase')
_LONGEST = 5  # facts of a document


def documents(world, count):
  """Yields `count` documents, drawn from the world's stream."""
  told = _told(world)
  write = {'facts': lambda: next(told), 'opinion': lambda: _opinion(world),
           'events': lambda: statements.scene(world, world.random.randint(2, 5))}
  for kind in itertools.islice(itertools.cycle(_KINDS), count):
    yield write[kind]()


def _told(world):
  """Endless documents; round k says every fact once, in its wording number k."""
  subjects = {}
  for fact in world.facts:
    subjects.setdefault(fact.subject, []).append(fact)
  for turn in itertools.count():
    pending = []
    # What is left of one subject is told together with another.
    for facts in world.random.sample(list(subjects.values()), len(subjects)):
      pending += world.random.sample(facts, len(facts))
      while len(pending) > _LONGEST + 1:
        length = world.random.randint(2, _LONGEST)
        yield _stated(pending[:length], turn)
        pending = pending[length:]
    yield _stated(pending, turn)


def _stated(facts, turn):
  # Two wordings of one document should not be built alike, hence the shift.
  shifted = [(fact.statements, turn + sum(map(ord, fact.relation))) for fact in facts]
  return ' '.join(texts[number % len(texts)] for texts, number in shifted)


def _opinion(world):
  """What somebody thought of a film, a restaurant or the day, for or against."""
  kind, positive = world.choice(_OPINIONS), world.choice((True, False))
  count = 3 if kind in ('tweet', 'phrase') else 1
  texts = [reviews.review(world, kind, positive) for _ in range(count)]
  return ' '.join(text if text[-1] in '.!' else f'{text} .' for text in texts)
