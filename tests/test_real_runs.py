# SPDX-License-Identifier: Apache-2.0
"""Real runs never import the invented world, and all that it has samples of is there."""

import os
import subprocess
import sys

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets
from flan_jax.data.code import code_identity
from flan_jax.world import samples
from tests.test_rooms import CHECKOUT, imports, room, WRITERS

DOORS = [f'cli.{name}' for name in ('train', 'evaluate', 'cache')]


def reached(start):
  """The modules that come along with some, however late, and the packages around them."""
  found, new = set(), set(start)
  while new:
    found |= new
    wanted = set().union(*(imports()[name] for name in new))
    around = {name.rpartition('.')[0] for name in new | wanted}
    new = (wanted | around) & set(imports()) - found
  return found


def test_only_what_writes_embedded_data_imports_the_world():
  importing = {name for name, others in imports().items() if room(name) != 'world' and 'world' in map(room, others)}
  assert importing == WRITERS


def test_a_real_run_reaches_nothing_that_imports_the_world():
  real = reached(DOORS + [name for name in imports() if room(name) == 'tasks'])
  assert 'training.loop' in real and 'data.tokens.store' in real
  assert not [name for name in real if room(name) == 'world' or name in WRITERS]


def test_what_train_evaluate_and_cache_import_brings_no_world():
  real = [f'flan_jax.{name}' for name in sorted(reached(DOORS))]
  code = (
    'import importlib, sys\n'
    'from flan_jax.runs import registration\n'
    'registration.load_tasks()\n'
    f'for name in {real}: importlib.import_module(name)\n'
    'print([name for name in sys.modules if name.startswith("flan_jax.world")])'
  )
  said = subprocess.run(
    [sys.executable, '-c', code],
    capture_output=True,
    text=True,
    check=True,
    cwd=CHECKOUT,
    env=os.environ | {'JAX_PLATFORMS': 'cpu'},
  )
  assert said.stdout.strip().splitlines()[-1] == '[]'


def test_every_dataset_keeps_its_sample_and_every_sample_has_a_dataset():
  assert all(map(samples.get, datasets.names()))
  assert {
    name
    for name, sample in samples._SAMPLES.items()
    if code_identity.behind(sample).__module__.startswith('flan_jax.world.')
  } == set(datasets.names())
