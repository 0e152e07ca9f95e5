# SPDX-License-Identifier: Apache-2.0
"""Runs side by side: what may be compared has a difference, the rest says why not."""

import html
import json
import re
import shutil

import pytest

from flan_jax.cli import report as door
from flan_jax.errors import UserError
from flan_jax.evaluation import answers
from flan_jax.report import comparison
from tests import fake_run


@pytest.fixture
def folders(tmp_path):
  return [
    str(fake_run.write(tmp_path / 'a' / 'nli', right=0.0)),
    str(fake_run.write(tmp_path / 'b' / 'nli', seed=1, right=1.0)),
  ]


def loaded(folders):
  return list(map(door._read, folders, door._names(folders)))


def written(folders, tmp_path):
  path = door.write(folders, str(tmp_path / 'out.html'))
  with open(path, encoding='utf-8') as file:
    page = file.read()
  bare = re.sub(r'<(style|script).*?</\1>|<[^>]*>', ' ', page, flags=re.S)
  return page, ' '.join(html.unescape(bare).split())


def change(folder, **changed):
  """Changes results.json of a run: keys of every evaluation and comparison."""
  path = f'{folder}/results.json'
  with open(path) as file:
    results = json.load(file)
  for one in (*results['evaluations'], *results['comparisons']):
    one |= changed
  with open(path, 'w') as file:
    json.dump(results, file)


def cells(folders, name='rte'):
  (row,) = (row for row in comparison.matrix(loaded(folders)) if row['name'] == name)
  return row['cells']


def test_the_matrix_has_scores_intervals_and_differences(folders):
  rows = comparison.matrix(loaded(folders))
  assert [row['name'] for row in rows] == ['rte', 'stsb', 'mean', 'sst2']
  first, second = rows[0]['cells']
  assert first['score'] == '60.5 (1.2)' and first['interval'] == '56.5 to 64.5'
  assert first['difference'] is None and first['why'] == ''
  # All but the last of six are right in one run and wrong in the other; the last has no
  # answer in either.
  assert second['difference']['value'] == '+83.3'
  assert second['difference']['verdict'] == 'better' and second['why'] == ''


def test_the_page_tells_the_runs_apart(folders, tmp_path):
  page, text = written(folders, tmp_path)
  for wanted in (
    'a/nli',
    'b/nli',
    'flan_holdout_nli',
    'tuned, step 1,200',
    '+83.3',
    '2 layers of width 128',
    'Dev loss',
    'Held-out mean',
  ):
    assert wanted in text, wanted
  assert 'not comparable' not in text and 'class="notice"' not in page
  assert page.count('<polyline') == 6  # loss, dev loss and held-out mean of both
  assert not re.search(r'(?:src|href)="(?!#)', page)


def test_another_limit_is_not_compared(folders, tmp_path):
  change(folders[1], limit=10)
  assert cells(folders)[1]['why'] == 'another limit'
  assert cells(folders)[1]['difference'] is None
  assert cells(folders, 'mean')[1]['why'] == 'another limit'
  _, text = written(folders, tmp_path)
  assert 'b/nli: only the first 10 examples of each split were evaluated' in text
  assert 'not comparable: another limit' in text


def test_other_data_is_a_notice(folders, tmp_path):
  change(folders[1], data='tfds', cluster='nli,math')
  _, text = written(folders, tmp_path)
  assert 'b/nli was evaluated on tfds data, a/nli on embedded data' in text
  assert 'b/nli held out nli,math, a/nli nli' in text
  assert 'not comparable: other data' in text


def test_other_examples_are_not_compared(folders):
  folder = f'{folders[1]}/predictions/tuned/rte'
  asked, kept = answers.stored(folder)
  changed = answers.Folder(folder, 'of others')
  asked.examples[6]['label'] = 1 - asked.examples[6]['label']
  changed.keep_examples(asked)
  for cell in kept:
    changed.keep(cell)
  assert cells(folders)[1]['why'] == 'other examples'
  assert cells(folders, 'stsb')[1]['difference']


def test_damaged_examples_are_not_compared_and_named(folders, tmp_path, capsys):
  path = f'{folders[1]}/predictions/tuned/rte/examples.jsonl'
  with open(path) as file:
    lines = file.read().split('\n')
  lines[6] = lines[6].replace('"label": 1', '"label": 0')
  with open(path, 'w') as file:
    file.write('\n'.join(lines))
  assert cells(folders)[1]['why'] == comparison.DAMAGED
  assert cells(folders, 'mean')[1]['why']
  assert cells(folders, 'stsb')[1]['difference']
  assert f'not comparable: {comparison.DAMAGED}' in written(folders, tmp_path)[1]
  assert f'{path} is damaged' in capsys.readouterr().err


def test_a_dataset_of_one_run_only(folders):
  with open(f'{folders[0]}/results.json') as file:
    results = json.load(file)
  for one in results['evaluations']:
    del one['datasets']['rte']
  with open(f'{folders[0]}/results.json', 'w') as file:
    json.dump(results, file)
  first, second = cells(folders)
  assert first['score'] == '–' and second['score'] == '60.5 (1.2)'
  assert second['why'] == 'not evaluated in a/nli'
  assert cells(folders, 'mean')[1]['why'] == 'of other datasets'


def test_without_predictions_there_is_no_difference(folders, tmp_path):
  shutil.rmtree(f'{folders[0]}/predictions')
  assert cells(folders)[1]['why'] == comparison.MISSING
  assert 'no difference: no predictions' in written(folders, tmp_path)[1]


def test_one_run_has_its_own_report_written_again(tmp_path, capsys):
  folder = fake_run.write(tmp_path / 'nli')
  (folder / 'report.json').write_text(json.dumps(fake_run.inputs().to_json()))
  door.main([str(folder)])
  assert capsys.readouterr().out == f'report: {folder}/report.html\n'
  page = (folder / 'report.html').read_text(encoding='utf-8')
  assert 'the best wording' in page and 'Loss, tuning' in page


def test_runs_that_cannot_be_read_are_named(folders, tmp_path):
  with pytest.raises(UserError, match="nowhere' holds no run"):
    door.write([folders[0], str(tmp_path / 'nowhere')])
  with pytest.raises(UserError, match='a/nli is named twice'):
    door.write([folders[0], folders[1], folders[0]])
  with pytest.raises(UserError, match='no report.json.*flan_jax evaluate'):
    door.write(folders[:1])
  with pytest.raises(UserError, match='--output=.*cannot be written'):
    door.write(folders, str(tmp_path))
  (tmp_path / 'b/nli/results.json').unlink()
  wanted = r'b/nli has no results.json.*MODEL_DIR="\'.*b/nli'
  with pytest.raises(UserError, match=wanted):
    door.write(folders)


def test_names_are_as_short_as_can_be():
  assert door._names(['runs/nli', 'runs/math/']) == ['nli', 'math']
  assert door._names(['/x/a/nli', '/x/b/nli']) == ['a/nli', 'b/nli']


def test_an_output_of_a_single_run_is_refused(capsys):
  with pytest.raises(SystemExit):
    door.main(['somewhere', '--output=x.html'])
  assert '--output is for two runs or more' in capsys.readouterr().err


def test_held_in_rows_stand_apart_from_the_mean_of_the_held_out_ones(folders, tmp_path):
  rows = comparison.matrix(loaded(folders))
  assert [(row['name'], row['heading'], row['mean_row']) for row in rows] == [
    ('rte', 'held out', False),
    ('stsb', '', False),
    ('mean', '', True),
    ('sst2', 'held in: dev sets of tasks trained on', False),
  ]
  page, _ = written(folders, tmp_path)
  at = [page.index(text) for text in ('>held out</th></tr>', '<td>rte', '<td>mean', '>held in: dev sets', '<td>sst2')]
  assert at == sorted(at)


def test_the_mean_has_its_difference_with_an_interval_and_p(folders):
  rte, stsb, mean, _ = comparison.matrix(loaded(folders))
  gaps = [float(row['cells'][1]['difference']['value']) for row in (rte, stsb)]
  found = mean['cells'][1]['difference']
  assert float(found['value']) == pytest.approx(sum(gaps) / 2, abs=0.1)
  low, high = map(float, found['interval'].split(' to '))
  assert low < float(found['value']) < high and found['p'].startswith('p ')
  assert mean['cells'][0]['difference'] is None and mean['cells'][0]['why'] == ''


def test_words_to_correct_are_not_in_the_mean(folders):
  for folder in folders:
    with open(f'{folder}/results.json') as file:
      results = json.load(file)
    for one in results['evaluations']:
      one['datasets']['stsb']['primary'] = 'word_edit_distance'
    with open(f'{folder}/results.json', 'w') as file:
      json.dump(results, file)
  rte, _, mean, _ = comparison.matrix(loaded(folders))
  assert mean['cells'][1]['difference']['value'] == rte['cells'][1]['difference']['value']


def test_a_dataset_held_in_by_one_run_alone_is_not_compared(folders):
  with open(f'{folders[0]}/results.json') as file:
    results = json.load(file)
  for one in results['evaluations']:
    one['datasets']['sst2']['held_in'] = False
  with open(f'{folders[0]}/results.json', 'w') as file:
    json.dump(results, file)
  rows = [row for row in comparison.matrix(loaded(folders)) if row['name'] == 'sst2']
  assert [[cell['score'] for cell in row['cells']] for row in rows] == [['89.0 (1.2)', '–'], ['–', '89.0 (1.2)']]
  assert rows[1]['cells'][1]['why'] == 'held out in a/nli'


@pytest.mark.parametrize(
  'changed, words',
  [
    ({'step': 600}, 'b/nli is at step 600, a/nli at step 1,200'),
    ({'ranking': 'normalised'}, "b/nli was asked otherwise (zero-shot, ranking 'normalised') than a/nli (zero-shot)"),
    ({'style': 'name'}, "b/nli was asked otherwise (zero-shot, style 'name')"),
    ({'shots': 2}, 'b/nli was asked otherwise (2 shots)'),
    ({'cluster': 'math'}, 'b/nli held out math, a/nli nli'),
    ({'training': 'base unknown'}, 'b/nli: nothing is known of what the model that the run began from was trained on'),
    ({'training': 'unknown'}, 'b/nli: nothing is known of what the model was trained on'),
  ],
)
def test_runs_that_differ_say_in_what(folders, tmp_path, changed, words):
  change(folders[1], **changed)
  assert words in written(folders, tmp_path)[1]


@pytest.mark.parametrize(
  'key, value, words',
  [
    ('vocabulary', {'path': '/other', 'hash': '1'}, 'b/nli has another vocabulary than a/nli'),
    (
      'model',
      {'vocab_size': 256, 'd_model': 64, 'layers': 9, 'heads': 4, 'head_dim': 16, 'd_ff': 64},
      'b/nli has 9 layers of width 64, a/nli 2',
    ),
    ('data', 'tfds', 'b/nli was trained on tfds data, a/nli on embedded data'),
  ],
)
def test_other_models_are_told(folders, tmp_path, key, value, words):
  with open(f'{folders[1]}/run.json') as file:
    run = json.load(file)
  with open(f'{folders[1]}/run.json', 'w') as file:
    json.dump(run | {key: value}, file)
  assert words in written(folders, tmp_path)[1]


def test_other_templates_are_told(folders, tmp_path):
  with open(f'{folders[1]}/results.json') as file:
    results = json.load(file)
  del results['evaluations'][-1]['datasets']['rte']['templates'][0]
  with open(f'{folders[1]}/results.json', 'w') as file:
    json.dump(results, file)
  assert 'b/nli was asked in other templates than a/nli: rte' in (written(folders, tmp_path)[1])


def test_of_several_evaluations_those_asked_alike_are_compared(folders, tmp_path):
  with open(f'{folders[0]}/results.json') as file:
    results = json.load(file)
  later = fake_run.results(limit=3, style='none')
  results = {key: value + later[key] if isinstance(value, list) else value for key, value in results.items()}
  with open(f'{folders[0]}/results.json', 'w') as file:
    json.dump(results, file)
  chosen = comparison.alike(loaded(folders))
  assert [one.group.conditions.limit for one in chosen] == [None, None]
  text = written(folders, tmp_path)[1]
  assert "a/nli has 1 other evaluation; this one is nli, style 'instructions', no limit" in text
  assert 'not comparable' not in text


def test_no_word_of_the_page_is_broken_letter_by_letter(folders, tmp_path):
  """A narrow screen lists the facts of a run one below the other."""
  page, _ = written(folders, tmp_path)
  narrow = page[page.index('@media (max-width: 720px)') :]
  assert '.runs, .runs tbody, .runs tr, .runs td { display: block; }' in narrow
  assert '.runs td, .runs th { overflow-wrap: break-word; }' in page
  assert page.count('data-name="evaluated"') == 2
