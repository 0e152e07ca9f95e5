"""How everyday activities go on, step by step.

    continuation(world)
    -> Continuation('A man is making tea. He boils water in a kettle. He',
                    'pours the boiling water over the leaves.',
                    ('shakes the pot while the corn pops.', ...), 'Making tea')

Each step needs the one before it, so that none can be done out of turn; and each names
the things it is done with, so that none fits another activity.
"""

import dataclasses
import re

from flan_jax.world import telling
from flan_jax.world.text import capitalized

_WRONG = 3
# (what is done, step, step, ...); `*` marks verbs, to be put into their forms
ACTIVITIES = [sum(rows, ()) for rows in telling.blocks('procedures', 'activities', 2)]
_ACTORS = [(f'{who}{dress}', he) for dress in ('', ' in a red jacket', ' with a cap')
           for who, he in (('a man', 'he'), ('an old woman', 'she'), ('a boy', 'he'),
                           ('a young woman', 'she'), ('a girl', 'she'))]
_SEEN = ('is', 'is seen', 'is shown', 'can be seen')
_LINKS = ('{he}', 'then {he}', 'next {he}', 'after that {he}')
_VERB = re.compile(r'\*(\w+)')


@dataclasses.dataclass(frozen=True)
class Continuation:
  """A text that breaks off, how it goes on, how it does not, and what it is about."""

  context: str
  right: str
  wrong: tuple
  label: str


def continuation(world):
  """A scene of one to four steps, with the step that follows."""
  activity = world.choice(ACTIVITIES)
  done = world.random.randint(1, len(activity) - 2)
  goal, *steps = telling.settled(
      world, [*activity[:2 + done], *_wrong(world, activity, done)])
  actor, he = world.choice(_ACTORS)
  if world.random.random() < 0.3:
    person = world.person()
    actor, he = person.first_name, person.pronoun
  slots = {'he': he, 'his': {'he': 'his', 'she': 'her'}[he]}
  doing = _VERB.sub(_gerund, goal)
  steps = [f'{_VERB.sub(_third_person, step)}.' for step in steps]
  links = ['{he}', *(world.choice(_LINKS) for _ in range(done))]
  told = ' '.join(f'{link} {step}' for link, step in zip(links, steps[:done]))
  context = telling.told(
      f'{actor} {world.choice(_SEEN)} {doing}. {told} {links[-1]}', slots)
  right, *wrong = (step.format(**slots) for step in steps[done:])
  return Continuation(
      context, right, tuple(wrong), capitalized(doing.replace('{his} ', '')))


def _wrong(world, activity, done):
  """A step of the same activity at the wrong time, and others of other activities.

  First steps are left out, as they never are the right ones either.
  """
  strangers = world.random.sample(
      [other for other in ACTIVITIES if other is not activity], _WRONG)
  pools = [[*activity[2:1 + done], *activity[done + 3:]],
           *(other[2:] for other in strangers)]
  return [world.choice(pool) for pool in pools if pool][:_WRONG]


def _third_person(verb):
  """'*carry' -> 'carries', '*push' -> 'pushes'."""
  word = verb[1]
  if re.search('[^aeiou]y$', word):
    return f'{word[:-1]}ies'
  return word + ('es' if re.search('(s|x|ch|sh|o)$', word) else 's')


def _gerund(verb):
  """'*make' -> 'making', '*wrap' -> 'wrapping'."""
  word = verb[1]
  if re.fullmatch('[^aeiou]*[aeiou][^aeiouwxy]', word):
    word += word[-1]
  return f'{word.removesuffix("e")}ing'
