# SPDX-License-Identifier: Apache-2.0
"""The world as plain text: what is so, what happened, what people thought of it.

Nothing is asked or labelled: a model that read this text has met every answer and every
word, but not one task of the datasets.
"""

import itertools

from flan_jax.world import reviews, statements


def documents(world, count):
  """Yields `count` documents, drawn from the world's stream."""
  told = _told(world)
  kinds = itertools.cycle(
    (lambda: next(told), lambda: _opinion(world), lambda: statements.scene(world, world.random.randint(2, 5)))
  )
  for write in itertools.islice(kinds, count):
    yield write()


def _told(world):
  """Endless documents; round k says every fact once, in its wording number k."""
  subjects = list(dict.fromkeys(fact.subject for fact in world.facts))
  for turn in itertools.count():
    pending = []
    # What is left of one subject is told together with another.
    for subject in world.random.sample(subjects, len(subjects)):
      facts = world.about(subject)
      pending += world.random.sample(facts, len(facts))
      while len(pending) > 6:
        length = world.random.randint(2, 5)
        yield _stated(pending[:length], turn)
        pending = pending[length:]
    yield _stated(pending, turn)


def _stated(facts, turn):
  # Two wordings of one document should not be built alike, hence the shift.
  shifted = [(fact.statements, turn + sum(map(ord, fact.relation))) for fact in facts]
  return ' '.join(texts[number % len(texts)] for texts, number in shifted)


def _opinion(world):
  """What somebody thought of a film, a restaurant or the day, for or against."""
  kind = world.choice(('film', 'restaurant', 'tweet', 'phrase'))
  positive, count = world.choice((True, False)), 3 if kind in ('tweet', 'phrase') else 1
  texts = [reviews.review(world, kind, positive) for _ in range(count)]
  return ' '.join(text if text[-1] in '.!' else f'{text} .' for text in texts)
