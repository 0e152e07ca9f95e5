# SPDX-License-Identifier: Apache-2.0
"""results.json: evaluations stand beside each other, older files are read, torn ones are
named."""

import copy
import json

import msgspec
import pytest

from flan_jax.cli import report as door
from flan_jax.errors import UserError
from flan_jax.evaluation import answers, groups, results
from flan_jax.evaluation.scores import Comparison, Conditions, DatasetScores, Evaluation, Results
from flan_jax.report import charts, tables
from flan_jax.report import page as page_lib
from flan_jax.runs import experiments, report_inputs
from tests import fake_run


def asked(**changes):
  return Conditions(**{'data': 'tfds', 'cluster': 'nli', **changes})


def one(name, step=1, mean=1.0, rows=(), **changes):
  entry = msgspec.convert(fake_run.entry(50.0, 'any'), DatasetScores)
  return Evaluation(
    name=name,
    step=step,
    conditions=asked(**changes),
    mean=mean,
    interval=None,
    answers=groups.folder(name, asked(**changes)),
    training='known',
    datasets={row: entry for row in rows},
  )


def against_untuned():
  return Comparison(of='tuned', against='untuned', datasets={}, mean=None, conditions=asked())


def means(found):
  return [(each.name, each.mean) for each in found.evaluations]


def test_an_evaluation_replaces_that_of_its_name_and_conditions_alone(tmp_path):
  results.merge(tmp_path, one('tuned', mean=2.0))
  results.merge(tmp_path, one('untuned', mean=1.0))
  found = results.merge(tmp_path, one('untuned', mean=3.0))
  assert (
    found
    == results.read(tmp_path)
    == Results(evaluations=(one('untuned', mean=3.0).signed(), one('tuned', mean=2.0).signed()), comparisons=())
  )
  assert json.loads((tmp_path / 'results.json').read_text()) == found.to_json()


def test_a_mean_that_was_set_by_hand_is_told_until_it_is_evaluated_again(tmp_path, capsys):
  path = tmp_path / 'results.json'
  results.merge(tmp_path, one('untuned', 7))
  results.merge(tmp_path, one('tuned', 100, rows=['rte']))
  results.compared(tmp_path, asked(), [against_untuned()])
  results.read(tmp_path)
  assert capsys.readouterr().err == ''
  found = json.loads(path.read_text())
  found['evaluations'][1]['mean'] = 99.0
  path.write_text(json.dumps(found, indent=2))
  said = f'notice: {path}: tuned (nli) is not as it was written'

  def told():
    results.read(tmp_path)
    return capsys.readouterr().err

  assert told().startswith(said) and told().count('\n') == 1
  results.merge(tmp_path, one('untuned', 7, mean=2.0))
  assert told().startswith(said)
  results.make_way(tmp_path, 'tuned', 200, asked())
  assert told().startswith(said.replace('tuned', 'step 100'))
  results.merge(tmp_path, one('tuned', 200))
  assert told().count('\n') == 1  # step 100 alone
  found = json.loads(path.read_text())
  path.write_text(
    json.dumps(
      {
        **found,
        'evaluations': [
          {key: value for key, value in each.items() if key != 'digest'} for each in found['evaluations']
        ],
      }
    )
  )
  assert told() == ''  # as an earlier version wrote


def test_a_later_schema_is_refused_in_words(tmp_path):
  (tmp_path / 'results.json').write_text(json.dumps({**fake_run.results(), 'schema': 9}))
  with pytest.raises(UserError, match='later version of flan_jax .schema 9; this one reads up to 3.: update flan_jax'):
    results.read(tmp_path)


@pytest.mark.parametrize(
  'change',
  [
    {'cluster': 'sentiment'},
    {'data': 'embedded'},
    {'style': 'name'},
    {'shots': 2},
    {'ranking': 'normalised'},
    {'answer_by': 'decode'},
    {'limit': 20},
    {'held_in': ['sst2']},
    {'decode_tokens': 4},
  ],
  ids=str,
)
def test_evaluations_of_other_conditions_stand_beside_the_earlier_ones(tmp_path, change):
  results.merge(tmp_path, one('tuned', mean=2.0))
  results.compared(tmp_path, asked(), [against_untuned()])
  found = results.merge(tmp_path, one('tuned', mean=4.0, **change))
  assert means(found) == [('tuned', 2.0), ('tuned', 4.0)]
  assert len(found.comparisons) == 1  # of the first two
  first, second = groups.split(found)
  assert first.comparisons and not second.comparisons
  labels = [groups.label(one, [first, second]) for one in (first, second)]
  assert labels[0] != labels[1]
  found = results.merge(tmp_path, one('tuned', mean=5.0))  # and is the last one now
  assert means(found) == [('tuned', 4.0), ('tuned', 5.0)]


def test_a_seed_without_exemplars_changes_nothing():
  assert asked(shot_seed=3) == asked()
  assert asked(shots=1, shot_seed=3) != asked(shots=1)


@pytest.mark.parametrize(
  'change',
  [
    {'ranking': 'normalised'},
    {'answer_by': 'decode'},
    {'limit': 20},
    {'decode_tokens': 4},
    {'held_in': ['sst2'], 'held_in_test': True},
  ],
  ids=str,
)
def test_answers_that_differ_have_folders_of_their_own(change):
  assert groups.folder('tuned', asked()) == 'tuned'
  assert groups.folder('tuned', asked(**change)) != 'tuned'


def test_an_evaluation_of_another_step_keeps_the_one_before(tmp_path):
  results.merge(tmp_path, one('tuned', 100, rows=['rte']))
  results.merge(tmp_path, one('untuned', 7))
  (tmp_path / 'predictions/tuned/rte').mkdir(parents=True)
  results.compared(tmp_path, asked(), [against_untuned()])
  results.make_way(tmp_path, 'tuned', 100, asked())
  assert len(results.read(tmp_path).comparisons) == 1
  for _ in range(2):  # as after being killed in between
    results.make_way(tmp_path, 'tuned', 200, asked())
  results.merge(tmp_path, one('tuned', 200))
  found = results.read(tmp_path)
  assert [(each.name, each.answers) for each in found.evaluations] == [
    ('untuned', 'untuned'),
    ('tuned', 'tuned'),
    ('step 100', 'step 100'),
  ]
  assert found.comparisons == ()
  assert (tmp_path / 'predictions/step 100/rte').is_dir()


def test_an_older_base_is_no_step_of_the_run(tmp_path):
  results.merge(tmp_path, one('untuned', 7))
  results.make_way(tmp_path, 'untuned', 9, asked())
  assert means(results.read(tmp_path)) == [('untuned step 7', 1.0)]


def test_answers_that_another_evaluation_shares_are_not_written_over(tmp_path):
  results.merge(tmp_path, one('tuned', 100, rows=['rte']))
  folder = tmp_path / 'predictions/tuned/rte'
  folder.mkdir(parents=True)
  (folder / 'of').write_text('step 100')
  more = asked(held_in=['sst2'])  # shares the answers to rte
  results.make_way(tmp_path, 'tuned', 200, more)
  folder.mkdir()
  (folder / 'of').write_text('step 200')
  found = results.merge(tmp_path, one('tuned', 200, rows=['rte'], held_in=['sst2']))
  kept = {each.step: answers.path(tmp_path, each.folder, 'rte') + '/of' for each in found.evaluations}
  assert [each.name for each in found.evaluations] == ['tuned', 'tuned']
  assert [open(kept[step]).read() for step in (100, 200)] == ['step 100', 'step 200']


def test_answers_to_other_data_are_not_written_over(tmp_path):
  results.merge(tmp_path, one('tuned', 100, rows=['rte'], data='embedded'))
  (tmp_path / 'predictions/tuned/rte').mkdir(parents=True)
  results.make_way(tmp_path, 'tuned', 100, asked())
  (kept,) = results.read(tmp_path).evaluations
  assert kept.name == 'tuned' and kept.answers == 'tuned data=embedded'
  assert (tmp_path / 'predictions/tuned data=embedded/rte').is_dir()


def test_what_a_later_version_adds_is_kept_at_its_place(tmp_path):
  found = fake_run.results()
  del found['evaluations'][0]['begin']
  for part in (found['evaluations'][0], *found['evaluations'][0]['datasets'].values()):
    part['later'] = {'deep': [1, None, 2.5]}
  found['evaluations'][0]['datasets']['rte']['templates'][0]['later'] = 'too'
  found['comparisons'][0]['mean']['later'] = 0
  found['evaluations'][0]['digest'] = Results.from_json(found).evaluations[0].signed().digest
  (tmp_path / 'results.json').write_text(json.dumps(found))
  results.merge(tmp_path, one('tuned'))
  again = json.loads((tmp_path / 'results.json').read_text())
  assert again['evaluations'][0] == found['evaluations'][0]
  assert again['comparisons'][0]['mean'] == found['comparisons'][0]['mean']
  assert results.read(tmp_path).evaluations[0].is_as_written


def test_results_are_what_json_gives_back():
  for found in (
    fake_run.typed(),
    Results(evaluations=(one('tuned', rows=['rte']).signed(),), comparisons=(against_untuned(),)),
  ):
    again = Results.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found and again.to_json() == found.to_json()
  assert hash(one('tuned').conditions) == hash(again.evaluations[0].conditions)


def test_a_fault_is_named_by_its_path(tmp_path):
  for broken, words in (
    (changed([*FIRST, 'step'], '7'), r'Expected `int`, got `str` - at `\$.evaluations\[0\].step`'),
    (changed([*FIRST, 'limit']), r'Expected `int \| null`, got `nothing` - at `\$.evaluations\[0\].limit`'),
    (changed(['comparisons', 0, 'of'], 3), r'Expected `str`, got `int` - at `\$.comparisons\[0\].of`'),
  ):
    (tmp_path / 'results.json').write_text(broken)
    with pytest.raises(UserError, match=words):
      results.read(tmp_path)


def test_a_file_is_written_as_an_earlier_version_wrote_it(tmp_path):
  """Programs read the file, and digests of kept evaluations are of its content."""
  results.merge(tmp_path, one('tuned', rows=['rte']))
  results.compared(tmp_path, asked(), [against_untuned()])
  found = json.loads((tmp_path / 'results.json').read_text())
  assert list(found) == ['schema', 'evaluations', 'comparisons']
  conditions = 'data cluster held_in style shots shot_seed ranking answer_by limit held_in_test decode_tokens'.split()
  assert list(found['evaluations'][0]) == [
    *('name', 'step', *conditions, 'answers', 'training', 'datasets', 'problems', 'mean', 'interval', 'digest')
  ]
  assert list(found['evaluations'][0]['datasets']['rte']) == (
    'held_in primary templates mean std median quartiles best_dev_template best_dev_test interval majority '
    'problems prompt'.split()
  )
  assert list(found['comparisons'][0]) == [
    *('of', 'against', 'problems', 'datasets', 'mean', *conditions, 'begin', 'digest')
  ]
  assert found['evaluations'][0]['digest'] == '364d6c0879b4bc81'


def schema_2(cluster, names, rows=('rte',), limit=None):
  """What an earlier version wrote."""
  entry = fake_run.entry(50.0, 'any')
  return {
    'schema': 2,
    'data': 'embedded',
    'cluster': cluster,
    'evaluations': [
      {
        'name': name,
        'step': 5,
        'limit': limit,
        'ranking': 'sum',
        'mean': 1.0,
        'interval': None,
        'problems': {},
        'datasets': dict.fromkeys(rows, entry),
      }
      for name in names
    ],
    'comparisons': [{'of': 'tuned', 'against': 'untuned', 'datasets': {}, 'mean': None}],
  }


def test_earlier_files_are_read_with_what_was_set_aside(tmp_path):
  (tmp_path / 'results.json').write_text(json.dumps(schema_2('nli', ['untuned', 'tuned'])))
  aside = tmp_path / 'results-sentiment-embedded.json'
  aside.write_text(json.dumps(schema_2('sentiment', ['tuned'], ['sst2.2shot.seed1'])))
  found = results.read(tmp_path)
  asked = [each.conditions for each in found.evaluations]
  told = [(own.cluster, own.shots, own.shot_seed, each.name) for own, each in zip(asked, found.evaluations)]
  assert told == [('sentiment', 2, 1, 'tuned'), ('nli', 0, 0, 'untuned'), ('nli', 0, 0, 'tuned')]
  assert [len(group.comparisons) for group in groups.split(found)] == [1, 1]
  results.merge(tmp_path, one('tuned'))
  assert not aside.exists() and len(results.read(tmp_path).evaluations) == 4
  assert json.loads((tmp_path / 'results.json').read_text())['schema'] == 3


def test_an_import_that_an_earlier_version_called_tuned_is_untuned(tmp_path):
  (tmp_path / 'run.json').write_text('{"imported": {}}')
  (tmp_path / 'results.json').write_text(json.dumps(schema_2('nli', ['tuned'])))
  (kept,) = results.read(tmp_path).evaluations
  assert (kept.name, kept.training, kept.answers) == ('untuned', 'unknown', 'tuned')


def changed(path, value=None):
  """results.json with one thing changed by hand, or (of no value) left out."""
  found = copy.deepcopy(fake_run.results())
  *way, last = path
  place = found
  for key in way:
    place = place[key]
  if value is None:
    del place[last]
  else:
    place[last] = value
  return json.dumps(found)


FIRST = 'evaluations', 0
RTE = *FIRST, 'datasets', 'rte'
BROKEN = {
  'cut short': changed(['schema'], 3)[:-40],
  'empty': '',
  'a list': '[]',
  'null': 'null',
  'not text': '\0\0',
  'deep': '[' * 100_000,
  'schema 0': changed(['schema'], 0),
  'no evaluations': changed(['evaluations'], []),
  'evaluations left out': changed(['evaluations']),
  'comparisons of another kind': changed(['comparisons'], {}),
  'an evaluation of text': changed(FIRST, 'tuned'),
  'no name': changed([*FIRST, 'name']),
  'no step': changed([*FIRST, 'step']),
  'step of text': changed([*FIRST, 'step'], '7'),
  'step of truth': changed([*FIRST, 'step'], True),
  'mean of text': changed([*FIRST, 'mean'], '7'),
  'mean that is none': changed([*FIRST, 'mean'], float('nan')),
  'endless score': changed([*RTE, 'templates', 0, 'dev'], {'accuracy': float('inf')}),
  'interval of nothing': changed([*RTE, 'interval'], [float('-inf'), 1.0]),
  'problems of numbers': changed([*FIRST, 'problems'], {'rte': 3}),
  'empty difference': changed(['comparisons', 0, 'mean'], {}),
  'digest of a number': changed([*FIRST, 'digest'], 3),
  'cluster of a number': changed([*FIRST, 'cluster'], 3),
  'no limit': changed([*FIRST, 'limit']),
  'training': changed([*FIRST, 'training'], 'x'),
  'interval of one': changed([*FIRST, 'interval'], [1.0]),
  'no datasets': changed([*FIRST, 'datasets']),
  'entry of text': changed(RTE, 'x'),
  'no primary': changed([*RTE, 'primary']),
  'no templates': changed([*RTE, 'templates'], []),
  'template': changed([*RTE, 'templates', 0], 3),
  'a score of text': changed([*RTE, 'templates', 0, 'dev'], {'accuracy': 'x'}),
  'quartiles': changed([*RTE, 'quartiles'], [1]),
  'cut': changed([*RTE, 'templates', 0, 'cut'], 'x'),
  'prompt': changed([*RTE, 'prompt'], {'inputs': 'x'}),
  'problems': changed([*RTE, 'problems'], 'x'),
  'no difference': changed(['comparisons', 0, 'mean', 'difference']),
  'comparison with nothing': changed(['comparisons', 0, 'against'], 3),
}


@pytest.mark.parametrize('text', BROKEN.values(), ids=BROKEN)
def test_a_torn_or_changed_file_is_named_in_one_paragraph(tmp_path, text):
  (tmp_path / 'run.json').write_text(json.dumps(fake_run.run().to_json()))
  (tmp_path / 'results.json').write_text(text)
  for reads in (
    results.read,
    lambda folder: door.write([str(folder)]),
    lambda folder: results.merge(folder, one('tuned')),
  ):
    with pytest.raises(UserError, match='results.json.*evaluate the run again') as told:
      reads(tmp_path)
    assert '\n' not in str(told.value)
  assert (tmp_path / 'results.json').read_text() == text


def test_a_torn_file_that_was_set_aside_is_named(tmp_path):
  (tmp_path / 'results.json').write_text(json.dumps(schema_2('nli', ['tuned'])))
  (tmp_path / 'results-math-tfds.json').write_text('{')
  with pytest.raises(UserError, match='results-math-tfds.json is not JSON'):
    results.read(tmp_path)


def both():
  """Two evaluations of a run: of a style, then few-shot with a limit."""
  first, second = fake_run.results(), fake_run.results(limit=20, shots=2)
  return Results.from_json({part: first[part] + second[part] for part in ('evaluations', 'comparisons')})


def test_the_report_shows_every_evaluation_the_last_one_first():
  page = page_lib.page(both(), fake_run.run(), page_lib.Inputs(fake_run.rules()), fake_run.CURVES)
  at = [
    page.index(text)
    for text in (
      '<h2 class="part">nli, 2 shots, limit 20</h2>',
      'id="scores"',
      'id="templates"',
      '<h2 class="part">nli, zero-shot, no limit</h2>',
      'id="scores-2"',
      'id="templates-2"',
    )
  ]
  assert at == sorted(at)
  assert 'nli held out, 2 shots · data: embedded, and 1 other evaluation' in page
  assert page.count('id="problems') == page.count('id="unseen') == 2
  assert page.count('only the first 20 examples') == 1


def test_examples_are_told_apart_by_evaluation(tmp_path):
  folder = fake_run.write(tmp_path / 'run')
  found = page_lib.samples_lib.read(str(folder), page_lib._named(both()))
  assert {each['evaluation'] for each in found} == {
    f'{name} (nli, 2 shots, limit 20)' for name in ('untuned', 'plain', 'step 600', 'tuned')
  }  # the answers are the same ones


def test_a_cluster_that_is_declared_no_more_has_no_proof():
  page = page_lib.page(fake_run.typed(), fake_run.run(), page_lib.Inputs({'nli': None}), {})
  assert 'nli is declared no more' in page and 'id="unseen"' not in page


def test_an_older_base_is_no_column_and_a_base_has_a_curve_of_its_own():
  assert tables.step('untuned step 7') == 7 and tables.step('untuned') is None
  results = fake_run.results()
  results['evaluations'][-1]['name'] = 'plain step 900'
  names = [one.name for one in tables.main(fake_run.group(results))]
  assert names == ['untuned', 'plain']
  results['evaluations'] = [
    {**results['evaluations'][0], 'name': name, 'step': step}
    for name, step in (('untuned', 20), ('untuned step 10', 10))
  ]
  found = charts.evaluated(fake_run.group(results), from_base=False)
  assert [step for step, _ in found['rte']] == [10, 20]


def test_datasets_without_a_test_set_are_not_called_held_in():
  results = fake_run.results()
  for one in results['evaluations']:
    del one['datasets']['sst2']
    for template in one['datasets']['rte']['templates']:
      template |= {'n_test': 0, 'test': {}}
  assert not any('held-in' in note for note in tables.notes(fake_run.group(results)))


@pytest.mark.parametrize('text', ['{"prompts": ', '[]', '{"prompts": {"a": "x"}}', '{}'])
def test_a_torn_count_of_what_was_drawn_is_told(tmp_path, text, capsys):
  (tmp_path / 'drawn.json').write_text(text)
  assert report_inputs.drawn(str(tmp_path)) is None
  assert f'{tmp_path}/drawn.json is ' in capsys.readouterr().err


def a_run_of_an_experiment(folder, limit=None):
  folder.mkdir(exist_ok=True)
  (folder / 'checkpoints/1200/params').mkdir(parents=True, exist_ok=True)
  (folder / 'checkpoints/1200/params/manifest').write_text('numbers')
  return experiments.Run('nli', 'NLI', str(folder), ('--x',), (), 'nli', 1200, limit)


def test_of_several_evaluations_an_experiment_takes_that_of_its_cluster(tmp_path):
  run = a_run_of_an_experiment(tmp_path)
  found = fake_run.results()
  later = fake_run.results(cluster='math', limit=3)
  found['evaluations'] += later['evaluations']
  (tmp_path / 'results.json').write_text(json.dumps(found))
  assert run.results().conditions.cluster == 'nli' and run.finished(experiments.EVALUATE)
  assert a_run_of_an_experiment(tmp_path, limit=3).results() is None
  (tmp_path / 'results.json').write_text('{"sch')
  with pytest.raises(UserError, match='results.json is not JSON'):
    run.results()


def test_a_torn_command_of_an_experiment_is_not_finished(tmp_path):
  run = a_run_of_an_experiment(tmp_path)
  run.note_command()
  assert run.tuned()
  (tmp_path / experiments.COMMAND).write_text('["--')
  assert not run.tuned()


def test_what_is_declared_no_more_is_shown_as_the_last_report_had_it(tmp_path):
  import flan_jax.tasks  # noqa: F401  registers everything

  found = Results(
    evaluations=(
      one('tuned', rows=['rte.3shot'], shots=3),
      one('tuned', rows=['gone'], cluster='gone'),
      one('plain', rows=['rte.3shot'], shots=3),
    ),
    comparisons=(),
  )
  rule = fake_run.rule()
  (tmp_path / 'report.json').write_text(
    json.dumps({'drawn': None, 'cut': [], 'rules': {'gone': rule}, 'phrasings': {'gone': {'0': 'as it was'}}})
  )
  (tmp_path / 'run.json').write_text(json.dumps(fake_run.run(tasks={}).to_json()))
  inputs = report_inputs.inputs(found, fake_run.run(), str(tmp_path))
  assert inputs.rules['gone'] == rule and set(inputs.rules['nli']['held_out']) > {'rte', 'cb'}
  assert inputs.phrasings['gone'] == {'0': 'as it was'} and len(inputs.phrasings['rte.3shot']) == 10
