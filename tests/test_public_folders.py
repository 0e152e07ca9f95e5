# SPDX-License-Identifier: Apache-2.0
"""A folder of a public model in the place of a MODEL_DIR: the same as its import, and never written to."""

import dataclasses
import json
import os
import re
import shutil

import jax
import pytest

import gin
from flan_jax.cli import evaluate, generate, huggingface, report, train
from flan_jax.data import vocabulary
from flan_jax.data.vocabulary import FLAN
from flan_jax.errors import UserError
from flan_jax.evaluation import results, scores
from flan_jax.runs import evaluation, evaluation_request, harness, public_folders
from flan_jax.training import checkpoint
from tests import gguf_writer, test_gguf
from tests import public_folders as made


@pytest.fixture(scope='module')
def place(tmp_path_factory):
  """The working directory, with two models in `hub`."""
  folder = tmp_path_factory.mktemp('place')
  for seed, name in enumerate(('first', 'second')):
    made.write(folder / 'hub' / name, seed)
  return folder


@pytest.fixture
def here(place, random_runs, monkeypatch):
  monkeypatch.chdir(place)
  monkeypatch.setenv('TFDS_DATA_DIR', str(random_runs / 'data'))
  monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
  monkeypatch.delenv(vocabulary.ENDS, raising=False)
  monkeypatch.setattr(FLAN, '_loaded', None)
  return place


def content(folder):
  """Path and time of change of every file."""
  return {path: path.stat().st_mtime_ns for path in folder.rglob('*')}


def command(*arguments):
  try:
    FLAN._loaded = None
    evaluate.main([*arguments, '--limit=4'])
  finally:
    gin.clear_config()


@pytest.fixture
def evaluated(here, capsys):
  """results.json of both models, evaluated once; what was printed of the first."""
  before = content(here / 'hub')
  if not (here / 'said').exists():
    command('--model=hub/first', '--cluster=cb')
    (here / 'said').write_text(capsys.readouterr().out)
    command('--model=hub/second', '--cluster=cb', '--only=untuned')
    assert content(here / 'hub') == before
  read = lambda name: json.loads((here / 'evaluations' / name / 'results.json').read_text())
  return (here / 'said').read_text(), read('first'), read('second')


def test_the_first_line_says_where_its_results_go(evaluated):
  said, found, _ = evaluated
  assert said.startswith('hub/first is a public model (llama); its results go to evaluations/first\n')
  assert 'cb, not known to be unseen' in said
  assert re.search('^untuned: asked by (newline|chat|end), the best on dev of newline, chat, end$', said, re.M)
  assert 'plain: asked' not in said
  assert [(one['name'], one['step'], one['training']) for one in found['evaluations']] == [
    ('untuned', 0, 'unknown'),
    ('plain', 0, 'unknown'),
  ]


def test_it_has_the_scores_of_its_import(evaluated, here):
  huggingface.main(['import', 'hub/first', 'run'])
  FLAN._loaded = None
  found = evaluation.evaluate(evaluation.Evaluation(model_dir='run', held_out='cb', limit=4))
  assert found == results.read('evaluations/first')
  direct, imported = (checkpoint.read_run(one) for one in ('hub/first', 'run'))
  assert (direct.model, direct.rows, direct.ends) == (imported.model, imported.rows, imported.ends)
  assert direct.vocabulary.hash == imported.vocabulary.hash


def test_an_untuned_model_is_asked_by_what_is_best_on_dev(evaluated):
  untuned, plain = evaluated[1]['evaluations']
  found = untuned['datasets']['cb']
  assert list(found['askings']) == ['newline', 'chat', 'end']
  best = max(found['askings'].values())
  assert found['askings'][found['asking']] == best
  dev = [one['dev']['accuracy'] for one in found['templates']]
  assert best == pytest.approx(sum(dev) / len(dev))
  assert plain['datasets']['cb']['asking'] == 'plain' and 'askings' not in plain['datasets']['cb']
  assert 'separators' not in untuned


def test_the_page_and_the_answers_tell_how_it_was_asked(evaluated):
  own = evaluated[1]['evaluations'][0]['datasets']['cb']
  page = open('evaluations/first/report.html', encoding='utf-8').read()
  assert f'untuned asked by {own["asking"]} (on dev: newline {own["askings"]["newline"]:.1f}, chat ' in page
  assert 'the best on dev of newline, chat, end' in page and 'plain asked by' not in page
  number = own['templates'][0]['template']
  with open(f'evaluations/first/predictions/untuned limit=4 asked by chat/cb/{number}.rank.jsonl') as file:
    prompts = [json.loads(line).get('prompt', '') for line in list(file)[1:]]
  assert len(prompts) == 4 and all(text.endswith('<|im_end|>\n<|im_start|>assistant\n') for text in prompts)


def test_separators_that_are_named_serve_alone(evaluated, capsys):
  for separators, asking in (('chat', 'chat'), (('\n/', 'eos'), "'\\n/' and 'eos'")):
    FLAN._loaded = None
    found = evaluation.evaluate(
      evaluation.Evaluation(model_dir='hub/second', held_out='cb', limit=1, only='untuned', separators=separators)
    ).evaluations[-1]
    assert found.conditions.separators == separators
    assert (found.datasets['cb'].asking, found.datasets['cb'].askings) == (asking, None)
    assert f'SEPARATORS = {separators!r}' in ' '.join(capsys.readouterr().out.split())
  held = json.load(open('evaluations/second/results.json'))
  assert held['evaluations'][-1]['separators'] == ['\n/', 'eos']
  assert scores.Results.from_json(held).to_json() == held


def test_two_of_them_are_compared(evaluated, here):
  path = report.write(['hub/first', 'hub/second'], str(here / 'both.html'))
  page = open(path, encoding='utf-8').read()
  assert 'hub' not in report._names(['hub/first', 'hub/second']) and 'first' in page and 'second' in page
  assert 'untuned' in page and 'no predictions' not in page
  before = os.stat('evaluations/first/report.html').st_mtime_ns
  assert report.write(['hub/first']) == 'evaluations/first/report.html'
  assert os.stat('evaluations/first/report.html').st_mtime_ns > before
  shutil.copytree('hub/first', 'hub/third')
  with pytest.raises(UserError, match='hub/third is a public model without results in evaluations/third'):
    report.write(['hub/third'])
  shutil.copytree('hub/second', 'elsewhere/first')
  with pytest.raises(UserError, match='evaluations/first holds results of .*hub/first, not of elsewhere/first; name'):
    report.write(['elsewhere/first', 'hub/second'], str(here / 'both.html'))


def test_results_of_another_model_are_not_mixed_in(evaluated, here):
  asked = dict(held_out='cb', dry_run=True)
  for place, message in (
    ('evaluations/second', 'holds results of .*hub/second, not of .*hub/first'),
    ('hub/first', 'lies in the folder of the model'),
    ('hub/first/results', 'lies in the folder of the model'),
  ):
    FLAN._loaded = None
    with pytest.raises(UserError, match=message):
      evaluation.evaluate(evaluation.Evaluation(model_dir='hub/first', output_dir=place, **asked))
  evaluation.evaluate(evaluation.Evaluation(model_dir='hub/first', output_dir='evaluations/first', **asked))


def test_the_name_of_a_model_in_the_cache_of_the_hub():
  path = '/cache/models--Org--Model-1B/snapshots/0123456789abcdef'
  assert public_folders.results_dir(path) == 'evaluations/Org--Model-1B-01234567'


def test_generate_continues_a_prompt(here, capsys):
  (here / 'prompts.txt').write_text('Is it so?\n')
  lines = []
  huggingface.main(['import', 'hub/second', 'other'])
  for folder in ('hub/second', 'other'):
    FLAN._loaded = None
    output = f'{os.path.basename(folder)}.jsonl'
    generate.main([f'--model_dir={folder}', '--input=prompts.txt', f'--output={output}', '--max_tokens=5'])
    lines.append([json.loads(line) for line in open(output)][-1])
  assert lines[0] == lines[1]
  assert not (here / 'hub/second/checkpoints').exists()


def test_a_gguf_file_is_one_too(here, capsys):
  gguf_writer.write(here / 'small.gguf', test_gguf.model('llama'))
  (here / 'prompts.txt').write_text('a b\n')
  huggingface.main(['import', 'small.gguf', 'small'])
  lines = []
  for path in ('small.gguf', 'small'):
    FLAN._loaded = None
    generate.main([f'--model_dir={path}', '--input=prompts.txt', f'--output={path}.jsonl', '--max_tokens=3'])
    lines.append([json.loads(line) for line in open(f'{path}.jsonl')][-1])
  assert lines[0] == lines[1]
  assert public_folders.results_place('small.gguf', None) == 'evaluations/small'
  with pytest.raises(UserError, match='--model=prompts.txt must be a folder, or a GGUF file'):
    command('--model=prompts.txt', '--cluster=cb')


TRAIN = [
  f'--gin.{name}={value}'
  for name, value in {
    'HELD_OUT': "'nli'",
    'TASKS': "('natural_questions',)",
    'TOKENS_PER_BATCH': 512,
    'ROW_LENGTH': 512,
    'TARGET_SLOTS': 64,
    'INPUTS_LENGTH': 400,
    'TARGETS_LENGTH': 64,
    'LEAK_LIMIT': 1.0,
    'REMAT': "'dots'",
    'MESH': "{'data': 1}",
    'EVAL_EVERY': 0,
    'SAVE_EVERY': 0,
    'COMPILATION_CACHE': None,
  }.items()
]


def tune(folder, base, steps, *more):
  try:
    FLAN._loaded = None
    train.main(
      [*TRAIN, f"--gin.MODEL_DIR='{folder}'", f"--gin.INIT_FROM='{base}'", f'--gin.TRAIN_STEPS={steps}', *more]
    )
  finally:
    gin.clear_config()


@pytest.fixture
def alone(here, monkeypatch):
  device = jax.devices()[:1]
  monkeypatch.setattr(jax, 'devices', lambda *_: device)
  return here


def test_training_takes_its_model_and_vocabulary_and_goes_on_without_it(alone, tmp_path, capsys):
  base, run = str(tmp_path / 'base'), str(tmp_path / 'run')
  shutil.copytree('hub/first', base)
  tune(run, base, 1)
  told = checkpoint.read_run(run)
  assert 'what the parameters of' in capsys.readouterr().out
  source = checkpoint.read_run(base)
  assert told.model == dataclasses.replace(source.model, remat='dots')
  assert (told.vocabulary, told.ends) == (source.vocabulary, source.ends)
  assert (told.init_from, told.imported, told.imported_from) == (base, None, None)
  assert told.public_base == {'path': base, 'identity': public_folders.identity(base), **source.imported}
  assert (tmp_path / 'run/tokenizer/tokenizer_config.json').is_file()
  tune(run, base, 2)
  assert checkpoint.steps(run) == [1, 2] and checkpoint.read_run(run).public_base == told.public_base
  untuned, tuned = evaluation_request.candidates(run, 'both')
  assert (untuned.path, untuned.step, tuned.step) == (base, 0, 2)
  shutil.rmtree(base)
  tune(run, base, 3)
  assert checkpoint.steps(run)[-1] == 3 and checkpoint.read_run(run).public_base == told.public_base
  huggingface.main(['export', run, str(tmp_path / 'out')])
  values = json.loads((tmp_path / 'out/config.json').read_text())
  assert (values['model_type'], values['max_position_embeddings']) == ('llama', 2048)


def test_what_stands_in_a_file_that_includes_a_run_file_wins_too(alone, tmp_path):
  mine = tmp_path / 'mine.gin'
  mine.write_text("include 'runs/tune.gin'\nINIT_FROM = 'hub/first'\nATTENTION = 'xla'\nREMAT = 'full'\n")
  rest = [word for word in TRAIN if 'runs/tune.gin' not in word]
  try:
    FLAN._loaded = None
    train.main([f'--gin_file={mine}', *rest, f"--gin.MODEL_DIR='{tmp_path}/run'", '--dry_run'])
    found = [gin.query_parameter(f'{name}/gin.macro.value') for name in ('ATTENTION', 'REMAT')]
    assert found == ['xla', 'dots']  # the second by the command line
    assert gin.query_parameter('decoder.DecoderConfig.layers') == 2
  finally:
    gin.clear_config()


def test_an_adapter_is_trained_beside_it(alone, tmp_path):
  run = str(tmp_path / 'run')
  tune(run, 'hub/first', 1, "--gin.ADAPTER='lora'", '--gin.ADAPTER_RANK=2')
  told = checkpoint.read_run(run)
  assert told.base.step == 0 and told.init_from == os.path.abspath('hub/first')
  merged, base = checkpoint.load(run), checkpoint.load('hub/first')
  moved = jax.tree.map(lambda ours, theirs: bool((ours != theirs).any()), merged.params, base.params)
  assert moved['layers']['attention']['query']['kernel']


def test_another_model_than_the_folders_is_refused(alone, tmp_path):
  with pytest.raises(UserError, match='is of another model: .*d_model'):
    tune(tmp_path / 'run', 'hub/first', 1, '--gin_file=models/422m.gin')


def test_the_harness_reads_it(here):
  model = harness.FlanJax(model_dir='hub/first')
  assert model.loaded.run.imported_from == os.path.abspath('hub/first')
  assert model.tok_encode('a') == FLAN.encode('a')


def test_a_folder_that_is_two_things_is_told(here, tmp_path):
  shutil.copytree('hub/first', tmp_path / 'both')
  run = checkpoint.read_run('hub/first')
  checkpoint.write_run(str(tmp_path / 'both'), run.to_json())
  with pytest.raises(UserError, match=r'is a MODEL_DIR \(run.json\) and holds a public model \(config.json\), too'):
    evaluation_request.candidates(str(tmp_path / 'both'))


@pytest.mark.parametrize(
  'spoil, message',
  [
    (lambda folder: (folder / 'config.json').unlink(), 'has no config.json'),
    (lambda folder: (folder / 'model.safetensors').unlink(), 'has neither model.safetensors nor'),
    (lambda folder: (folder / 'tokenizer.json').unlink(), 'has no tokenizer.json or tokenizer.model'),
    (lambda folder: cut(folder / 'model.safetensors'), 'model.safetensors is broken'),
    (lambda folder: cut(folder / 'config.json'), 'config.json is not JSON'),
    (lambda folder: (folder / 'config.json').write_text('{"model_type": "nonesuch"}'), 'nonesuch'),
  ],
)
def test_what_is_missing_is_told_before_anything_starts(here, tmp_path, spoil, message):
  shutil.copytree('hub/first', tmp_path / 'model')
  spoil(tmp_path / 'model')
  with pytest.raises(UserError, match=message):
    evaluation.evaluate(evaluation.Evaluation(model_dir=str(tmp_path / 'model'), held_out='cb', dry_run=True))


def cut(path):
  """Leaves the first half of a file."""
  path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_name_on_the_hub_is_told_how_to_download(here):
  for command in (
    lambda: evaluation.evaluate(evaluation.Evaluation(model_dir='Org/Model', held_out='cb', dry_run=True)),
    lambda: huggingface.main(['import', 'Org/Model', 'imported']),
    lambda: tune('begun', 'Org/Model', 1),
  ):
    FLAN._loaded = None
    with pytest.raises(
      UserError, match='Org/Model.*; a model of the hub is downloaded first: hf download Org/Model --'
    ):
      command()
  with pytest.raises(UserError, match='holds no run.*, or a public model$'):
    evaluation.evaluate(evaluation.Evaluation(model_dir='hub/misspelt', held_out='cb', dry_run=True))


def test_other_parameters_are_told_apart(here, tmp_path):
  assert checkpoint.identity('hub/first', 0) != checkpoint.identity('hub/second', 0)
  shutil.copytree('hub/first', tmp_path / 'copy')
  assert checkpoint.identity('hub/first', 0) == checkpoint.identity(str(tmp_path / 'copy'), 0)
