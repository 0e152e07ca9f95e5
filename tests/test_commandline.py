# SPDX-License-Identifier: Apache-2.0
"""Doors: help at once, one-paragraph errors, gin found from any folder."""

import json
import os
import subprocess
import sys

import pytest

import gin
from flan_jax.cli import commandline, holdout, main, train
from flan_jax.errors import UserError
from flan_jax.runs import progress
from tests import doors

DOORS = [
  'cache',
  'evaluate',
  'experiment',
  'generate',
  'holdout',
  'huggingface',
  'prepare',
  'prompts',
  'report',
  'sample',
  'train',
]
CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def door(name, *arguments, cwd=None):
  environment = os.environ | {'JAX_PLATFORMS': 'cpu', 'XLA_FLAGS': ''}
  return subprocess.run(
    [sys.executable, '-m', 'flan_jax', name, *arguments],
    cwd=cwd,
    text=True,
    capture_output=True,
    env=environment,
    timeout=600,
  )


@pytest.mark.parametrize('name', DOORS)
def test_help_needs_no_heavy_import(name):
  probe = (
    f'import sys; from flan_jax.cli import main\n'
    f'try:\n  main.main(["{name}", "--help"])\n'
    'except SystemExit as end: assert end.code == 0\n'
    'assert not {"jax", "tensorflow", "seqio"} & set(sys.modules)'
  )
  done = subprocess.run([sys.executable, '-c', probe], text=True, capture_output=True)
  assert done.returncode == 0, done.stderr
  assert f'usage: flan_jax {name}' in done.stdout
  assert '--tfds_data_dir' in done.stdout or '--data_dir' in done.stdout


def test_the_commands_are_those_that_have_a_module():
  folder = os.path.join(CHECKOUT, 'flan_jax', 'cli')
  modules = {name.removesuffix('.py') for name in os.listdir(folder) if name.endswith('.py')}
  helpers = {'__init__', 'commandline', 'gin_defaults', 'gin_files', 'launch_figures', 'main'}
  assert set(main.COMMANDS) == modules - helpers
  assert all(f'\n  {name} ' in main.overview() for name in main.COMMANDS)


@pytest.mark.parametrize('arguments', [[], ['--help'], ['-h'], ['help']])
def test_help_lists_the_commands(arguments, capsys):
  main.main(arguments)
  assert main.overview() in capsys.readouterr().out


def test_an_unknown_command_is_one_paragraph(capsys):
  with pytest.raises(SystemExit) as end:
    main.main(['trian', '--dry_run'])
  assert end.value.code == 2
  assert capsys.readouterr().err == (
    "flan_jax: there is no command 'trian'; did you mean train?\nSee flan_jax --help.\n"
  )


def test_gin_config_is_imported_from_the_checkout_not_our_folder():
  done = subprocess.run(
    [sys.executable, '-c', 'import gin; print(gin.__file__, gin.configurable)'],
    cwd=CHECKOUT,
    text=True,
    capture_output=True,
  )
  assert 'site-packages' in done.stdout, done.stderr


@pytest.mark.parametrize(
  'arguments, words',
  [
    (['--gin_file=models/138b.gin'], ["no gin file 'models/138b.gin'", 'models/137b.gin']),
    (["--gin.MODLE_DIR='x'"], ["'MODLE_DIR'", 'did you mean MODEL_DIR']),
    (['--gin.loop.Schedule.train_stepz=3'], ["'train_stepz'"]),
    (['--gin.HELD_OUT=None'], ['MODEL_DIR', 'REQUIRED']),
    (['--tfds_data_dir=/no/such/folder'], ['/no/such/folder', 'flan_jax sample']),
    (['--frobnicate'], ['--frobnicate', '--help']),
    (["--gin.MODEL_DIR='x'", "--gin.HELD_OUT='nlii'"], ['nlii', 'did you mean nli']),
  ],
)
def test_a_mistake_is_one_paragraph_that_names_it(arguments, words, tmp_path):
  (tmp_path / 'runs').mkdir()  # a user's own folder, not where our gin files are
  given = [a for a in arguments if a.startswith('--tfds_data_dir')]
  done = door('train', *arguments, *([] if given else [f'--tfds_data_dir={tmp_path}']), cwd=tmp_path)
  assert done.returncode not in (0, 1), done.stderr
  assert 'Traceback' not in done.stderr
  assert all(word in done.stderr for word in words), done.stderr
  assert not (tmp_path / 'x').exists()


@pytest.fixture
def here(tmp_path, monkeypatch):
  """A door may be called in this process: what it sets is taken back."""
  monkeypatch.chdir(tmp_path)
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  gin.clear_config()
  yield
  gin.clear_config()


@pytest.mark.parametrize(
  'arguments, words',
  [
    (["--gin.HELD_OUT='nli'", "--gin.MIXTURE='flan_all'"], ['nli is held out', 'rte']),
    (['--gin_file=holdout/nli.gin', "--gin.VOCABULARY='/no'"], ['not prepared', 'flan_jax sample']),
  ],
)
def test_a_mistake_that_the_tasks_show_is_an_error_too(arguments, words, here, tmp_path):
  with pytest.raises(UserError) as found:
    train.main([*arguments, "--gin.MODEL_DIR='x'", f'--tfds_data_dir={tmp_path}'])
  assert all(word in f'{found.value}' for word in words)
  assert not (tmp_path / 'x').exists()


def test_a_setting_without_a_value_is_named_with_what_it_takes(here, tmp_path):
  with pytest.raises(UserError) as found:
    train.main(["--gin.MODEL_DIR='x'", f'--tfds_data_dir={tmp_path}'])
  assert f'{found.value}'.endswith('set it with --gin.HELD_OUT=... (a text, or None (nothing))')


def test_json_is_the_last_line_of_standard_output(here, tmp_path, capsys):
  holdout.main(['--cluster=nli', '--json', f'--tfds_data_dir={tmp_path}'])
  assert json.loads(capsys.readouterr().out.splitlines()[-1])['counts'] == 'declared'


def test_later_bindings_win_and_values_keep_their_equals_sign():
  made = commandline.parser('x', 'y', gin='runs/tune.gin')
  flags = commandline.parse(made, ["--gin.A='b=c'", '--dry_run', '--gin.D = 3'])
  assert flags.bindings == ["A = 'b=c'", 'D = 3'] and flags.dry_run


def test_plain_progress_is_lines(capsys):
  with progress.progress('work', 4) as advance:
    for name in 'abcd':
      advance(1, name)
  assert capsys.readouterr().err.splitlines() == [f'work: {n}/4 {name}' for n, name in enumerate('abcd', 1)]


@pytest.mark.parametrize('door', ['cache', 'prepare'])
def test_commands_before_a_run_take_its_gin_files_without_what_it_requires(data_dir, tmp_path, door):
  where = [f'--data_dir={tmp_path}'] if door == 'prepare' else []
  ended = doors.run(door, [*where, '--gin_file=runs/tune.gin', "--gin.TASKS='sst2'", '--dry_run'], {})
  assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize('product, asked', [('Google Compute Engine', True), ('Standard PC', False), (None, False)])
def test_the_metadata_server_of_google_is_asked_on_its_machines_alone(tmp_path, product, asked):
  if product:
    (tmp_path / 'product').write_text(f'{product}\n')
  assert ('NO_GCE_CHECK' in commandline._away_from_google(str(tmp_path / 'product'))) != asked
