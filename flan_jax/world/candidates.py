"""Questions with several right answers, and candidates for them, right and wrong.

    passage, question, right, wrong = several(world, 17)
    passage.text   'Ada Bell has turned 34 this year. ... Omar Khan is 61 years ...'
    question       'According to the text, who is older than 33?'
    right          ['Ada Bell', 'Omar Khan', 'Ada Bell and Omar Khan', ...]
    wrong          ['Jane Cole', 'Ada Bell and Jane Cole', ...]
"""

import re

from flan_jax.world import reading
from flan_jax.world.text import a

_ABOVE = {'age': 'who is older than {n}', 'founded': 'which towns were founded after {n}'}


def several(world, number):
  """(passage, question, right, wrong), the last two lists of candidates.

  The same number gives the same question; 2n and 2n + 1 ask about the same passage.
  """
  view = world.stream(f'several/{number // 2}')
  passage = reading.about_some(view, 3, alike=True)
  question, right, wrong = (_who, _single)[number % 2](view, passage)
  return passage, question, right, [text for text in wrong if text not in right]


def _who(world, passage):
  """Who is older than 40? Who plays the harp, if the text has no numbers?"""
  facts = [fact for fact in passage.facts if fact.relation in _ABOVE]
  if facts:
    numbers = sorted(int(fact.answer) for fact in facts)
    limit = world.random.randint(numbers[0], max(numbers[0], numbers[-1] - 1))
    question = f'{_ABOVE[facts[0].relation].format(n=limit)}?'
    right = [fact.subject for fact in facts if int(fact.answer) > limit]
  else:
    asked = world.choice([fact for fact in passage.facts if reading.turned(fact)])
    facts = [fact for fact in passage.facts if fact.relation == asked.relation]
    question = reading.turned(asked)
    right = [fact.subject for fact in facts if fact.answer == asked.answer]
  question = f'According to the text, {question[0].lower()}{question[1:]}'
  return question, *_names(world, passage, [fact.subject for fact in facts], right)


def _names(world, passage, names, right):
  """Right and wrong: names, pairs of names, and names that the text does not have."""
  pairs = [(one, other) for one in names for other in names if one != other]
  strange = [title for title, _ in world.random.sample(world.subjects, 12) if (
      title not in passage.text and (' ' in title) == (' ' in names[0]))][:4]
  both, half = ([f'{one} and {other}' for one, other in pairs
                 if (one in right) + (other in right) == count] for count in (2, 1))
  return right + both, [name for name in names if name not in right] + strange + half


def _single(world, passage):
  """A plain question; a full sentence is as good an answer as a word."""
  fact = world.choice(passage.facts)
  false = list(dict.fromkeys([
      *sorted({other.answer for other in passage.facts
               if other.relation == fact.relation} - {fact.answer}),
      *fact.distractors[:5]]))
  # Another article might be needed: 'an engineer', but 'a nurse'.
  changed = [re.sub(rf'\b{fact.answer}\b', value, text) for text, value in zip(
      fact.statements, false) if a(fact.answer) not in text]
  return world.choice(fact.questions), [fact.answer, *fact.statements], false + changed
