# SPDX-License-Identifier: Apache-2.0
"""Gaps in the news, and school science: what is right is right, the rest is wrong."""

import collections
import re

import pytest

from flan_jax.world import cloze, reading, World

DRAWS = 800


@pytest.fixture(scope='module')
def gaps():
  view = World(0).stream('cloze')
  return [cloze.gap(view) for _ in range(DRAWS)]


@pytest.fixture(scope='module')
def questions():
  view = World(0).stream('science')
  return [reading.science(view) for _ in range(DRAWS)]


def test_entities_are_the_names_of_the_story(gaps):
  for gap in gaps:
    whole = '\n'.join((gap.text, *gap.points))
    assert all(re.search(rf'\b{name}\b', whole) for name in gap.entities)
    assert len(set(gap.entities)) == len(gap.entities) >= 6
    assert not re.search('[{}~|]', whole + gap.query)


def test_a_name_from_the_story_fills_the_gap(gaps):
  for gap in gaps:
    assert set(gap.answers) < set(gap.entities)
    assert gap.query.count(cloze.PLACEHOLDER) == 1
    assert not any(name in gap.query for name in gap.answers)
    # A surname that is right stands for the full name, which is right as well.
    assert gap.answers[-1] == gap.answers[0].split()[-1] or len(gap.answers) == 1


def test_every_role_is_asked_for(gaps):
  first = 0
  for gap in gaps:
    people = [name for name in gap.entities if ' ' in name and name in gap.text]
    first += min(people, key=gap.text.index) in gap.answers
  assert 0.1 < first / DRAWS < 0.5
  for story in cloze.STORIES:
    assert len({role for _, role in story.queries}) >= 4


def test_an_answer_of_science_is_either_right_or_wrong():
  facts = {fact for fact, *_ in reading.SCIENCE}
  assert len(facts) >= 50 and len(reading.SCIENCE) == 2 * len(facts)
  assert len({stem for _, stem, *_ in reading.SCIENCE}) == len(reading.SCIENCE)
  for fact, stem, right, wrong in reading.SCIENCE:
    assert fact[-1].isalpha()
    assert right and len(set(wrong)) == len(wrong) >= 3
    assert not set(right) & set(wrong)
    assert stem.endswith('?') or stem[-1].isalpha()


def test_most_choices_are_now_right_and_now_wrong(questions):
  shown, right = collections.Counter(), collections.Counter()
  for _, _, answer, wrong in questions:
    assert len({answer, *wrong}) == 4
    shown.update([answer, *wrong])
    right[answer] += 1
  often = [text for text in shown if shown[text] >= 5]
  assert sum(0 < right[text] < shown[text] for text in often) > 0.5 * len(often)


def test_science_questions_differ(questions):
  texts = {(stem, right, frozenset(wrong)) for _, stem, right, wrong in questions}
  assert len(texts) > 0.85 * DRAWS
