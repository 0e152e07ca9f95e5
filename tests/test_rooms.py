# SPDX-License-Identifier: Apache-2.0
"""The rooms of the house: who may import whom, and how large they may grow."""

import ast
import collections
import contextlib
import functools
import pathlib
import textwrap

import pytest

CHECKOUT = pathlib.Path(__file__).parent.parent
HOUSE = CHECKOUT / 'flan_jax'
# What everybody may import.
COMMON = {'errors', 'settings', 'storage'}
ROOMS = {  # room -> rooms that it may import besides
  'settings': set(),
  'data': set(),
  'model': set(),
  'training': {'model'},
  'planning': {'model', 'training'},
  'public_models': {'model', 'training', 'data'},
  'inference': {'model', 'training', 'data'},
  'evaluation': {'data', 'inference'},
  'report': {'data', 'evaluation'},
  'runs': {'data', 'model', 'training', 'inference', 'evaluation', 'report', 'tasks', 'public_models'},
  'cli': {'data', 'model', 'training', 'inference', 'evaluation', 'report', 'runs', 'planning', 'public_models'},
  'world': set(),
  'tasks': {'data', 'evaluation'},
}
# Between two rooms only these: `inference` packs rows of tokens and reads a vocabulary, and
# needs the mesh; a page names clusters; public models
# have tokenizers; tasks are given metrics for SeqIO.
ONLY = {
  ('inference', 'data'): {'data.tokens.packing', 'data.tokens.row_arrays', 'data.vocabulary', 'data.encoding'},
  ('inference', 'training'): {'training.sharding'},
  ('report', 'data'): {'data.clusters'},
  ('public_models', 'data'): {
    'data.vocabulary',
    'data.tokenizers.byte_tokenizer',
    'data.tokenizers.chat_template',
    'data.tokenizers.ends',
    'data.tokenizers.kept_vocabulary',
    'data.tokenizers.tokenizer_files',
    'data.tokenizers.vocabulary_file',
    'data.tokenizers.words',
  },
  ('tasks', 'evaluation'): {'evaluation.seqio_metrics'},
}
# Modules that write the embedded data, which no run imports.
WRITERS = {f'data.sample_data.embedded{part}' for part in ('', '_content', '_rows')}
LINES, MODULES = 380, 22
FUNCTION_LINES, PARAMETERS = 40, 8
# The step loop; then what users write out, a name for each thing that they may say.
LONG = {'training.loop.train', 'data.datasets.add'}
WIDE = {'data.datasets.add', 'inference.decoding.generate', 'training.optim.optimizer'}


@functools.cache
def modules() -> dict[str, pathlib.Path]:
  """'data.store' -> its file."""
  found = {}
  for folder, prefix in ((HOUSE, ''), (CHECKOUT / 'tasks', 'tasks.')):
    for path in folder.rglob('*.py'):
      name = '.'.join(path.relative_to(folder).with_suffix('').parts)
      found[(prefix + name).removesuffix('.__init__')] = path
  return found


@functools.cache
def imports() -> dict[str, set[str]]:
  return {
    name: {part for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))) for part in imported(node)}
    for name, path in modules().items()
  }


def imports_for_types(name: str) -> set[str]:
  """What a module imports under `if TYPE_CHECKING:`, which never runs."""
  tree = ast.parse(modules()[name].read_text(encoding='utf-8'))
  return {
    part
    for branch in ast.walk(tree)
    if isinstance(branch, ast.If) and ast.unparse(branch.test) == 'TYPE_CHECKING'
    for node in ast.walk(branch)
    for part in imported(node)
  }


def imported(node):
  """'data.store' of `from flan_jax.data import store`, at the top or in a function."""
  if isinstance(node, ast.Import):
    wanted = [alias.name for alias in node.names]
  elif isinstance(node, ast.ImportFrom) and node.module:
    wanted = [
      f'{node.module}.{alias.name}'
      if f'{node.module}.{alias.name}'.removeprefix('flan_jax.') in modules()
      else node.module
      for alias in node.names
    ]
  else:
    wanted = []
  yield from (name.removeprefix('flan_jax.') for name in wanted if name.startswith('flan_jax.'))


def room(name: str) -> str:
  return name.partition('.')[0]


def test_no_room_imports_one_above_it():
  wrong = [
    f'{one} imports {other}'
    for one, others in imports().items()
    for other in others
    if room(one) in ROOMS
    and room(other) not in COMMON | {room(one)}
    and one not in WRITERS
    and (room(other) not in ROOMS[room(one)] or other not in ONLY.get((room(one), room(other)), {other}))
  ]
  assert wrong == []


def test_no_module_imports_itself_by_way_of_others():
  graph = {name: (others - imports_for_types(name)) & set(modules()) for name, others in imports().items()}
  while leaves := {name for name, others in graph.items() if not others}:
    graph = {name: others - leaves for name, others in graph.items() if name not in leaves}
  assert graph == {}


def test_commands_are_imported_by_nobody():
  for name, others in imports().items():
    if room(name) not in ('cli', '__main__'):
      assert 'cli' not in map(room, others), name


def test_only_commands_know_gin_and_flags():
  allowed = {'runs.description'}  # which writes down what gin has read
  for name, path in modules().items():
    if room(name) == 'cli' or name in allowed:
      continue
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
      names = [alias.name for alias in getattr(node, 'names', []) if isinstance(node, ast.Import)] + [
        getattr(node, 'module', None)
      ]
      assert not {'gin', 'argparse', 'absl'} & {str(one).partition('.')[0] for one in names}


@pytest.mark.parametrize(
  'folder', sorted(path.parent.relative_to(HOUSE) for path in HOUSE.rglob('__init__.py')), ids=str
)
def test_no_room_is_crowded(folder):
  files = sorted((HOUSE / folder).glob('*.py'))
  count = len(files) - 1
  if folder == pathlib.Path('.'):
    assert len(files) <= 4, [path.name for path in files]
  elif folder.parts[0] != 'world':
    assert count <= MODULES
  lines = collections.Counter({path.name: len(path.read_text(encoding='utf-8').splitlines()) for path in files})
  assert lines.most_common(1)[0][1] <= LINES, lines.most_common(3)


def test_functions_are_short_and_take_few_parameters():
  """Lines are counted from `def` to the end, the docstring among them."""
  long, wide = set(), set()
  for name, path in modules().items():
    if room(name) in ('world', 'tasks'):
      continue
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
      if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if node.end_lineno - node.lineno + 1 > FUNCTION_LINES:
          long.add(f'{name}.{node.name}')
        if len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs) > PARAMETERS:
          wide.add(f'{name}.{node.name}')
  assert (long, wide) == (LONG, WIDE)


def test_library_code_prints_nothing():
  """Notices go through `errors.notice`; what a command shows stands in `cli` and `runs`."""
  allowed = {'inference.repl'}  # a terminal
  for name, path in modules().items():
    if room(name) in {'cli', 'runs', 'world', 'tasks'} or name in allowed:
      continue
    calls = [
      node.lineno
      for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
      if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'print'
    ]
    assert not calls, (name, calls)


def test_what_tests_and_benchmarks_import_is_there():
  """Benchmarks run seldom: a module that moves must not leave one behind."""
  known = {f'flan_jax.{name}' for name in modules()} | {'flan_jax', 'flan_jax.tasks'}
  for path in (CHECKOUT / 'tests').rglob('*.py'):
    tree = ast.parse(path.read_text(encoding='utf-8'))
    trees = [tree]
    for node in ast.walk(tree):
      if isinstance(node, ast.Constant) and 'from flan_jax' in str(node.value):
        with contextlib.suppress(SyntaxError):  # a text, not the code of a process
          trees.append(ast.parse(textwrap.dedent(node.value)))
    for node in (node for one in trees for node in ast.walk(one)):
      if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('flan_jax'):
        assert node.module in known, (path.name, node.module)
        folder = modules().get(node.module.removeprefix('flan_jax.'))
        if folder is not None and folder.name == '__init__.py':
          held = folder.read_text(encoding='utf-8')
          missing = [
            alias.name for alias in node.names if f'{node.module}.{alias.name}' not in known and alias.name not in held
          ]
          assert not missing, (path.name, node.module, missing)
