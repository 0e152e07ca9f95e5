"""Pairs of sentences whose relation is true by construction, and little scenes.

The generators behind the embedded data of inference and paraphrase. All draw from the
stream of the world they are given, so they are as deterministic as the world is.
"""

from flan_jax.world import events
from flan_jax.world.inference import inference, order_pair, sentence
from flan_jax.world.pronouns import coreference_pair
from flan_jax.world.text import capitalized

__all__ = ['coreference_pair', 'graded_pair', 'inference', 'paraphrase',
           'question_pair', 'question_sentence', 'scene']

_QUESTION_WORDS = {
    'place': ('where', 'in what place'), 'day': ('when', 'on which day'),
    'noun': ('what', 'which thing')}


def question(world, event, slot):
  """Asks for one slot of an event: 'On which day did Nora give Tom a poodle?'

  Args:
    slot: 'agent', 'other', 'noun', 'place' or 'day'.
  """
  if slot in ('agent', 'other'):
    event = event.changed(**{slot: world.choice(('who', 'which person'))})
    unknown = getattr(event, slot)
    text = world.choice([c for c in events.clauses(event) if c.subject == unknown])
  else:
    event = event.changed(**{slot: ''})
    clause = world.choice([
        c for c in events.clauses(event) if not c.base.startswith('be ')])
    word = world.choice(_QUESTION_WORDS[slot])
    text = ' '.join(f'{word} did {clause.subject} {clause.base} {clause.rest}'.split())
  adjuncts = world.random.sample(event.adjuncts, len(event.adjuncts))
  return f'{capitalized(" ".join((str(text), *adjuncts)))}?'


def _askable(event):
  return [slot for slot in ('agent', 'other', 'noun', 'place', 'day')
          if getattr(event, slot)]


def question_sentence(world):
  """A question, a sentence, and whether the sentence answers the question.

  -> ('Where did Nora find a dog?', 'Nora found a dog on Monday.', False)
  """
  answered = world.random.random() < 0.5
  if world.random.random() < 0.4:
    return _fact_question_sentence(world, answered)
  people = events.cast(world, 3)
  event = events.draw(world, people)
  slot = world.choice(_askable(event))
  asked = events.unspecific(world, event).changed(**{slot: getattr(event, slot)})
  if not answered:
    event = _without_answer(world, event, slot, people[2])
  return question(world, asked, slot), sentence(events.told(world, event)), answered


def _without_answer(world, event, slot, stranger):
  """An event told with much the same words that leaves the slot of the first open."""
  ways = []
  if slot in ('place', 'day'):
    ways += 2 * [event.changed(**{slot: ''})]
  if slot != 'agent':
    ways.append(event.changed(agent=stranger))
  if slot != 'other' and event.other:
    ways.append(event.changed(other=stranger))
  if slot != 'noun' and event.noun:
    ways.append(events.another(world, event, 'noun'))
  if event.verb in events.DEEDS and slot == 'agent':
    verbs = [verb for verb in events.DEEDS if verb != event.verb]
    ways.append(event.changed(verb=world.choice(verbs)))
  return world.choice(ways)


def _fact_question_sentence(world, answered):
  fact, other = _two_facts(world)
  told = fact if answered else other
  return world.choice(fact.questions), world.choice(told.statements), answered


def _two_facts(world):
  """A fact of the world and another that shares its subject or its relation."""
  fact = world.choice(world.facts)
  others = [
      other for other in world.facts
      if (other.subject == fact.subject) != (other.relation == fact.relation)
      and other.answer != fact.answer]
  return fact, world.choice(others or [f for f in world.facts if f != fact])


def paraphrase(world):
  """Two sentences with much the same words, and whether they say the same.

  -> ('Nora gave Tom a small kite on Monday.',
      'On Monday, Tom received a small kite from Nora.', True)
  """
  same = world.random.random() < 0.5
  form = world.random.random()
  if form < 0.1:
    return *order_pair(world, same), same
  if form < 0.25:
    return *_fact_pair(world, same), same
  people = events.cast(world, 5)
  story = [events.draw(world, people)]
  if form < 0.6:
    story.append(events.draw(world, people[2:]))
  other = story if same else _altered(world, story, people[4])
  return *_unlike(lambda: _told(world, story), lambda: _told(world, other)), same


def _fact_pair(world, same):
  fact, other = _two_facts(world)
  if same:
    return world.random.sample(fact.statements, 2)
  return world.choice(fact.statements), world.choice(other.statements)


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
  if len(story) == 1 or world.random.random() < 0.4:
    return [_altered_event(world, story[0], stranger), *story[1:]]
  one, two = story
  slot = world.choice([
      slot for slot in ('agent', 'place', 'day')
      if getattr(one, slot) != getattr(two, slot)])
  return [one.changed(**{slot: getattr(two, slot)}),
          two.changed(**{slot: getattr(one, slot)})]


def _altered_event(world, event, stranger):
  """Nearly the same event: the roles turned round, or one detail another."""
  ways = [events.another(world, event, slot)
          for slot in ('place', 'day', 'noun') if getattr(event, slot)]
  ways.append(event.changed(agent=stranger))
  if event.other:
    ways += 3 * [event.swapped()]
  return world.choice(ways)


def question_pair(world):
  """Two questions and whether they ask the same.

  -> ('Where did Nora find a dog?', 'In what place did Nora discover a dog?', True)
  """
  same = world.random.random() < 0.5
  if world.random.random() < 0.4:
    return *_fact_question_pair(world, same), same
  people = events.cast(world, 3)
  event = events.unspecific(world, events.draw(world, people), keep=0.7)
  slot = world.choice(_askable(event))
  other, other_slot = (event, slot) if same else _other_question(
      world, event, slot, people[2])
  ask = (lambda: question(world, event, slot),
         lambda: question(world, other, other_slot))
  return *_unlike(*ask), same


def _fact_question_pair(world, same):
  fact, other = _two_facts(world)
  if same:
    return world.random.sample(fact.questions, 2)
  return world.choice(fact.questions), world.choice(other.questions)


def _other_question(world, event, slot, stranger):
  """(event, slot) of a question much like the given one."""
  details = [s for s in ('place', 'day', 'noun') if s != slot and getattr(event, s)]
  ways = [(events.another(world, event, detail), slot) for detail in details]
  ways += [(event, s) for s in _askable(event) if s != slot]
  if slot != 'agent':
    ways.append((event.changed(agent=stranger), slot))
  if event.other:
    ways += 2 * [(event.swapped(), slot)]
  return world.choice(ways)


def graded_pair(world):
  """Two sentences and how alike their meanings are, from 0.0 to 5.0.

  5 the same, 4 details left out, 3 place or day or look another, 2 the same deed on
  somebody or something else, 1 another deed of the same person, 0 nothing in common.
  """
  people = events.cast(world, 4)
  event = events.draw(world, people)
  other, score = world.choice(_GRADES)(world, event, people[2:])
  return *_unlike(lambda: _told(world, [event]), lambda: _told(world, [other])), score


def _same(world, event, _):
  return event, 5.0


def _details_left_out(world, event, _):
  other = events.general(world, event, least=1)
  return other, 4.4 - 0.2 * _differences(event, other)


def _details_changed(world, event, _):
  slots = world.random.sample(event.slots, world.random.randint(1, 2))
  for slot in slots:
    event = events.another(world, event, slot)
  return event, 3.6 - 0.4 * len(slots)


def _other_object(world, event, strangers):
  if event.other:
    return event.changed(other=strangers[0]), 2.2
  nouns = [noun for noun in sorted(events.PARENT)
           if noun not in events.MEMBERS and events.PARENT[noun] != (
               events.PARENT[event.noun])]
  return event.changed(noun=world.choice(nouns)), 1.8


def _other_deed(world, event, strangers):
  verbs = [v for v in (*events.DEEDS, *events.MEETINGS, *events.TRANSFERS)
           if v != event.verb]
  other = events.draw(world, [event.agent, strangers[0]], verbs)
  return other, 1.2 if other.place == event.place or other.day == event.day else 0.8


def _unrelated(world, event, strangers):
  verbs = [verb for verb in events.DEEDS + events.MEETINGS if verb != event.verb]
  other = events.draw(world, strangers, verbs)
  for slot in ('place', 'day'):
    if getattr(other, slot) == getattr(event, slot):
      other = other.changed(**{slot: ''})
  return other, 0.0


_GRADES = (_same, _details_left_out, _details_changed, _other_object, _other_deed,
           _unrelated)


def _differences(one, other):
  return sum(getattr(one, slot) != getattr(other, slot)
             for slot in ('noun', 'adjective', 'place', 'day'))


def scene(world, sentences):
  """A little story of so many sentences: what people did, sometimes told once more."""
  people = events.cast(world, 4)
  story = [events.draw(world, world.random.sample(people, 2)) for _ in range(sentences)]
  for turn in range(1, sentences):
    if world.random.random() < 0.3:  # the event before, seen from the other side
      story[turn] = events.general(world, story[turn - 1])
  return ' '.join(sentence(events.told(world, event)) for event in story)
