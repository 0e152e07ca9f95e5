"""Real runs never import the invented world, and all that it has samples of is there."""

import ast
import functools
import os
import pathlib
import subprocess
import sys

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets
from flan_jax.data.code import code_identity
from flan_jax.world import samples

CHECKOUT = pathlib.Path(__file__).parents[1]
WORLD = 'flan_jax.world'
DOORS = 'train', 'evaluate', 'cache'
WRITES_EMBEDDED_DATA = {
    f'flan_jax.data.sample_data.{name}' for name in (
        'embedded', 'embedded_content', 'embedded_rows')}


@functools.cache
def modules():
  """{name: file} of all modules of the package."""
  files = [*CHECKOUT.glob('flan_jax/**/*.py'), *CHECKOUT.glob('tasks/**/*.py')]
  found = {}
  for file in files:
    parts = file.relative_to(CHECKOUT).with_suffix('').parts
    parts = ('flan_jax', *parts) if parts[0] == 'tasks' else parts
    found['.'.join(parts).removesuffix('.__init__')] = file
  return found


def imported(module):
  """The modules that a module imports, at its top or in a function."""
  found = set()
  for node in ast.walk(ast.parse(modules()[module].read_text())):
    if isinstance(node, ast.Import):
      found |= {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom):
      found |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
  return found


def in_world(name):
  return name == WORLD or name.startswith(f'{WORLD}.')


def reached(start):
  """The modules that come along with some, however late."""
  found, new = set(), set(start)
  while new:
    found |= new
    new = set().union(*map(imported, new)) & set(modules()) - found
  return found


def test_only_what_writes_embedded_data_imports_the_world():
  importing = {name for name in modules()
               if not in_world(name) and any(map(in_world, imported(name)))}
  assert importing == WRITES_EMBEDDED_DATA


def test_a_real_run_reaches_nothing_that_imports_the_world():
  real = reached([f'flan_jax.cli.{door}' for door in DOORS] + [
      name for name in modules() if name.startswith('flan_jax.tasks')])
  assert 'flan_jax.training.loop' in real and 'flan_jax.data.tokens.store' in real
  assert not [name for name in real if in_world(name) or name in WRITES_EMBEDDED_DATA]


def test_what_train_evaluate_and_cache_import_brings_no_world():
  real = sorted(reached([f'flan_jax.cli.{door}' for door in DOORS]))
  code = ('import importlib, sys\n'
          'from flan_jax.runs import registration\n'
          'registration.load_tasks()\n'
          f'for name in {real}: importlib.import_module(name)\n'
          f'print([name for name in sys.modules if name.startswith({WORLD!r})])')
  said = subprocess.run(
      [sys.executable, '-c', code], capture_output=True, text=True, check=True,
      cwd=CHECKOUT, env=os.environ | {'JAX_PLATFORMS': 'cpu'})
  assert said.stdout.strip().splitlines()[-1] == '[]'


def test_every_dataset_keeps_its_sample_and_every_sample_has_a_dataset():
  assert all(map(samples.get, datasets.names()))
  assert {name for name, sample in samples._SAMPLES.items()
          if in_world(code_identity.behind(sample).__module__)} == set(datasets.names())
