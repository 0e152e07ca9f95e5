# SPDX-License-Identifier: Apache-2.0
"""Questions on passages: the answers are right, and it takes reading to find them."""

import re

import pytest

from flan_jax.world import reading, World

DRAWS = 400


@pytest.fixture(scope='module')
def world():
  return World(0)


@pytest.fixture(scope='module')
def answers(world):
  return {question: fact.answer for fact in world.facts for question in fact.questions}


def draws(world, draw):
  view = world.stream(draw.__name__)
  return [draw(view) for _ in range(DRAWS)]


def holds(world, subject, clause):
  """Whether 'plays the harp' is so of a subject, from the world's own objects."""
  things = {thing.name: thing for thing in world.people + world.towns}
  attribute = next(
    attribute
    for pattern, attribute in (
      ('^plays', 'instrument'),
      ('^works', 'job'),
      ('^lives', 'home'),
      ('born', 'birthplace'),
      ('years old', 'age'),
      ('best of all', 'food'),
      ('hobby', 'hobby'),
      ('^keeps', 'pet'),
      ('on the river', 'river'),
      ('proud', 'landmark'),
      ('known', 'craft'),
      ('founded', 'founded'),
      ('^is in', 'country'),
    )
    if re.search(pattern, clause)
  )
  truth = getattr(things[subject], attribute)
  return bool(re.search(rf'\b{getattr(truth, "name", truth)}\b', clause))


def test_answers_stand_where_they_are_said_to_stand(world, answers):
  for passage, question, spans in draws(world, reading.spans):
    for start, text in spans:
      assert passage.text[start : start + len(text)] == text
      assert re.search(rf'(?<!\w){re.escape(text)}(?!\w)', passage.text)
    if question in answers:
      assert spans[0][1].lower() == answers[question].lower()
    else:
      assert holds(world, spans[0][1], re.sub(r'^(Who|Which town) |\?$', '', question))


def test_what_the_text_does_not_say_is_not_in_it(world, answers):
  plausible = 0
  for passage, question, spans in draws(world, reading.beyond):
    if question in answers:
      assert not re.search(rf'(?<!\w){answers[question]}(?!\w)', passage.text)
      assert any(name in question for name in re.findall('[A-Z][a-z]+', passage.text))
    plausible += len(spans)
    for start, text in spans:
      assert passage.text[start : start + len(text)] == text
  assert plausible > 0.7 * DRAWS


def test_a_pronoun_stands_for_the_subject_of_the_sentence_before(world):
  assert reading.again('The hobby of Ada Bell is chess.', 'Ada Bell', 'she') == ('Her hobby is chess.')
  for passage in (reading.about_some(world.stream(str(n)), 2) for n in range(DRAWS)):
    subjects = [fact.subject for fact in passage.facts]
    for index, sentence in enumerate(passage.sentences):
      if subjects[index] not in sentence:
        assert subjects[index] == subjects[index - 1]
        assert re.search(r'\b(she|he|her|his|him|it)\b', sentence.lower())


def test_yes_and_no_are_right(world):
  things = {thing.name.lower(): thing for thing in world.people + world.towns}
  number = lambda thing: getattr(thing, 'age', getattr(thing, 'founded', 0))
  checked = 0
  for _, question, answer in draws(world, reading.yes_no):
    compared = re.search(r'(?:is|was) (.+?) (?:founded )?(older than|younger than|after|before) (.+)', question)
    played = re.fullmatch('does (.+) play the (.+)|does (.+) live in (.+)', question)
    if compared and compared[1] in things:
      one, how, other = compared.groups()
      limit = int(other) if other.isdigit() else number(things[other])
      greater = how in ('older than', 'after')
      assert answer == ((number(things[one]) > limit) == greater), question
    elif played:
      one, instrument, another, home = played.groups()
      assert answer == (things[one].instrument == instrument if one else things[another].home.name.lower() == home)
    checked += bool(compared or played)
  assert checked > 0.2 * DRAWS


def test_yes_and_no_cannot_be_told_from_the_last_word(world):
  rows = draws(world, reading.yes_no)
  assert 0.4 < sum(answer for _, _, answer in rows) / DRAWS < 0.6
  right = [
    answer == (question.split()[-1] in re.findall(r'\w+', passage.text.lower())) for passage, question, answer in rows
  ]
  assert sum(right) / DRAWS < 0.75


def test_candidates_are_right_or_wrong(world):
  named = {thing.name: thing for thing in world.people + world.towns}
  for number in range(DRAWS):
    passage, question, right, wrong = reading.several(world, number)
    assert right and wrong and not set(right) & set(wrong)
    assert len(set(right + wrong)) == len(right + wrong)
    names = {name for name in named if name in passage.text}
    for text in right + wrong if question.count(' ') > 2 else ():
      if len(text.split()) > 4 and text.endswith('.') and ' and ' not in text:
        assert re.match('(It|He|She) ', text) or any(name in text for name in names)
    limit = re.search(r'(?:older than|founded after) (\d+)', question)
    for text in right + wrong if limit else ():
      above = [
        getattr(named[name], 'age', 0) > int(limit[1]) or getattr(named[name], 'founded', 0) > int(limit[1])
        for name in text.split(' and ')
        if name in passage.text
      ]
      assert (text in right) == (bool(above) and all(above))
    subject = re.search('(?:about|learn about) ([A-Z]\\w+(?: [A-Z]\\w+)?)', question)
    for text in right + wrong if subject else ():
      clauses = text.split(' ', 1)[1].rstrip('.').split(' and ')
      assert (text in right) == all(holds(world, subject[1], c) for c in clauses)
  assert reading.several(world, 3) == reading.several(world.stream('else'), 3)
