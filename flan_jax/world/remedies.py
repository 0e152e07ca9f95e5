"""Everyday goals, each with a way to reach it and a way that would not do.

    remedy(world)
    -> ('How can I loosen a screw?', 'Turn it to the left.', 'Turn it to the right.')

Twins stand in a row: what serves the one goal does not serve the other. Each way is right
as often as it is wrong.
"""

from flan_jax.world import tables, telling
from flan_jax.world.lexicon import words
from flan_jax.world.text import capitalized

_TOOLS = 0.5  # how often the choice is between two things to use
_FRAMES = (
    'To {goal},', 'How to {goal}', '{name} tries to {goal}.', 'How can I {goal}?',
    'Tip for {name}: {goal}', 'What is a good way to {goal}?', '{name} wants to {goal}.',
    '{name} has to {goal}.', '{name} asks how to {goal}.', '{name} would like to {goal}.')
_ADVICE = ('use {tool}', 'take {tool}', 'reach for {tool}', '{tool} will do')


def remedy(world):
  """(goal, a way to reach it, a way that would not do)."""
  kind = 'uses' if world.random.random() < _TOOLS else 'ways'
  (goal, way), (_, other) = telling.twins(world, tables.read('remedies')[kind])
  goal, *ways = telling.settled(world, [goal, way, other])
  if kind == 'uses':
    advice = world.choice(_ADVICE)
    ways = [advice.format(tool=world.choice(words(things))) for things in ways]
  frame, name = world.choice(_FRAMES), world.person().first_name
  return (capitalized(frame.format(goal=goal, name=name)),
          *(f'{capitalized(way)}.' for way in ways))
