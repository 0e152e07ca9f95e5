# SPDX-License-Identifier: Apache-2.0
"""The door: mistakes are told early; both baselines and the run are scored and shown."""

import json
import shutil

import pytest

import gin
from flan_jax.cli import evaluate
from flan_jax.errors import UserError
from flan_jax.evaluation import answers, results
from flan_jax.inference import decoding
from flan_jax.runs import evaluation, evaluation_request
from flan_jax.training import checkpoint, run_file
from tests import tiny_runs


def test_few_shot_evaluation_has_rows_and_prompts_of_its_own(world):
  found = evaluate_with(
    world, held_out='none', held_in='natural_questions', limit=1, decode_tokens=2, shots=2, shot_seed=1, only='tuned'
  )
  entry = found.evaluations[-1].datasets['natural_questions.2shot.seed1']
  assert entry.prompt.inputs.count('\n\n') >= 2


def test_the_door_writes_both_evaluations_and_the_report(world, capsys, monkeypatch):
  monkeypatch.setattr(answers, 'columns', lambda *_: pytest.fail('answers of this process are in memory'))
  found = evaluate_with(world, held_out='none', held_in='natural_questions', limit=2, decode_tokens=3)
  assert found == results.read(world / 'tuned')
  found = json.loads((world / 'tuned/results.json').read_text())
  assert list(found) == ['schema', 'evaluations', 'comparisons']
  assert found['schema'] == 3
  these = found['evaluations'][-3:]  # those made last
  names = [(one['name'], one['step'], one['limit']) for one in these]
  assert names == [('untuned', 0, 2), ('plain', 0, 2), ('tuned', 1, 2)]
  for one in these:
    assert {'name', 'step', 'limit', 'datasets', 'mean'} <= set(one)
    assert (one['data'], one['cluster'], one['training']) == ('embedded', None, 'known')
    assert one['held_in'] == ['natural_questions'] and one['decode_tokens'] == 3
    entry = one['datasets']['natural_questions']
    way, tried = {'untuned': (None, ['newline', 'end']), 'plain': ('plain', []), 'tuned': ('end', [])}[one['name']]
    assert list(entry.get('askings', ())) == tried and entry['asking'] in (way or tried)
    assert {'held_in', 'primary', 'templates', 'mean', 'std', 'best_dev_template', 'best_dev_test'} <= set(entry)
    assert set(entry['templates'][0]) == {
      'template',
      'kind',
      'method',
      'n_dev',
      'n_test',
      'dev',
      'test',
      'cut',
      'cut_answers',
      'unanswered',
    }
  out = capsys.readouterr().out
  assert 'limited: only the first 2 examples' in out and 'report.html' in out
  assert (world / 'tuned' / 'report.html').is_file()


def test_a_killed_evaluation_ends_with_the_same_results(world, tmp_path, monkeypatch):
  for name in ('unbroken', 'killed'):
    shutil.copytree(
      world / 'tuned',
      tmp_path / name,
      ignore=shutil.ignore_patterns('predictions', '*.json.new', 'results*', 'report*'),
    )
  asked = dict(held_out='none', held_in='natural_questions', limit=2, decode_tokens=3)
  evaluation.evaluate(evaluation.Evaluation(model_dir=str(tmp_path / 'unbroken'), **asked))
  generate, count = decoding.generate, []

  def killed(*arguments, **settings):
    count.append(1)
    if len(count) == 34:  # in the middle of the third model
      raise KeyboardInterrupt
    return generate(*arguments, **settings)

  monkeypatch.setattr(decoding, 'generate', killed)
  with pytest.raises(KeyboardInterrupt):
    evaluation.evaluate(evaluation.Evaluation(model_dir=str(tmp_path / 'killed'), **asked))
  evaluation.evaluate(evaluation.Evaluation(model_dir=str(tmp_path / 'killed'), **asked))
  results = [(tmp_path / name / 'results.json').read_bytes() for name in ('unbroken', 'killed')]
  assert results[0] == results[1]
  # Every cell once, one of them interrupted; of the untuned model in two ways, and in the better one.
  assert len(count) == (10 + 10 + 10) + 1 + 10 + 1


def test_damaged_answers_are_told_and_made_again(world, tmp_path, monkeypatch, capsys):
  shutil.copytree(
    world / 'tuned', tmp_path / 'run', ignore=shutil.ignore_patterns('predictions', 'results*', 'report*')
  )
  monkeypatch.setattr(
    decoding, 'generate', lambda config, params, inputs, *_, **__: [ids[-9 - len(ids) % 3 : -4] for ids in inputs]
  )

  def results_of():
    evaluation.evaluate(
      evaluation.Evaluation(
        model_dir=str(tmp_path / 'run'), held_out='none', limit=2, held_in='natural_questions', only='tuned'
      )
    )
    return (tmp_path / 'run/results.json').read_bytes(), capsys.readouterr().err

  whole, said = results_of()
  assert 'notice: ' not in said
  here = tmp_path / 'run/predictions/tuned limit=2/natural_questions'
  for name, change in (
    ('3.decode.jsonl', lambda text: text[: text[:-1].rindex('\n') + 1]),
    ('examples.jsonl', lambda text: text.replace('"]', ' of"]', 1)),
  ):
    (here / name).write_text(change((here / name).read_text()))
    again, said = results_of()
    assert again == whole and f'notice: {here / name} is damaged' in said


def test_checkpoints_are_evaluated_as_they_appear(world, tmp_path, monkeypatch):
  shutil.copytree(
    world / 'tuned', tmp_path / 'run', ignore=shutil.ignore_patterns('predictions', 'results*', 'report*')
  )
  calls = []

  def sleep(seconds):
    calls.append(seconds)
    if len(calls) == 1:
      tiny_runs.save(tmp_path / 'run', 7, tiny_runs.random_params(tiny_runs.CONFIG, 7))

  monkeypatch.setattr(evaluation.time, 'sleep', sleep)
  found = evaluation.evaluate(
    evaluation.Evaluation(
      model_dir=str(tmp_path / 'run'),
      held_out='none',
      held_in='natural_questions',
      limit=2,
      decode_tokens=3,
      only='tuned',
      continuous=0.5,
    )
  )
  names = [(one.name, one.step) for one in found.evaluations]
  assert names == [('tuned', 7), ('step 1', 1)]
  (kept,) = (one for one in found.evaluations if one.name == 'step 1')
  assert (tmp_path / 'run/predictions' / kept.answers / 'natural_questions').is_dir()


def evaluate_with(world, **changes):
  changes = dict(changes)
  return evaluation.evaluate(evaluation.Evaluation(model_dir=str(world / changes.pop('run', 'tuned')), **changes))


@pytest.mark.parametrize(
  'changes, message',
  [
    ({'run': 'nowhere'}, 'holds no run'),
    ({'step': 5}, 'no checkpoint of step 5'),
    ({'only': 'neither'}, "'neither' is none of 'all'"),
    ({'ranking': 'best'}, 'RANKING = '),
    ({'answer_by': 'guess'}, 'ANSWER_BY = '),
    ({'continuous': 1, 'only': 'untuned'}, 'follows the tuned model'),
    ({'run': 'base', 'only': 'untuned'}, 'no untuned model'),
    ({'run': 'base'}, 'nothing to evaluate'),
    ({'limit': 0}, 'LIMIT = 0 must be'),
    ({'row_length': 24}, 'ROW_LENGTH = 24 leaves no room'),
    ({'held_out': 'nil'}, "unknown cluster 'nil'.*nli"),
    ({'held_in': 'sst3'}, "unknown task 'sst3'.*sst2"),
    ({'held_in': 'imdb_reviews'}, 'imdb_reviews cannot be evaluated as held-in'),
    ({'held_out': 'sentiment'}, 'tuned model was trained on sst2.*--held_in=sst2'),
    ({'vocabulary': '/no/vocab.model'}, "'/no/vocab.model', which is not there"),
    ({}, 'not prepared'),  # most of NLI is missing
  ],
)
def test_mistakes_are_told_before_anything_expensive(world, changes, message):
  with pytest.raises(UserError, match=message):
    evaluate_with(world, **changes)


def candidate(run):
  return evaluation_request.Candidate('tuned', tiny_runs.run(**{'tasks': {}, **run}), '/no/run', 1)


@pytest.fixture
def trained(monkeypatch):
  """A run that nothing was saved of -> what evaluated.names says to it."""

  def names(run, held_out=None, held_in=''):
    one = candidate(run)
    monkeypatch.setattr(run_file, 'lineage', lambda path: [one.run])
    monkeypatch.setattr(checkpoint, 'lineage', run_file.lineage)
    return evaluation_request.names([one], held_out, held_in)

  return names


def test_one_dataset_is_evaluated_alone(trained):
  run = {'held_out': 'nli', 'tasks': {'sst2': 1.0, 'arc_easy': 1.0}}
  assert trained(run, 'rte') == {False: ['rte'], True: []}
  assert trained(run, 'rte,cb')[False] == ['cb', 'rte']
  assert trained(run, 'nli', 'sst2')[True] == ['sst2']
  # Its kin was trained on, as the run itself was meant to.
  few = {'held_out': 'superglue', 'tasks': {'snli': 1.0}}
  assert trained(few, 'rte')[False] == ['rte']
  with pytest.raises(UserError, match='wnli cannot be evaluated as held out.*snli'):
    trained(few, 'wnli')


def test_an_imported_model_can_be_asked_any_dataset_as_held_out(trained):
  assert trained({}, 'winogrande') == {False: ['winogrande'], True: []}
  with pytest.raises(UserError) as error:
    trained({}, held_in='winogrande')
  assert str(error.value) == (
    'winogrande cannot be evaluated as held-in: the model was imported and never tuned '
    'here, so what it was trained on is not known. Evaluate that as held out: '
    '--gin.HELD_OUT="\'winogrande\'"'
  )
  with pytest.raises(UserError, match='nothing to evaluate: .*never tuned here'):
    trained({})


def test_what_is_neither_seen_nor_unseen_is_said_to_be(trained):
  run = {'tasks': {f'task{number}': 1.0 for number in range(30)} | {'sst2': 1.0}}
  with pytest.raises(UserError) as error:
    trained(run, held_in='imdb_reviews')
  said = str(error.value)
  assert 'Nor is that unseen: sst2 is akin to it' in said and 'and 11 more' in said


def test_another_vocabulary_than_the_checkpoints_is_refused(world):
  run = tiny_runs.run(vocabulary={'path': 'bytes', 'hash': '0123456789abcdef'})
  with pytest.raises(UserError, match='not the one'):
    evaluation_request.use_vocabulary(None, run, 'DIR')


def test_gin_and_flags_reach_the_evaluation(world, capsys):
  folder = world / 'tuned'
  try:
    evaluate.main(
      [
        f"--gin.MODEL_DIR='{folder}'",
        '--dry_run',
        '--only=tuned',
        '--gin.HELD_OUT="none"',
        '--held_in=natural_questions',
      ]
    )
    assert 'dry run' in capsys.readouterr().out
    gin.clear_config()
    with pytest.raises(UserError, match='--limit=-1 must be') as caught:
      evaluate.main([f"--gin.MODEL_DIR='{folder}'", '--gin.LIMIT=3', '--limit=-1'])
    assert '\n' not in str(caught.value)
  finally:
    gin.clear_config()


def test_results_that_cannot_be_read_are_named_before_anything_starts(world, tmp_path):
  shutil.copy(world / 'tuned/run.json', tmp_path)
  (tmp_path / 'checkpoints/1').mkdir(parents=True)
  (tmp_path / 'results.json').write_text('{"schema": 3, "evalu')
  with pytest.raises(UserError, match='results.json is not JSON'):
    evaluation.evaluate(
      evaluation.Evaluation(
        model_dir=str(tmp_path), held_out='none', dry_run=True, held_in='natural_questions', only='tuned'
      )
    )
