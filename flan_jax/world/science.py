"""Elementary science of the real world: a fact, and questions that it helps to answer.

    asked = question(world)
    asked.fact      'a magnet pulls on things made of iron or steel'
    asked.stem      'What will hang on the magnet of Nora?'
    asked.right     'an iron bolt'
    asked.wrong     ('a gold ring', 'a peg', 'a bead')
"""

from typing import NamedTuple

from flan_jax.world import tables


class Asked(NamedTuple):
  """A question with the fact behind it, its answer and wrong answers."""

  fact: str
  stem: str
  right: str
  wrong: tuple


class Topic(NamedTuple):
  """A fact; `questions` are (stem, right answers, wrong answers)."""

  fact: str
  questions: tuple


def question(world, wrong=3):
  """An `Asked` with so many wrong answers, drawn from the world's stream."""
  topic = world.choice(TOPICS)
  stem, good, poor = world.choice(topic.questions)
  return Asked(
      topic.fact, stem.format(name=world.person().first_name), world.choice(good),
      tuple(world.random.sample(poor, wrong)))


def _topics(rows):
  for fact, stem, good, poor in rows:
    good, poor = good.split(', '), poor.split(', ')
    yield Topic(fact, ((stem.replace('{not}', ''), good, poor),
                       (stem.replace('{not}', 'not '), poor, good)))


TOPICS = tuple(_topics(tables.read('science')['topics']))
