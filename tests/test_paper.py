"""The paper's figures: of our datasets and metrics, labelled, and true to its means."""

import collections
import re
import statistics

import pytest

import flan_jax.tasks  # noqa: F401
from flan_jax.data import clusters, datasets
from flan_jax.data.variants import Variant
from flan_jax.evaluation import paper
from flan_jax.evaluation.paper import FEW_SHOT, FLAN, GPT3, LAMDA, ZERO_SHOT

# Figure 1 averages TriviaQA's Wikipedia questions, which the table does not have.
WIKIPEDIA = {(GPT3, ZERO_SHOT): 64.3, (GPT3, FEW_SHOT): 71.2, (FLAN, ZERO_SHOT): 66.5}
FIGURE_9 = {
    'nli': (54.7, 59.3), 'closed_book_qa': (53.7, 57.2), 'commonsense': (80.0, 80.8),
    'coreference': (63.8, 67.4), 'translation': (31.0, 33.0),
    'struct_to_text': (39.2, 49.4)}
NOT_IN_FIGURE_9 = ('wsc273',)


def cells(system, setting, *names):
  """name -> figures of these datasets, in every metric."""
  found = collections.defaultdict(list)
  for (name, _), row in paper.TABLE.items():
    if not names or name in names:
      found[name] += [
          one for one in row if (one.system, one.setting) == (system, setting)]
  return {name: figures for name, figures in found.items() if figures}


def one_cell(name, metric, system, setting):
  return next((one for one in paper.figures(name, metric)
               if (one.system, one.setting) == (system, setting)), None)


def in_cluster(cluster):
  return [name for name, _ in paper.TABLE
          if cluster in datasets.get(datasets.plain(name)).clusters]


def mean(cells_by_name, **instead):
  values = [[one.value for one in row] for name, row in cells_by_name.items()
            if name not in instead]
  return statistics.mean(sum(values, []) + list(instead.values()))


@pytest.mark.parametrize('cluster', ['nli', 'reading_comprehension', 'closed_book_qa'])
def test_the_means_of_figure_1_are_those_of_its_cells(cluster):
  headline = paper.headlines()[cluster]
  assert len(headline.figures) == 3
  for shown in headline.figures:
    column = shown.system, shown.setting
    found = cells(*column, *headline.datasets)
    other = {'trivia_qa': WIKIPEDIA[column]} if cluster == 'closed_book_qa' else {}
    assert set(found) | set(other) == set(headline.datasets)
    assert mean(found, **other) == pytest.approx(shown.value, abs=0.0501)
    assert 'Wikipedia' in shown.note or not other


def test_headlines_are_as_figure_1_shows_them():
  shown = {cluster: [one.value for one in headline.figures]
           for cluster, headline in paper.headlines().items()}
  assert shown == {'nli': [42.9, 53.2, 56.2], 'closed_book_qa': [49.8, 55.7, 56.6],
                   'reading_comprehension': [63.7, 72.6, 77.4]}
  for cluster, headline in paper.headlines().items():
    assert all(cluster in datasets.get(name).clusters for name in headline.datasets)
    assert all(one.confidence == 'sec' for one in headline.figures)
  paper.headlines().clear()
  assert paper.headlines()


@pytest.mark.parametrize('cluster', FIGURE_9)
@pytest.mark.parametrize('setting', [ZERO_SHOT, FEW_SHOT])
def test_the_means_of_figure_9_are_those_of_its_cells(cluster, setting):
  names = set(in_cluster(cluster)) - set(NOT_IN_FIGURE_9)
  shown = FIGURE_9[cluster][setting == FEW_SHOT]
  assert mean(cells(FLAN, setting, *names)) == pytest.approx(shown, abs=0.0501)


def test_every_row_is_of_a_task_that_is_evaluated_and_a_metric_of_it():
  for name, metric in paper.TABLE:
    plain = datasets.get(datasets.plain(name))
    evaluated = [Variant(plain.name, direction=direction).name()
                 for direction in plain.directions or ('',)]
    assert name in evaluated
    assert metric in plain.metrics
  assert set(clusters.names()) >= set(paper.headlines())


def test_every_task_of_the_clusters_evaluated_has_its_row():
  without = {'wsc', 'stsb', *(name for name in datasets.names() if re.match(
      'para_crawl|wmt16_translate_(tr|cs|fi|ru)', name))}
  asked = {datasets.plain(name) for name, _ in paper.TABLE}
  evaluated = {name for name in datasets.names() if not set(datasets.get(name).clusters)
               & {'summarization', 'miscellaneous'}}
  assert asked == evaluated - without


def test_figures_are_told_apart_and_sound():
  for (name, metric), row in paper.TABLE.items():
    columns = [(one.system, one.setting) for one in row]
    assert len(set(columns)) == len(row) > 0
    for one in row:
      assert one.metric == metric and 0 < one.value < 100
      assert one.confidence in paper.CONFIDENCE
      assert one.deviation is None or one.system == FLAN and 'best' not in one.setting
      assert one.shots is None or one.setting.startswith(FEW_SHOT)


def test_only_figures_that_can_be_relied_on_stand_there():
  for metric in ('rouge1', 'rouge2', 'rougeLsum'):
    assert {one.system for one in paper.figures('dart', metric)} == {FLAN}
  assert {one.system for one in paper.figures('trivia_qa', 'trivia_exact_match')} == {
      FLAN, LAMDA}
  assert one_cell('trivia_qa', 'trivia_exact_match', FLAN, ZERO_SHOT).value == 55.0


def test_labels_are_checked_where_a_mean_bears_them_out():
  averaged = {GPT3: set(), FLAN: set()}
  for headline in paper.headlines().values():
    averaged[GPT3] |= set(headline.datasets) - {'trivia_qa'}
  for cluster in FIGURE_9:
    averaged[FLAN] |= set(in_cluster(cluster)) - set(NOT_IN_FIGURE_9)
  for (name, _), row in paper.TABLE.items():
    for one in row:
      checked = name in averaged.get(one.system, ()) and 'best' not in one.setting
      assert (one.confidence == 'mem✓') <= checked
      assert (one.confidence == 'mem') <= (not checked)


@pytest.mark.parametrize('name, metric, system, setting, value, label', [
    ('anli_r1', 'accuracy', GPT3, ZERO_SHOT, 34.6, 'sec'),
    ('anli_r1', 'accuracy', LAMDA, ZERO_SHOT, 39.6, 'mem'),
    ('cb', 'accuracy', FLAN, FEW_SHOT, 82.6, 'mem✓'),
    ('qnli', 'accuracy', LAMDA, FEW_SHOT, 55.7, 'sec'),
    ('rte', 'accuracy', FLAN, paper.FEW_SHOT_BEST, 84.5, 'sec'),
    ('rte', 'accuracy', FLAN, paper.ZERO_SHOT_BEST, 84.1, 'mem'),
    ('multirc', 'f1a', GPT3, FEW_SHOT, 74.8, 'mem✓'),
    ('multirc', 'f1a', FLAN, ZERO_SHOT, 74.5, 'mem'),
    ('squad_v2', 'squad_f1', GPT3, FEW_SHOT, 69.8, 'sec'),
    ('wsc273', 'accuracy', FLAN, ZERO_SHOT, 80.8, 'mem'),
    ('record', 'squad_exact_match', FLAN, paper.ZERO_SHOT_BEST, 72.5, 'sec'),
    ('wmt16_translate_deen.de_en', 'bleu', FLAN, paper.ZERO_SHOT_BEST, 39.8, 'sec'),
    ('wmt16_translate_roen.en_ro', 'bleu', GPT3, FEW_SHOT, 21.0, 'mem'),
    ('dart', 'rougeLsum', FLAN, FEW_SHOT, 48.5, 'mem✓')])
def test_samples_of_the_cells(name, metric, system, setting, value, label):
  found = one_cell(name, metric, system, setting)
  assert (found.value, found.confidence) == (value, label)


def test_a_cell_is_read_whole():
  few = one_cell('arc_challenge', 'accuracy', FLAN, paper.FEW_SHOT_BEST)
  assert (few.shots, few.deviation, few.note) == (13, None, '')
  zero = one_cell('cb', 'accuracy', FLAN, ZERO_SHOT)
  assert (zero.value, zero.deviation, zero.shots) == (64.1, 14.7, None)
  assert one_cell('wmt14_enfr.en_fr', 'bleu', GPT3, FEW_SHOT).shots == 64
  assert one_cell('common_gen', 'rouge2', LAMDA, FEW_SHOT).shots == 3
  assert one_cell('wsc273', 'accuracy', FLAN, FEW_SHOT) is None


def test_what_may_be_contaminated_is_noted():
  flagged = {name for (name, _), row in paper.TABLE.items()
             if any('pretraining text' in one.note for one in row)}
  assert flagged == {'piqa', 'record'}
  assert all(one.note for one in paper.figures('piqa', 'accuracy'))


def test_a_variant_has_the_figures_of_its_dataset():
  rte = paper.figures('rte', 'accuracy')
  assert [one.system for one in rte] == [LAMDA] * 2 + [GPT3] * 2 + [FLAN] * 4
  assert paper.figures('rte.name.5shot', 'accuracy') == rte
  english = paper.figures('wmt14_enfr.fr_en.5shot', 'bleu')
  assert english == paper.figures('wmt14_enfr.fr_en', 'bleu')
  assert english != paper.figures('wmt14_enfr.en_fr', 'bleu')


@pytest.mark.parametrize('name, metric', [
    ('wmt14_enfr', 'bleu'), ('rte', 'f1'), ('no_such_set', 'accuracy'), ('', ''),
    ('xsum', 'rouge1'), ('rte2.5shot', 'accuracy')])
def test_nothing_is_found_where_there_is_nothing(name, metric):
  assert paper.figures(name, metric) == ()


@pytest.mark.parametrize('line', [
    'rte accuracy | 1.0', 'rte accuracy | 1.0 | 20', 'rte accuracy | 1.0 | ~2.0'])
def test_a_malformed_row_is_refused(line):
  with pytest.raises(ValueError):
    list(paper._rows(line, ((FLAN, ZERO_SHOT), (FLAN, FEW_SHOT))))
