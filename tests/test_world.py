# SPDX-License-Identifier: Apache-2.0
"""The invented world: true, unambiguous, the same for the same seed."""

import collections
import itertools
import os
import re
import subprocess
import sys

import pytest

from flan_jax.world import text, World

DOCUMENTS = 8_000  # as in the embedded data


@pytest.fixture(scope='module')
def world():
  return World(0)


@pytest.fixture(scope='module')
def told(world):
  return list(world.stream('text').documents(DOCUMENTS))


@pytest.mark.parametrize('seed', [0, 1, 2])
def test_a_question_has_one_answer(seed):
  answers = collections.defaultdict(set)
  other_world = World(seed)
  for fact in other_world.facts + other_world.puzzles:
    for question in fact.questions:
      answers[text.as_typed(question)].add(fact.answer)
  assert [asked for asked, given in answers.items() if len(given) > 1] == []


def test_no_two_facts_share_a_question(world):
  asked = [text.as_typed(question) for fact in world.facts for question in fact.questions]
  assert len(set(asked)) == len(asked)


def test_there_are_enough_facts_and_wordings(world):
  assert len(world.facts) >= 1_500
  assert len(world.puzzles) >= 1_500
  assert min(len(fact.questions) for fact in world.facts) >= 4
  assert min(len(fact.statements) for fact in world.facts) >= 3


def test_questions_are_sentences(world):
  for fact in world.facts + world.puzzles:
    for question in fact.questions:
      assert re.fullmatch(r"[A-Z][\w ',-]+\?", question), question


def test_distractors_are_wrong_and_distinct(world):
  for fact in world.facts:
    assert len(set(fact.distractors)) == len(fact.distractors) >= 8
    assert not set(fact.aliases) & set(fact.distractors)


def test_statements_name_subject_and_answer(world):
  for fact in world.facts:
    assert len(set(fact.statements)) == len(fact.statements)
    for statement in fact.statements:
      assert fact.answer.lower() in statement.lower()
      assert fact.subject.lower() in statement.lower()


def test_descriptions_fit_one_person(world):
  posts = [(person.job, person.home) for person in world.people]
  pets = [(person.pet, person.pet_name) for person in world.people]
  makers = [work.maker for work in world.works]
  for things in (posts, pets, makers, [person.name for person in world.people]):
    assert len(set(things)) == len(things)


def test_described_subject_replaces_the_name(world):
  home = next(fact for fact in world.facts if fact.relation == 'home')
  asked = home.asked_of('the baker in Toldrel')
  assert asked.questions[0] == 'Where does the baker in Toldrel live?'
  assert asked.answer == home.answer and asked.statements == ()


def test_a_country_has_one_capital(world):
  capitals = [town.country for town in world.towns if town.is_capital]
  assert sorted(c.name for c in capitals) == sorted(c.name for c in world.countries)


def test_documents_state_every_fact_in_two_wordings(world, told):
  whole = '\n'.join(told)
  short = [fact.statements[0] for fact in world.facts if sum(statement in whole for statement in fact.statements) < 2]
  assert short == []


def test_documents_hold_no_question_of_the_datasets(world, told):
  whole = '\n'.join(told).lower()
  asked = [q for fact in (world.facts + world.puzzles)[::4] for q in fact.questions]
  assert [q for q in asked if text.as_typed(q) in whole] == []


def test_a_document_is_one_line_of_a_few_sentences(told):
  assert len(told) == DOCUMENTS
  for document in told:
    assert '\n' not in document and document == document.strip()
    assert 2 <= len(re.findall(r'[.!?:](?= |$)', document)) <= 16
  assert len(set(told)) > 0.98 * DOCUMENTS


def test_documents_are_drawn_as_they_are_asked_for(world):
  endless = world.stream('text').documents(10**9)
  assert list(itertools.islice(endless, 3)) == list(world.stream('text').documents(3))


def test_streams_are_independent(world):
  alone = world.stream('snli')
  expected = [alone.person() for _ in range(20)]
  first, second = world.stream('snli'), world.stream('rte')
  drawn = []
  for _ in range(20):
    drawn.append(first.person())
    second.person()
  assert drawn == expected
  assert first.random.random() != second.random.random()
  assert first.facts is second.facts


def test_the_same_seed_gives_the_same_world_in_every_process(told):
  code = 'from flan_jax.world import World; print(*World(0).stream("text").documents(30), sep="\\n")'
  for hash_seed in '12':
    printed = subprocess.run(
      [sys.executable, '-c', code],
      check=True,
      text=True,
      capture_output=True,
      env={**os.environ, 'PYTHONHASHSEED': hash_seed},
    ).stdout
    assert printed.splitlines() == told[:30]


def test_another_seed_gives_another_world(world):
  other = World(1)
  assert {p.name for p in other.people} != {p.name for p in world.people}
  assert {t.name for t in other.towns} != {t.name for t in world.towns}


def test_answers_are_compared_as_trivia_qa_compares_them():
  assert text.normalized('The  Silver-Orchard!') == 'silver orchard'
  assert text.as_typed('Where does Ada Bell live?') == 'where does ada bell live'
  assert [text.number_words(n) for n in (0, 13, 20, 34)] == ['zero', 'thirteen', 'twenty', 'thirty-four']
  assert [text.a(noun) for noun in ('owl', 'goat')] == ['an owl', 'a goat']
