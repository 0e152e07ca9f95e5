"""How everyday activities go on, step by step.

    continuation(world)
    -> Continuation('A man is making tea. He boils water in a kettle. He',
                    'pours the boiling water over the leaves.',
                    ['shakes the pot while the corn pops.', ...], 'Making tea')

Each step needs the one before it, so that none can be done out of turn; and each names
the things it is done with, so that none fits another activity.
"""

import dataclasses
import re

from flan_jax.world import tables, telling
from flan_jax.world.text import capitalized

_GUIDE = 0.4  # how often the text is a guide ('Boil some water'), not a scene
_WRONG = 3

# (category, what is done, step, step, ...); `*` marks verbs, to be put into their forms
ACTIVITIES = tuple(
    (category, *rows[start], *rows[start + 1])
    for category, rows in tables.read('procedures').items()
    for start in range(0, len(rows), 2))

_ACTORS = tuple(
    (f'{who}{dress}', he) for who, he in (
        ('a man', 'he'), ('a woman', 'she'), ('an old man', 'he'), ('an old woman', 'she'),
        ('a boy', 'he'), ('a girl', 'she'))
    for dress in ('', ' in a red jacket', ' with a cap'))
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
  """A scene or a guide of one to four steps, with the step that follows."""
  activity = world.choice(ACTIVITIES)
  done = world.random.randint(1, len(activity) - 3)
  cells = telling.settled(world, [*activity, *_wrong(world, activity, done)])
  category, goal, *steps = cells[:-_WRONG]
  endings = [steps[done], *cells[-_WRONG:]]
  write = _guide if world.random.random() < _GUIDE else _scene
  context, (right, *wrong) = write(world, goal, steps[:done], endings)
  doing = _VERB.sub(_gerund, goal).replace('{his} ', '')
  label = category if write is _guide else capitalized(doing)
  return Continuation(context, right, tuple(wrong), label)


def _wrong(world, activity, done):
  """A step of the same activity at the wrong time, others of its category and beyond.

  First steps are left out, as they never are the right ones either.
  """
  own = [*activity[3:2 + done], *activity[done + 4:]]
  shuffled = world.random.sample(ACTIVITIES, len(ACTIVITIES))
  kin = [other for other in shuffled if other[0] == activity[0] and other != activity]
  strangers = [other for other in shuffled if other[0] != activity[0]]
  pools = [own, *(other[3:] for other in kin[:1] + strangers[:_WRONG])]
  return [world.choice(pool) for pool in pools if pool][:_WRONG]


def _scene(world, goal, done, endings):
  """('A man is making tea. He boils water. He', ['puts tea into the pot.', ...])"""
  actor, he = world.choice(_ACTORS)
  if world.random.random() < 0.3:
    person = world.person()
    actor, he = person.first_name, person.pronoun
  slots = {'he': he, 'his': {'he': 'his', 'she': 'her'}[he]}
  lines = [f'{actor} {world.choice(_SEEN)} {_VERB.sub(_gerund, goal)}.']
  links = ['{he}', *(world.choice(_LINKS) for _ in done)]
  told = [f'{_VERB.sub(_third_person, step)}.' for step in (*done, *endings)]
  lines += [f'{link} {step}' for link, step in zip(links, told[:len(done)])]
  context = telling.told(' '.join([*lines, links[-1]]), slots)
  return context, [ending.format(**slots) for ending in told[len(done):]]


def _guide(world, goal, done, endings):
  """('[header] How to make tea [title] Boil water.', ['[step] Put tea ...', ...])"""
  tag = world.choice(('[step] ', '[title] ', ''))
  goal, *steps = [_VERB.sub(_plain, text).format(his='your')
                  for text in (goal, *done, *endings)]
  steps = [f'{capitalized(step)}.' for step in steps]
  context = f'[header] How to {goal} [title] ' + ' [step] '.join(steps[:len(done)])
  return context, [f'{tag}{step}' for step in steps[len(done):]]


def _plain(verb):
  """'*carry' -> 'carry'."""
  return verb[1]


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
