# SPDX-License-Identifier: Apache-2.0
"""Every test has a layer, and those of the unit layer need no heavy library."""

import ast
import functools
import pathlib

from tests import layers

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
HEAVY = {
  'jax',
  'flax',
  'optax',
  'orbax',
  'grain',
  'seqio',
  'tensorflow',
  'tensorflow_datasets',
  'torch',
  'transformers',
}


def source(module: str) -> pathlib.Path | None:
  """The file of a module of this checkout; None: it is another's."""
  path = CHECKOUT / module.replace('flan_jax.tasks', 'tasks').replace('.', '/')
  return next((file for file in (path.with_suffix('.py'), path / '__init__.py') if file.exists()), None)


@functools.cache
def imported(path: pathlib.Path, everywhere: bool) -> frozenset[str]:
  """What a file imports: at its top, or in its functions too."""
  tree = ast.parse(path.read_text(encoding='utf-8'))
  found: set[str] = set()
  for node in ast.walk(tree) if everywhere else tree.body:
    if isinstance(node, ast.Import):
      found |= {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module:
      found |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
  return frozenset(found)


def reached(path: pathlib.Path) -> set[str]:
  """The packages of others that a test file loads."""
  others, open_, seen = set(), [*imported(path, True)], set()
  while open_:
    module = open_.pop()
    file = source(module)
    if file is None:
      others.add(module.partition('.')[0])
    elif module not in seen:
      seen.add(module)
      parents = [module.rpartition('.')[0]] if '.' in module else []
      open_ += [*imported(file, False), *parents]
  return others


def test_the_files_that_are_listed_are_there():
  names = [path.stem.removeprefix('test_') for path in (CHECKOUT / 'tests').glob('test_*.py')]
  listed = [*layers.UNIT, *layers.PROCESS]
  assert set(listed) <= set(names) and len(set(listed)) == len(listed)
  assert {layers.of(f'test_{name}.py') for name in names} == set(layers.LAYERS)


def test_unit_tests_need_no_heavy_library():
  for name in layers.UNIT:
    assert not reached(CHECKOUT / 'tests' / f'test_{name}.py') & HEAVY, name


def test_a_layer_is_collected_without_the_others(pytestconfig):
  plugin = next(
    one
    for one in pytestconfig.pluginmanager.get_plugins()
    if hasattr(one, 'pytest_ignore_collect') and getattr(one, '__name__', '') in ('conftest', 'tests.conftest')
  )

  class Config:
    def getoption(self, name):
      return {'--layer': 'unit'}[name]

  ignored = lambda name: plugin.pytest_ignore_collect(CHECKOUT / 'tests' / name, Config())
  assert ignored('test_job.py') and ignored('test_decoder.py')
  assert ignored('test_rooms.py') is None and ignored('bench') is None
