"""Prose with gaps and alternatives, told about people of the world.

`settled` takes one of the alternatives in brackets, `told` fills the gaps: {A} and {As}
for the one it is about and what is theirs; {he}, {him}, {his}, {himself} for the same
person further on; {B} for another; {they}, {them}, {their} for both; {town}, {day}.
"""

import re

from flan_jax.world import tables
from flan_jax.world.lexicon import DAYS

_GROUP = re.compile(r'\[([^\]]*)\]')
_SENTENCE_START = re.compile(r'(?:^|[.!?] )[a-z]')
_PRONOUNS = {'she': 'she her her herself', 'he': 'he him his himself'}


def blocks(name, table, size):
  """The rows of a table, `size` of them together."""
  rows = tables.read(name)[table]
  return [rows[start:start + size] for start in range(0, len(rows), size)]


def twins(world, rows):
  """The two halves of a row, in either order."""
  row = world.choice(rows)
  return world.random.sample([row[:2], row[2:]], 2)


def settled(world, cells):
  """One of each group of alternatives; the same group is settled alike in all cells.

  ['a [cat/dog]', 'the [cat/dog]'] -> ['a dog', 'the dog']
  """
  chosen = {group: world.choice(group.split('/'))
            for group in dict.fromkeys(_GROUP.findall(' '.join(cells)))}
  return [_GROUP.sub(lambda match: chosen[match[1]], cell) for cell in cells]


def roles(world, first_person=0.2, job=0.0):
  """What goes into the gaps: {'A': 'Nora', 'As': "Nora's", 'he': 'she', ...}.

  Args:
    first_person: how often {A} is 'I'.
    job: how often {A} is called by trade, as 'the baker'.
  """
  person, other = world.two_people()
  pronouns, both, name = _PRONOUNS[person.pronoun], 'they them their', person.first_name
  drawn = world.random.random()
  if drawn < first_person:
    name, pronouns, both = 'I', 'I me my myself', 'we us our'
  elif drawn < first_person + job:
    name = f'the {person.job}'
  return dict(
      zip('he him his himself they them their'.split(), f'{pronouns} {both}'.split()),
      A=name, As='my' if name == 'I' else f"{name}'s", B=other.first_name,
      town=world.choice(world.towns).name, day=world.choice(DAYS))


def told(text, slots):
  """'{he} left. {A} won.' -> 'He left. Nora won.'; sentences begin with a capital."""
  filled = ' '.join(text.format(**slots).split())
  return _SENTENCE_START.sub(lambda match: match[0].upper(), filled)
