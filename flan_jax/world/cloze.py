"""News from the towns of the world, and sentences about it with a name left out.

    told = gap(world)
    told.text       'Toldrel, Velmora: Ada Bell, a nurse, pulled Omar Khan out of ...'
    told.points     ('Bell jumped into the river to save Khan', ...)
    told.query      '"I could not have held on much longer," says @placeholder.'
    told.entities   ['Khan', 'Toldrel', 'Ada Bell', 'Omar Khan', 'Velmora', 'Bell']
    told.answers    ['Omar Khan', 'Khan']

Homes, jobs, instruments and places are those of the world, the news is made up.
"""

import dataclasses
import re

from flan_jax.world.lexicon import DAYS
from flan_jax.world.text import a

PLACEHOLDER = '@placeholder'


@dataclasses.dataclass(frozen=True)
class Gap:
  """`answers`: the entities, as spelt in the text, that fill the gap of the query."""

  text: str
  points: tuple
  query: str
  entities: tuple
  answers: tuple


@dataclasses.dataclass(frozen=True)
class Story:
  """`body`: the wordings of each sentence; `queries`: (sentence, role left out)."""

  body: tuple
  points: tuple
  queries: tuple


def gap(world):
  """A `Gap`, drawn from the world's stream."""
  story, cast = world.choice(STORIES), _cast(world)
  text = ' '.join(world.choice(wordings).format(**cast) for wordings in story.body)
  text = f'{cast["t"]}, {cast["c"]}: {text}'
  points = tuple(point.format(**cast) for point in story.points)
  query, role = world.choice(story.queries)
  entities = _entities('\n'.join((text, *points)), cast)
  answers = [name for name in (cast[role], cast.get(role.upper())) if name in entities]
  return Gap(text, points, query.replace('~', PLACEHOLDER).format(**cast),
             tuple(world.random.sample(entities, len(entities))), tuple(answers))


def _cast(world):
  """Fields of the stories: p, q and r live in town t of country c, s in town u."""
  while True:
    town, other = world.random.sample(world.towns, 2)
    near = world.random.sample([p for p in world.people if p.home is town], 3)
    people = [*near, world.choice([p for p in world.people if p.home is other])]
    names = [name for person in people for name in person.name.split()]
    if len(set(names)) == len(names):
      break
  cast = dict(
      t=town.name, c=town.country.name, river=town.river, landmark=town.landmark,
      u=other.name, ulandmark=other.landmark, ucraft=other.craft,
      day=world.choice(DAYS), n=world.random.randrange(12, 60))
  for role, person in zip('pqrs', people):
    cast |= _described(role, person)
  return cast


def _described(role, person):
  """('p', Ada Bell) -> p 'Ada Bell', P 'Bell', pjob 'a nurse', pthey 'she', ..."""
  she = person.pronoun == 'she'
  return {
      role: person.name, role.upper(): person.name.split()[-1],
      f'{role}job': a(person.job), f'{role}they': person.pronoun,
      f'{role}them': 'her' if she else 'him', f'{role}their': person.possessive,
      f'{role}plays': person.instrument}


_NAMES = 'p q r s t u c river'.split()


def _entities(text, cast):
  """The names that the text has; a surname if it stands alone somewhere."""
  found = [cast[role] for role in _NAMES if re.search(rf'\b{cast[role]}\b', text)]
  for role in 'pqrs':
    text = text.replace(cast[role], '')
  alone = set(re.findall(r'\w+', text))
  return found + [cast[role] for role in 'PQRS' if cast[role] in alone]


def stories(text):
  """Blocks like those below -> Stories."""
  return tuple(_story(block.split('\n')) for block in text.strip().split('\n\n'))


def _story(lines):
  joined = []
  for line in lines:
    if line.startswith('  '):
      joined[-1] += f' {line.strip()}'
    else:
      joined.append(line)
  marked = {mark: tuple(line[2:] for line in joined if line[0] == mark)
            for mark in '-@?'}
  return Story(
      tuple(tuple(line.split(' | ')) for line in marked['-']), marked['@'],
      tuple(tuple(line.split(' | ')) for line in marked['?']))


# - sentences of the report, wordings parted by bars; @ its highlights; ? sentences to
# complete, `~` for the gap, and who or what belongs there.
STORIES = stories("""
- {p}, {pjob}, pulled {q} out of the river {river} on {day}.
  | On {day}, {p} saved {q} from drowning in the river {river}.
- {Q}, who cannot swim, had slipped from the bank in the rain.
  | {Q} had slipped on the wet bank and cannot swim.
- "I heard a cry and jumped in," said {P}.
  | {P}, who was passing on a bicycle, jumped in at once.
- {r}, who speaks for the town council, wants to hand over a medal next week.
@ {P} jumped into the {river} to save {Q}
@ {R} promises a medal for the deed
? "I could not have held on to that branch much longer," says ~ in a faint voice. | q
? The medal that ~ is to receive has been given only twice before. | p
? "We shall put up a fence along the bank before summer," ~ told us for the council. | r
? After days of rain the ~ had risen and was running fast. | river
? Since that day ~ has been taking swimming lessons. | q

- {p} has won the baking contest of {t} with a walnut cake.
  | The walnut cake of {p} is the best in {t}: it won the baking contest.
- {q} missed the first place by a single point.
  | The plum tart of {q} got one point less and came second.
- {r}, who was head of the jury, spoke of a hard decision.
  | The jury, led by {r}, took two hours to decide.
- {s} had come all the way from {u} and went home without a prize.
@ {P} wins with a walnut cake, {Q} comes second
@ {R}: the jury found it hard to choose
? "I only did what my grandmother taught me," said ~, holding the golden cup. | p
? "One point! Next year I shall use more butter," said ~ with a smile. | q
? Before the vote ~ and the rest of the jury had to taste {n} cakes. | r
? The journey home to ~ was long, and the cake under the seat untouched. | u

- {q} lost {qtheir} wallet on {day} and has got it back.
  | The wallet that {q} lost on {day} has found its way home.
- {p} picked it up near the {ulandmark} of {u}, {n} kilometres away.
  | It was {p} who discovered it on a bench at the {ulandmark} of {u}.
- {r} had put up notes in every street of {t}.
  | {r}, a neighbour, had hung up notes all over {t}.
@ {P} finds the wallet of {Q}
@ All the money still in it
? ~ had given up all hope of seeing the money again. | q
? "It lay there in the rain, and nobody seemed to miss it," said ~. | p
? "Now I shall take them all down again, and gladly," said ~ of the notes. | r
? The wallet had slipped out while its owner was on a day trip to ~. | u
? Even on the church door of ~ one could read about the loss. | t

- {p} won the race from {t} to {u} on {day}.
  | Nobody was faster than {p} in {day}'s race from {t} to {u}.
- {s}, who lives in {u}, led until the last hill and came second.
  | Until the last hill it was {s} of {u} who led, only to come second.
- {q} hurt a knee and had to give up halfway.
  | Halfway along, {q} fell and could not go on.
- {r} had found {n} helpers to hand out water.
@ {P} overtakes {S} on the last hill
@ {Q} hurt in a fall
? "I thought that I had won when I saw the roofs of my own town," said ~. | s
? With both arms raised ~ crossed the finishing line first. | p
? "The doctor says that I may run again in a month," said ~ from the hospital bed. | q
? Without ~ and the helpers many a runner would have gone thirsty. | r
? Next year they will start in ~ and run the other way. | u

- A storm has torn away a piece of the road between {t} and {u}.
  | Since {day}'s storm the road from {t} to {u} has had a hole as wide as a house.
- {p} saw it first and stopped the cars with a red lantern.
  | {p}, {pjob}, was the first to see it, and stood in the rain to warn the drivers.
- {q} took the long way over the hills and came to work three hours late.
- {r} opened a barn in which {n} people could spend the night.
  | For {n} people who could not get home, {r} made beds of straw in a barn.
@ {P} warned drivers of the hole in the road
@ {R} gives stranded people a bed
? For two hours ~ stood in the storm and swung the lantern until the police came. | p
? "Nobody should have to sleep in a car," ~ said, and handed out blankets. | r
? When ~ arrived at last, the others were already going to lunch. | q
? Until the road is mended, {t} must do without {ucraft} from ~. | u

- {p} will open a shop for old books in {t} on {day}.
  | From {day} on, {p} will sell old books in a house in {t}.
- The house belongs to {q}, who asks for no rent in the first year.
  | {q}, who owns the house, does not want any rent in the first year.
- {s} of {u} has given {n} boxes full of novels.
  | The first {n} boxes of books are a present from {s} of {u}.
@ {P} opens a shop for old books
@ {Q} lets the house for nothing, {S} gives the books
? "Better no money than an empty house," said ~ when we asked about the rent. | q
? ~ is still painting the shelves and hopes to be ready for the opening. | p
? For thirty years the novels had stood unread in the attic of ~. | s
? The boxes came from ~ by train and filled half a carriage. | u

- {p} wants to cut down the lime tree in the square of {t} and let cars park there.
  | If {p} has {ptheir} way, the lime tree in the square of {t} will make room for cars.
- {q} has gathered the names of {n}0 people who are against it.
  | Against the plan, {q} has gone from door to door and gathered {n}0 names.
- {r} would leave the tree alone and build behind the station.
  | A third plan comes from {r}: let the tree stand, and use the land at the station.
@ {P} asks for more room for cars
@ {Q} hands over {n}0 names to save the tree
? "So many people cannot all be wrong," ~ said, and laid the list on the table. | q
? "Where are the guests of our shops to leave their cars?" ~ asks. | p
? Both sides could live with what ~ proposes, as the land there is empty. | r
? The lime tree is older than nearly all the houses of ~. | t

- {p} will play the {pplays} at the {landmark} of {t} on {day}.
  | On {day} the {landmark} of {t} will hear {p} play the {pplays}.
- {q}, who was to sing that evening, has a bad cold.
  | {q} was to sing, but has lost {qtheir} voice.
- {s} of {u} has learned all {n} pages of the songs in four days.
  | In four days {s} of {u} has learned the songs, {n} pages in all.
@ {P} plays, but {Q} cannot sing
@ {S} of {u} steps in
? ~ will sit in the first row, silent, with a scarf round the neck. | q
? "My neighbours know every song by now," said ~ after four days of hard work. | s
? Before the songs begin, ~ will play alone for half an hour. | p
? People from ~ pay half, since the singer is one of their own. | u

- A balloon that {p} let go in {t} in spring has been found, with a card on its string.
  | In spring {p} let go a balloon with a card in {t}; now there is an answer.
- {s} found it in a pear tree in {u} and wrote back.
  | It came down in the garden of {s} in {u}, who wrote back.
- The {n} balloons had been the idea of {q}.
  | {q} had thought it up and blown up {n} balloons.
@ A card that {P} sent off with the wind is answered
@ {S} discovered it in the garden
? "At first I took it for a strange red bird among my pears," ~ says. | s
? ~ had long forgotten the card when the postman brought the answer. | p
? "And I was told that it was a silly idea!" laughs ~. | q
? The wind had carried the card across the hills to ~. | u

- {p} was digging a pond in {t} when the spade hit a pot of old coins.
  | A pot full of old coins came to light when {p} dug a pond in {t}.
- {s}, who came from {u} to look at them, counted {n}0 pieces of silver.
  | {s} of {u} cleaned the pieces, {n}0 in all, and found them to be silver.
- {q}, who lives next door, has been digging ever since, and has found nothing.
  | Since then {q} has dug up the whole garden next door, with no luck at all.
@ {P} finds silver while digging a pond
@ {S} counts and cleans the coins
? "I was cross, because I took it for a stone," said ~, who only wanted a pond. | p
? According to ~, who studied every coin, they were buried in a time of war. | s
? "The wall between us must have moved," joked ~, leaning on the spade. | q
? The coins will stay in ~, where they were found. | t

- {s} of {u} had not lost a game of chess for four years, until {day}.
  | For four years nobody had beaten {s} of {u} at chess.
- Then {p} won in {n} moves, before a full hall in {t}.
  | It took {p} {n} moves to do it, in a full hall in {t}.
- {q} had taught {pthem} the game.
  | {P} had learned the game from {q}.
- {r} had rented the hall and sold the tickets.
@ {P} beats {S}
@ {Q} proud of the winner
? ~ knocked over the king and left the hall without a word. | s
? "My hands shook so much that I could hardly lift my queen," said ~ after the win. | p
? "I showed how the pieces move, the courage was there already," said ~ proudly. | q
? For the next match ~ will look for a larger hall. | r

- There is no water in the wells of {t}, and the river {river} is nearly dry.
  | The wells of {t} have run dry, and little is left of the river {river}.
- {p} brings {n} barrels from {u} by lorry every morning.
  | Every morning {p} drives to {u} and comes back with {n} barrels.
- {q} asks everybody to let the gardens dry up, {r} has stopped washing cars for money.
  | {q} begs people not to water their gardens; {r} no longer washes cars for money.
@ {P} brings water from {u}
@ {Q}: flowers can wait
? ~ gets up at four to be on the road before the heat. | p
? "A rose will come back next year, a thirsty child cannot wait," said ~. | q
? "I earn nothing, but who needs a clean car now?" said ~. | r
? Where the ~ was three metres deep, boys now play football. | river
? In ~ there is still enough for both towns. | u
""")
