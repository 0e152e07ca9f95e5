# SPDX-License-Identifier: Apache-2.0
"""Pairs of sentences whose relation is true by construction, and little scenes."""

from flan_jax.world import events, tables
from flan_jax.world.schemas import coreference_pair as coreference_pair
from flan_jax.world.text import capitalized

ENTAILMENT, NEUTRAL, CONTRADICTION = RELATIONS = ('entailment', 'neutral', 'contradiction')
_OF_THE_NEGATION = dict(zip(RELATIONS, RELATIONS[::-1]))
_ASSERTED, _OPEN, _DENIED = zip(*tables.read('events')['frames'])
ORDERS = tables.read('events')['orders']
_FACTS = 0.4  # how often questions are about facts of the world, not about events
_QUESTION_WORDS = {
  'place': ('where', 'in what place'),
  'day': ('when', 'on which day'),
  'noun': ('what', 'which thing'),
}
_SLOTS = ('agent', 'other', 'noun', 'place', 'day')


def inference(world, sentences=1):
  """A premise of `sentences` sentences (the key one may be two), hypothesis, relation.

  -> ('Tom got a poodle from Nora on Monday.', 'Nora sent Tom a dog.', 'entailment')

  Each family draws the hypothesis first, without a look at the relation, and then makes a
  premise to fit. So a hypothesis alone says nothing about its relation, and a premise of
  any relation shares most of its words with the hypothesis.
  """
  relation = world.choice(RELATIONS)
  people = events.cast(world, 4 + 2 * sentences)
  family = world.choice((_event_family, _event_family, _order_family))
  premise, hypothesis = family(world, people[:3], relation)
  # The others are about something else, true or not whatever the key one says.
  story = [events.general(world, events.draw(world, people[4 + 2 * turn :])) for turn in range(sentences - 1)]
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
  ways = [
    _framed(world, _OPEN, events.particular(world, event), witness),
    *(events.told(world, other) for other in others),
  ]
  less = events.general(world, event, least=1)
  if less != event:
    ways += 3 * [_asserted(world, less, witness)]
  if not event.place or not event.day:
    more = events.particular(world, event, least=1)
    ways += 3 * [_framed(world, _DENIED, more, witness)]
  return world.choice(ways)


def _framed(world, frames, event, witness):
  frame, told, denied = world.choice(frames), events.embedded(world, event), events.denied(world, event)
  return frame.format(witness=witness, agent=event.agent, s=told, no=denied, do=events.intended(world, event))


def _order_family(world, people, relation):
  phrases = world.choice(ORDERS)
  phrase, converse = world.random.sample(phrases, 2)
  one, two, third = people
  hypothesis = f'{one} {phrase} {two}'
  if relation == NEUTRAL:  # both stand on the same side of a third
    near, far = world.random.sample((one, two), 2)
    phrase, converse = world.random.sample(phrases, 2)
    return world.choice(
      (
        f'{near} {phrase} {third}, and {far} {phrase} {third} too',
        f'{third} {converse} {near} and {converse} {far}',
        f'{near} {phrase} {third} and {third} {converse} {far}',
      )
    ), hypothesis
  straight = []
  if relation == CONTRADICTION:
    one, two = two, one
    straight = [f'{one} {phrase} {two}']
  chain = [
    world.choice((f'{high} {phrase} {low}', f'{low} {converse} {high}')) for high, low in ((one, third), (third, two))
  ]
  return world.choice([*straight, f'{two} {converse} {one}', ' and '.join(world.random.sample(chain, 2))]), hypothesis


def _question(world, event, slot):
  """Asks for one of the slots: 'On which day did Nora give Tom a poodle?'"""
  if slot in ('agent', 'other'):
    event = event.changed(**{slot: world.choice(('who', 'which person'))})
    unknown = getattr(event, slot)
    text = str(world.choice([c for c in events.clauses(event) if c.subject == unknown]))
  else:
    event, word = event.changed(**{slot: ''}), world.choice(_QUESTION_WORDS[slot])
    clause = world.choice([c for c in events.clauses(event) if not c.base.startswith('be ')])
    text = ' '.join(f'{word} did {clause.subject} {clause.base} {clause.rest}'.split())
  return f'{capitalized(events.with_adjuncts(world, text, event))}?'


def _askable(event):
  return [slot for slot in _SLOTS if getattr(event, slot)]


def question_sentence(world):
  """A question, a sentence, and whether the sentence answers the question.

  -> ('Where did Nora find a dog?', 'Nora found a dog on Monday.', False)
  """
  answered = world.random.random() < 0.5
  if world.random.random() < _FACTS:
    fact, other = _two_facts(world)
    told = fact if answered else other
    return world.choice(fact.questions), world.choice(told.statements), answered
  people = events.cast(world, 3)
  event = events.draw(world, people)
  slot = world.choice(_askable(event))
  asked = events.general(world, event).changed(**{slot: getattr(event, slot)})
  if not answered:
    event = _without_answer(world, event, slot, people[2])
  return _question(world, asked, slot), sentence(events.told(world, event)), answered


def _without_answer(world, event, slot, stranger):
  """An event told with much the same words that leaves the slot of the first open."""
  ways = 2 * [event.changed(**{slot: ''})] if slot in ('place', 'day') else []
  ways += [event.changed(**{role: stranger}) for role in ('agent', 'other') if slot != role and getattr(event, role)]
  return world.choice(ways or [event.changed(verb=verb) for verb in events.DEEDS if verb != event.verb])


def _two_facts(world):
  """A fact of the world and another that shares its subject or its relation."""
  fact = world.choice(world.facts)
  others = [other for other in world.facts if other.answer != fact.answer]
  return fact, world.choice([one for one in others if (one.subject == fact.subject) != (one.relation == fact.relation)])


def paraphrase(world):
  """Two sentences with much the same words, and whether they say the same.

  -> ('Nora gave Tom a small kite on Monday.',
      'On Monday, Tom received a small kite from Nora.', True)
  """
  same = world.random.random() < 0.5
  people = events.cast(world, 5)
  story = [events.draw(world, people)]
  if world.random.random() < 0.4:
    story.append(events.draw(world, people[2:]))
  other = story if same else _altered(world, story, people[4])
  return *_unlike(lambda: _told(world, story), lambda: _told(world, other)), same


def _told(world, story):
  """One sentence for one or two events, in either order."""
  parts = [events.told(world, event) for event in story]
  link = world.choice((', and ', ', while ', '; '))
  return sentence(link.join(world.random.sample(parts, len(parts))))


def _unlike(first, second):
  """Two texts that differ; one maker may give the same text twice."""
  one = first()
  return one, next(text for text in iter(second, None) if text != one)


def _altered(world, story, stranger):
  """Much the same story: a detail of two events exchanged, or one event changed."""
  one, *others = story
  if not others or world.random.random() < 0.4:
    return [world.choice(_neighbours(world, one, stranger)), *others]
  [two] = others
  slot = world.choice([slot for slot in ('agent', 'place', 'day') if getattr(one, slot) != getattr(two, slot)])
  return [one.changed(**{slot: getattr(two, slot)}), two.changed(**{slot: getattr(one, slot)})]


def _neighbours(world, event, stranger, slot=''):
  """Nearly the same events, but for `slot`: roles turned round, one detail another."""
  details = [detail for detail in ('place', 'day', 'noun') if detail != slot and getattr(event, detail)]
  ways = [events.another(world, event, detail) for detail in details]
  ways += [event.changed(agent=stranger)] if slot != 'agent' else []
  return ways + (3 * [event.swapped()] if event.other else [])


def question_pair(world):
  """Two questions and whether they ask the same.

  -> ('Where did Nora find a dog?', 'In what place did Nora discover a dog?', True)
  """
  same = world.random.random() < 0.5
  if world.random.random() < _FACTS:
    fact, other = _two_facts(world)
    if same:
      return *world.random.sample(fact.questions, 2), same
    return world.choice(fact.questions), world.choice(other.questions), same
  people = events.cast(world, 3)
  event = other = events.general(world, events.draw(world, people))
  slot = other_slot = world.choice(_askable(event))
  if not same:
    ways = [(way, slot) for way in _neighbours(world, event, people[2], slot)]
    other, other_slot = world.choice(ways + [(event, role) for role in _askable(event) if role != slot])
  return *_unlike(lambda: _question(world, event, slot), lambda: _question(world, other, other_slot)), same


def graded_pair(world):
  """Two sentences and how alike their meanings are, from 0.0 to 5.0.

  5 the same, 4 details left out, 3 place or day or look another, 2 the same deed on
  somebody or something else, 1 another deed of the same person, 0 nothing in common.
  """
  people = events.cast(world, 4)
  event, grade = events.draw(world, people), world.random.randrange(6)
  other = _graded(world, event, grade, people[2:])
  score = float(grade)
  if grade not in (0, 5):  # within a grade, the more differs, the lower
    different = [getattr(event, slot) != getattr(other, slot) for slot in ('adjective', 'place', 'day')]
    score = grade + 0.4 - 0.2 * sum(different)
  return *_unlike(lambda: _told(world, [event]), lambda: _told(world, [other])), score


def _graded(world, event, grade, strangers):
  """An event that shares so much with another."""
  if grade < 2:
    verbs = [verb for verb in events.DEEDS + events.MEETINGS if verb != event.verb]
    people = [event.agent, strangers[0]] if grade else strangers
    other = events.draw(world, people, verbs)
    common = [slot for slot in ('place', 'day') if getattr(other, slot) == getattr(event, slot)]
    return other if grade else other.changed(**dict.fromkeys(common, ''))
  if grade == 2 and event.other:
    return event.changed(other=strangers[0])
  if grade == 2:
    nouns = [noun for members in events.MEMBERS.values() for noun in members]
    strange = [noun for noun in nouns if events.PARENT[noun] != events.PARENT[event.noun]]
    return event.changed(noun=world.choice(strange))
  if grade == 3:
    for slot in world.random.sample(event.slots, world.random.randint(1, 2)):
      event = events.another(world, event, slot)
  return events.general(world, event, least=1) if grade == 4 else event


def scene(world, sentences):
  """A little story of so many sentences: what people did, sometimes told once more."""
  people = events.cast(world, 4)
  story = [events.draw(world, world.random.sample(people, 2)) for _ in range(sentences)]
  for turn in range(1, sentences):
    if world.random.random() < 0.3:  # the event before, seen from the other side
      story[turn] = events.general(world, story[turn - 1])
  return ' '.join(sentence(events.told(world, event)) for event in story)
