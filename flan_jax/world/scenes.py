"""Everyday scenes: a few concepts, and simple sentences that use all of them.

    concepts, sentences = draw(world, 3)
    concepts    ('dog', 'park', 'walk')
    sentences   ('A girl is walking a dog in the park.', 'I saw a man walking ...')

Each row of tables/scenes.txt is one kind of scene whose parts combine freely.
"""

from flan_jax.world import tables
from flan_jax.world.lexicon import words
from flan_jax.world.text import a, capitalized

_ADDED = 0.25  # of the parts that a sentence need not have

_ROWS = tuple((tuple(verb.split()), *map(words, parts))
              for verb, *parts in tables.read('scenes')['scenes'])

# {a}: 'a boy', {who}: 'boy'; base, third, past, ing: of the verb; {rest}: the others.
_FORMS = (
    '{a} {third} {rest}', '{a} is {ing} {rest}', '{a} {past} {rest}', '{a} was {ing} {rest}',
    'the {who} {past} {rest}', 'there is {a} {ing} {rest}', 'I saw {a} {ing} {rest}',
    'we watched how {a} {past} {rest}', '{a} wants to {base} {rest}')
_PURPOSE = ('for ', 'after ', 'before ')  # such a manner stands last
_STAYING = ('in ', 'on ', 'at ', 'by ', 'behind ')  # stands before manner


def draw(world, count=3):
  """(three to five concepts, up to `count` sentences that have every one of them)."""
  verb, agents, things, manners, places = world.choice(_ROWS)
  scene = _distinct(world, agents, things, manners, places)
  asked = world.random.sample(('agent', 'manner', 'place'), world.random.randint(1, 3))
  asked = [part for part in scene if part in asked or part == 'thing']
  concepts = [verb[0]] + [concept(scene[part]) for part in asked]
  sentences = {}
  for _ in range(4 * count):
    shown = {part: phrase for part, phrase in scene.items() if part in asked or (
        part != 'agent' and world.random.random() < _ADDED)}
    anybody = world.choice([
        agent for agent in agents if agent not in map(concept, shown.values())])
    sentences.setdefault(_sentence(world, verb, anybody, **shown))
    if len(sentences) == count:
      break
  world.random.shuffle(concepts)
  return tuple(concepts), tuple(sentences)


def concept(phrase):
  """'with a towel' -> 'towel'."""
  return phrase.split()[-1]


def _distinct(world, agents, things, manners, places):
  """One of each part, no concept twice."""
  while True:
    scene = dict(agent=world.choice(agents), thing=world.choice(things),
                 manner=world.choice(manners), place=world.choice(places))
    named = list(map(concept, scene.values()))
    if len(set(named)) == len(named):
      return scene


def _sentence(world, verb, anybody, thing, agent='', manner='', place=''):
  # 'pulls a sled up the hill with a rope', but 'cuts a cake with a knife at home'.
  early = place.startswith(_STAYING) and not manner.startswith(_PURPOSE)
  rest = (thing, manner, place) if early else (thing, place, manner)
  base, third, past, ing = verb
  told = world.choice(_FORMS).format(
      a=a(agent or anybody), who=agent or anybody, base=base, third=third, past=past,
      ing=ing, rest=' '.join(filter(None, rest)))
  return f'{capitalized(told)}.'
