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
from flan_jax.cli import commandline, precompile
from flan_jax.model import decoder, families
from flan_jax.planning import candidates
from tests import public_configs
from tests.conftest import QUICK

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / 'docs/how-to/recipes.md'
OURS = {'base', 'tiny', '422m', '2b', '8b', '68b', '137b'}  # the paper's model


def bases(names=public_configs.BASES):
  return pytest.mark.parametrize('name', names)


@pytest.fixture
def configured():
  """(recipe, other arguments of precompile) -> what gin then has."""

  def configure(name, *arguments):
    gin.clear_config()
    made = commandline.parser('precompile', 'Reads a recipe.', gin='runs/precompile.gin')
    commandline.configure(commandline.parse(made, [f'--gin_file=models/{name}.gin', *arguments]))

  yield configure
  gin.clear_config()


@pytest.fixture
def planned(configured):
  """(recipe, mesh file, ADAPTER) -> the candidates.Plan of its step."""

  def plan(name, mesh, adapter):
    lora = ["--gin.ADAPTER='lora'", "--gin.OPTIMIZER='adam'"] if adapter else []
    configured(name, f'--gin_file=meshes/{mesh}.gin', *lora)
    return precompile.planned(commandline.call(precompile.Precompile, mode='train'))

  return plan


@bases()
def test_a_recipe_is_the_decoder_of_the_config_json(name, configured):
  _, values, _ = public_configs.BASES[name]
  configured(name)
  assert commandline.call(decoder.DecoderConfig) == families.read_config(values)


@bases()
def test_a_recipe_has_as_many_parameters_as_are_published(name):
  _, values, count = public_configs.BASES[name]
  leaves = jax.tree.leaves(decoder.abstract_params(families.read_config(values)))
  assert sum(leaf.size for leaf in leaves) == count


def test_every_model_file_is_tested_here_or_the_papers():
  names = {path.stem for path in (CHECKOUT / 'gin/models').glob('*.gin')}
  assert names == OURS | set(public_configs.BASES)


def rows():
  """[recipe, what is tuned, mesh file, GiB by arithmetic, GiB at the compiled peak or None, GiB of a device]."""
  text = PAGE.read_text(encoding='utf-8')
  row = r'^\| `models/(\w+)\.gin` \| (\w+) \| `meshes/(\w+)\.gin` \| ([\d.]+) \| (–|[\d.]+) \| ([\d.]+) \|'
  return [
    (name, how, mesh, float(least), None if peak == '–' else float(peak), float(memory))
    for name, how, mesh, least, peak, memory in re.findall(row, text, re.M)
  ]


def test_the_page_has_every_recipe_with_what_its_steps_need_at_least(planned):
  assert {row[0] for row in rows()} == set(public_configs.BASES)
  for name, how, mesh, least, peak, memory in rows():
    plan = planned(name, mesh, {'full': None, 'LoRA': 'lora'}[how])
    candidates.check(plan)
    found = [round(count / 2**30, 2) for count in (candidates.least_bytes(plan), plan.where.device.memory)]
    assert found == [least, memory], (name, how)
    assert peak is None or peak <= memory


def test_the_page_links_the_folders_that_the_recipes_are_of():
  names = re.findall(r'^\| \[([\w./-]+)\]', PAGE.read_text(encoding='utf-8'), re.M)
  assert names == [hub for hub, _, _ in public_configs.BASES.values()]


@pytest.mark.slow
@bases(list(public_configs.BASES)[:2])
def test_the_smallest_recipes_compile_with_the_memory_that_the_page_says(name):
  pytest.importorskip('libtpu')
  _, how, mesh, _, peak, memory = next(row for row in rows() if row[0] == name)
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
  printed = re.search(r'its peak ([\d.]+) GiB of ([\d.]+) GiB: fits', re.sub(r'[│\s]+', ' ', done.stdout))
  assert float(printed[1]) == pytest.approx(peak, rel=0.05) and float(printed[2]) == memory
  assert json.loads(done.stdout.splitlines()[-1])['fits']
