"""Questions with several right answers, and candidates for them, right and wrong.

    passage, question, right, wrong = several(world, 17)
    passage.text   'Ada Bell has turned 34 this year. ... Omar Khan is 61 years ...'
    question       'According to the text, who is older than 33?'
    right          ['Ada Bell', 'Omar Khan', 'Ada Bell and Omar Khan', ...]
    wrong          ['Jane Cole', 'Ada Bell and Jane Cole', ...]
"""

import re

from flan_jax.world import reading
from flan_jax.world.lexicon import table
from flan_jax.world.text import a, capitalized

_ABOVE = dict(table("""
age | According to the text, who is older than {n}?
founded | According to the text, which towns were founded after {n}?
"""))

# What everybody in a text has, all of it together.
_TOGETHER = dict(table("""
job | Which jobs do the people in the text have?
birthplace | In which towns were the people in the text born?
home | In which towns do the people in the text live now?
instrument | Which instruments can be heard when the people in the text play?
food | Which favourite foods are named in the text?
hobby | What hobbies do the people in the text have?
pet | What kinds of animals do the people in the text keep?
river | Which rivers run through the towns in the text?
craft | What can be bought in the towns that the text is about?
landmark | What sights do the towns in the text have to offer?
country | To which countries do the towns in the text belong?
"""))


def several(world, number):
  """(passage, question, right, wrong), the last two lists of candidates.

  The same number gives the same question; 4n to 4n + 3 ask about the same passage.
  """
  view = world.stream(f'several/{number // 4}')
  passage = reading.about_some(view, 3, alike=True)
  ask = (_who, _what_about, _single, _together)[number % 4]
  question, right, wrong = ask(view, passage)
  return passage, question, right, [text for text in wrong if text not in right]


def _who(world, passage):
  """Who is older than 40? Who plays the harp, where the text has no numbers?"""
  facts = [fact for fact in passage.facts if fact.relation in _ABOVE]
  if facts:
    question, right = _above(world, facts)
  else:
    asked = world.choice([fact for fact in passage.facts if reading.turned(fact)])
    facts = [fact for fact in passage.facts if fact.relation == asked.relation]
    question = reading.turned(asked)
    question = f'According to the text, {question[0].lower()}{question[1:]}'
    right = [fact.subject for fact in facts if fact.answer == asked.answer]
  return question, *_names(world, passage, [fact.subject for fact in facts], right)


def _above(world, facts):
  numbers = sorted(int(fact.answer) for fact in facts)
  limit = world.random.randint(numbers[0], max(numbers[0], numbers[-1] - 1))
  above = [fact.subject for fact in facts if int(fact.answer) > limit]
  return _ABOVE[facts[0].relation].format(n=limit), above


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
  question = world.choice((
      'What does the text say about {}?', 'What do we learn about {}?',
      'Which of these statements about {} agree with the text?'))
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


def _together(world, passage):
  """Which instruments do the people play?"""
  asked = world.choice([fact for fact in passage.facts if fact.relation in _TOGETHER])
  facts = [fact for fact in passage.facts if fact.relation == asked.relation]
  right = list(dict.fromkeys(fact.answer for fact in facts))
  false = [fact.answer for fact in passage.facts
           if {asked.relation, fact.relation} <= reading.TOWNS]
  false += [value for fact in facts for value in fact.distractors[:3]]
  wrong = [value for value in dict.fromkeys(false) if value not in right]
  both = [(one, other) for one in right for other in right if one != other]
  half = [(one, other) for one in right for other in wrong[:2]]
  return _TOGETHER[asked.relation], right + _joined(both), wrong + _joined(half)
