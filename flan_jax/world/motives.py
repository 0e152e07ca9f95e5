"""Short narratives and questions on what lies between the lines.

    question(world) -> ('Ada opened her bag. Her purse was not in it. Ada turned red.',
                        'Why did Ada turn red?', [four answers], 2)

A narrative can take two turns. The answer that goes with the other turn is always among
the wrong ones, and the rest are answers to questions about other narratives, so that an
answer alone does not tell whether it is right.
"""

import collections

from flan_jax.world import telling

NONE = 'None of the above choices.'
_NONE = 0.3  # how often it is among the answers; it is right in a quarter of these
_NARRATIVES = telling.blocks('motives', 'narratives', 4)


def _kind(asked):
  """'Why', 'What will', ...: what begins alike asks for the same sort of answer."""
  return 'Why' if asked.startswith('Why') else ' '.join(asked.split()[:2])


# {kind: (narrative, answer) of every question of that kind}
_ANSWERS = collections.defaultdict(list)
for _narrative in _NARRATIVES:
  for _asked, _pair in _narrative[2:]:
    _ANSWERS[_kind(_asked)] += [(_narrative, _answer) for _answer in _pair.split(' / ')]


def question(world):
  """(narrative, question, four answers in any order, place of the right one)."""
  (before, after), turns, *asked = chosen = world.choice(_NARRATIVES)
  turn, (asked, pair) = world.random.randrange(2), world.choice(asked)
  pair = pair.split(' / ')
  others = [answer for other, answer in _ANSWERS[_kind(asked)] if other is not chosen]
  slots = telling.roles(world, first_person=0)
  narrative, asked, right, *wrong = (
      telling.told(text, slots) for text in telling.settled(world, [
          f'{before} {turns[turn]} {after}', asked, pair[turn], pair[1 - turn],
          *world.random.sample(others, 2)]))
  if world.random.random() < _NONE:
    # Right as often as any other answer, so that its presence gives nothing away.
    right, wrong = world.choice(
        [(NONE, wrong), *3 * [(right, [NONE, *wrong[:2]])]])
  answers = [right, *wrong]
  world.random.shuffle(answers)
  return narrative, asked, answers, answers.index(right)
