"""Premises and hypotheses whose relation is true by construction.

Each family draws the hypothesis first, without a look at the relation, and then makes a
premise to fit. So a hypothesis alone says nothing about its relation, and a premise of
any relation shares most of its words with the hypothesis.
"""

from flan_jax.world import events, tables
from flan_jax.world.text import capitalized

ENTAILMENT, NEUTRAL, CONTRADICTION = RELATIONS = ('entailment', 'neutral', 'contradiction')
_OF_THE_NEGATION = dict(zip(RELATIONS, RELATIONS[::-1]))
_ASSERTED, _OPEN, _DENIED = zip(*tables.read('events')['frames'])
ORDERS = tables.read('events')['orders']


def inference(world, sentences=1):
  """A premise of `sentences` sentences (the key one may be two), hypothesis, relation.

  -> ('Tom got a poodle from Nora on Monday.', 'Nora sent Tom a dog.', 'entailment')
  """
  relation = world.choice(RELATIONS)
  people = events.cast(world, 4 + 2 * sentences)
  family = world.choice((_event_family, _event_family, _order_family))
  premise, hypothesis = family(world, people[:3], relation)
  # The others are about something else, true or not whatever the key one says.
  story = [events.general(world, events.draw(world, people[4 + 2 * turn:]))
           for turn in range(sentences - 1)]
  story = [sentence(events.told(world, event)) for event in story]
  story.insert(world.random.randint(0, len(story)), sentence(premise))
  return ' '.join(story), sentence(hypothesis), relation


def sentence(text):
  """'the dog slept' -> 'The dog slept.'"""
  return f'{capitalized(text)}.'


def _event_family(world, people, relation):
  event = events.general(world, events.draw(world, people))
  negative = world.random.random() < 0.4
  hypothesis = events.denied(world, event) if negative else events.told(world, event)
  relation = _OF_THE_NEGATION[relation] if negative else relation
  witness = people[2]
  if relation == ENTAILMENT:
    return _asserted(world, events.particular(world, event), witness), hypothesis
  if relation == CONTRADICTION:
    return _framed(world, _DENIED, events.general(world, event), witness), hypothesis
  return _leaving_open(world, event, witness), hypothesis


def _asserted(world, event, witness):
  if world.random.random() < 0.5:
    return events.told(world, event)
  return _framed(world, _ASSERTED, event, witness)


def _leaving_open(world, event, witness):
  others = [events.particular(world, event.changed(agent=witness))]
  if event.other:
    others.append(event.changed(other=witness))
  if event.verb in events.MEETINGS:
    others.append(events.particular(world, event.swapped()))
  ways = [_framed(world, _OPEN, events.particular(world, event), witness),
          *(events.told(world, other) for other in others)]
  less = events.general(world, event, least=1)
  if less != event:
    ways += 3 * [_asserted(world, less, witness)]
  if not event.place or not event.day:
    more = events.particular(world, event, least=1)
    ways += 3 * [_framed(world, _DENIED, more, witness)]
  return world.choice(ways)


def _framed(world, frames, event, witness):
  return world.choice(frames).format(
      witness=witness, agent=event.agent, s=events.embedded(world, event),
      no=events.denied(world, event), do=events.intended(world, event))


def _order_family(world, people, relation):
  phrases = world.choice(ORDERS)
  phrase, converse = world.random.sample(phrases, 2)
  one, two, third = people
  hypothesis = f'{one} {phrase} {two}'
  if relation == NEUTRAL:  # both stand on the same side of a third
    near, far = world.random.sample((one, two), 2)
    phrase, converse = world.random.sample(phrases, 2)
    return world.choice((
        f'{near} {phrase} {third}, and {far} {phrase} {third} too',
        f'{third} {converse} {near} and {converse} {far}',
        f'{near} {phrase} {third} and {third} {converse} {far}')), hypothesis
  straight = []
  if relation == CONTRADICTION:
    one, two = two, one
    straight = [f'{one} {phrase} {two}']
  chain = [world.choice((f'{high} {phrase} {low}', f'{low} {converse} {high}'))
           for high, low in ((one, third), (third, two))]
  return world.choice([*straight, f'{two} {converse} {one}',
                       ' and '.join(world.random.sample(chain, 2))]), hypothesis
