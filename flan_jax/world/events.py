# SPDX-License-Identifier: Apache-2.0
"""Events with roles, and every way to tell one: the stuff of pairs of sentences.

An `Event` says who did what; `clauses` words it from each side. What follows from what
is decided on events, never on words.
"""

from typing import NamedTuple

from flan_jax.world import outlines, tables
from flan_jax.world.lexicon import DAYS, words
from flan_jax.world.text import a

_TABLES = tables.read('events')
KINDS = _TABLES['kinds']  # members, their kind, a broader kind
MEMBERS = {kind: words(members) for members, kind, _ in KINDS}
PARENT = {member: kind for kind, members in MEMBERS.items() for member in members}
PARENT.update({kind: broad for _, kind, broad in KINDS if broad != 'object'})
# base, past, participle; seen from the other side, or by a synonym: base, past
TRANSFERS, DEEDS, MEETINGS = (_TABLES[name] for name in ('transfers', 'deeds', 'meetings'))
_VALUES = outlines.lists(_TABLES['details']) | {'day': tuple(f'on {day}' for day in DAYS)}
PLACES = _VALUES['place']


class Event(NamedTuple):
  """Somebody did something once; what an event has not, or does not tell, is ''."""

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
  def slots(self):
    """The details that may be left out."""
    return tuple(slot for slot in ('adjective', 'place', 'day') if getattr(self, slot))

  def changed(self, **slots):
    return self._replace(**slots)

  def swapped(self):
    """The two people in each other's role."""
    return self._replace(agent=self.other, other=self.agent)


class Clause(NamedTuple):
  """One wording of an event, its place and day apart."""

  subject: str
  base: str
  past: str
  rest: str

  def __str__(self):
    return f'{self.subject} {self.past} {self.rest}'


def clauses(event):
  """Every wording with a person for its subject; the plain active one comes first."""
  base, past, participle, far_base, far_past = event.verb
  agent, other, thing = event.agent, event.other, event.thing
  be, was = f'be {participle}', f'was {participle}'
  if event.verb in TRANSFERS:
    return (
      Clause(agent, base, past, f'{other} {thing}'),
      Clause(agent, base, past, f'{thing} to {other}'),
      Clause(other, far_base, far_past, f'{thing} from {agent}'),
      Clause(other, be, was, f'{thing} by {agent}'),
    )
  active = (Clause(agent, base, past, other or thing), Clause(agent, far_base, far_past, other or thing))
  return active + ((Clause(other, be, was, f'by {agent}'),) if other else ())


def embedded(world, event):
  """A wording for use inside a sentence: no capital, place and day behind."""
  wordings = clauses(event)
  if event.verb in DEEDS:
    wordings += (Clause(event.thing, '', f'was {event.verb[2]}', f'by {event.agent}'),)
  return with_adjuncts(world, str(world.choice(wordings)), event)


def denied(world, event):
  """'Tom did not receive a poodle from Nora on Monday', in one of the wordings."""
  subject, base, _, rest = world.choice(clauses(event))
  verb = f'was not {base[3:]}' if base.startswith('be ') else f'did not {base}'
  return with_adjuncts(world, f'{subject} {verb} {rest}', event)


def intended(world, event):
  """'give Tom a poodle at the harbour': what the agent may want, promise, refuse."""
  clause = world.choice([c for c in clauses(event) if c.subject == event.agent])
  return with_adjuncts(world, f'{clause.base} {clause.rest}', event)


def with_adjuncts(world, text, event):
  """The text with place and day behind it, in either order."""
  adjuncts = [detail for detail in (event.place, event.day) if detail]
  return ' '.join((text, *world.random.sample(adjuncts, len(adjuncts))))


def told(world, event):
  """A whole sentence without its full stop; sometimes place or day stands in front."""
  fronts = [slot for slot in ('place', 'day') if getattr(event, slot)]
  if fronts and world.random.random() < 0.3:
    slot = world.choice(fronts)
    return f'{getattr(event, slot)}, {embedded(world, event.changed(**{slot: ""}))}'
  return embedded(world, event)


def cast(world, count):
  """First names of so many people, all different."""
  return world.random.sample(sorted({p.first_name for p in world.people}), count)


def draw(world, people, verbs=(*TRANSFERS, *DEEDS, *MEETINGS)):
  """A full event among the first two of `people`, a particular thing in it."""
  verb, values = world.choice(verbs), {s: world.choice(v) for s, v in _VALUES.items()}
  if verb in MEETINGS:
    values['adjective'] = ''
  else:
    values['noun'] = world.choice(world.choice(list(MEMBERS.values())))
  return Event(verb, people[0], '' if verb in DEEDS else people[1], **values)


def another(world, event, slot):
  """The event with another value in 'place', 'day', 'adjective' or 'noun'."""
  kind = PARENT.get(event.noun)
  values = _VALUES.get(slot) or (
    *(noun for noun in PARENT if kind and PARENT[noun] == kind),
    *MEMBERS.get(event.noun, ()),
  )
  others = [value for value in values if value != getattr(event, slot)]
  return event.changed(**{slot: world.choice(others)})


def general(world, event, least=0):
  """What the event implies: details left out, the thing named by its kind.

  least: changes that must be made, if there are as many to make.
  """
  values = dict.fromkeys(event.slots, '')
  values |= {'noun': PARENT[event.noun]} if event.noun in PARENT else {}
  return _with_some(world, event, values, least)


def particular(world, event, least=0):
  """An event that implies this one: details added, a member named for its kind."""
  kinds = [event.noun, *(kind for kind in MEMBERS if PARENT.get(kind) == event.noun)]
  members = [member for kind in kinds for member in MEMBERS.get(kind, ())]
  values = {
    slot: world.choice(choices)
    for slot, choices in _VALUES.items()
    if not getattr(event, slot) and (event.noun or slot != 'adjective')
  }
  values |= {'noun': world.choice(members)} if members else {}
  return _with_some(world, event, values, least)


def _with_some(world, event, values, least):
  count = world.random.randint(min(least, len(values)), len(values))
  return event.changed(**dict(world.random.sample(list(values.items()), count)))
