# SPDX-License-Identifier: Apache-2.0
"""What README and docs say exists: links, commands, flags, macros, files; blocks run."""

import ast
import dataclasses
import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

from flan_jax import settings
from tests.conftest import QUICK

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
README = CHECKOUT / 'README.md'
PAGES = [README, CHECKOUT / 'CONTRIBUTING.md', *sorted((CHECKOUT / 'docs').rglob('*.md'))]
GENERATED = {'commands.md', 'settings.md'}
# Flags of other programs, after whose name they stand.
OTHERS = ('pip ', 'make ', 'lm_eval ', 'seqio_cache_tasks ', 'tfds ')
# Makes of the real run one that a test can do: other places, a small model, few steps.
PLACES = {
  '/data/tfds': '$PWD/data',
  '/models/vocab.model': 'data/vocab.model',
  '/runs/': 'runs/',
  'models/8b.gin': 'models/tiny.gin',
  'meshes/v5e_16.gin': 'meshes/local.gin',
  '--processes=8': '--processes=1',
}
SMALL = (
  '--gin.TRAIN_STEPS=2 --gin.TASKS="\'prepared\'" --gin.LAYERS=1 --gin.D_MODEL=32 '
  '--gin.HEADS=2 --gin.HEAD_DIM=16 --gin.D_FF=64'
)


@pytest.fixture(scope='module')
def generate():
  spec = importlib.util.spec_from_file_location('generate', CHECKOUT / 'docs/generate.py')
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


def blocks(path, language=''):
  """The fenced blocks of a page in one language, by default in any."""
  found = re.findall(r'^```(\w*)\n(.*?)^```', path.read_text(encoding='utf-8'), re.M | re.S)
  return [text for name, text in found if not language or name == language]


def prose(path):
  """The page without its fenced blocks."""
  return re.sub(r'^```.*?^```', '', path.read_text(encoding='utf-8'), flags=re.M | re.S)


def anchors(path):
  titles = re.findall(r'^#+ (.*)$', prose(path), re.M)
  return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


def command_lines(path):
  """[['train', '--gin_file=...', ...], ...]: each `flan_jax COMMAND ...` of a page."""
  text = path.read_text(encoding='utf-8').replace('\\\n', ' ')
  lines = [line for block in re.findall(r'^```(?:ba)?sh\n(.*?)^```', text, re.M | re.S) for line in block.splitlines()]
  lines += [code.replace('\n', ' ') for code in re.findall(r'(?<!`)`([^`]+)`(?!`)', prose(path))]
  found = [re.search(r'(?:^|[ /|])flan_jax ([a-z]\w*.*)', line.partition(' #')[0]) for line in lines]
  return [
    match[1].split()
    for match in found
    if match and not any(other in match[0].partition('flan_jax')[0] for other in OTHERS)
  ]


def pages(paths=PAGES):
  return pytest.mark.parametrize('page', paths, ids=[str(path.relative_to(CHECKOUT)) for path in paths])


def test_the_readme_has_150_lines_at_most():
  assert len(README.read_text(encoding='utf-8').splitlines()) <= 150


@pages()
def test_relative_links_lead_somewhere(page):
  for target in re.findall(r'\]\(([^)\s]+)\)', prose(page)):
    if target.startswith(('http://', 'https://')):
      continue
    name, _, anchor = target.partition('#')
    path = (page.parent / name).resolve() if name else page
    if path.name in GENERATED and path.parent.name == 'reference':
      continue
    assert path.exists(), target
    assert not anchor or anchor in anchors(path), target


@pages()
def test_commands_and_their_flags_exist(page, generate):
  for name, *arguments in command_lines(page):
    if name in ('COMMAND', 'harness'):
      continue
    assert name in generate.COMMANDS, name
    flags = {argument.partition('=')[0] for argument in arguments if argument.startswith('--') and argument != '--'}
    known = generate.flags(name) | {'--help'}
    assert {flag for flag in flags if not flag.startswith('--gin.')} <= known, name
    assert '--gin.NAME' in known or not any(flag.startswith('--gin.') for flag in flags)


@pages()
def test_flags_in_the_text_are_those_of_a_command(page, generate):
  known = set().union(*map(generate.flags, generate.COMMANDS)) | {'--help'}
  for code in re.findall(r'(?<!`)`(--[^`]*)`(?!`)', prose(page)):
    flag = re.match(r'--[\w.-]+', code)[0]
    assert flag.startswith('--gin.') or flag in known, code


@pages()
def test_macros_exist(page):
  text = page.read_text(encoding='utf-8')
  found = set(re.findall(r'--gin\.([A-Z][A-Z_]+)=', text))
  found |= set(re.findall(r'`([A-Z][A-Z_]+) = ', text))
  for block in blocks(page, 'bash'):
    found |= set(re.findall(r'^([A-Z][A-Z_]+) = ', block, re.M))
  assert found - {'NAME'} <= set(settings.MACROS)


@pages()
def test_gin_files_exist(page):
  text = page.read_text(encoding='utf-8')
  named = set(re.findall(r'\b((?:runs|models|holdout|meshes|ablations)/\w+\.gin)\b', text))
  assert [name for name in named if not (CHECKOUT / 'gin' / name).is_file()] == []


def test_every_command_has_a_line_in_the_readme(generate):
  rows = re.findall(r'^\| `(\w+)` \|', README.read_text(encoding='utf-8'), re.M)
  assert sorted(rows) == sorted([*generate.COMMANDS, 'harness'])


def test_every_page_is_in_the_navigation():
  nav = (CHECKOUT / 'mkdocs.yml').read_text(encoding='utf-8').partition('\nnav:')[2]
  listed = set(re.findall(r'- ([\w/-]+\.md)', nav))
  there = {str(path.relative_to(CHECKOUT / 'docs')) for path in PAGES if CHECKOUT / 'docs' in path.parents}
  assert listed == there | {f'reference/{name}' for name in GENERATED}


def test_the_generated_pages_have_every_command_and_setting(generate):
  commands, table = generate.commands(), generate.settings()
  assert all(f'\n## {name}\n' in commands for name in [*generate.COMMANDS, 'harness'])
  assert all(f'| `{name}` |' in table for name in settings.MACROS)
  assert '| `TRAIN_STEPS` | `30000` |' in table and '| `HELD_OUT` | required |' in table
  assert 'python -m flan_jax.' not in commands


def test_the_generated_pages_need_neither_jax_nor_tensorflow(generate):
  code = (
    'import runpy, sys; runpy.run_path("docs/generate.py")["settings"]();'
    'assert not {"jax", "tensorflow", "seqio", "gin"} & set(sys.modules)'
  )
  subprocess.run([sys.executable, '-c', code], cwd=CHECKOUT, check=True, env=os.environ | {'PYTHONPATH': str(CHECKOUT)})


def test_the_schemas_name_every_key():
  from flan_jax.data.tokenizers import ends
  from flan_jax.evaluation import scores
  from flan_jax.training import events, loss_alarm, metric_log, rows, run_file

  text = (CHECKOUT / 'docs/reference/schemas.md').read_text(encoding='utf-8')
  said = set(re.findall(r'[`"](\w+)[`"]', text))
  assert set(metric_log.NUMBERS) <= said
  assert {'event', 'time', 'code'}.union(*events.EVENTS.values()) <= said
  assert all(f'| `{event}` |' in text for event in events.EVENTS)
  assert f'"schema": {scores.SCHEMA}' in text
  assert all(f'`{reason}`' in text for reason in (loss_alarm.NOT_FINITE, loss_alarm.SPIKE, loss_alarm.EMPTY))
  for told in (scores.Evaluation, scores.Conditions, scores.DatasetScores, scores.TemplateScores, scores.ShownPrompt):
    assert {field.name for field in dataclasses.fields(told)} - {'others', 'conditions'} <= said
  for told in (
    scores.Comparison,
    scores.Difference,
    run_file.Run,
    run_file.Vocabulary,
    rows.Rows,
    ends.Ends,
    run_file.LossConfig,
    run_file.TextOverlap,
  ):
    assert {field.name for field in dataclasses.fields(told)} - {'others', 'conditions'} <= said
  assert f'in `format`, now {run_file.FORMAT};' in text


def sh(folder, text):
  """Runs bash blocks where `flan_jax` is that of this checkout."""
  function = f'flan_jax() {{ {shlex.quote(sys.executable)} -m flan_jax "$@"; }}\n'
  kept = {name: value for name, value in os.environ.items() if name not in ('TFDS_DATA_DIR', 'FLAN_VOCABULARY')}
  done = subprocess.run(
    ['bash', '-euo', 'pipefail', '-c', function + text],
    cwd=folder,
    text=True,
    capture_output=True,
    timeout=3600,
    env=kept | {'PYTHONPATH': str(CHECKOUT), 'JAX_PLATFORMS': 'cpu', 'XLA_FLAGS': QUICK},
  )
  assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
  return done.stdout


@pytest.mark.slow
def test_the_tutorial_runs_as_it_stands(tmp_path):
  said = sh(tmp_path, '\n'.join(blocks(CHECKOUT / 'docs/tutorial.md', 'bash')))
  assert 'data: embedded' in said and 'resuming from step 40' in said
  assert {'run.json', 'metrics.jsonl', 'results.json', 'predictions', 'report.html'} <= set(
    os.listdir(tmp_path / 'runs/first')
  )


@pytest.mark.slow
def test_the_real_run_of_the_readme_runs_on_embedded_data(tmp_path):
  text = '\n'.join(blocks(README, 'bash'))
  for there, here in PLACES.items():
    text = text.replace(there, here)
  text = re.sub(r'^flan_jax (train|cache) ', rf'flan_jax \1 {SMALL} ', text, flags=re.M)
  text = re.sub(r'^flan_jax evaluate ', 'flan_jax evaluate --limit=2 ', text, flags=re.M)
  base = (
    'export FLAN_VOCABULARY=$PWD/data/vocab.model\n'
    'flan_jax train --gin_file=runs/pretrain.gin --tfds_data_dir=data '
    f'{SMALL} --gin.TASKS=None --gin.MODEL_DIR="\'runs/base\'"\n'
  )
  data = 'flan_jax sample --data_dir=data --datasets=nli,sentiment,arc_easy --examples=40\n'
  sh(tmp_path, data + base + text)
  assert (tmp_path / 'runs/nli/report.html').is_file()


NOTEBOOKS = sorted((CHECKOUT / 'docs/notebooks').glob('*.ipynb'))


def cells(notebook) -> list[str]:
  """The code of a notebook, cell by cell."""
  told = json.loads(notebook.read_text(encoding='utf-8'))
  assert told['nbformat'] == 4
  assert not any(cell.get('outputs') for cell in told['cells'])  # they would age
  return [''.join(cell['source']) for cell in told['cells'] if cell['cell_type'] == 'code']


@pytest.mark.parametrize('notebook', NOTEBOOKS, ids=lambda path: path.stem)
def test_the_cells_of_notebooks_are_code_that_uses_public_names(notebook):
  import flan_jax

  tree = ast.parse('\n'.join(cells(notebook)))
  used = {
    node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == 'flan_jax'
  }
  assert len(used) >= 4 and used <= {*flan_jax.__all__, 'tasks'}


@pytest.mark.slow
@pytest.mark.parametrize('notebook', NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_from_their_first_cell_to_the_last(notebook, tmp_path):
  (tmp_path / 'cells.py').write_text('\n'.join(cells(notebook)))
  said = sh(tmp_path, f'{shlex.quote(sys.executable)} cells.py')
  assert 'of the tokens of 20 steps' in said or 'greedy continuation' in said
