# SPDX-License-Identifier: Apache-2.0
"""The paper's figures: of our datasets and metrics, and none that no source confirms."""

import dataclasses
import json
import re

import pytest

import flan_jax.tasks  # noqa: F401
from flan_jax.data import datasets
from flan_jax.data.prompt_variants import Variant
from flan_jax.report import page as page_lib
from flan_jax.report import paper
from flan_jax.report.paper import FEW_SHOT, FEW_SHOT_BEST, FLAN, GPT3, LAMDA, ZERO_SHOT, ZERO_SHOT_BEST
from flan_jax.runs import report_inputs
from tests import fake_run

# Every cell that a source beside the paper repeats: dataset, system, setting -> value.
CONFIRMED = {
  ('anli_r1', GPT3, ZERO_SHOT): 34.6,
  ('anli_r1', GPT3, FEW_SHOT): 36.8,
  ('anli_r1', FLAN, ZERO_SHOT): 47.7,
  ('anli_r1', FLAN, FEW_SHOT_BEST): 47.9,
  ('anli_r2', FLAN, ZERO_SHOT): 43.9,
  ('anli_r3', FLAN, ZERO_SHOT): 47.0,
  ('cb', FLAN, ZERO_SHOT): 64.1,
  ('qnli', LAMDA, ZERO_SHOT): 50.6,
  ('qnli', LAMDA, FEW_SHOT): 55.7,
  ('rte', FLAN, FEW_SHOT_BEST): 84.5,
  ('bool_q', GPT3, ZERO_SHOT): 60.5,
  ('bool_q', GPT3, FEW_SHOT): 77.5,
  ('bool_q', FLAN, ZERO_SHOT_BEST): 82.9,
  ('bool_q', FLAN, FEW_SHOT_BEST): 84.6,
  ('openbookqa', GPT3, ZERO_SHOT): 57.6,
  ('openbookqa', GPT3, FEW_SHOT): 65.4,
  ('openbookqa', FLAN, FEW_SHOT_BEST): 78.2,
  ('squad_v2', GPT3, FEW_SHOT): 69.8,
  ('squad_v2', FLAN, FEW_SHOT_BEST): 43.1,
  ('arc_challenge', FLAN, ZERO_SHOT_BEST): 63.1,
  ('arc_challenge', FLAN, FEW_SHOT_BEST): 63.8,
  ('arc_easy', GPT3, ZERO_SHOT): 68.8,
  ('arc_easy', FLAN, FEW_SHOT_BEST): 80.7,
  ('trivia_qa', FLAN, ZERO_SHOT_BEST): 56.7,
  ('story_cloze', GPT3, ZERO_SHOT): 83.2,
  ('story_cloze', GPT3, FEW_SHOT): 87.7,
  ('story_cloze', FLAN, FEW_SHOT_BEST): 94.7,
  ('winogrande', FLAN, ZERO_SHOT_BEST): 71.2,
  ('winogrande', FLAN, FEW_SHOT_BEST): 72.8,
  ('record', FLAN, ZERO_SHOT_BEST): 72.5,
  ('wmt14_enfr.en_fr', GPT3, ZERO_SHOT): 25.2,
  ('wmt14_enfr.fr_en', GPT3, FEW_SHOT): 39.2,
  ('wmt16_translate_deen.en_de', FLAN, ZERO_SHOT_BEST): 27.0,
  ('wmt16_translate_deen.de_en', FLAN, ZERO_SHOT_BEST): 39.8,
}


def one_cell(name, metric, system, setting):
  return next((one for one in paper.figures(name, metric) if (one.system, one.setting) == (system, setting)), None)


def test_only_what_a_source_confirms_stands_there():
  found = [(name, one.system, one.setting, one.value) for (name, _), row in paper.TABLE.items() for one in row]
  assert sorted(found) == sorted((*key, value) for key, value in CONFIRMED.items())
  assert not {'confidence', 'deviation'} & {field.name for field in dataclasses.fields(paper.Figure)}


def test_what_is_of_no_single_dataset_is_confirmed_twice():
  found = [list(one.values.values()) for one in paper.aggregates()]
  assert found == [
    [42.9, 53.2, 56.2],
    [63.7, 72.6, 77.4],
    [49.8, 55.7, 56.6],
    [49.9, 55.0, 59.3, 59.2, 60.8, 61.9, 63.5],
    [55.2, 37.3, 46.6, 47.0],
    [20],
  ]


def test_every_row_is_of_a_task_that_is_evaluated_and_a_metric_of_it():
  for name, metric in paper.TABLE:
    plain = datasets.get(datasets.plain(name))
    evaluated = [Variant(plain.name, direction=direction).name() for direction in plain.directions or ('',)]
    assert name in evaluated
    assert metric in plain.metrics


def test_figures_are_told_apart_and_sound():
  for (name, metric), row in paper.TABLE.items():
    columns = [(one.system, one.setting) for one in row]
    assert len(set(columns)) == len(row) > 0
    assert [one.system for one in row] == sorted((one.system for one in row), key=[LAMDA, GPT3, FLAN].index)
    for one in row:
      assert one.metric == metric and 0 < one.value < 100
      assert one.shots is None or one.setting.startswith(FEW_SHOT)


def test_a_cell_is_read_whole():
  assert one_cell('arc_challenge', 'accuracy', FLAN, FEW_SHOT_BEST).shots == 13
  assert one_cell('bool_q', 'accuracy', GPT3, FEW_SHOT).shots is None
  noted = {name for (name, _), row in paper.TABLE.items() if any('pretraining text' in one.note for one in row)}
  assert noted == {'record'}
  other = one_cell('qnli', 'accuracy', LAMDA, ZERO_SHOT)
  assert 'the heading of another column' in other.note


def test_a_variant_has_the_figures_of_its_dataset():
  found = paper.figures('bool_q', 'accuracy')
  assert [one.system for one in found] == [GPT3] * 2 + [FLAN] * 2
  assert paper.figures('bool_q.name.5shot', 'accuracy') == found
  english = paper.figures('wmt14_enfr.fr_en.5shot', 'bleu')
  assert english == paper.figures('wmt14_enfr.fr_en', 'bleu')
  assert english != paper.figures('wmt14_enfr.en_fr', 'bleu')


@pytest.mark.parametrize(
  'name, metric',
  [
    ('wmt14_enfr', 'bleu'),
    ('rte', 'f1'),
    ('no_such_set', 'accuracy'),
    ('', ''),
    ('xsum', 'rouge1'),
    ('rte2.5shot', 'accuracy'),
    ('copa', 'accuracy'),
  ],
)
def test_nothing_is_found_where_there_is_nothing(name, metric):
  assert paper.figures(name, metric) == ()


@pytest.mark.parametrize(
  'line',
  [
    'rte accuracy | FLAN | zero',
    'rte accuracy | FLAN | zero | 20',
    'rte accuracy | FLAN | once | 1.0',
    'rte accuracy | GPT-2 | zero | 1.0',
  ],
)
def test_a_malformed_line_is_refused(line):
  with pytest.raises(ValueError, match='is no figure'):
    list(paper._figures(line))


def test_a_page_prints_confirmed_figures_alone(tmp_path):
  results = {**fake_run.results(), 'comparisons': []}
  for one in results['evaluations']:
    one['datasets'] = {'bool_q': fake_run.entry(50.0, 'bool_q'), 'copa': fake_run.entry(50.0, 'copa')}
  results = fake_run.typed(results)
  references = report_inputs.references(results)
  assert [one['value'] for one in references['bool_q']] == [60.5, 77.5, 82.9, 84.6]
  assert references['copa'] == []
  folder = str(fake_run.write(tmp_path / 'run'))
  with open(f'{folder}/report.json', 'w') as file:
    json.dump({'rules': fake_run.rules(), 'drawn': None, 'phrasings': None, 'cut': []}, file)
  path = page_lib.again(folder, results, fake_run.run(), {}, references)
  with open(path, encoding='utf-8') as file:
    page = file.read()
  rows = re.findall(r'<tr><td>(bool_q|copa)</td>.*?<td class="score">([\d.]+)</td>', page)
  assert rows == [('bool_q', one) for one in ('60.5', '77.5', '82.9', '84.6')]
  assert '80.2' not in page  # of the paper, too, but nobody else confirms it
