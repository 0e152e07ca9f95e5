"""Elementary science of the real world: a fact, and questions that it helps to answer.

    asked = question(world)
    asked.fact      'a magnet pulls on things made of iron or steel'
    asked.stem      'Which of these can be lifted with a magnet?'
    asked.right     'an iron bolt'
    asked.wrong     ['a gold ring', 'a wooden peg', 'a glass bead']

One more thing must be known than the fact: here, that bolts are made of iron or steel
and rings are not.
"""

import dataclasses

from flan_jax.world import science_topics
from flan_jax.world.lexicon import words


@dataclasses.dataclass(frozen=True)
class Asked:
  """A question with the fact behind it, its answer and wrong answers."""

  fact: str
  stem: str
  right: str
  wrong: tuple


def question(world, wrong=3):
  """An `Asked` with so many wrong answers, drawn from the world's stream."""
  topic = world.choice(TOPICS)
  stem, good, poor = world.choice(topic.questions)
  return Asked(
      topic.fact, stem.format(name=world.person().first_name), world.choice(good),
      tuple(world.random.sample(poor, wrong)))


@dataclasses.dataclass(frozen=True)
class Topic:
  """A fact; `questions` are (stem, right answers, wrong answers)."""

  fact: str
  questions: tuple


def topics(text):
  """Blocks as in `science_topics` -> Topics."""
  return tuple(_topic(block.split('\n')) for block in text.strip().split('\n\n'))


def _topic(lines):
  fact, *rest = lines
  joined = []
  for line in rest:
    if line[0] in '?!+-':
      joined.append(line)
    else:
      joined[-1] += f' {line}'
  good, poor = (words(next(line[2:] for line in joined if line[0] == mark))
                for mark in '+-')
  straight = [(line[2:], good, poor) for line in joined if line[0] == '?']
  reverse = [(line[2:], poor, good) for line in joined if line[0] == '!']
  return Topic(fact, tuple(straight + reverse))


TOPICS = topics(science_topics.TOPICS)
