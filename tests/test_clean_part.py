# SPDX-License-Identifier: Apache-2.0
"""The score of a dataset is split exactly into clean and marked examples, or not at all."""

import dataclasses

import pytest

from flan_jax.errors import UserError
from flan_jax.evaluation import answers, clean_part, summaries
from flan_jax.evaluation.clean_part import Marks, Part

OPTIONS = ['yes', 'no']
MARKED = {103, 104, 106, 110, 111}  # of the test examples 100 to 111


def keep(folder, keys=range(100, 112), wrong=({103, 104, 105}, {103}), sizes=None):
  """Writes answers in two templates; wrong: keys of those that are not right in each.

  The first two examples are of the dev split, and are right.
  """
  examples = [{'label': 0, 'options': OPTIONS, 'references': ['yes'], 'group': '', 'key': key} for key in (1, 2, *keys)]
  kept = answers.Folder(str(folder), 'made')
  kept.keep_examples(answers.Examples(sizes or {'dev': 2, 'test': len(examples) - 2}, examples))
  for template, several in enumerate(wrong):
    kept.keep(answers.Cell(template, 'rank', [{'answer': int(one['key'] in several)} for one in examples]))
  return kept


def made(kept):
  """The scores of the dataset as evaluation has them."""
  asked, cells = kept.content([(0, 'rank'), (1, 'rank')])
  templates = summaries._scored('rte', asked, cells)
  return clean_part.DatasetScores(**vars(templates), held_in=False, primary='accuracy', majority=None)


def marks(split):
  return {'test': Marks(range(100, 112), MARKED), 'dev': Marks(range(1, 3), ())}[split]


@pytest.fixture(scope='module', autouse=True)
def tasks():
  import flan_jax.tasks  # noqa: F401  registers everything


def test_the_scores_of_both_parts_are_known_by_hand(tmp_path):
  kept = keep(tmp_path / 'rte')
  parts = clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)
  # All: 9 and 11 of 12 are right. Clean: 6 and 7 of 7. Marked: 3 and 4 of 5.
  assert parts.split == 'test' and parts.whole == (12, pytest.approx(100 * 20 / 24))
  assert parts.clean == (7, pytest.approx(100 * 13 / 14)) and parts.marked == (5, pytest.approx(100 * 7 / 10))


def test_the_order_of_the_examples_does_not_matter(tmp_path):
  several = [keep(tmp_path / name / 'rte', keys) for name, keys in (('a', range(100, 112)), ('b', range(111, 99, -1)))]
  one, other = (clean_part.scores(str(tmp_path / name / 'rte'), made(kept), marks) for name, kept in zip('ab', several))
  assert one == other


def test_examples_that_are_left_out_of_an_evaluation_are_in_no_part(tmp_path):
  kept = keep(tmp_path / 'rte', range(102, 112))
  parts = clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)
  assert (parts.whole.examples, parts.clean.examples, parts.marked.examples) == (10, 5, 5)
  assert parts.clean.score == pytest.approx(100 * 9 / 10)


def test_a_few_examples_have_no_score(tmp_path):
  kept = keep(tmp_path / 'rte', range(100, 110))
  parts = clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)
  assert parts.marked == Part(3, None) and parts.clean.examples == 7 and parts.clean.score is not None


def test_without_a_test_split_the_dev_split_is_split(tmp_path):
  kept = keep(tmp_path / 'rte', (), sizes={'dev': 2, 'test': 0})
  parts = clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)
  assert parts == ('dev', (2, 100.0), (2, None), (0, None))


@pytest.mark.parametrize(
  'keys, words',
  [
    ([*range(100, 111), None], 'an earlier version kept its answers, without the keys'),
    (range(101, 114), '2 of its 13 test examples were not compared'),
  ],
)
def test_an_example_that_is_in_no_part_is_said(tmp_path, keys, words):
  kept = keep(tmp_path / 'rte', keys)
  with pytest.raises(UserError, match=words):
    clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)


def test_answers_of_another_score_are_not_split(tmp_path):
  kept = keep(tmp_path / 'rte')
  with pytest.raises(UserError, match='are not those of its score'):
    clean_part.scores(str(tmp_path / 'rte'), dataclasses.replace(made(kept), mean=50.0), marks)
  (tmp_path / 'rte' / '1.rank.jsonl').unlink()
  with pytest.raises(UserError, match='lacks answers'):
    clean_part.scores(str(tmp_path / 'rte'), made(kept), marks)
