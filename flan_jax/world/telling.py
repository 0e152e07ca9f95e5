"""Prose with gaps and alternatives, told about people of the world.

    rows('{A} missed the [bus/tram]. | {he} walked home.')
    -> (('{A} missed the [bus/tram].', '{he} walked home.'),)

`settled` takes one of the alternatives in brackets, `told` fills the gaps: {A} and {As}
for the one it is about and what is theirs; {he}, {him}, {his}, {himself} for the same
person further on; {B} for another; {they}, {them}, {their} for both; {town}, {day}.
"""

import re

from flan_jax.world.lexicon import DAYS

_GROUP = re.compile(r'\[([^\]]*)\]')
_SENTENCE_START = re.compile(r'(?:^|[.!?] )[a-z]')
_PRONOUNS = {'she': 'she her her herself'.split(), 'he': 'he him his himself'.split()}


def rows(text):
  """Blocks parted by blank lines -> tuples of cells, which `|` parts."""
  blocks = [' '.join(block.split()) for block in text.split('\n\n')]
  return tuple(tuple(cell.strip() for cell in block.split('|'))
               for block in blocks if block)


def settled(world, cells):
  """One of each group of alternatives; the same group is settled alike in all cells.

  ['a [cat/dog]', 'the [cat/dog]'] -> ['a dog', 'the dog']
  """
  chosen = {}

  def choice(match):
    if match[1] not in chosen:
      chosen[match[1]] = world.choice(match[1].split('/'))
    return chosen[match[1]]

  return [_GROUP.sub(choice, cell) for cell in cells]


def roles(world, first_person=0.2, job=0.0):
  """What goes into the gaps: {'A': 'Nora', 'As': "Nora's", 'he': 'she', ...}.

  Args:
    first_person: how often {A} is 'I'.
    job: how often {A} is called by trade, as 'the baker'.
  """
  person, other = world.two_people()
  he, him, his, himself = _PRONOUNS[person.pronoun]
  they, them, their, name = 'they', 'them', 'their', person.first_name
  drawn = world.random.random()
  if drawn < first_person:
    name, he, him, his, himself = 'I', 'I', 'me', 'my', 'myself'
    they, them, their = 'we', 'us', 'our'
  elif drawn < first_person + job:
    name = f'the {person.job}'
  return dict(
      A=name, As='my' if name == 'I' else f"{name}'s", he=he, him=him, his=his,
      himself=himself, they=they, them=them, their=their, B=other.first_name,
      town=world.choice(world.towns).name, day=world.choice(DAYS))


def told(text, slots):
  """'{he} left. {A} won.' -> 'He left. Nora won.'; sentences begin with a capital."""
  filled = ' '.join(text.format(**slots).split())
  return _SENTENCE_START.sub(lambda match: match[0].upper(), filled)
