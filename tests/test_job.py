# SPDX-License-Identifier: Apache-2.0
"""The main job through its doors: base, tuning with NLI held out, evaluation, a report."""

import dataclasses
import json
import os
import re
import shutil

import jax
import numpy as np
import pytest
import seqio
import tensorflow as tf

from flan_jax.data import datasets, vocabulary
from flan_jax.data import fields as fields_lib
from flan_jax.data.mixture_subset import Selection
from flan_jax.data.tokens import store
from flan_jax.errors import UserError
from flan_jax.evaluation.scores import Results
from flan_jax.model import decoder
from flan_jax.runs import report_inputs, training
from flan_jax.runs.start import findings
from flan_jax.training import checkpoint, loop, metric_log
from tests import doors
from tests.conftest import HELD_IN, TRAINED_ON

SMALL = [
  'TOKENS_PER_BATCH=512',
  'ROW_LENGTH=256',
  'LOG_EVERY=1',
  'LAYERS=1',
  'D_MODEL=32',
  'HEADS=2',
  'HEAD_DIM=16',
  'D_FF=64',
  'EVAL_EVERY=2',
  'LEARNING_RATE=1e-2',
  'SAVE_EVERY=0',
]
TUNE = [
  '--gin_file=runs/tune.gin',
  '--gin_file=holdout/nli.gin',
  'TARGET_SLOTS=64',
  'INPUTS_LENGTH=192',
  'TARGETS_LENGTH=64',
  f'CLUSTERS={TRAINED_ON}',
]
PRETRAIN = ['--gin_file=runs/pretrain.gin', 'TARGET_SLOTS=256', 'TARGETS_LENGTH=192', 'INPUTS_LENGTH=1']


def door(name, data_dir, *arguments, run=doors.run):
  given = [a if a.startswith('--') else f'--gin.{a}' for a in arguments]
  return run(name, given, {'TFDS_DATA_DIR': str(data_dir), vocabulary.VARIABLE: str(data_dir / 'vocab.model')})


@pytest.fixture(scope='module')
def job(embedded_data, tmp_path_factory):
  """A base and a run tuned from it, evaluated on RTE and CB of NLI's ten tasks' data."""
  folder = tmp_path_factory.mktemp('job')
  base, tuned = f"MODEL_DIR='{folder}/base'", f"MODEL_DIR='{folder}/tuned'"
  start = f"INIT_FROM='{folder}/base'"
  steps = [
    door('train', embedded_data, *PRETRAIN, *SMALL, 'TRAIN_STEPS=2', base, run=doors.run_from_nothing),
    door('train', embedded_data, *TUNE, *SMALL, 'TRAIN_STEPS=2', tuned, start),
    door('train', embedded_data, *TUNE, *SMALL, 'TRAIN_STEPS=4', tuned, start),
    door('evaluate', embedded_data, tuned, "HELD_OUT='none'", '--held_in=sst2,arc_easy', '--limit=8'),
  ]
  for step in steps:
    assert step.returncode == 0, step.stderr + step.stdout
  return folder, steps


def test_each_run_says_where_its_data_comes_from(job):
  folder, steps = job
  for step in steps[:3]:
    assert step.stdout.startswith('data: embedded')
  assert 'resuming from step 2' in steps[2].stdout
  assert re.search(r'^goodput \d+% of \d+:\d\d: .*\(2 starts\)$', steps[2].stdout, re.M)
  assert 'loss' in steps[1].stdout and 'tokens/s' in steps[1].stdout


def test_run_directory_holds_what_is_promised(job):
  folder, _ = job
  assert {'run.json', 'config.gin', 'checkpoints', 'metrics.jsonl', 'results.json', 'report.html'} <= set(
    os.listdir(folder / 'tuned')
  )
  records = [json.loads(line) for line in (folder / 'tuned/metrics.jsonl').open()]
  assert [record['step'] for record in records] == [1, 2, 3, 4]
  assert all(record['loss'] > 0 for record in records) and 'dev_loss' in records[1]
  run = json.loads((folder / 'tuned/run.json').read_text())
  assert run['data'] == 'embedded' and run['held_out'] == 'nli' and len(run['tasks']) == 8


def test_results_tell_of_both_models(job):
  folder, steps = job
  results = json.loads((folder / 'tuned/results.json').read_text())
  assert results['schema'] == 3
  assert {one['data'] for one in results['evaluations']} == {'embedded'}
  assert [(one['name'], one['step'], one['limit']) for one in results['evaluations']] == [
    ('untuned', 2, 8),
    ('plain', 2, 8),
    ('tuned', 4, 8),
  ]
  for one in results['evaluations']:
    assert set(one['datasets']) == {'sst2', 'arc_easy'}
    assert all(entry['held_in'] for entry in one['datasets'].values())
    count = 1 if one['name'] == 'plain' else 8
    assert len(one['datasets']['sst2']['templates']) == count
  assert str(folder / 'tuned/report.html') in steps[3].stdout


def test_noise_of_libraries_is_held_back(job):
  for step in job[1]:
    assert 'cudart' not in step.stderr and 'WARNING' not in step.stderr


MODEL = decoder.DecoderConfig(vocab_size=None, d_model=32, layers=1, heads=2, head_dim=16, d_ff=64, dtype='float32')
ROWS = training.Rows(512, 256, 64, 192, 64)


def check(model_dir, **changes):
  settings = (
    dict(
      model_dir=str(model_dir),
      mixture=None,
      held_out='nli',
      model=MODEL,
      mesh={},
      rows=ROWS,
      schedule=loop.Schedule(4, 0, 0, 1),
      optimizer={'learning_rate': 1e-2},
      seed=0,
      selection=Selection(clusters=TRAINED_ON),
      dry_run=True,
    )
    | changes
  )
  training.train(training.Training(**settings))


@pytest.fixture
def one_device(monkeypatch):
  device = jax.devices()[:1]
  monkeypatch.setattr(jax, 'devices', lambda *_: device)


@pytest.mark.parametrize(
  'changes, words',
  [
    (dict(held_out='nlii'), 'did you mean nli'),
    (dict(mixture='flan_all', selection=None), 'nli is held out, yet .*rte'),
    (dict(mixture='flan_holdout_paraphrase'), 'disagree'),
    (dict(mixture='flan_holdout_nlii', held_out='nlii'), 'unknown cluster'),
    (dict(mixture='nothing'), "unknown mixture or task 'nothing'"),
    (dict(held_out='sentiment', selection=None), 'not prepared .*qnli'),
    (dict(vocabulary='/no/vocab.model'), 'no vocabulary file'),
    (dict(model=dataclasses.replace(MODEL, vocab_size=10)), '10 token rows'),
    (
      dict(model=dataclasses.replace(MODEL, positions='learned', position_rows=255)),
      'INPUTS_LENGTH . TARGETS_LENGTH allows texts of 256 tokens, and the model has learned 255 positions',
    ),
    (dict(mesh={'data': 3}), '1 devices'),
    (dict(mesh={'rows': 1}), "unknown axis 'rows'"),
    (dict(init_from='/no/run'), 'holds no run'),
    (dict(optimizer={'learning_rate': 1e-2, 'name': 'sgd'}), "'sgd'"),
    (dict(optimizer={'learning_rate': 1e-2, 'frozen': ('mlp',)}), "'mlp', which matches no"),
    (dict(schedule=loop.Schedule(4, 0, 0, 1, microbatches=3)), 'MICROBATCHES = 3'),
  ],
)
def test_mistakes_are_found_before_anything_starts(changes, words, data_dir, one_device, tmp_path):
  with pytest.raises(UserError, match=words.replace('.*qnli', '[\\s\\S]*qnli')):
    check(tmp_path / 'new', **changes)
  assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize(
  'changes, words',
  [
    (dict(tokens_per_batch=500), 'not a multiple of ROW_LENGTH'),
    (dict(inputs_length=250), 'exceed ROW_LENGTH'),
    (dict(target_slots=8), 'exceeds TARGET_SLOTS'),
    (dict(row_length=0), 'ROW_LENGTH = 0'),
  ],
)
def test_row_shapes_that_cannot_be_are_named(changes, words):
  with pytest.raises(UserError, match=words):
    dataclasses.replace(ROWS, **changes)


def test_all_checks_pass_on_a_good_run(data_dir, one_device, tmp_path, capsys):
  check(tmp_path / 'new')
  assert 'dry run' in capsys.readouterr().out and not (tmp_path / 'new').exists()


def test_model_dir_of_another_run_is_refused(job, data_dir, one_device):
  folder, _ = job
  before = sorted(os.listdir(folder / 'tuned'))
  with pytest.raises(UserError, match='another configuration: .*learning_rate'):
    check(folder / 'tuned', optimizer={'learning_rate': 2e-2})
  assert sorted(os.listdir(folder / 'tuned')) == before


@pytest.fixture
def copy(data_dir, one_device, tmp_path, monkeypatch):
  """A MODEL_DIR whose run.json is that of `check`; nothing was trained."""
  described = []
  with monkeypatch.context() as patched:
    patched.setattr(checkpoint, 'check_run', lambda _, run: described.append(run) or run)
    check(tmp_path / 'run')
  checkpoint.write_run(tmp_path / 'run', described[0].to_json())
  return tmp_path / 'run'


def rewritten(folder, change):
  run = json.loads((folder / 'run.json').read_text())
  change(run)
  checkpoint.write_run(folder, run)


def test_the_same_run_goes_on_whatever_its_comments(copy, capsys):
  check(copy)
  said = capsys.readouterr()
  assert 'dry run' in said.out and 'earlier version' not in said.err
  run = json.loads((copy / 'run.json').read_text())
  told = run['prompts']['sst2']
  assert told['version'] == 1 and len(told['templates']) == 10
  assert 'helper `choose` in flan_jax/data/fields.py' in told['fields']['parts']


def edited(number):
  """A change of one template of SST-2."""
  templates = list(datasets.get('sst2').templates)
  templates[number] = dataclasses.replace(templates[number], inputs='{text} {options}?')
  return {'templates': tuple(templates)}


def louder(text):
  return tf.strings.upper(text)


@pytest.mark.parametrize(
  'change, words',
  [
    (lambda: edited(3), 'other prompts: the templates of sst2: number 3. '),
    (lambda: {'version': 2}, 'the version of sst2 was 1 and is now 2'),
    (lambda: {'keep': lambda example: True}, 'the code of `keep` of sst2, which is new'),
  ],
)
def test_a_run_whose_prompts_changed_is_told_what_did(change, words, copy, monkeypatch):
  monkeypatch.setitem(datasets._DATASETS, 'sst2', dataclasses.replace(datasets.get('sst2'), **change()))
  refused(copy, words)


def refused(folder, words):
  before = sorted(os.listdir(folder))
  with pytest.raises(UserError) as error:
    check(folder)
  said = str(error.value)
  assert words in said and 'new MODEL_DIR' in said
  assert not re.search('[0-9a-f]{16}', said.replace(str(folder), ''))
  assert sorted(os.listdir(folder)) == before


def test_a_helper_that_every_task_uses_is_told_once(copy, monkeypatch):
  monkeypatch.setattr(fields_lib, 'tidy', louder)
  refused(copy, 'with other prompts: the code of `fields` of ')
  refused(copy, 'and 4 more (')
  refused(copy, 'helper `tidy` in flan_jax/data/fields.py')
  refused(copy, 'helper `louder` in tests/test_job.py')


def test_data_and_vocabulary_that_changed_are_told_in_words(copy):
  def other(run):
    run['prompts']['sst2']['data']['rows'] = 'train[0:2290]'
    run['tasks']['sst2'] = 2_290.0
    run['vocabulary']['hash'] = '0123456789abcdef'

  rewritten(copy, other)
  refused(copy, 'the data of sst2: train has 24 rows, was 2,290')
  refused(copy, 'vocab.model has other contents than when the run began')
  with pytest.raises(UserError) as error:
    check(copy)
  assert 'the weight of sst2' not in str(error.value)


def test_a_run_of_the_first_versions_goes_on_with_a_notice(copy, capsys):
  rewritten(copy, lambda run: run.update(prompts=dict.fromkeys(run['prompts'], '0123456789abcdef')))
  check(copy)
  said = capsys.readouterr().err
  assert 'begun by an earlier version' in said and 'cannot be checked' in said


@pytest.mark.parametrize('changes', [dict(selection=Selection(tasks='sst2')), dict(mixture='sst2', selection=None)])
def test_one_task_trains_alone(changes, data_dir, one_device, tmp_path, capsys):
  check(tmp_path / 'new', **changes)
  assert ', 1 tasks, ' in capsys.readouterr().out


def test_what_is_prepared_trains_by_that_name(data_dir, one_device, tmp_path, capsys):
  check(tmp_path / 'new', selection=Selection(tasks='prepared'))
  said = capsys.readouterr()
  assert 'flan_holdout_nli.prepared_tasks, 8 tasks' in said.out
  assert f'8 of 55 tasks of flan_holdout_nli are prepared in {data_dir}' in said.err
  assert 'left out: ' in said.err and 'xsum' in said.err and 'sst2' not in said.err


def test_a_run_that_is_further_than_asked_says_so(job, data_dir, one_device, tmp_path, capsys):
  folder, _ = job
  check(
    folder / 'tuned',
    schedule=loop.Schedule(2, 0, 0, 1),
    dry_run=False,
    init_from=f'{folder}/base',
    store_dir=str(tmp_path / 'store'),
  )
  out = capsys.readouterr().out
  assert f'nothing to do: {folder}/tuned is at step 4, TRAIN_STEPS = 2' in out
  assert 'trained to' not in out and 'resuming' not in out
  drawn = json.loads((folder / 'tuned' / report_inputs.DRAWN).read_text())
  assert drawn['steps'] == 4


def test_a_run_keeps_its_own_vocabulary(job, data_dir):
  kept = job[0] / 'tuned/vocabulary.model'
  assert kept.read_bytes() == (data_dir / 'vocab.model').read_bytes()


def test_base_must_fit_vocabulary_model_and_what_is_held_out(job, data_dir, one_device, tmp_path):
  folder, _ = job
  with pytest.raises(UserError, match='another model: d_model was 32 and is now 64'):
    check(tmp_path / 'new', init_from=f'{folder}/base', model=dataclasses.replace(MODEL, d_model=64))
  with pytest.raises(UserError, match='set VOCABULARY to the first'):
    shutil.copytree(folder / 'base', tmp_path / 'other')
    run = json.loads((tmp_path / 'other/run.json').read_text())
    run['vocabulary']['hash'] = 'another'
    checkpoint.write_run(tmp_path / 'other', run)
    check(tmp_path / 'new', init_from=str(tmp_path / 'other'))
  with pytest.raises(UserError, match='INIT_FROM = .* was trained on .*rte'):
    run = json.loads((folder / 'base/run.json').read_text()) | {'tasks': {'rte': 1.0}}
    checkpoint.write_run(tmp_path / 'other', run)
    check(tmp_path / 'new', init_from=str(tmp_path / 'other'))


def test_held_out_scores_are_logged_while_training(data_dir, one_device, tmp_path, capsys):
  check(
    tmp_path / 'run',
    rows=training.Rows(512, 256, 64, 12, 64),
    held_out='sentiment',
    dry_run=False,
    held_out_examples=2,
    selection=Selection(clusters=('closed_book_qa',)),
    schedule=loop.Schedule(3, 0, 0, 1, held_out_every=2),
    store_dir=str(tmp_path / 'store'),
  )
  records = metric_log.read(tmp_path / 'run')
  names = {'imdb_reviews', 'sentiment140', 'sst2', 'yelp_polarity_reviews', 'mean'}
  looked = {one['step']: {key: value for key, value in one.items() if 'held_out/' in key} for one in records}
  assert looked[1] == {}
  for step in (2, 3):  # when due, and at the end
    assert set(looked[step]) == {f'held_out/{name}' for name in names}
    assert looked[step]['held_out/mean'] == pytest.approx(
      np.mean([looked[step][f'held_out/{name}'] for name in names - {'mean'}])
    )
  cut = report_inputs.inputs(
    Results(evaluations=(), comparisons=()), checkpoint.read_run(str(tmp_path / 'run')), str(tmp_path / 'run')
  ).cut
  assert any(
    'prompts were too long and were shortened (INPUTS_LENGTH = 12)' in line and line.split(':')[0] in HELD_IN
    for line in cut
  )
  assert f'prompts (train): {cut[0]}' in capsys.readouterr().out
  drawn = report_inputs.drawn(tmp_path / 'run')
  assert set(drawn) <= {'arc_challenge', 'arc_easy', 'natural_questions', 'trivia_qa'}
  assert sum(drawn.values()) >= 3 * 2  # a prompt a row at least


@pytest.mark.parametrize(
  'changes, words',
  [
    (dict(held_out=None, mixture='flan_all'), 'HELD_OUT_EVERY wants a cluster'),
    (dict(held_out_examples=0), 'HELD_OUT_EXAMPLES = 0'),
    (dict(), 'not prepared'),
  ],
)  # most of NLI
def test_looking_at_what_is_held_out_is_checked_early(data_dir, one_device, tmp_path, monkeypatch, changes, words):
  monkeypatch.setattr(findings, '_checked_tasks', lambda *_: ('made', {'sst2': 1.0}))
  with pytest.raises(UserError, match=words):
    check(tmp_path / 'new', schedule=loop.Schedule(4, 0, 0, 1, held_out_every=2), **changes)


def test_an_empty_mixture_is_named(data_dir, one_device, tmp_path):
  seqio.MixtureRegistry.add('nothing_drawn', [('sst2', 0.0)])
  try:
    with pytest.raises(UserError, match='empty'):
      check(tmp_path / 'new', mixture='nothing_drawn', selection=None)
  finally:
    seqio.MixtureRegistry.remove('nothing_drawn')


def users_task(name, features):
  """Registers a task of 40 texts, which has no dev split."""

  def read(split, shuffle_files, seed=None):
    return tf.data.Dataset.from_tensor_slices(
      {'inputs': [f'Say {n}.' for n in range(40)], 'targets': [str(n) for n in range(40)]}
    )

  seqio.TaskRegistry.add(
    name,
    seqio.FunctionDataSource(read, splits=['train']),
    preprocessors=[seqio.preprocessors.tokenize, seqio.preprocessors.append_eos],
    output_features=features,
  )


@pytest.mark.parametrize('alone', [True, False])
def test_a_task_of_another_vocabulary_is_refused_early(alone, data_dir, one_device, tmp_path):
  words = [seqio.SentencePieceVocabulary(str(data_dir / 'vocab.model')), seqio.ByteVocabulary()]
  names = 'say_the_same', 'say_bytes'
  for name, own in zip(names, words):
    users_task(name, dict.fromkeys(('inputs', 'targets'), seqio.Feature(own)))
    seqio.MixtureRegistry.add(f'{name}_too', [(name, 1.0), ('rte', 1.0)])
  same, other = names if alone else [f'{name}_too' for name in names]
  try:
    check(tmp_path / 'new', mixture=same, held_out=None, selection=None)
    with pytest.raises(
      UserError, match='task say_bytes .* ByteVocabulary, the run has .*vocab.model; .* Set VOCABULARY'
    ):
      check(tmp_path / 'new', mixture=other, held_out=None, selection=None)
  finally:
    for name in names:
      seqio.MixtureRegistry.remove(f'{name}_too')
      seqio.TaskRegistry.remove(name)


def test_dataset_of_a_users_own_without_dev_split_trains(data_dir, one_device, tmp_path):
  users_task('say', datasets.FEATURES)
  try:
    check(
      tmp_path / 'say',
      mixture='say',
      held_out=None,
      selection=None,
      dry_run=False,
      schedule=loop.Schedule(2, 0, 1, 1),
      store_dir=str(tmp_path / 'store'),
    )
  finally:
    seqio.TaskRegistry.remove('say')
  assert (tmp_path / 'say/checkpoints/2').is_dir()


def test_the_prompts_of_a_step_that_is_not_finite_can_be_read(data_dir, one_device, tmp_path, capfd):
  check(
    tmp_path / 'run',
    rows=training.Rows(512, 256, 64, 12, 64),
    held_out='sentiment',
    selection=Selection(clusters=('closed_book_qa',)),
    dry_run=False,
    optimizer={'learning_rate': 1e6},
    schedule=loop.Schedule(12, 0, 0, 12, nan_policy='skip'),
    store_dir=str(tmp_path / 'store'),
  )
  first = min((tmp_path / 'run/bad_steps').iterdir(), key=lambda file: int(file.stem))
  told = json.loads(first.read_text())
  assert told['reason'] == 'not finite' and told['step'] == int(first.stem) > 1 and len(told['rows']) == 2
  for row in told['rows']:
    prompts = [store.open_store(told['stores'][task]).read([number])[0] for task, number in row]
    assert 0 < sum(len(inputs) + len(targets) for inputs, targets in prompts) <= 256
  assert f'step {first.stem}: not finite: ' in capfd.readouterr().err
