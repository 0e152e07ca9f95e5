# SPDX-License-Identifier: Apache-2.0
"""Reports of numbers: every answer is worked out once more, from the text alone."""

import re

import pytest

from flan_jax.world import counting, World

DRAWS = 300
AMOUNTS = (
  r'(\d+)(?: tonnes of |%(?: lived)? on )(\w+)|'
  r'([A-Z]\w+ [A-Z]\w+)(?: scored| got)? (\d+)'
)


@pytest.fixture(scope='module')
def asked():
  view = World(0).stream('counting')
  return [counting.report(view) for _ in range(DRAWS)]


def amounts(text):
  """{crop, trade or player: number}, as they follow each other in a text."""
  found = [sorted(filter(None, parts)) for parts in re.findall(AMOUNTS, text)]
  return {name: int(number) for number, name in found}


def solve(text, question):
  """The answer, from the form of the question; None if the form is not known."""
  asked = question.replace(',', '').rstrip('?')
  first = amounts(text)
  assert len(first) == 4, text
  towns = re.search(r'(?:of|evening) (\w+) (?:played )?against (\w+)', text)
  side, total = sum(list(first.values())[:2]), sum(first.values())
  some = [first[name] for name in sorted(first, key=asked.find) if name in asked]
  limit = int((re.findall(r'more than (\d+)', asked) or [0])[0])
  order = sorted(first, key=first.get, reverse=True)
  people = [int(n.replace(',', '')) for n in re.findall(r'([\d,]+) people', text)]
  forms = (
    ('more people', lambda: people[1] - people[0]),
    (r'more than \d', lambda: sum(number > limit for number in first.values())),
    ('(more|greater) .*than', lambda: abs(some[0] - some[1])),
    ('scored in all|four crops of', lambda: total),
    ('points did [A-Z]', lambda: side),
    ('winners win', lambda: abs(total - 2 * side)),
    ('won the match', lambda: towns[1 if 2 * side > total else 2]),
    ('together|lived on .* or', lambda: sum(some)),
    ('not live on', lambda: 100 - some[0]),
    ('most in|most households|most points', lambda: order[0]),
    ('second highest', lambda: order[1]),
    ('fewest households', lambda: order[-1]),
    ('fewer households', lambda: min((name for name in first if name in asked), key=first.get)),
  )
  return next((answer() for form, answer in forms if re.search(form, asked)), None)


def test_answers_are_worked_out_rightly(asked):
  for text, question, answers in asked:
    assert str(solve(text, question)) == answers[0], (text, question)


def test_names_that_answer_stand_in_the_text(asked):
  for text, question, answers in asked:
    if not answers[0].isdigit():
      assert answers[-1].split()[-1] in text + question


def test_questions_and_answers_vary(asked):
  assert len({text for text, *_ in asked}) > 0.99 * DRAWS
  answers = [right[0] for *_, right in asked]
  assert max(answers.count(answer) for answer in set(answers)) < 0.1 * DRAWS
