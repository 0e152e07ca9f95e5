# SPDX-License-Identifier: Apache-2.0
"""Stories and articles: answers stand in the text, what is told is so in the world."""

import collections
import re

import pytest

from flan_jax.world import dialogues, World

DRAWS = 600


@pytest.fixture(scope='module')
def world():
  return World(0).stream('dialogues')


@pytest.fixture(scope='module')
def stories(world):
  return [dialogues.story(world) for _ in range(DRAWS)]


@pytest.fixture(scope='module')
def articles(world):
  return [dialogues.article(world) for _ in range(DRAWS)]


def whole_words(span, text, start):
  """Whether text[start:] begins with the span, which cuts no word."""
  around = text[max(start - 1, 0) : start] + '|' + text[start + len(span) :][:1]
  return text.startswith(span, start) and not re.search(r'\w\||\|\w', around)


def every_turn(stories, articles):
  for text, turns in stories:
    yield from ((text, turn) for turn in turns)
  yield from ((article.text, article.turn) for article in articles)


def test_evidence_stands_at_its_place(stories, articles):
  for text, turn in every_turn(stories, articles):
    if turn.answer:
      assert turn.evidence and text[turn.start : turn.end] == turn.evidence
      for span, start in turn.spans:
        assert whole_words(span, text, start), (span, text)
    else:
      assert (turn.start, turn.end, turn.spans) == (-1, -1, ())


def test_answers_are_mostly_words_of_their_evidence(stories, articles):
  loose = []
  for _, turn in every_turn(stories, articles):
    if turn.answer not in ('', 'yes', 'no'):
      if turn.answer.lower() not in turn.evidence.lower():
        loose.append(turn)
  assert len(loose) < 0.15 * DRAWS * 5


def test_yes_and_no_are_both_common(stories, articles):
  counts = collections.Counter(turn.answer for _, turn in every_turn(stories, articles))
  assert min(counts['yes'], counts['no']) > 0.4 * max(counts['yes'], counts['no']) > 50


def test_turns_of_a_story_come_in_its_order(stories):
  for _, turns in stories:
    assert 4 <= len(turns) <= 7 and not turns[0].follows
    starts = [turn.start for turn in turns if turn.answer]
    assert all(later > earlier - 90 for earlier, later in zip(starts, starts[1:]))
    assert all(turn.answer for turn in turns[:-1])


def test_the_first_question_names_whom_it_is_about(stories):
  for text, turns in stories:
    assert not re.search(r'\b(he|she|his|her|it)\b', turns[0].question), turns[0]


def test_articles_tell_what_is_so(world, articles):
  people = {person.name: person for person in world.people}
  towns = {town.name: town for town in world.towns}
  checked = collections.Counter()
  for article in articles:
    for pattern, value in {
      r'(?:was born|came into the world) in (\w+)': lambda p: p.birthplace.name,
      r'turned (\d+)': lambda p: str(p.age),
      r'plays the ([\w ]+?) (?:and practises|well)': lambda p: p.instrument,
      r'favourite food is ([\w ]+),': lambda p: p.food,
    }.items():
      for found in re.findall(pattern, article.text):
        assert found == value(people[article.title]), article.text
        checked[pattern] += 1
    for pattern, value in {
      r'(?:founded|were built) in (\d+)': lambda t: str(t.founded),
      r'(?:on the|The) river ([\w ]+?)(?:,| runs)': lambda t: t.river,
      r'pay with the (\w+)': lambda t: t.country.coin,
    }.items():
      for found in re.findall(pattern, article.text) if article.title in towns else ():
        assert found == value(towns[article.title]), article.text
        checked[pattern] += 1
  assert len(checked) == 7 and min(checked.values()) > 20


def test_open_questions_are_asked_where_they_are_answered_too(stories, articles):
  """The question alone does not tell that it is open."""
  answered, left_open = set(), []
  for _, turn in every_turn(stories, articles):
    kind = re.sub(r'\b(she|he|hers?|his|him|[A-Z]\w+)\b', 'x', turn.question[1:])
    answered.add(kind) if turn.answer else left_open.append(kind)
  assert sum(kind in answered for kind in left_open) > 0.95 * len(left_open) > 100


def test_the_share_of_open_questions(stories, articles):
  left_open = sum(not turns[-1].answer for _, turns in stories)
  assert 0.2 < left_open / DRAWS < 0.4
  assert 0.12 < sum(not article.turn.answer for article in articles) / DRAWS < 0.3


def test_texts_are_clean_and_differ(stories, articles):
  texts = [text for text, _ in stories] + [article.text for article in articles]
  assert len(set(texts)) == len(texts)
  for text in texts:
    assert 30 < len(text.split()) < 140
    assert not re.search(r'[{}|\n\\]|  |\.\.|\ba [aeio]|\ban (?!hour)[^aeiou]', text)
    assert all(s[0].isupper() for s in re.split(r'(?<=\.) ', text))
