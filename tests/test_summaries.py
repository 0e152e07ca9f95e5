# SPDX-License-Identifier: Apache-2.0
"""What is averaged, what is chosen on dev, what the files say."""

import json

import numpy as np
import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data.encoding import Encoding
from flan_jax.evaluation import answers as answers_lib
from flan_jax.evaluation import metrics, summaries
from flan_jax.evaluation.scores import Conditions, DatasetScores, Evaluation, TemplateScores

ENCODING = Encoding(inputs_length=400, targets_length=24)


def template(number, dev, test, metric='accuracy'):
  return TemplateScores(
    template=number,
    method='rank',
    n_dev=4 if dev is not None else 0,
    n_test=4 if test is not None else 0,
    dev={} if dev is None else {metric: dev},
    test={} if test is None else {metric: test},
  )


def summary(table):
  found = summaries.summary(table, 'accuracy').to_json()
  assert found.pop('templates') == [one.to_json() for one in table] and found.pop('interval') is None
  return found


def scores(held_in=False, mean=1.0, primary='accuracy'):
  none = dict(std=None, interval=None, best_dev_template=None, best_dev_test=None, majority=None)
  return DatasetScores(templates=(), held_in=held_in, mean=mean, primary=primary, **none)


def evaluation(name, datasets):
  return Evaluation(name=name, step=7, conditions=Conditions(data='tfds'), mean=None, interval=None, datasets=datasets)


def test_mean_deviation_and_best_on_dev_by_hand():
  table = [template(0, 50, 40), template(2, 70, 60), template(5, 70, 80)]
  assert summary(table) == {
    'mean': 60,
    'std': pytest.approx(np.sqrt(800 / 3)),
    'median': 60,
    'quartiles': [50, 70],
    'best_dev_template': 2,
    'best_dev_test': 60,
  }  # of equals the lowest number


def test_held_in_datasets_are_averaged_over_dev():
  table = [template(0, 50, None), template(1, 70, None)]
  assert summary(table) == {
    'mean': 60,
    'std': 10,
    'median': 60,
    'quartiles': [55, 65],
    'best_dev_template': 1,
    'best_dev_test': None,
  }


def test_without_dev_nothing_is_chosen_on_it():
  table = [template(0, None, 50), template(1, None, 70)]
  assert summary(table) == {
    'mean': 60,
    'std': 10,
    'median': 60,
    'quartiles': [55, 65],
    'best_dev_template': None,
    'best_dev_test': None,
  }


def test_the_mean_of_an_evaluation_is_that_of_the_held_out_datasets():
  entries = {
    'a': scores(mean=40.0),
    'b': scores(mean=90.0, held_in=True),
    'c': scores(mean=50.0, primary='bleu'),
    'd': scores(mean=3.0, primary='word_edit_distance'),
  }

  def mean(names):
    chosen = {name: entries[name] for name in names}
    return summaries.evaluation('tuned', 7, Conditions(data='tfds'), chosen).mean

  assert mean('abcd') == 45  # words to correct are no score
  assert mean('bd') == 3
  assert mean('b') is None


def test_fewer_words_to_correct_are_better():
  templates = [
    template(number, dev, test, 'word_edit_distance') for number, (dev, test) in enumerate([(5.0, 4.0), (2.0, 3.0)])
  ]
  found = summaries.summary(templates, 'word_edit_distance')
  assert (found.best_dev_template, found.best_dev_test) == (1, 3.0)


def test_an_entry_by_hand():
  labels = [0, 1, 1, 1, 0]
  options = ['yes', 'no']
  folder = answers_lib.Folder(None, '')
  folder.keep_examples(
    answers_lib.Examples(
      {'dev': 2, 'test': 3},
      [{'label': one, 'options': options, 'references': [options[one]], 'group': ''} for one in labels],
      ['said'],
    )
  )
  answers = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [1, 1]])
  for template, column in zip((1, 4), answers.T.tolist()):
    given = [{'answer': one, 'scores': [-1.0, -2.0]} for one in column]
    given[2] |= {'prompt': 'in', 'tokens': 3, 'target': 'no'}
    folder.keep(answers_lib.Cell(template, 'rank', given, cut=template))
  wanted = [(1, 'rank'), (4, 'rank')]
  entry, sample = summaries.with_intervals(summaries.of_dataset('rte', False, folder, wanted, 'sum', ENCODING), folder)
  assert sample.replicates.mean() == pytest.approx(50, abs=3)
  assert entry.primary == 'accuracy' and not entry.held_in
  first, second = entry.templates
  assert first.to_json() == {
    'template': 1,
    'kind': 'classification',
    'method': 'rank',
    'n_dev': 2,
    'n_test': 3,
    'cut': 1,
    'cut_answers': 0,
    'unanswered': 0,
    'dev': {'accuracy': 100.0},
    'test': {'accuracy': pytest.approx(100 / 3)},
  }
  assert second.dev == {'accuracy': 50.0}
  assert second.test == {'accuracy': pytest.approx(200 / 3)}
  assert (entry.mean, entry.best_dev_template) == (pytest.approx(50), 1)
  assert entry.best_dev_test == pytest.approx(100 / 3)
  assert entry.majority == pytest.approx(200 / 3)
  assert entry.interval[0] < 50 < entry.interval[1]
  assert entry.problems == ('said',)
  assert entry.prompt.to_json() == {
    'template': 1,
    'inputs': 'in',
    'tokens': 3,
    'separators': ['eos', 'eos'],
    'options': options,
    'target': 'no',
    'answer': 'no',
  }
  json.dumps(entry.to_json())  # plain numbers only


def test_a_comparison_by_hand():
  def column(chosen):
    labels = [0, 1] * 50
    return metrics.Answers(labels, [['a', 'b']] * 100, [['ab'[one]] for one in labels], chosen=chosen)

  right, wrong = column([0, 1] * 50), column([1, 0] * 50)
  datasets = {'x': scores(), 'y': scores(held_in=True)}
  pair = [evaluation(name, datasets) for name in ('tuned', 'untuned')]
  found = summaries.compare(*pair, [{'x': [right], 'y': [right]}, {'x': [wrong, wrong], 'y': [right]}])
  assert (found.of, found.against) == ('tuned', 'untuned')
  assert found.datasets['x'].difference == found.mean.difference == 100
  assert found.datasets['y'].to_json() == {'difference': 0, 'interval': [0, 0], 'p': 1}
  assert found.mean.p == 0.001 and found.problems == {}
  other = metrics.Answers([0], [['a', 'b']], [['a']], chosen=[0])
  fewer = summaries.compare(*pair, [{'x': [right], 'y': [right]}, {'x': [other], 'y': [right]}])
  assert list(fewer.datasets) == ['y']
  assert 'answers to 1 examples cannot be compared' in fewer.problems['x']
