"""Events with roles, and every way to tell one: the stuff of pairs of sentences.

    Nora gave Tom a small poodle at the harbour on Monday.
    On Monday, Tom received a small poodle from Nora at the harbour.

An `Event` says who did what; `clauses` words it from each side. What follows from what
is decided on events, never on words.
"""

import dataclasses

from flan_jax.world.lexicon import DAYS, table, words
from flan_jax.world.text import a

# members | their kind | a broader kind
KINDS = table("""
poodle, terrier, spaniel, beagle, dachshund | dog | animal
parrot, canary, pigeon, budgerigar | bird | animal
pony, stallion, mare | horse | animal
violin, cello, guitar, harp, banjo | string instrument | musical instrument
trumpet, trombone, tuba, bugle | brass instrument | musical instrument
rose, tulip, daisy, orchid, dahlia | flower | plant
apple, pear, plum, lemon, peach, melon | fruit | piece of food
carrot, turnip, onion, leek, pumpkin | vegetable | piece of food
hammer, saw, chisel, spanner, screwdriver | tool | object
armchair, stool, bench, sofa | seat | piece of furniture
raincoat, parka, anorak | coat | piece of clothing
canoe, dinghy, raft, kayak | boat | vehicle
doll, kite, puppet, rattle | toy | object
novel, atlas, cookbook, dictionary | book | object
necklace, bracelet, brooch, earring | piece of jewellery | object
teapot, saucepan, kettle, bowl | vessel | object
""")
MEMBERS = {kind: words(members) for members, kind, _ in KINDS}
PARENT = {member: kind for kind, members in MEMBERS.items() for member in members}
PARENT.update({kind: broad for _, kind, broad in KINDS if broad != 'object'})

ADJECTIVES = words('small, large, beautiful, expensive, strange, plain, cheap, curious')

PLACES = words("""
at the harbour, at the market, in the park, at the station, in the library,
in the kitchen, at the museum, at the farm, at the theatre, outside the church,
in the workshop, on the bridge, at the hotel, near the river, in the garden,
on the beach, at the school, at the airport
""")

_DAYS = tuple(f'on {day}' for day in DAYS)

# base | past | participle | seen from the other side, or by a synonym: base | past
TRANSFERS, DEEDS, MEETINGS = (table(block) for block in ("""
give | gave | given | receive | received
sell | sold | sold | buy | bought
lend | lent | lent | borrow | borrowed
hand | handed | handed | take | took
send | sent | sent | get | got
""", """
find | found | found | discover | discovered
photograph | photographed | photographed | take a picture of | took a picture of
hide | hid | hidden | conceal | concealed
draw | drew | drawn | sketch | sketched
choose | chose | chosen | pick | picked
order | ordered | ordered | place an order for | placed an order for
describe | described | described | give a description of | gave a description of
lose | lost | lost | mislay | mislaid
""", """
visit | visited | visited | pay a visit to | paid a visit to
help | helped | helped | give help to | gave help to
thank | thanked | thanked | express thanks to | expressed thanks to
greet | greeted | greeted | say hello to | said hello to
praise | praised | praised | speak highly of | spoke highly of
teach | taught | taught | give lessons to | gave lessons to
interview | interviewed | interviewed | hold an interview with | held an interview with
follow | followed | followed | walk behind | walked behind
"""))


@dataclasses.dataclass(frozen=True)
class Event:
  """Somebody did something once: `agent` and `other` are people, `noun` is a thing.

  `other` is '' in a deed, `noun` is '' in a meeting; `place` and `day` may be ''.
  """

  verb: tuple
  agent: str
  other: str = ''
  noun: str = ''
  adjective: str = ''
  place: str = ''
  day: str = ''

  @property
  def thing(self):
    """'a small poodle', or '' where the verb takes none."""
    return a(f'{self.adjective} {self.noun}'.strip()) if self.noun else ''

  @property
  def adjuncts(self):
    return tuple(text for text in (self.place, self.day) if text)

  @property
  def slots(self):
    """The details that may be left out."""
    return tuple(
        slot for slot in ('adjective', 'place', 'day') if getattr(self, slot))

  def changed(self, **slots):
    return dataclasses.replace(self, **slots)

  def swapped(self):
    """The two people in each other's role."""
    return self.changed(agent=self.other, other=self.agent)


@dataclasses.dataclass(frozen=True)
class Clause:
  """One wording of an event, its place and day apart."""

  subject: str
  base: str
  past: str
  rest: str

  def negated(self):
    if self.base.startswith('be '):
      return f'{self.subject} was not {self.base[3:]} {self.rest}'
    return f'{self.subject} did not {self.base} {self.rest}'

  def __str__(self):
    return f'{self.subject} {self.past} {self.rest}'


def clauses(event):
  """Every wording with a person for its subject; the plain active one comes first."""
  base, past, participle, far_base, far_past = event.verb
  agent, other, thing = event.agent, event.other, event.thing
  if event.verb in TRANSFERS:
    return (
        Clause(agent, base, past, f'{other} {thing}'),
        Clause(agent, base, past, f'{thing} to {other}'),
        Clause(other, far_base, far_past, f'{thing} from {agent}'),
        Clause(other, f'be {participle}', f'was {participle}', f'{thing} by {agent}'))
  told = (Clause(agent, base, past, other or thing),
          Clause(agent, far_base, far_past, other or thing))
  if event.verb in MEETINGS:
    told += (Clause(other, f'be {participle}', f'was {participle}', f'by {agent}'),)
  return told


def passive(event):
  """A deed with the thing for its subject: 'a small poodle was found by Nora'."""
  return Clause(event.thing, '', f'was {event.verb[2]}', f'by {event.agent}')


def wordings(event):
  """`clauses`, and the passive of a deed."""
  return clauses(event) + ((passive(event),) if event.verb in DEEDS else ())


def embedded(world, event):
  """A wording for use inside a sentence: no capital, place and day behind."""
  return _with_adjuncts(world, str(world.choice(wordings(event))), event)


def denied(world, event):
  """'Tom did not receive a poodle from Nora on Monday', in one of the wordings."""
  return _with_adjuncts(world, world.choice(clauses(event)).negated(), event)


def intended(world, event):
  """'give Tom a poodle at the harbour': what the agent may want, promise, refuse."""
  active = [clause for clause in clauses(event) if clause.subject == event.agent]
  clause = world.choice(active)
  return _with_adjuncts(world, f'{clause.base} {clause.rest}', event)


def _with_adjuncts(world, text, event):
  adjuncts = world.random.sample(event.adjuncts, len(event.adjuncts))
  return ' '.join((text, *adjuncts))


def told(world, event):
  """A whole sentence without its full stop; sometimes place or day stands in front."""
  if event.adjuncts and world.random.random() < 0.3:
    front = world.choice(event.adjuncts)
    slot = 'place' if front == event.place else 'day'
    return f'{front}, {embedded(world, event.changed(**{slot: ""}))}'
  return embedded(world, event)


def cast(world, count):
  """First names of so many people, all different."""
  names = sorted({person.first_name for person in world.people})
  return world.random.sample(names, count)


def draw(world, people, verbs=TRANSFERS + DEEDS + MEETINGS):
  """A full event among the first two of `people`, a particular thing in it."""
  verb = world.choice(verbs)
  kind = world.choice(sorted(MEMBERS))
  noun = '' if verb in MEETINGS else world.choice(MEMBERS[kind])
  return Event(
      verb, people[0], '' if verb in DEEDS else people[1], noun,
      world.choice(ADJECTIVES) if noun else '', world.choice(PLACES),
      world.choice(_DAYS))


def another(world, event, slot):
  """The event with another value in 'place', 'day', 'adjective' or 'noun'."""
  things = MEMBERS[PARENT.get(event.noun, event.noun)] if event.noun else ()
  values = dict(place=PLACES, day=_DAYS, adjective=ADJECTIVES, noun=things)
  others = [value for value in values[slot] if value != getattr(event, slot)]
  return event.changed(**{slot: world.choice(others)})


def unspecific(world, event, keep=0.5):
  """The event with some details left out, each kept with that probability."""
  return event.changed(**{
      slot: '' for slot in event.slots if world.random.random() >= keep})


def general(world, event, least=0):
  """What the event implies: details left out, the thing named by its kind.

  Args:
    least: changes that must be made, where there are as many to make.
  """
  steps = [*event.slots, *(['noun'] if event.noun in PARENT else [])]
  count = world.random.randint(min(least, len(steps)), len(steps))
  for slot in world.random.sample(steps, count):
    event = event.changed(**{slot: PARENT[event.noun] if slot == 'noun' else ''})
  return event


def particular(world, event, least=0):
  """An event that implies this one: details added, a member named for its kind."""
  kinds = [kind for kind in (event.noun, *_kinds_of(event.noun)) if kind in MEMBERS]
  members = [member for kind in kinds for member in MEMBERS[kind]]
  values = {'place': PLACES, 'day': _DAYS, 'noun': members}
  if event.noun:
    values['adjective'] = ADJECTIVES
  steps = [slot for slot, choices in values.items()
           if choices and (slot == 'noun' or not getattr(event, slot))]
  count = world.random.randint(min(least, len(steps)), len(steps))
  return event.changed(**{
      slot: world.choice(values[slot]) for slot in world.random.sample(steps, count)})


def _kinds_of(broad):
  return [kind for kind in MEMBERS if PARENT.get(kind) == broad]


def plural(noun):
  """'piece of food' -> 'pieces of food', 'daisy' -> 'daisies', 'bench' -> 'benches'."""
  head, gap, tail = noun.partition(' of ')
  if head.endswith('y') and head[-2] not in 'aeiou':
    head = f'{head[:-1]}ies'
  else:
    head += 'es' if head.endswith(('s', 'x', 'ch', 'sh')) else 's'
  return head + gap + tail
