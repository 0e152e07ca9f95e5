"""Short everyday stories, each with the ending that fits and one that does not.

    story(world)
    -> ('Ada baked a cake. ... She forgot it.', 'The cake was black.', 'It was fine.')

A story can take two turns, and each turn has its ending; what fits one turn is wrong
for the other, so the ending alone does not tell.
"""

from flan_jax.world import telling

_OTHER = 0.2  # how often the wrong ending belongs to another story
_STORIES = telling.blocks('endings', 'stories', 3)


def story(world):
  """(context of four sentences, the ending that fits, one that does not)."""
  (before, after), *turns = chosen = world.choice(_STORIES)
  (turn, right), (_, wrong) = world.random.sample(turns, 2)
  if world.random.random() < _OTHER:
    other = world.choice([other for other in _STORIES if other is not chosen])
    wrong = world.choice(other[1:])[1]
  slots = telling.roles(world)
  return tuple(telling.told(text, slots) for text in telling.settled(
      world, [f'{before} {turn} {after}', right, wrong]))
