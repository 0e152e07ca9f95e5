"""Premises and hypotheses whose relation is true by construction.

Each family draws the hypothesis first, without a look at the relation, and then makes a
premise to fit. So a hypothesis alone says nothing about its relation, and a premise of
any relation shares most of its words with the hypothesis.
"""

from flan_jax.world import events
from flan_jax.world.lexicon import table
from flan_jax.world.text import capitalized, number_words

ENTAILMENT, NEUTRAL, CONTRADICTION = RELATIONS = (
    'entailment', 'neutral', 'contradiction')
_OF_THE_NEGATION = {
    ENTAILMENT: CONTRADICTION, NEUTRAL: NEUTRAL, CONTRADICTION: ENTAILMENT}


def inference(world, sentences=1):
  """A premise of `sentences` sentences (the key one may be two), hypothesis, relation.

  -> ('Tom got a poodle from Nora on Monday.', 'Nora sent Tom a dog.', 'entailment')
  """
  relation = world.choice(RELATIONS)
  people = events.cast(world, 4 + 2 * sentences)
  premise, hypothesis = world.choice(_FAMILIES)(world, people[:4], relation)
  story = [aside(world, people[4 + 2 * turn:]) for turn in range(sentences - 1)]
  story.insert(world.random.randint(0, len(story)), sentence(premise))
  return ' '.join(story), sentence(hypothesis), relation


def sentence(text):
  """'the dog slept' -> 'The dog slept.'"""
  return f'{capitalized(text)}.'


def aside(world, people):
  """A sentence about something else, true or not whatever the rest says."""
  event = events.unspecific(world, events.draw(world, people))
  return sentence(events.told(world, event))


def _lines(text):
  return tuple(text.strip().splitlines())


# `{s}` tells an event, `{do}` is its infinitive, `{no}` denies it; the agent does it.
_ASSERTED = _lines("""
{witness} saw that {s}
{witness} knew that {s}
{witness} did not know that {s}
{witness} was glad that {s}
it surprised {witness} that {s}
as planned, {s}
{agent} managed to {do}
{agent} did not forget to {do}
""")

_OPEN = _lines("""
{witness} believed that {s}
{witness} was told that {s}
{witness} asked whether {s}
if {s}, {witness} will be surprised
rumour has it that {s}
perhaps {s}
{agent} wanted to {do}
{agent} promised {witness} to {do}
{agent} was asked to {do}
""")

_DENIED = _lines("""
{no}
contrary to what {witness} said, {no}
{witness} knew that {no}
it is not true that {s}
{witness} wrongly believed that {s}
{agent} refused to {do}
{agent} forgot to {do}
{agent} wanted to {do}, but never did
{agent} was about to {do}, but {witness} prevented it
""")


def _event_family(world, people, relation):
  event = events.draw(world, people)
  event = events.general(world, event)
  negative = world.random.random() < 0.4
  hypothesis = events.denied(world, event) if negative else events.told(world, event)
  if negative:
    relation = _OF_THE_NEGATION[relation]
  make = {ENTAILMENT: _asserting, NEUTRAL: _leaving_open, CONTRADICTION: _denying}
  return make[relation](world, event, people[2]), hypothesis


def _asserting(world, event, witness):
  event = events.particular(world, event)
  if world.random.random() < 0.5:
    return events.told(world, event)
  return _framed(world, _ASSERTED, event, witness)


def _denying(world, event, witness):
  return _framed(world, _DENIED, events.general(world, event), witness)


def _leaving_open(world, event, witness):
  stranger = event.changed(agent=witness)
  ways = [
      lambda: _framed(world, _OPEN, events.particular(world, event), witness),
      lambda: events.told(world, events.particular(world, stranger))]
  if event.other:
    ways.append(lambda: events.told(world, event.changed(other=witness)))
  if event.verb in events.MEETINGS:
    ways.append(lambda: events.told(world, events.particular(world, event.swapped())))
  if events.general(world, event, least=1) != event:
    ways += 3 * [lambda: _asserting_less(world, event, witness)]
  if not event.place or not event.day:
    ways += 3 * [lambda: _framed(
        world, _DENIED, events.particular(world, event, least=1), witness)]
  return world.choice(ways)()


def _asserting_less(world, event, witness):
  less = events.general(world, event, least=1)
  if world.random.random() < 0.5:
    return events.told(world, less)
  return _framed(world, _ASSERTED, less, witness)


def _framed(world, frames, event, witness):
  return world.choice(frames).format(
      witness=witness, agent=event.agent, s=events.embedded(world, event),
      no=events.denied(world, event), do=events.intended(world, event))


# an order | its converse | what is ordered
ORDERS = table("""
is older than | is younger than | people
is taller than | is shorter than | people
arrived earlier than | arrived later than | people
finished the race ahead of | finished the race behind | people
lives further north than | lives further south than | people
earns more than | earns less than | people
runs faster than | runs more slowly than | people
has more books than | has fewer books than | people
costs more than | costs less than | things
weighs more than | weighs less than | things
stands to the left of | stands to the right of | things
was mentioned earlier than | was mentioned later than | things
""")


def _order_family(world, people, relation):
  *phrases, kind = world.choice(ORDERS)
  one, two, third = _things(world, 3) if kind == 'things' else people[:3]
  phrase, converse = world.random.sample(phrases, 2)
  hypothesis = f'{one} {phrase} {two}'
  if relation == NEUTRAL:
    return _one_sided(world, (one, two, third), phrases), hypothesis
  straight = []
  if relation == CONTRADICTION:
    one, two = two, one
    straight = [f'{one} {phrase} {two}']
  return world.choice([
      *straight, f'{two} {converse} {one}',
      _chain(world, (one, third, two), (phrase, converse))]), hypothesis


def _chain(world, items, phrases):
  """'The kite costs more than the doll and the harp costs less than the doll.'"""
  (one, third, two), (phrase, converse) = items, phrases
  first = world.choice((f'{one} {phrase} {third}', f'{third} {converse} {one}'))
  second = world.choice((f'{third} {phrase} {two}', f'{two} {converse} {third}'))
  return ' and '.join(world.random.sample([first, second], 2))


def order_pair(world, same):
  """Two comparisons of the same two; they say the same, or the opposite."""
  *phrases, kind = world.choice(ORDERS)
  one, two = _things(world, 2) if kind == 'things' else events.cast(world, 2)
  phrase, converse = world.random.sample(phrases, 2)
  other = f'{two} {converse} {one}' if same else world.choice(
      (f'{two} {phrase} {one}', f'{one} {converse} {two}'))
  return sentence(f'{one} {phrase} {two}'), sentence(other)


def _one_sided(world, items, phrases):
  """Both stand on the same side of a third, so their own order is open."""
  *couple, third = items
  phrase, converse = world.random.sample(phrases, 2)
  near, far = world.random.sample(couple, 2)
  return world.choice((
      f'{near} {phrase} {third}, and {far} {phrase} {third} too',
      f'{third} {converse} {near} and {converse} {far}',
      f'{near} {phrase} {third} and {third} {converse} {far}'))


def _things(world, count):
  nouns = [noun for members in events.MEMBERS.values() for noun in members]
  return [f'the {noun}' for noun in world.random.sample(nouns, count)]


# quantity | which counts make it true, as offsets from the number it names
_QUANTITIES = {
    'exactly': (0, 0), 'at least': (0, 6), 'more than': (1, 6), 'fewer than': (-3, -1)}


def _count_family(world, people, relation):
  kind, broad = world.choice([row[1:] for row in events.KINDS if row[2] != 'object'])
  quantity, number = world.choice(sorted(_QUANTITIES)), world.random.randint(8, 30)
  place = world.choice(events.PLACES)
  told = world.choice(('there were', f'{people[0]} counted'))
  hypothesis = (
      f'{told} {quantity} {number_words(number)} {events.plural(kind)} {place}')
  if relation == NEUTRAL:
    return _count_left_open(world, told, number, (kind, broad), place), hypothesis
  counts = _counts(quantity, number, relation == ENTAILMENT)
  return _exact_count(world, told, world.choice(counts), kind, place), hypothesis


def _counts(quantity, number, holds):
  low, high = _QUANTITIES[quantity]
  return [number + offset for offset in range(-3, 7)
          if (low <= offset <= high) == holds]


def _exact_count(world, told, count, kind, place):
  if world.random.random() < 0.5:
    return f'{told} exactly {number_words(count)} {events.plural(kind)} {place}'
  members = world.random.sample(events.MEMBERS[kind], 2)
  part = world.random.randint(2, count - 2)
  first, second = map(events.plural, members)
  return (f'{told} {number_words(part)} {first}, {number_words(count - part)} {second} '
          f'and no other {events.plural(kind)} {place}')


def _count_left_open(world, told, number, kinds, place):
  kind, broad = map(events.plural, kinds)
  member = events.plural(world.choice(events.MEMBERS[kinds[0]]))
  more = number_words(number + world.random.randint(2, 6))
  few = number_words(world.random.randint(2, 4))
  return world.choice((
      f'{told} {more} {broad} {place}',
      f'{told} {more} {broad} {place}, some of them {kind}',
      f'{told} {few} {member} {place}, besides other {kind}'))


# what some of a group did: base | past
_HABITS = table("""
wear a hat | wore a hat
sing a song | sang a song
miss the bus | missed the bus
bring an umbrella | brought an umbrella
drink coffee | drank coffee
win a prize | won a prize
learn to swim | learned to swim
buy a ticket | bought a ticket
speak at the meeting | spoke at the meeting
arrive by train | arrived by train
stay for dinner | stayed for dinner
fall asleep early | fell asleep early
""")
_GROUPS = tuple('dancer pupil nurse guest sailor farmer lawyer singer student'.split())

_ALL = _lines("""
all of the {group}s {did}, and {who} was one of the {group}s
{who} was one of the {group}s, and every one of them {did}
the only {group} who did not {do} was {other}, and {who} was a {group} too
""")
_NONE = _lines("""
none of the {group}s {did}, and {who} was one of the {group}s
{who} was one of the {group}s, and not one of them {did}
the only {group} who {did} was {other}, and {who} was a {group} too
""")
_SOME = _lines("""
some of the {group}s {did}, and {who} was one of the {group}s
{who} was one of the {group}s, and most of them {did}
most of the {group}s did not {do}, and {who} was one of the {group}s
all of the {group}s {did}, but {who} was not one of the {group}s
none of the {group}s {did}, but {who} was not one of the {group}s
{other} was not the only {group} who {did}, and {who} was a {group} too
""")


def _group_family(world, people, relation):
  do, did = world.choice(_HABITS)
  negative = world.random.random() < 0.5
  hypothesis = f'{people[0]} did not {do}' if negative else f'{people[0]} {did}'
  if negative:
    relation = _OF_THE_NEGATION[relation]
  frames = {ENTAILMENT: _ALL, NEUTRAL: _SOME, CONTRADICTION: _NONE}[relation]
  premise = world.choice(frames).format(
      who=people[0], other=people[1], group=world.choice(_GROUPS), do=do, did=did)
  return premise, hypothesis


# a state | how it comes about | the opposite state | how that comes about | things
STATES = table("""
open | opened | closed | closed | window, gate, cupboard, suitcase
locked | locked | unlocked | unlocked | door, shed, safe, garage
wet | watered | dry | dried | lawn, flower bed, doorstep
full | filled | empty | emptied | bucket, bathtub, basket, water tank
clean | cleaned | dirty | soiled | floor, table, carpet, car
lit | lit | dark | extinguished | candle, lantern, oil lamp
on | switched on | off | switched off | radio, heater, fan, kitchen light
""")


def _state_family(world, people, relation):
  *states, things = world.choice(STATES)
  held, opposed = world.random.sample([states[:2], states[2:]], 2)
  thing, elsewhere = world.random.sample(things.split(', '), 2)
  leaving = world.choice(('left', 'went home', 'went to bed'))
  hypothesis = f'when {people[0]} {leaving}, the {thing} was {held[0]}'
  if relation == NEUTRAL:
    done = _beside_the_point(world, thing, elsewhere, states)
  else:
    ends = (held, opposed) if relation == ENTAILMENT else (opposed, held)
    done = _brought_about(world, thing, *ends)
  return f'{people[0]} {done} and {leaving} at once', hypothesis


def _brought_about(world, thing, end, start):
  """What was done to a thing so that it ends in one state; each is (state, made)."""
  return world.choice((
      f'{end[1]} the {thing}',
      f'first {start[1]} and finally {end[1]} the {thing}',
      f'found the {thing} {start[0]}, {end[1]} it',
      f'found the {thing} {end[0]}, did not touch it'))


def _beside_the_point(world, thing, elsewhere, states):
  usual, made = world.choice((states[:2], states[2:]))
  return world.choice((
      f'{made} the {elsewhere} next to the {thing}',
      f'found the {elsewhere} {usual}, looked at the {thing}',
      f'thought of the {thing}, which is often {usual},'))


_FAMILIES = (_event_family, _event_family, _event_family, _order_family, _count_family,
             _group_family, _state_family)
