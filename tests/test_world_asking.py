# SPDX-License-Identifier: Apache-2.0
"""Generated questions: labels of TFDS, balanced, not told by their first words."""

import collections
import re

import pytest

from flan_jax.world import language, World

FINE = {
  'DESC': 'def desc manner reason',
  'ABBR': 'abb exp',
  'HUM': 'ind gr title desc',
  'ENTY': """animal body color cremat currency dismed event food instru lang letter
        other plant product religion sport substance symbol techmeth termeq veh word""",
  'NUM': """code count date dist money ord other period perc speed temp volsize
        weight""",
  'LOC': 'city country mount other state',
}


@pytest.fixture(scope='module')
def drawn():
  world = World(0).stream('asking')
  return [language.question(world) for _ in range(3_000)]


def test_fine_classes_belong_to_coarse_ones(drawn):
  for text, coarse, fine in drawn:
    assert fine in FINE[coarse].split(), text


def test_classes_are_balanced_and_questions_differ(drawn):
  counts = collections.Counter(coarse for _, coarse, _ in drawn)
  assert len(counts) == 6 and min(counts.values()) > 400
  assert len({text for text, *_ in drawn}) > 2_500


def test_no_question_has_two_classes(drawn):
  classes = collections.defaultdict(set)
  for text, coarse, _ in drawn:
    classes[text].add(coarse)
  assert [text for text, found in classes.items() if len(found) > 1] == []


def test_the_first_two_words_do_not_tell_the_class(drawn):
  for count, limit in ((1, 0.5), (2, 0.8)):
    classes = collections.defaultdict(collections.Counter)
    for text, coarse, _ in drawn:
      classes[tuple(text.split()[:count])][coarse] += 1
    best = sum(max(counter.values()) for counter in classes.values())
    assert best / len(drawn) < limit


def test_questions_are_spelt_as_in_the_source(drawn):
  for text, *_ in drawn:
    assert re.fullmatch(r'[A-Z].* [?.]', text), text
    assert not re.search(r'["{}|_]|  |\w[?,]|\ba [aeiou](?!ne?\b)', text), text
    assert text.count('``') == text.count("''"), text
  assert language.spelt('Is it "x", Ada\'s dog?') == "Is it `` x '' , Ada 's dog ?"


def test_abbreviations_are_made_of_their_words():
  """Most by initials; of the others, each letter at least occurs in order."""
  initials = 0
  latin = ('PhD', 'doctor of philosophy')
  for short, long in set(language.SHORT_AND_LONG) - {latin}:
    letters = iter(long.lower())
    assert all(letter in letters for letter in short.lower()), (short, long)
    firsts = ''.join(word[0] for word in re.findall(r'[A-Za-z]+', long)).lower()
    initials += short.lower() in (firsts, firsts.replace('o', ''), firsts[1:])
  assert initials > 0.5 * len(language.SHORT_AND_LONG)
