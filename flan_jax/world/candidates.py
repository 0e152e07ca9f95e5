"""Questions with several right answers, and candidates for them, right and wrong.

    passage, question, right, wrong = several(world, 17)
    passage.text   'Ada Bell has turned 34 this year. ... Omar Khan is 61 years ...'
    question       'According to the text, who is older than 33?'
    right          ['Ada Bell', 'Omar Khan', 'Ada Bell and Omar Khan', ...]
    wrong          ['Jane Cole', 'Ada Bell and Jane Cole', ...]
"""

import re

from flan_jax.world import reading
from flan_jax.world.text import a, capitalized

_ABOVE = {'age': 'who is older than {n}', 'founded': 'which towns were founded after {n}'}


def several(world, number):
  """(passage, question, right, wrong), the last two lists of candidates.

  The same number gives the same question; 3n to 3n + 2 ask about the same passage.
  """
  view = world.stream(f'several/{number // 3}')
  passage = reading.about_some(view, 3, alike=True)
  question, right, wrong = (_who, _what_about, _single)[number % 3](view, passage)
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
  both = [pair for pair in pairs if set(pair) <= set(right)]
  half = [pair for pair in pairs if len(set(pair) & set(right)) == 1]
  poor = [name for name in names if name not in right]
  return right + _joined(both), poor + strange + _joined(half)


def _joined(pairs):
  return [f'{one} and {other}' for one, other in pairs]


def _what_about(world, passage):
  """What does the text say about Ada Bell?"""
  subject = world.choice(passage.facts).subject
  they = capitalized(reading.pronoun(world, subject))
  facts = [fact for fact in passage.facts
           if fact.subject == subject and reading.turned(fact)]
  true = [_said(fact, fact.answer) for fact in facts]
  false = [[_said(fact, value) for value in dict.fromkeys(
      [*_told(passage, fact), *fact.distractors[:2]])] for fact in facts]
  two = [(one, other) for one in range(len(facts)) for other in range(one)]
  both = [(true[one], true[other]) for one, other in two]
  half = [pair for one, other in two for pair in (
      (true[one], false[other][0]), (false[one][0], true[other]))]
  sentences = [[f'{they} {clause}.' for clause in clauses] for clauses in (
      true + _joined(both), sum(false, []) + _joined(half))]
  question = world.choice(('What does the text say about {}?', 'What do we learn about {}?'))
  return question.format(subject), *sentences


def _told(passage, fact):
  """What the text gives as the answer for others, not for this subject."""
  return sorted({other.answer for other in passage.facts
                 if other.relation == fact.relation} - {fact.answer})


def _said(fact, value):
  """'plays the harp', from 'Who plays the harp?'."""
  question = reading.turned(fact, value).rstrip('?')
  return question.removeprefix('Who ').removeprefix('Which town ')


def _single(world, passage):
  """A plain question; a full sentence is as good an answer as a word."""
  fact = world.choice(passage.facts)
  false = list(dict.fromkeys([*_told(passage, fact), *fact.distractors[:5]]))
  # Another article might be needed: 'an engineer', but 'a nurse'.
  changed = [re.sub(rf'\b{fact.answer}\b', value, text) for text, value in zip(
      fact.statements, false) if a(fact.answer) not in text]
  return world.choice(fact.questions), [fact.answer, *fact.statements], false + changed
