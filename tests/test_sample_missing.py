# SPDX-License-Identifier: Apache-2.0
"""Datasets without a sample, and parts of the embedded data whose sample has changed."""

import pytest

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.cli import sample
from flan_jax.data import prompt_variants
from flan_jax.data.sample_data import embedded
from flan_jax.errors import UserError
from flan_jax.world import World
from tests.conftest import replace_sample

WITHOUT = {'cb', 'snli'}


@pytest.fixture
def two_without(monkeypatch):
  """As if the world had no samples for CB and SNLI."""
  for name in WITHOUT:
    replace_sample(monkeypatch, name, None)


@pytest.mark.parametrize('words', ['cb', 'rte,cb', 'cb.name'])
def test_a_dataset_without_a_sample_is_refused_with_the_remedy(words, tmp_path, two_without):
  prompt_variants.register(prompt_variants.Variant('cb', style='name'))
  with pytest.raises(UserError) as error:
    sample.main([f'--data_dir={tmp_path}/new', f'--datasets={words}'])
  said = str(error.value)
  assert said.startswith('cb (') and 'tasks/nli/cb.py) has no sample' in said
  assert "@flan_jax.world.samples.of('cb')" in said and '\n' not in said
  assert 'flan_jax prepare --datasets=cb' in said
  assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize('words', ['', 'nli'])
def test_of_several_those_without_a_sample_are_left_out_and_told(words, tmp_path, two_without, monkeypatch, capsys):
  asked = {}

  def write(data_dir, examples, names, *others):
    asked['names'] = names
    return {'written': [], 'unchanged': [], 'kept': []}

  monkeypatch.setattr(embedded, 'write', write)
  sample.main([f'--data_dir={tmp_path}', f'--datasets={words}'])
  assert 'left out: cb, snli, without a sample' in capsys.readouterr().out
  assert 'rte' in asked['names'] and not WITHOUT & set(asked['names'])
  assert ('sst2' in asked['names']) == (not words)


def here(world):
  """A sample of this module."""


def test_a_part_is_wanted_anew_when_its_dataset_its_sample_or_the_world_changes(monkeypatch):
  world, [group] = World(0), embedded._groups(['cb'], ()).values()

  def wanted():
    return embedded._builder_part('super_glue/cb:1.0.2', group, 30, world).wanted

  first = wanted()
  assert wanted() == first
  others = []
  with monkeypatch.context() as patch:
    patch.setattr(embedded, '_own_sources', lambda: ['another world'])
    others.append(wanted())
  text = embedded.syntax.of_module
  for module in ('flan_jax.tasks.nli.cb', __name__):
    with monkeypatch.context() as patch:
      replace_sample(patch, 'cb', here)
      same = wanted()
      patch.setattr(
        embedded.syntax, 'of_module', lambda read: text(read) + ('changed' if read.__name__ == module else '')
      )
      others += [same, wanted()]
  assert len({first, *others}) == 5
