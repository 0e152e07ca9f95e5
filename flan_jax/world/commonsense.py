# SPDX-License-Identifier: Apache-2.0
"""What everybody knows of everyday life: causes, remedies, steps, endings, motives.

Nearly every text can take two turns; what is right after one turn is wrong after the
other, so that a choice alone does not tell whether it is right. Tables have gaps: {A} and
{As} for the one it is about and what is theirs; {he}, {him}, {his} for the same person
further on; {B} for another; {they}, {their} for both; {town}, {day}.
"""

import re

from flan_jax.world import tables
from flan_jax.world.lexicon import DAYS, words
from flan_jax.world.text import capitalized

_GROUP, _VERB = re.compile(r'\[([^\]]*)\]'), re.compile(r'\*(\w+)')
_SENTENCE_START = re.compile(r'(?:^|[.!?] )[a-z]')
_PRONOUNS = {'she': 'she her her', 'he': 'he him his'}


def _blocks(name, table, size):
  """The rows of a table, `size` of them together."""
  rows = tables.read(name)[table]
  return [rows[start : start + size] for start in range(0, len(rows), size)]


def _twins(world, rows):
  """The two halves of a row, in either order."""
  row = world.choice(rows)
  return world.random.sample([row[:2], row[2:]], 2)


def settled(world, cells):
  """One of each group of alternatives: ['a [cat/dog]', '[cat/dog]s'] -> ['a dog', 'dogs']."""
  chosen = {group: world.choice(group.split('/')) for group in dict.fromkeys(_GROUP.findall(' '.join(cells)))}
  return [_GROUP.sub(lambda match: chosen[match[1]], cell) for cell in cells]


def roles(world, first_person=0.2, job=0.0):
  """What goes into the gaps: {'A': 'Nora', 'As': "Nora's", 'he': 'she', ...}.

  first_person, job: how often {A} is 'I', and how often 'the baker'.
  """
  person = world.person()
  other = world.choice([p for p in world.people if p.first_name != person.first_name])
  pronouns, both, name = _PRONOUNS[person.pronoun], 'they their', person.first_name
  drawn = world.random.random()
  if drawn < first_person:
    name, pronouns, both = 'I', 'I me my', 'we our'
  elif drawn < first_person + job:
    name = f'the {person.job}'
  return dict(
    zip('he him his they their'.split(), f'{pronouns} {both}'.split()),
    A=name,
    As='my' if name == 'I' else f"{name}'s",
    B=other.first_name,
    town=world.choice(world.towns).name,
    day=world.choice(DAYS),
  )


def told(text, slots):
  """'{he} left. {A} won.' -> 'He left. Nora won.'; sentences begin with a capital."""
  filled = ' '.join(text.format(**slots).split())
  return _SENTENCE_START.sub(lambda match: match[0].upper(), filled)


# Nearly anything may be the reason for what happens in the table `people`.
_APART = [rows for name, rows in tables.read('causes').items() if name != 'people']
_CAUSES = sum(tables.read('causes').values(), [])


def causal(world):
  """(premise, 'cause' or 'effect', right choice, wrong choice), sentences each."""
  if world.random.random() < 0.6:
    line, other = _twins(world, _CAUSES)
  else:
    line, other = (_twins(world, rows)[0] for rows in world.random.sample(_APART, 2))
  asked = world.random.randrange(2)
  *line, choice = settled(world, [*line, other[asked]])
  slots = roles(world, job=0.3)
  premise, right = line[1 - asked], line[asked]
  # A pronoun may stand for {A} once the premise has named them.
  after = slots | {'A': slots['he'], 'As': slots['his']} if '{A' in premise else slots
  return (told(premise, slots), ('cause', 'effect')[asked], told(right, after), told(choice, after))


_GOALS = (
  'To {goal},',
  'How to {goal}',
  '{name} tries to {goal}.',
  'How can I {goal}?',
  'Tip for {name}: {goal}',
  'What is a good way to {goal}?',
  '{name} wants to {goal}.',
  '{name} has to {goal}.',
  '{name} asks how to {goal}.',
  '{name} would like to {goal}.',
)
_ADVICE = ('use {tool}', 'take {tool}', 'reach for {tool}', '{tool} will do')


def remedy(world):
  """(goal, a way to reach it, a way that would not do)."""
  kind = world.choice(('uses', 'ways'))
  (goal, way), (_, other) = _twins(world, tables.read('remedies')[kind])
  goal, *ways = settled(world, [goal, way, other])
  if kind == 'uses':
    advice = world.choice(_ADVICE)
    ways = [advice.format(tool=world.choice(words(things))) for things in ways]
  goal = world.choice(_GOALS).format(goal=goal, name=world.person().first_name)
  return capitalized(goal), *(f'{capitalized(way)}.' for way in ways)


_STORIES = _blocks('endings', 'stories', 3)


def story(world):
  """(context of four sentences, the ending that fits, one that does not)."""
  (before, after), *turns = chosen = world.choice(_STORIES)
  (turn, right), (_, wrong) = world.random.sample(turns, 2)
  if world.random.random() < 0.2:  # an ending of another story
    other = world.choice([other for other in _STORIES if other is not chosen])
    wrong = world.choice(other[1:])[1]
  slots = roles(world)
  return tuple(told(text, slots) for text in settled(world, [f'{before} {turn} {after}', right, wrong]))


NONE = 'None of the above choices.'
_NARRATIVES = _blocks('motives', 'narratives', 4)


def _kind(asked):
  """'Why', 'What will', ...: what begins alike asks for the same sort of answer."""
  return 'Why' if asked.startswith('Why') else ' '.join(asked.split()[:2])


def motive(world):
  """(narrative, question, four answers in any order, place of the right one)."""
  (before, after), turns, *asked = chosen = world.choice(_NARRATIVES)
  turn, (asked, pair) = world.random.randrange(2), world.choice(asked)
  pair = pair.split(' / ')
  others = [
    answer
    for other in _NARRATIVES
    if other is not chosen
    for question, answers in other[2:]
    if _kind(question) == _kind(asked)
    for answer in answers.split(' / ')
  ]
  slots = roles(world, first_person=0)
  narrative, asked, right, *wrong = (
    told(text, slots)
    for text in settled(
      world, [f'{before} {turns[turn]} {after}', asked, pair[turn], pair[1 - turn], *world.random.sample(others, 2)]
    )
  )
  if world.random.random() < 0.3:
    # Right as often as any other answer, so that its presence gives nothing away.
    right, wrong = world.choice([(NONE, wrong), *3 * [(right, [NONE, *wrong[:2]])]])
  answers = [right, *wrong]
  world.random.shuffle(answers)
  return narrative, asked, answers, answers.index(right)


# (what is done, step, step, ...); each step needs the one before it and names its things
ACTIVITIES = [sum(rows, ()) for rows in _blocks('procedures', 'activities', 2)]
_ACTORS = [
  (f'{who}{dress}', he)
  for dress in ('', ' in a red jacket', ' with a cap')
  for who, he in zip(('a man', 'an old woman', 'a boy', 'a young woman', 'a girl'), 'he she he she she'.split())
]
_SEEN = ('is', 'is seen', 'is shown', 'can be seen')
_LINKS = ('{he}', 'then {he}', 'next {he}', 'after that {he}')


def continuation(world):
  """(scene of one to four steps, the step that follows, three that do not, title)."""
  activity = world.choice(ACTIVITIES)
  done = world.random.randint(1, len(activity) - 2)
  goal, *steps = settled(world, [*activity[: 2 + done], *_other_steps(world, activity, done)])
  actor, he = world.choice(_ACTORS)
  if world.random.random() < 0.3:
    person = world.person()
    actor, he = person.first_name, person.pronoun
  slots = {'he': he, 'his': {'he': 'his', 'she': 'her'}[he]}
  doing = _VERB.sub(_gerund, goal)
  steps = [f'{_VERB.sub(_third_person, step)}.' for step in steps]
  links = ['{he}', *(world.choice(_LINKS) for _ in range(done))]
  shown = ' '.join(f'{link} {step}' for link, step in zip(links, steps[:done]))
  context = told(f'{actor} {world.choice(_SEEN)} {doing}. {shown} {links[-1]}', slots)
  right, *wrong = (step.format(**slots) for step in steps[done:])
  return context, right, tuple(wrong), capitalized(doing.replace('{his} ', ''))


def _other_steps(world, activity, done):
  """A step of the same activity at the wrong time, and others of other activities.

  First steps are left out, as they never are the right ones either.
  """
  others = world.random.sample([other for other in ACTIVITIES if other is not activity], 3)
  pools = [[*activity[2 : 1 + done], *activity[done + 3 :]], *(other[2:] for other in others)]
  return [world.choice(pool) for pool in pools if pool][:3]


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
