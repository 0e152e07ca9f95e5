# SPDX-License-Identifier: Apache-2.0
"""Torn files of a run: none is silent or nameless, none swallows later work."""

import dataclasses
import json
import os
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax.cli import report
from flan_jax.data import vocabulary
from flan_jax.data.tokenizers import kept_vocabulary, vocabulary_file
from flan_jax.errors import UserError
from flan_jax.evaluation import results
from flan_jax.public_models import exporting
from flan_jax.runs import evaluation, evaluation_request, generation
from flan_jax.settings import places
from flan_jax.training import checkpoint, checksums, metric_log, run_file
from flan_jax.training import state as state_lib
from tests import tiny_runs


def state(step):
  params = {'a': {'kernel': step * jnp.arange(2_000.0).reshape(40, 50)}, 'b': jnp.ones(7)}
  return state_lib.State(jnp.int32(step), params, {'m': jnp.zeros((40, 50))})


def target():
  return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding), state(0))


def largest(folder):
  return max((path for path in folder.rglob('*') if path.is_file()), key=lambda path: path.stat().st_size)


def halve(path):
  path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


TEARS = {
  'empty file': lambda step: largest(step / 'params').write_bytes(b''),
  'missing file': lambda step: largest(step / 'params').unlink(),
  'cut file': lambda step: halve(largest(step / 'progress')),
  'cut manifest': lambda step: halve(step / 'params/manifest.ocdbt'),
  'empty metadata': lambda step: (step / 'params/_METADATA').write_bytes(b''),
  'no progress': lambda step: shutil.rmtree(step / 'progress'),
  'no params': lambda step: shutil.rmtree(step / 'params'),
  'empty folder': lambda step: (shutil.rmtree(step), step.mkdir()),
  'no folder': lambda step: (shutil.rmtree(step), step.write_text('')),
  'another step': lambda step: (shutil.rmtree(step), shutil.copytree(step.parent / '10', step)),
}


@pytest.fixture(scope='module')
def saved(tmp_path_factory):
  folder = tmp_path_factory.mktemp('saved')
  with checkpoint.opened(str(folder), 10) as checkpoints:
    for step in (10, 20):
      checkpoint.save(checkpoints, state(step))
  return folder


@pytest.mark.parametrize('tear', TEARS.values(), ids=TEARS)
def test_a_torn_checkpoint_makes_way_for_later_ones(saved, tmp_path, capsys, tear):
  run = shutil.copytree(saved, tmp_path / 'run')
  tear(run / 'checkpoints/20')
  left = {path.relative_to(run / 'checkpoints/20') for path in (run / 'checkpoints/20').rglob('*')}
  with checkpoint.opened(str(run), 10) as checkpoints:
    assert int(checkpoint.restore(checkpoints, target()).step) == 10
    aside = run / checkpoint.UNREADABLE / '20'
    told = capsys.readouterr().err
    assert f'checkpoint 20 in {run}/checkpoints cannot be read' in told
    assert str(aside) in told
    assert {path.relative_to(aside) for path in aside.rglob('*')} == left
    assert checkpoint.steps(run) == [10] == checkpoints.all_steps()


def test_what_is_saved_after_a_torn_checkpoint_is_there(saved, tmp_path):
  run = shutil.copytree(saved, tmp_path / 'run')
  for before, later in (10, (12, 15, 20, 21)), (15, (20, 21)):
    largest(run / 'checkpoints/20/params').write_bytes(b'')
    with checkpoint.opened(str(run), 4) as checkpoints:
      assert int(checkpoint.restore(checkpoints, target()).step) == before
      for step in later:
        checkpoint.save(checkpoints, state(step))
      checkpoint.finish(checkpoints, 21)
      last = checkpoint.restore(checkpoints, target())
    assert int(last.step) == 21
    np.testing.assert_array_equal(last.params['a']['kernel'][1], 21 * np.arange(50, 100))
    assert checkpoint.steps(run) == [12, 15, 20, 21]
    shutil.rmtree(run / 'checkpoints/21')
  assert sorted(os.listdir(run / checkpoint.UNREADABLE)) == ['20', '20-2']


def test_if_none_can_be_read_nothing_is_moved(saved, tmp_path):
  run = shutil.copytree(saved, tmp_path / 'run')
  for step in (10, 20):
    largest(run / f'checkpoints/{step}/params').write_bytes(b'')
  with checkpoint.opened(str(run), 10) as checkpoints:
    with pytest.raises(UserError, match=r'none of the checkpoints \[10, 20\]'):
      checkpoint.restore(checkpoints, target())
  assert checkpoint.steps(run) == [10, 20] and not (run / checkpoint.UNREADABLE).exists()


def test_a_save_that_is_refused_or_fails_is_an_error(saved, tmp_path, monkeypatch):
  run = shutil.copytree(saved, tmp_path / 'run')
  with checkpoint.opened(str(run), 10) as checkpoints:
    for step in (12, 20):
      with pytest.raises(UserError, match=f'step {step} cannot be saved in .*run/checkpoints: checkpoint 20 is there'):
        checkpoint.save(checkpoints, state(step))
    with pytest.raises(UserError, match='there is no .*checkpoints/30; .*one is 20'):
      checkpoint.finish(checkpoints, 30)

    def full():
      raise OSError(28, 'No space left on device')

    monkeypatch.setattr(checkpoints, 'wait_until_finished', full)
    for write in (lambda: checkpoint.save(checkpoints, state(40)), lambda: checkpoint.finish(checkpoints, 40)):
      with pytest.raises(UserError, match='could not be written to .*No space left'):
        write()
    monkeypatch.undo()


@pytest.fixture(scope='module')
def runs(random_runs, tmp_path_factory):
  """A run whose checkpoint 7 is torn, so that 1 serves; MODEL_DIR."""
  folder = tmp_path_factory.mktemp('torn') / 'run'
  shutil.copytree(random_runs / 'tuned', folder, ignore=shutil.ignore_patterns('predictions', 'results*', 'report*'))
  tiny_runs.save(folder, 7, tiny_runs.random_params(tiny_runs.CONFIG, 7))
  largest(folder / 'checkpoints/7/params').write_bytes(b'')
  return folder


def test_readers_take_the_one_before_and_move_nothing(runs, capsys):
  loaded = checkpoint.load(str(runs))
  assert loaded.step == 1
  told = capsys.readouterr().err
  assert 'checkpoint 7' in told and 'checkpoint 1 serves instead' in told
  assert checkpoint.load(str(runs), 7, fall_back=True).step == 1
  with pytest.raises(checkpoint.Unreadable, match='checkpoint 7 .* cannot be read'):
    checkpoint.load(str(runs), 7)
  assert checkpoint.steps(runs) == [1, 7] and not (runs / checkpoint.UNREADABLE).exists()


def test_parameters_serve_where_only_the_optimizer_is_torn(runs, tmp_path):
  run = shutil.copytree(runs, tmp_path / 'run')
  largest(run / 'checkpoints/1/progress').write_bytes(b'')
  shutil.rmtree(run / 'checkpoints/7')
  assert checkpoint.load(str(run)).step == 1


@pytest.mark.slow
def test_an_evaluation_tells_of_the_step_that_it_read(world, runs, tmp_path, monkeypatch):
  run, known = shutil.copytree(runs, tmp_path / 'run'), []
  identity = checkpoint.identity
  monkeypatch.setattr(checkpoint, 'identity', lambda path, step: known.append(step) or identity(path, step))
  found = evaluation.evaluate(
    evaluation.Evaluation(
      model_dir=str(run),
      held_out='none',
      held_in='natural_questions',
      limit=2,
      decode_tokens=3,
      only='tuned',
      style='none',
    )
  )
  assert [(one.name, one.step) for one in found.evaluations] == [('tuned', 1)]
  assert set(known) == {1} and results.read(run) == found
  assert checkpoint.steps(run) == [1, 7]


def test_the_very_step_that_is_asked_for_must_be_readable(world, runs, capsys):
  with pytest.raises(UserError, match='checkpoint 7 in .* cannot be read'):
    evaluation.evaluate(
      evaluation.Evaluation(
        model_dir=str(runs), held_out='none', step=7, limit=1, held_in='natural_questions', only='tuned'
      )
    )
  assert 'serves' not in capsys.readouterr().err


@pytest.mark.slow
def test_following_checkpoints_passes_over_a_torn_one(world, runs, tmp_path, monkeypatch, capsys):
  run = shutil.copytree(runs, tmp_path / 'run')
  monkeypatch.setattr(evaluation.time, 'sleep', lambda seconds: None)
  found = evaluation.evaluate(
    evaluation.Evaluation(
      model_dir=str(run),
      held_out='none',
      held_in='natural_questions',
      limit=2,
      decode_tokens=3,
      only='tuned',
      continuous=0.01,
    )
  )
  assert [(one.name, one.step) for one in found.evaluations] == [('tuned', 1)]
  assert 'notice: checkpoint 7 in' in capsys.readouterr().err


def test_a_checkpoint_without_metadata_is_known_by_its_index(runs, tmp_path):
  run = shutil.copytree(runs, tmp_path / 'run')
  step = run / 'checkpoints/1'
  known = {checkpoint.identity(run, 1)}
  (step / checksums.FILE).unlink()  # as earlier versions wrote it
  known.add(checkpoint.identity(run, 1))
  for text in ('', '{"init_times', '{}', '[]'):
    (step / '_CHECKPOINT_METADATA').write_text(text)
    known.add(checkpoint.identity(run, 1))
  assert len(known) == 2
  (step / 'params/manifest.ocdbt').unlink()
  with pytest.raises(UserError, match='checkpoint 1 in .* is torn: .*manifest.ocdbt'):
    checkpoint.identity(run, 1)


@pytest.mark.parametrize('name', places.RUN_FOLDERS)
def test_readers_without_settings_name_a_folder_that_is_none(world, tmp_path, name):
  checkpoint.write_run(str(tmp_path / 'run'), tiny_runs.RUN)
  child = {**tiny_runs.RUN, 'init_from': str(tmp_path / 'run')}
  checkpoint.write_run(str(tmp_path / 'child'), child)
  (tmp_path / 'run' / name).touch()
  for reader in (
    lambda: checkpoint.load(str(tmp_path / 'run')),
    lambda: generation.open_model(str(tmp_path / 'child'), untuned=True),
    lambda: evaluation_request.candidates(str(tmp_path / 'child'), 'untuned'),
  ):
    with pytest.raises(UserError, match=f'has no checkpoint; {tmp_path}/run/{name} is a '):
      reader()


@pytest.mark.parametrize(
  'tear, torn',
  [(lambda step: None, False), (TEARS['empty file'], True), (TEARS['empty folder'], True), (TEARS['no folder'], True)],
)
def test_a_checkpoint_without_content_looks_torn(saved, tmp_path, tear, torn):
  run = shutil.copytree(saved, tmp_path / 'run')
  tear(run / 'checkpoints/20')
  assert [checkpoint.looks_torn(str(run), step) for step in (10, 20)] == [False, torn]


TORN = {
  'empty': '',
  'cut': '{"model": {"d_mo',
  'a list': '[]',
  'a number': '7',
  'no keys': '{}',
  'no object': '{"model": 3, "init_from": null}',
  'no text': b'\xff\xfe',
}


@pytest.mark.parametrize('text', TORN.values(), ids=TORN)
def test_a_torn_run_json_is_named_by_every_reader(world, tmp_path, text):
  run = tmp_path / 'run'
  shutil.copytree(world / 'tuned/checkpoints', run / 'checkpoints')
  (run / 'run.json').write_bytes(text if isinstance(text, bytes) else text.encode())
  (run / 'results.json').write_text(
    json.dumps({'schema': 2, 'data': 'embedded', 'cluster': None, 'evaluations': [], 'comparisons': []})
  )
  child = {**tiny_runs.RUN, 'init_from': str(run), 'held_out': 'nli'}
  shutil.copytree(world / 'tuned/checkpoints', tmp_path / 'child/checkpoints')
  checkpoint.write_run(str(tmp_path / 'child'), child)
  readers = {
    'load': lambda: checkpoint.load(str(run)),
    'evaluate': lambda: evaluation.evaluate(evaluation.Evaluation(model_dir=str(run))),
    'generate': lambda: generation.open_model(str(run)),
    'report': lambda: report.write([str(run)]),
    'export': lambda: exporting.export_folder(str(run), str(tmp_path / 'out')),
    'resume': lambda: checkpoint.check_run(str(run), tiny_runs.run()),
    'lineage': lambda: checkpoint.lineage(str(tmp_path / 'child')),
    'baselines': lambda: evaluation.evaluate(evaluation.Evaluation(model_dir=str(tmp_path / 'child'))),
    'base': lambda: generation.open_model(str(tmp_path / 'child'), untuned=True).load(),
  }
  for name, reader in readers.items():
    with pytest.raises(UserError, match=r'run/run\.json cannot be used: ') as caught:
      reader()
    assert '\n' not in str(caught.value), name
    assert 'Bring it back' in str(caught.value), name


def test_a_model_that_is_none_is_named(world, tmp_path):
  shutil.copytree(world / 'tuned', tmp_path / 'run')
  run = checkpoint.read_run(str(tmp_path / 'run')).to_json()
  run['model']['d_modle'] = run['model'].pop('d_model')
  checkpoint.write_run(str(tmp_path / 'run'), run)
  with pytest.raises(UserError, match='run.json cannot be used: .*model.d_model'):
    checkpoint.load(str(tmp_path / 'run'))


NO_RUN = {  # field of run.json -> what it cannot be, and what is said
  'version': (5, 'version = 5 must be a text'),
  'data': (None, 'data = None must be'),
  'mixture': (5, 'mixture = 5 must be'),
  'held_out': (['nli'], "held_out = .'nli'. must"),
  'tasks': ({'rte': '1'}, "an object of numbers of at least 0; that of 'rte' is '1'"),
  'tasks.rte': (float('nan'), "that of 'rte' is nan: it is not finite"),
  'model': ({}, 'it has no model.vocab_size'),
  'model.layers': ('x', "model.layers = 'x' must be a whole number"),
  'model.vocab_size': (None, 'model.vocab_size = None must be a whole number'),
  'model.windows': ([], 'model.windows'),
  'model.kv_heads': (3, 'does not divide'),
  'model.layer': (3, 'model.layer is none of the settings.* did you mean layers'),
  'vocabulary': ({}, 'it has no vocabulary.path'),
  'vocabulary.path': (5, 'vocabulary.path = 5 must be a text'),
  'vocabulary.hash': ('', "vocabulary.hash = '' must be a text"),
  'ends': ({}, 'it has no ends.ends'),
  'ends.ends': (3, 'ends.ends = 3 must be a list of one or more whole numbers'),
  'ends.ends.0': ('x', "ends.ends = .'x', 2. must be .* of 'x': it is a text"),
  'ends.ends.1': (99_999, 'ends.ends = .1, 99999. must be below the 384 token rows'),
  'ends.beginning': (3, 'ends.beginning = 3 must be a list of whole numbers'),
  'ends.bos': ('x', "ends.bos = 'x' must be a whole number"),
  'ends.drops_space': (1, 'ends.drops_space = 1 must be True or False'),
  'rows': ([], 'rows = .. must be an object'),
  'rows.inputs_length': ('x', "rows.inputs_length = 'x' must be a whole number"),
  'rows.row_length': (None, 'rows.row_length = None must be'),
  'rows.separators': (['eos'], "rows.separators = .'eos'. must be two texts.*it has 1"),
  'rows.overflow': ('x', "rows.overflow = 'x' must be one of 'cut', 'split'"),
  'optimizer': (3, 'optimizer = 3 must be an object'),
  'optimizer.learning_rate': ('x', "optimizer.learning_rate = 'x' must be a number"),
  'loss': ({'z_loss': 'x'}, "loss.z_loss = 'x' must be a number"),
  'seed': (-1, 'seed = -1 must be a whole number of at least 0'),
  'prompts': ({'rte': 5}, "that of 'rte' is 5"),
  'prompts.rte': ({'data': 5}, "that of 'rte' is {'data': 5}"),
  'init_from': (5, 'init_from = 5 must be a text, or None'),
  'imported': ({'eos_token_id': 'x'}, "imported.eos_token_id = 'x' must be"),
  'format': ('1', "format is '1' instead of a whole number"),
}


@pytest.mark.parametrize('field', NO_RUN)
def test_a_field_that_cannot_be_is_named_with_its_value(tmp_path, field):
  told = json.loads(
    json.dumps(tiny_runs.told(ends={'ends': [1, 2]}, optimizer={'learning_rate': 1.0}, tasks={'rte': 1.0}))
  )
  *way, last = field.split('.')
  place = told
  for key in way:
    place = place.setdefault(key, {})
  place[int(last) if isinstance(place, list) else last], words = NO_RUN[field]
  checkpoint.write_run(str(tmp_path), told)
  with pytest.raises(UserError, match=f'{tmp_path}/run.json.*{words}') as caught:
    checkpoint.read_run(str(tmp_path))
  said = str(caught.value)
  assert '\n' not in said and said.lower().count('bring') == 1


@pytest.mark.parametrize('field', ['data', 'mixture', 'held_out', 'tasks', 'model', 'rows', 'init_from', 'vocabulary'])
def test_a_field_that_is_missing_is_named(tmp_path, field):
  told = tiny_runs.told()
  del told[field]
  checkpoint.write_run(str(tmp_path), told)
  with pytest.raises(UserError, match=f'run.json cannot be used: it has no {field}'):
    checkpoint.read_run(str(tmp_path))


def test_a_run_of_a_later_format_is_refused_and_its_fields_are_kept(tmp_path):
  told = tiny_runs.told(later=[1], rows={'later': 2}, format=1)
  found = checkpoint.Run.from_json(json.loads(json.dumps(told)))
  again = json.loads(json.dumps(found.to_json()))
  assert again['later'] == [1] and again['rows']['later'] == 2
  assert checkpoint.Run.from_json(again) == found
  checkpoint.write_run(str(tmp_path), told)
  assert checkpoint.check_run(str(tmp_path), tiny_runs.run()) == found
  checkpoint.write_run(str(tmp_path), told | {'format': 2})
  with pytest.raises(
    UserError,
    match='run.json was written by a later version of flan_jax .format 2; this one reads up to 1.: update flan_jax',
  ):
    checkpoint.read_run(str(tmp_path))


def test_an_import_that_does_not_tell_its_vocabulary_opens(words, tmp_path):
  path, _ = words
  told = tiny_runs.told(imported={'eos_token_id': 1}, tasks={}, vocabulary={})
  run = checkpoint.Run.from_json(told)
  with pytest.raises(UserError, match='does not tell its vocabulary; name the file with'):
    evaluation_request.use_vocabulary(None, run, str(tmp_path))
  known = evaluation_request.use_vocabulary(str(path), dataclasses.replace(run, ends={'ends': [1]}), str(tmp_path))
  assert known.ends['ends'] == [1] and vocabulary.FLAN.path == str(path)


def test_parameters_of_another_model_than_run_json_tells_are_refused(runs, tmp_path):
  told = tiny_runs.told()
  shutil.copytree(runs, tmp_path / 'run')
  checkpoint.write_run(str(tmp_path / 'run'), {**told, 'model': {**told['model'], 'layers': 3}})
  with pytest.raises(
    UserError, match=(r'has the shape \(2, .* by the model in run.json must be \(3, .*bring run.json back')
  ) as caught:
    checkpoint.load(str(tmp_path / 'run'), 1)
  assert '\n' not in str(caught.value)


def test_a_lineage_that_comes_back_to_itself_ends(tmp_path):
  run = {**tiny_runs.RUN, 'init_from': str(tmp_path / 'run')}
  checkpoint.write_run(str(tmp_path / 'run'), run)
  [found] = checkpoint.lineage(str(tmp_path / 'run'))
  assert found.tasks == run['tasks']


def records(folder, lines):
  (folder / metric_log.FILE).write_text(
    ''.join((line if isinstance(line, str) else json.dumps(line)) + '\n' for line in lines)
  )


def record(step, steps=10):
  return {'step': step, 'steps': steps, 'loss': 1.0}


@pytest.mark.parametrize(
  'lines, told',
  [
    ([record(10), record(20), record(30)], []),
    ([record(10), record(30)], ['no record of steps 11 to 20']),
    ([record(20), record(30)], ['no record of steps 1 to 10']),
    ([record(10), '{"step": 20, "st', record(30)], ['line 2 is torn', 'no record of steps 11 to 20']),
    ([record(10), '7', '', '{"loss": 1.0}', record(20)], ['line 2 is torn', 'line 3 is torn', 'line 4 is torn']),
    ([{'step': 10}, {'step': 30}, record(40)], []),
  ],
)  # of an earlier version
def test_records_that_are_missing_are_told(tmp_path, capsys, lines, told):
  records(tmp_path, lines)
  found = metric_log.read(str(tmp_path))
  assert found == [one for one in lines if isinstance(one, dict)]
  said = capsys.readouterr().err.splitlines()
  assert len(said) == len(told)
  for line, words in zip(said, told):
    assert f'{tmp_path}/{metric_log.FILE}' in line and words in line


@pytest.mark.parametrize(
  'line',
  [
    '{"step": true}',
    '{"step": -1}',
    '{"step": 0}',
    '{"step": 20, "steps": true}',
    '{"step": 20, "steps": 0}',
    '{"step": 20, "loss": "x"}',
    '{"step": 20, "loss": null}',
    '{"step": 20.0}',
    '[20]',
    '"step"',
    '{"loss": 1.5}',
  ],
)
def test_what_is_no_record_is_passed_over_and_told(tmp_path, capsys, line):
  whole = '{"step": 10, "steps": 10, "loss": NaN, "mfu": 0.5}'
  (tmp_path / metric_log.FILE).write_text(f'{whole}\n{line}\n')
  assert [one['step'] for one in metric_log.read(str(tmp_path))] == [10]
  assert f'line 2 is torn and was passed over: {line!r}' in capsys.readouterr().err


def test_metrics_that_are_a_folder_are_named(tmp_path):
  (tmp_path / metric_log.FILE).mkdir()
  with pytest.raises(UserError, match=f'{metric_log.FILE} cannot be read: Is a directory'):
    metric_log.read(str(tmp_path))


@pytest.mark.parametrize(
  'lines, kept, told',
  [
    ([record(10), record(20), record(30)], 2, []),
    ([record(10)], 1, ['no record of steps 11 to 20']),
    ([record(20)], 1, ['no record of steps 1 to 10']),
    ([], 0, ['no record of steps 1 to 20']),
    ([record(10), 'torn', record(30)], 2, ['line 2', 'no record of steps 11 to 20']),
  ],
)
def test_a_run_that_goes_on_tells_which_records_are_gone(tmp_path, capsys, lines, kept, told):
  records(tmp_path, lines)
  metric_log._resume(str(tmp_path), 20)
  said = capsys.readouterr().err.splitlines()
  assert len(said) == len(told) and all(map(str.__contains__, said, told))
  written = [line if isinstance(line, str) else json.dumps(line) for line in lines[:kept]]
  assert (tmp_path / metric_log.FILE).read_text() == ''.join(f'{line}\n' for line in written)


@pytest.fixture
def words(tmp_path, monkeypatch):
  """A vocabulary's file, in force, and what run.json tells of it."""
  path = tmp_path / 'data/tokenizer.json'
  path.parent.mkdir()
  path.write_text('one')
  monkeypatch.setenv(vocabulary.VARIABLE, str(path))
  monkeypatch.setattr(vocabulary.FLAN, '_loaded', None)
  vocabulary_file.content_hash.cache_clear()
  told = {'path': str(path), 'hash': vocabulary.FLAN.content_hash}
  kept_vocabulary.keep(str(tmp_path), run_file.Vocabulary(**told))
  return path, tiny_runs.run(vocabulary=told, ends={'ends': [1], 'beginning': []})


@pytest.mark.parametrize('change', ['gone', 'another'])
def test_a_run_falls_back_to_its_own_copy_of_the_vocabulary(words, tmp_path, capsys, change):
  path, run = words
  copy = str(tmp_path / 'vocabulary.json')
  assert kept_vocabulary.own(run.vocabulary, str(tmp_path)) == str(path)
  assert capsys.readouterr().err == ''
  if change == 'gone':
    path.unlink()
  else:
    path.write_text('another')
  vocabulary_file.content_hash.cache_clear()
  assert evaluation_request.resumed_vocabulary(run, str(tmp_path)) == copy
  assert capsys.readouterr().err.count('copy') == 1
  evaluation_request.use_vocabulary(None, run, str(tmp_path))
  assert vocabulary.FLAN.path == copy
  # The next time it is found again, for run.json goes on naming the original.
  checkpoint.write_run(str(tmp_path), run.to_json())
  described = evaluation_request.described_vocabulary(vocabulary.FLAN, str(tmp_path))
  assert described == run.vocabulary
  exporting.copy_vocabulary(str(tmp_path), kept_vocabulary.own(run.vocabulary, str(tmp_path)), run.vocabulary)
  assert (tmp_path / 'tokenizer.json').read_text() == 'one'
  with pytest.raises(UserError, match=str(path)):  # that one, by name
    evaluation_request.use_vocabulary(str(path), run, str(tmp_path))
  os.remove(copy)
  os.remove(tmp_path / 'tokenizer.json')
  with pytest.raises(UserError, match='name (that|its)'):
    evaluation_request.use_vocabulary(None, run, str(tmp_path))


def test_a_damaged_copy_of_a_vocabulary_that_is_gone_is_named(words, tmp_path):
  path, run = words
  copy = tmp_path / 'vocabulary.json'
  path.unlink()
  copy.write_text('on')
  vocabulary_file.content_hash.cache_clear()
  told = f'{path}., which is not there, and its copy {copy} is damaged .*name its new place'
  with pytest.raises(UserError, match=told):
    evaluation_request.use_vocabulary(None, run, str(tmp_path))
  with pytest.raises(UserError, match=told):
    evaluation_request.resumed_vocabulary(run, str(tmp_path))
  path.write_text('another')
  vocabulary_file.content_hash.cache_clear()
  with pytest.raises(UserError, match=f'name that one, whose copy {copy} is damaged, with'):
    evaluation_request.use_vocabulary(None, run, str(tmp_path))


def test_a_vocabulary_that_the_user_names_is_no_other(words, tmp_path, monkeypatch):
  _, run = words
  monkeypatch.setenv(vocabulary.VARIABLE, '/elsewhere/vocab.model')
  assert evaluation_request.resumed_vocabulary(run, str(tmp_path)) is None
  monkeypatch.delenv(vocabulary.VARIABLE)
  assert evaluation_request.resumed_vocabulary(run, str(tmp_path)) == run.vocabulary.path
