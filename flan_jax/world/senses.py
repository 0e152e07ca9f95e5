"""Words of two senses, each sense with sentences of its own.

    pair(world)  the word 'bank', 'Nora took the money to the bank.' (27 to 31),
                 'Willows grow along the bank.' (23 to 27), False
"""

from typing import NamedTuple

from flan_jax.world import lexicon, tables
from flan_jax.world.text import capitalized

_WORDS = [(word, *(sense.split('; ') for sense in senses))
          for word, *senses in tables.read('senses')['words']]


class Use(NamedTuple):
  """A sentence and where in it the word stands: `sentence[start:end]`."""

  sentence: str
  start: int
  end: int


def pair(world):
  """A word, two uses of it, and whether they share the sense."""
  word, *senses = world.choice(_WORDS)
  same = world.random.random() < 0.5
  patterns = world.random.sample(world.choice(senses), 2) if same else [
      world.choice(sense) for sense in world.random.sample(senses, 2)]
  return word, *(_use(world, pattern) for pattern in patterns), same


def _use(world, pattern):
  women, men = ([person.first_name for person in world.people if person.pronoun == who]
                for who in ('she', 'he'))
  before, word, after = pattern.format(
      Ann=world.choice(women), Ben=world.choice(men), day=world.choice(lexicon.DAYS),
      Town=world.choice(world.towns).name).split('*')
  sentence = capitalized(f'{before}{word}{after}.')
  return Use(sentence, len(before), len(before + word))
