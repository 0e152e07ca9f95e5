# SPDX-License-Identifier: Apache-2.0
"""Recipes, gin/models of public bases: they are what config.json says, and fit where the docs say."""

import json
import os
import pathlib
import re
import subprocess
import sys

import jax
import pytest

import gin
from flan_jax.cli import commandline
from flan_jax.model import decoder, families
from tests import public_configs
from tests.conftest import QUICK

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / 'docs/how-to/recipes.md'
OURS = {'base', 'tiny', '422m', '2b', '8b', '68b', '137b'}  # the paper's model


def bases(names=public_configs.BASES):
  return pytest.mark.parametrize('name', names)


@pytest.fixture
def recipe():
  """File in gin/models -> the DecoderConfig that a command makes of it."""

  def read(name):
    made = commandline.parser('precompile', 'Reads a recipe.', gin='runs/precompile.gin')
    commandline.configure(commandline.parse(made, [f'--gin_file=models/{name}.gin']))
    return commandline.call(decoder.DecoderConfig)

  yield read
  gin.clear_config()


@bases()
def test_a_recipe_is_the_decoder_of_the_config_json(name, recipe):
  _, values, _ = public_configs.BASES[name]
  assert recipe(name) == families.read_config(values)


@bases()
def test_a_recipe_has_as_many_parameters_as_are_published(name):
  _, values, count = public_configs.BASES[name]
  leaves = jax.tree.leaves(decoder.abstract_params(families.read_config(values)))
  assert sum(leaf.size for leaf in leaves) == count


def test_every_model_file_is_tested_here_or_the_papers():
  names = {path.stem for path in (CHECKOUT / 'gin/models').glob('*.gin')}
  assert names == OURS | set(public_configs.BASES)


def rows():
  """[recipe, what is tuned, mesh file, peak, memory] of the table of the page."""
  text = PAGE.read_text(encoding='utf-8')
  found = re.findall(r'^\| `models/(\w+)\.gin` \| (\w+) \| `meshes/(\w+)\.gin` \| ([\d.]+) of ([\d.]+) \|', text, re.M)
  return [(name, how, mesh, float(peak), float(memory)) for name, how, mesh, peak, memory in found]


def test_the_page_has_a_row_of_every_recipe_and_each_fits():
  assert {row[0] for row in rows()} == set(public_configs.BASES)
  assert all(peak <= memory for *_, peak, memory in rows())
  names = re.findall(r'^\| \[([\w./-]+)\]', PAGE.read_text(encoding='utf-8'), re.M)
  assert set(names) == {hub for hub, _, _ in public_configs.BASES.values()}


@pytest.mark.slow
@bases(list(public_configs.BASES)[:2])
def test_the_smallest_recipes_compile_with_the_memory_that_the_page_says(name):
  pytest.importorskip('libtpu')
  _, how, mesh, peak, memory = next(row for row in rows() if row[0] == name)
  assert how == 'full'
  done = subprocess.run(
    [sys.executable, '-m', 'flan_jax', 'precompile', f'--gin_file=models/{name}.gin', f'--gin_file=meshes/{mesh}.gin'],
    cwd=CHECKOUT,
    env=os.environ | {'XLA_FLAGS': QUICK},
    capture_output=True,
    text=True,
    timeout=1800,
  )
  assert done.returncode == 0, done.stderr[-2000:]
  told = re.search(r'its peak ([\d.]+) GiB of ([\d.]+) GiB: fits', re.sub(r'[│\s]+', ' ', done.stdout))
  assert (float(told[1]), float(told[2])) == (pytest.approx(peak, rel=0.05), memory)
  assert json.loads(done.stdout.splitlines()[-1])['fits']
