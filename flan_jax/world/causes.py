"""What everyday things lead to: causes with their effects.

    causal(world)
    -> ('The balloon burst with a bang.', 'cause',
        'Ada stuck a pin into the balloon.', 'Ada blew air into the balloon.')

Twins stand in a row: what one cause leads to is what the other does not. Each of them is
right as often as it is wrong, so a choice alone tells nothing.
"""

from flan_jax.world import tables, telling

_TWINS = 0.6  # how often the wrong choice is the twin of the right one
# Nearly anything may be the reason for what happens in the table `people`.
_APART = [rows for name, rows in tables.read('causes').items() if name != 'people']
_ALL = sum(tables.read('causes').values(), [])


def causal(world):
  """(premise, 'cause' or 'effect', right choice, wrong choice), sentences each."""
  if world.random.random() < _TWINS:
    line, other = telling.twins(world, _ALL)
  else:
    line, other = (telling.twins(world, rows)[0]
                   for rows in world.random.sample(_APART, 2))
  asked = world.random.randrange(2)
  *line, choice = telling.settled(world, [*line, other[asked]])
  slots = telling.roles(world, job=0.3)
  premise, right = line[1 - asked], line[asked]
  # A pronoun may stand for {A} once the premise has named them.
  after = slots | {'A': slots['he'], 'As': slots['his']} if '{A' in premise else slots
  return (telling.told(premise, slots), ('cause', 'effect')[asked],
          telling.told(right, after), telling.told(choice, after))
