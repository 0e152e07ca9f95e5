"""Everyday scenes: a few concepts, and simple sentences that use all of them.

    concepts, sentences = draw(world, 3)
    concepts    ('dog', 'park', 'walk')
    sentences   ('A girl is walking a dog in the park.', 'In the park, a man walks ...')

Each row of the table below is one kind of scene whose parts combine freely.
"""

import re

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
_AGENTLESS = (
    'she {past} {rest}', 'he is {ing} {rest}', 'they decided to {base} {rest}',
    'my uncle is {ing} {rest}', 'my cousins wanted to {base} {rest}')
_FRONTED = ('{place}, {a} {third} {rest}', '{place}, {a} is {ing} {rest}')
_PURPOSE = ('for ', 'after ', 'before ')  # such a manner stands last
_STAYING = ('in ', 'on ', 'at ', 'by ', 'behind ')  # such a place can stand first


def draw(world, count=3):
  """(three to five concepts, up to `count` sentences that have every one of them)."""
  verb, agents, things, manners, places = world.choice(_ROWS)
  scene = _distinct(world, agents, things, manners, places)
  optional = [part for part in ('agent', 'manner', 'place') if scene[part]]
  asked = world.random.sample(optional, world.random.randint(1, len(optional)))
  asked = [part for part in scene if part in asked or part == 'thing']
  concepts = [verb[0]] + [concept(scene[part]) for part in asked]
  sentences = {}
  for _ in range(4 * count):
    shown = {part: phrase for part, phrase in scene.items() if part in asked or (
        phrase and part != 'agent' and world.random.random() < _ADDED)}
    anybody = world.choice([
        agent for agent in agents if agent not in map(concept, shown.values())])
    sentences.setdefault(_sentence(world, verb, anybody, **shown))
    if len(sentences) == count:
      break
  world.random.shuffle(concepts)
  return tuple(concepts), tuple(sentences)


def concept(phrase):
  """'with a towel' -> 'towel', 'up the stair=stairs' -> 'stair'."""
  return phrase.split()[-1].partition('=')[0]


def _distinct(world, agents, things, manners, places):
  """One of each part, no concept twice."""
  while True:
    scene = dict(agent=world.choice(agents), thing=world.choice(things),
                 manner=world.choice(manners),
                 place=world.choice(places))
    named = [concept(phrase) for phrase in scene.values() if phrase]
    if len(set(named)) == len(named):
      return scene


def _sentence(world, verb, anybody, thing, agent='', manner='', place=''):
  staying = place.startswith(_STAYING)
  form = world.choice(
      _FORMS + (() if agent else _AGENTLESS) + (_FRONTED if staying else ()))
  # 'pulls a sled up the hill with a rope', but 'cuts a cake with a knife at home'.
  early = staying and not manner.startswith(_PURPOSE)
  rest = (thing, manner, place) if early else (thing, place, manner)
  rest = [part for part in rest if part and not (part == place and form in _FRONTED)]
  base, third, past, ing = verb
  told = form.format(
      a=a(agent or anybody), who=agent or anybody, base=base, third=third, past=past,
      ing=ing, place=place, rest=' '.join(rest))
  return capitalized(re.sub(r'\w+=', '', told)) + '.'
