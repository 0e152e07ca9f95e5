# SPDX-License-Identifier: Apache-2.0
"""Metrics against scikit-learn, scipy and cases worked by hand."""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sklearn_metrics

from flan_jax.errors import UserError
from flan_jax.evaluation import additive_metrics, metrics


def chosen(answers, labels, options=('a', 'b', 'c')):
  return metrics.Answers(
    labels=labels,
    options=[options] * len(labels),
    references=[(options[label],) for label in labels],
    chosen=np.array(answers),
  )


def written(texts, references):
  return metrics.Answers(labels=[-1] * len(texts), options=[()] * len(texts), references=references, written=texts)


LABELS = np.random.default_rng(0).integers(0, 3, 200).tolist()
CHOSEN = np.random.default_rng(1).integers(0, 3, 200).tolist()


def test_accuracy_and_f1_as_scikit_learn():
  ours = chosen(CHOSEN, LABELS)
  assert metrics.score('accuracy', ours) == pytest.approx(100 * sklearn_metrics.accuracy_score(LABELS, CHOSEN))
  assert metrics.score('macro_f1', ours) == pytest.approx(
    100 * sklearn_metrics.f1_score(LABELS, CHOSEN, average='macro')
  )
  two = [label % 2 for label in LABELS], [one % 2 for one in CHOSEN]
  assert metrics.score('f1', chosen(two[1], two[0])) == pytest.approx(100 * sklearn_metrics.f1_score(*two, pos_label=1))


def test_f1_by_hand():
  # Class 1: chosen 3 times, twice rightly; right 3 times. 2/3 both ways.
  ours = chosen([1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
  assert metrics.score('f1', ours) == pytest.approx(200 / 3)
  assert metrics.score('accuracy', ours) == pytest.approx(60)
  assert metrics.score('f1', chosen([0, 0], [0, 0])) == 0


def test_correlations_as_scipy():
  options = ('0', '1', '2.5')
  ours = chosen(CHOSEN, LABELS, options)
  values = [[float(options[index]) for index in side] for side in (CHOSEN, LABELS)]
  assert metrics.score('pearson', ours) == pytest.approx(100 * stats.pearsonr(*values).statistic)
  assert metrics.score('spearman', ours) == pytest.approx(100 * stats.spearmanr(*values).statistic)
  same = chosen([0, 2, 1], [0, 2, 1], options)
  opposite = chosen([2, 0], [0, 2], options)
  assert metrics.score('pearson', same) == pytest.approx(100)
  assert metrics.score('pearson', opposite) == pytest.approx(-100)


def test_a_constant_side_has_no_correlation():
  for sides in (([1, 1, 1], [0, 1, 2]), ([0, 1, 2], [1, 1, 1])):
    assert metrics.score('pearson', chosen(*sides, options='012')) == 0
    assert metrics.score('spearman', chosen(*sides, options='012')) == 0


def test_trivia_answers_by_hand():
  ours = written(
    ['The Eiffel-Tower.', 'red brick house', 'Rome', ''],
    [('Eiffel Tower', 'La Tour'), ('a brick house', 'hut'), ('Paris',), ('x',)],
  )
  assert metrics.score('trivia_exact_match', ours) == 25
  assert metrics.score('trivia_f1', ours) == pytest.approx(100 * (1 + 0.8 + 0 + 0) / 4)
  assert metrics.score('accuracy', written([' yes', 'Yes'], [('yes',)] * 2)) == 50


def test_any_option_that_counts_as_right_is_right():
  two = metrics.Answers(labels=[0, 0], options=[('a', 'b', 'c')] * 2, references=[('a', 'c')] * 2, chosen=[2, 1])
  assert metrics.score('accuracy', two) == 50
  assert metrics.score('squad_exact_match', two) == 50


def test_the_answers_to_a_question_are_right_together():
  ours = dataclasses.replace(chosen([1, 0, 1, 0], [1, 0, 0, 0], ('no', 'yes')), groups=['q1', 'q1', 'q2', ''])
  assert metrics.score('question_exact_match', ours) == pytest.approx(200 / 3)
  assert metrics.score('f1a', ours) == pytest.approx(200 / 3)  # 1 of 2 chosen, 1 of 1


def test_majority_is_the_score_of_always_choosing_the_commonest_class():
  labels = [0, 1, 1, 1, 2, 1, 0, 2]
  ours = chosen([0] * 8, labels)
  assert metrics.majority('accuracy', ours) == 50
  assert metrics.majority('macro_f1', ours) == pytest.approx(100 * (2 / 3) / 3)
  assert metrics.majority('pearson', chosen([0] * 8, labels, '012')) == 0
  assert metrics.majority('trivia_exact_match', written(['x'], [('x',)])) is None


def test_unknown_metrics_and_empty_splits_are_refused():
  with pytest.raises(UserError, match="no metric 'bluu'.*accuracy.*bleu"):
    metrics.score('bluu', chosen([0], [0]))
  with pytest.raises(UserError, match='written answers'):
    metrics.score('pearson', written(['1'], [('1',)]))
  with pytest.raises(UserError, match='empty'):
    metrics.score('accuracy', chosen([], []))
  with pytest.raises(UserError, match="'b'"):
    metrics.score('pearson', chosen([0, 1], [0, 1], ('1', 'b')))


@pytest.mark.parametrize('name', metrics.known_metrics(chosen=True))
def test_an_example_without_a_reference_is_refused_by_every_metric(name):
  kinds = [
    dataclasses.replace(chosen([0, 1], [0, 1], ('1', '2')), references=refs)
    for refs in ([('1',), ()], [('1',), ('', ' \u3000')])
  ]
  if name in metrics.known_metrics(chosen=False):
    kinds += [written(['red', 'blue'], [('red fish',), refs]) for refs in ((), ('', '\t'))]
  for answers in kinds:
    for scored in (metrics.score, additive_metrics.summands):
      with pytest.raises(UserError, match=f'example 1 has no reference that {name} can'):
        scored(name, answers)


@pytest.mark.parametrize('name', metrics.known_metrics(chosen=False))
def test_an_empty_answer_is_wrong_in_every_metric(name):
  worst = 3 if name == 'word_edit_distance' else 0
  for text in ('', '  ', '\u3000'):
    for right in (('fish and chips',), ('', 'fish and chips'), (' ', 'fish and chips')):
      ours = written([text] * 2, [right] * 2)
      table, combine = additive_metrics.summands(name, ours)
      assert metrics.score(name, ours) == combine(table.sum(axis=0)) == worst


@pytest.mark.parametrize('name', ['rouge1', 'rouge2', 'rougeLsum'])
def test_references_without_a_word_that_rouge_reads_do_not_count(name):
  assert metrics.score(name, written(['red fish'], [('Привет', '—', 'Red fish')])) == 100
  for nothing in ('...', '—', 'Привет'):
    with pytest.raises(UserError, match='no reference'):
      metrics.score(name, written([nothing], [(nothing,)]))


@pytest.mark.parametrize('single', ['Red', 'red!', '— Red —', 'Привет red'])
def test_references_of_one_word_count_but_for_pairs_of_words(single):
  alone = written(['red', 'red fish'], [(single,), ('red fish',)])
  both = written(['red', 'red fish'], [(single, 'red fish'), ('Red fish', single)])
  for name in ('rouge1', 'rougeLsum', 'bleu', 'word_edit_distance'):
    assert metrics.comparable([name], [single], chosen=False) == (single,)
  for name in ('rouge1', 'rougeLsum'):
    assert metrics.score(name, alone) == 100
  assert metrics.comparable(['rouge2'], [single, 'red fish'], chosen=False) == ('red fish',)
  table, combine = additive_metrics.summands('rouge2', both)
  assert table.tolist() == [[0, 1], [1, 1]] and combine(table.sum(axis=0)) == 50
  assert metrics.score('rouge2', both) == 50
  for scored in (metrics.score, additive_metrics.summands):
    with pytest.raises(UserError, match='example 0 has no reference that rouge2 can'):
      scored('rouge2', alone)


@pytest.mark.parametrize('name', ['trivia_exact_match', 'trivia_f1', 'squad_exact_match', 'squad_f1'])
def test_references_of_which_normalising_leaves_nothing_do_not_count(name):
  for text in ('', 'the', '...', 'An -- a!'):
    for nothing in ('', '...', 'the', 'A. An'):
      ours = written([text], [(nothing, 'Rome')])
      assert metrics.score(name, ours) == 0
      with pytest.raises(UserError, match='no reference'):
        metrics.score(name, written([text], [(nothing,)]))
  assert metrics.score(name, written(['rome'], [('the', 'Rome')])) == 100


def test_an_option_of_which_normalising_leaves_nothing_is_still_an_option():
  ours = chosen([0, 0, 1, -1], [0, 1, 1, 0], ('A', 'the'))
  assert metrics.score('squad_exact_match', ours) == 50
  assert metrics.score('trivia_f1', ours) == 50


def test_no_answer_is_a_wrong_answer():
  labels, options = [0, 1, 1, 0], [['red', 'blue']] * 4
  references = [[options[0][one]] for one in labels]

  def scored(name, chosen):
    return metrics.score(name, metrics.Answers(labels, options, references, chosen=chosen))

  assert scored('accuracy', [0, -1, 1, -1]) == 50
  assert scored('squad_exact_match', [0, 1, 1, -1]) == 75
  assert scored('f1', [-1, 1, -1, 0]) == pytest.approx(100 * 2 / 3)
  one = sklearn_metrics.f1_score(labels, [0, -1, 1, -1], labels=[0, 1], average='macro')
  assert scored('macro_f1', [0, -1, 1, -1]) == pytest.approx(100 * one)
  numbers = metrics.Answers(labels, [['1', '2']] * 4, references, chosen=[0, 1, 1, -1])
  assert metrics.score('pearson', numbers) == 0
