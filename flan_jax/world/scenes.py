"""Everyday scenes: a few concepts, and simple sentences that use all of them.

    concepts, sentences = draw(world, 3)
    concepts    ('dog', 'park', 'walk')
    sentences   ('A girl is walking a dog in the park.', 'In the park, a man walks ...')

Each row of the table below is one kind of scene whose parts combine freely.
"""

import re

from flan_jax.world.lexicon import table, words
from flan_jax.world.text import a, capitalized

_ADDED = 0.25  # of the parts that a sentence need not have

# base third past participle | who | does it to what | with what, how | where, when.
# The last word of a part is its concept; 'stair=stairs' gives that, then the word.
_SCENES = table("""
throw throws threw throwing | boy, girl, man, woman | a ball, a stick, a frisbee \
  | to a dog, to a friend | in the park, on the beach, in the garden, on the grass
kick kicks kicked kicking | boy, girl, child, player | a ball, a stone, a can \
  | against a wall, against a fence | in the street, in the yard, in the playground
ride rides rode riding | boy, girl, man, woman | a bike, a horse | with a friend, \
  with a helmet | along the beach, through the forest, down the road, \
  through the village
cut cuts cut cutting | cook, man, woman, girl | an apple, a carrot, a cake, an onion \
  | with a knife, on a board | in the kitchen, at the table
eat eats ate eating | child, girl, man, student | an apple, a sandwich, a pizza, \
  a salad | with a friend, for lunch | on a bench, at the table, in the park, \
  in the kitchen
drink drinks drank drinking | man, woman, girl, student | some coffee, some tea, \
  some milk | from a cup, from a mug, with a friend | in the cafe, in the kitchen, \
  on the balcony
read reads read reading | girl, man, student, woman | a book, a letter, a magazine \
  | to a friend, by the window | in the library, in the cafe, in the classroom
write writes wrote writing | girl, student, teacher, man | a letter, a note, a story \
  | with a pen, with a pencil, for a friend | at the desk, in the library, \
  on the train
wash washes washed washing | man, woman, boy, girl | a car, a dog, a bike \
  | with a sponge, with soap, with a hose | in the yard, in the driveway, \
  in the garden
dry dries dried drying | man, woman, boy, waiter | a plate, a glass, a cup, a pot \
  | with a towel, with a cloth | in the kitchen, by the sink
cook cooks cooked cooking | chef, man, woman, father | some soup, some rice, an egg, \
  a stew | in a pot, on the stove, for the family | in the kitchen, in the restaurant, \
  at the camp
bake bakes baked baking | baker, man, woman, grandmother | a cake, some bread, a pie \
  | in the oven, for a friend, for a party | in the kitchen, in the bakery
paint paints painted painting | man, woman, painter, boy | a wall, a fence, a door \
  | with a brush, with a roller, with a friend | in the yard, behind the house, \
  at the school
draw draws drew drawing | girl, boy, artist, child | a picture, a flower, a house, \
  a face | with a pencil, with a pen, for a friend | on paper, in a notebook, \
  at the table
play plays played playing | musician, boy, girl, woman | the guitar, the violin, \
  the flute | for a crowd, with a friend, with a band | on the stage, in the street, \
  in the park
play plays played playing | boy, girl, man, grandfather | card=cards, chess, a game \
  | with a friend, with a neighbour | at the table, in the park, on the floor, \
  in the garden
catch catches caught catching | man, boy, woman, fisherman | a fish, a crab, an eel \
  | with a net, with a friend | in the river, in the lake, in the sea, from the boat
climb climbs climbed climbing | man, woman, climber, girl | a mountain, a cliff, \
  a rock | with a rope, with a friend, with a guide | in the snow, in the rain, \
  in the sun
climb climbs climbed climbing | boy, girl, cat, child | a tree, a fence, a wall, \
  a ladder | | in the garden, in the park, behind the house, on the farm
pick picks picked picking | girl, boy, farmer, woman | an apple, a pear, a plum, \
  a cherry | from a tree, for a pie, with a friend | in the orchard, in the garden, \
  on the farm
plant plants planted planting | gardener, man, woman, girl | a tree, a flower, a bush, \
  a rose | with a shovel, with a neighbour | in the garden, in the yard, in the park
water waters watered watering | gardener, man, woman, boy | a plant, a flower, a tree \
  | with a hose, with a bucket | in the garden, in the yard, behind the house
feed feeds fed feeding | farmer, girl, boy, woman | a horse, a goat, a cow, a sheep \
  | with hay, with grass, from a bucket | on the farm, in the barn, in the field
feed feeds fed feeding | girl, man, woman, child | a bird, a duck, a pigeon, a swan \
  | with bread, with corn, with a friend | in the park, by the lake, by the river
brush brushes brushed brushing | girl, man, woman, boy | a horse, a pony, a dog \
  | after a walk, before a show, with a friend | in the barn, in the yard, on the farm
walk walks walked walking | man, woman, girl, boy | a dog, a puppy, a poodle \
  | on a leash, with a friend, in the rain | through the park, along the beach, \
  down the street, through the forest
push pushes pushed pushing | man, woman, mother, father | a stroller, a cart, a wagon \
  | with a child, in the rain | down the street, along the path, through the park
pull pulls pulled pulling | boy, girl, man, woman | a wagon, a sled, a cart \
  | with a rope, with a friend | up the hill, along the road, across the field
carry carries carried carrying | man, woman, boy, girl | a bag, a box, a basket, \
  a suitcase | for a neighbour, for a friend | up the stair=stairs, to the car, \
  across the street
open opens opened opening | man, woman, clerk, guard | a door, a box, a drawer, a safe \
  | with a key, for a customer, for a guest | in the office, in the shop, in the hotel
buy buys bought buying | man, woman, student, girl | some bread, some milk, \
  some cheese, an apple | for breakfast, for the family, for a neighbour \
  | at the market, in the shop
sell sells sold selling | farmer, man, woman, merchant | some fruit, some fish, \
  some honey | to a customer, to a tourist, from a cart | at the market, \
  in the square, in the street
build builds built building | boy, girl, child, father | a castle, a tower, a tunnel \
  | out of sand, with a bucket, with a shovel | on the beach, by the sea, \
  in the playground
build builds built building | carpenter, man, woman, worker | a table, a shelf, \
  a chair | out of wood, with a hammer, with a saw | in the workshop, in the garage, \
  in the yard
repair repairs repaired repairing | mechanic, man, woman, boy | a car, a bike, \
  a truck, an engine | with a wrench, for a friend, for a customer | in the garage, \
  in the workshop
drive drives drove driving | man, woman, driver, farmer | a car, a truck, a van, a bus \
  | in the rain, in the snow, at night | down the road, through the city, \
  across the bridge
sail sails sailed sailing | man, woman, captain, sailor | a boat, a ship, a yacht \
  | with a crew, with a friend, in the wind | along the coast, across the sea, \
  to the island
paddle paddles paddled paddling | man, woman, boy, girl | a canoe, a kayak, a raft \
  | with a friend, in the sun, in the rain | down the river, across the lake, \
  to the island
fly flies flew flying | boy, girl, child, father | a kite, a drone | in the wind, \
  with a friend | on the beach, in the park, over the field, on the hill
sing sings sang singing | singer, man, girl, child | a song, a tune, a ballad \
  | for a crowd, with a friend, into a microphone | on the stage, in the church, \
  at the party
teach teaches taught teaching | teacher, man, woman, student | a child, a class, \
  a pupil | with a book, with a game, with a song | in the classroom, at the school, \
  in the library
wear wears wore wearing | man, woman, boy, girl | a hat, a coat, a scarf, a sweater \
  | in the snow, in the wind, in the cold | in the street, in the park, at the market
take takes took taking | tourist, man, woman, photographer | a photo, a picture \
  | with a camera, with a phone | of a bridge, of a bird, of a flower, of a statue
watch watches watched watching | man, woman, boy, girl | a movie, a game, a show, \
  a match | with a friend, on television | on the sofa, in the kitchen, in the hotel, \
  in the bar
look looks looked looking | boy, girl, man, astronomer | at a star, at the moon, \
  at the sky | through a telescope, with a friend | at night, on the roof, \
  from the balcony
sit sits sat sitting | man, woman, boy, girl | on a bench, on a chair, on a blanket \
  | with a book, with a friend, with a dog | in the park, in the garden, by the lake
sleep sleeps slept sleeping | cat, dog, baby, puppy | on a pillow, under a blanket, \
  on the sofa, in a basket | near the fire, beside a toy | in the living room, \
  in the kitchen
run runs ran running | dog, boy, girl, athlete | across the field, along the beach, \
  through the park, down the street | with a friend, after a ball | in the rain, \
  in the snow, in the morning
chase chases chased chasing | dog, puppy, boy, cat | a ball, a squirrel, a rabbit, \
  a bird | through the grass, around a tree | in the garden, in the park, in the yard
jump jumps jumped jumping | horse, dog, girl, boy | over a fence, over a puddle, \
  over a log | | in the field, in the forest, in the park, in the rain
swim swims swam swimming | man, girl, swimmer, boy | in the pool, in the lake, \
  in the sea | with a friend, with a dog | in the morning, in the sun, \
  before breakfast
ski skis skied skiing | man, woman, girl, boy | down the mountain, down the hill, \
  down the slope | with a friend, with a helmet, with a backpack | in the snow, \
  in the sun
hang hangs hung hanging | man, woman, girl, father | a picture, a mirror, a clock, \
  a map | with a nail, with a hammer, on the wall | in the bedroom, in the office, \
  in the kitchen
sew sews sewed sewing | woman, man, tailor, grandmother | a dress, a shirt, a button, \
  a coat | with a needle, with a machine, for a child | at the table, by the window, \
  in the workshop
sweep sweeps swept sweeping | man, woman, boy, worker | the floor, some dust, \
  some dirt | with a broom, after the party | in the kitchen, in the shop, \
  in the workshop, in the barn
dig digs dug digging | man, boy, worker, gardener | a hole, a ditch, a trench \
  | with a shovel, with a friend | in the garden, in the yard, in the field
pour pours poured pouring | waiter, man, woman, girl | some water, some juice, \
  some milk | into a glass, into a cup, for a guest | at the table, in the kitchen, \
  in the restaurant
light lights lit lighting | man, woman, guest, grandfather | a candle, a lantern, \
  a fire | with a match, for a guest | in the cabin, in the garden, in the evening
pack packs packed packing | man, woman, student, girl | a bag, a suitcase, a backpack \
  | for a trip, for a holiday, with clothes=clothes | in the bedroom, in the hotel, \
  at home
wait waits waited waiting | man, woman, student, girl | for a bus, for a train, \
  for a taxi | with a suitcase, with a bag, with an umbrella | at the station, \
  in the rain, in the cold
cross crosses crossed crossing | man, woman, boy, student | the street, the bridge, \
  the square | with a dog, with a bike, with a bag | in the rain, in the morning, \
  at night
lead leads led leading | farmer, girl, boy, woman | a horse, a cow, a donkey, a goat \
  | by a rope | to the barn, through the gate, across the field, to the river
serve serves served serving | waiter, chef, man, woman | some soup, a pizza, a salad, \
  a cake | to a guest, to a customer, on a tray | in the restaurant, at the party, \
  in the hotel
milk milks milked milking | farmer, man, woman, girl | a cow, a goat | into a bucket, \
  by hand, in the morning | on the farm, in the barn, in the field
""")
_ROWS = tuple((tuple(verb.split()), *map(words, parts)) for verb, *parts in _SCENES)

# {a}: 'a boy', {who}: 'boy'; base, third, past, ing: of the verb; {rest}: the others.
_FORMS = tuple(form for form, in table("""
{a} {third} {rest}
{a} is {ing} {rest}
{a} {past} {rest}
{a} was {ing} {rest}
the {who} {past} {rest}
there is {a} {ing} {rest}
I saw {a} {ing} {rest}
we watched how {a} {past} {rest}
{a} wants to {base} {rest}
the {who} is going to {base} {rest}
"""))
_AGENTLESS = tuple(form for form, in table("""
she {past} {rest}
he is {ing} {rest}
they decided to {base} {rest}
my uncle is {ing} {rest}
my cousins wanted to {base} {rest}
"""))
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
                 manner=world.choice(manners) if any(manners) else '',
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
