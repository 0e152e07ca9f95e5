# SPDX-License-Identifier: Apache-2.0
"""A dataset of a user's own package: one file; then it trains and can be held out."""

import json
import textwrap

import pytest

from tests import doors

FILE = '''
"""Riddles: which animal is it? Source: none. Licence: none. Splits: as they are."""

import tensorflow_datasets as tfds

from flan_jax.data import clusters, datasets
from flan_jax.data.fields import choose
from flan_jax.data.templates import templates
from flan_jax.world import samples

clusters.add('riddles', 'Riddles', dropped_with=('commonsense',))
ANIMALS = ['cat', 'dog', 'owl']


class Riddles(tfds.core.GeneratorBasedBuilder):
  VERSION = tfds.core.Version('1.0.0')

  def _info(self):
    return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict({
        'riddle': tfds.features.Text(), 'label': tfds.features.ClassLabel(names=ANIMALS)}))

  def _split_generators(self, dl_manager):
    raise AssertionError('nothing is fetched in this test')

  def _generate_examples(self):
    return ()


def fields(example):
  return {'riddle': example['riddle'], **choose(example['label'], ANIMALS)}


@samples.of('riddles')
def sample(world):
  animal = world.choice(ANIMALS)
  says = {'cat': 'meow', 'dog': 'woof', 'owl': 'hoo'}[animal]
  who, times = world.person().name, world.random.randint(1, 99)
  return {'riddle': f'{who} hears {says} {times} times', 'label': animal}


TEMPLATES = templates("\\n---\\n".join(
    f'{{riddle}}\\nRiddle, way {way}: what is it?\\n{{options}}' for way in range(10)))

datasets.add(
    'riddles', tfds='riddles:1.0.0', kind='classification', examples=500,
    splits={'train': 'train', 'validation': 'validation', 'test': 'test'},
    fields=fields, templates=TEMPLATES, metrics=['accuracy'],
    clusters=['riddles'])
'''

TRAIN = (
  "train --tfds_data_dir=data --gin.MODEL_DIR='run' --gin.HELD_OUT='nli' "
  "--gin.MIXTURE='flan_holdout_nli' --gin.CLUSTERS=('riddles',) "
  '--gin.TRAIN_STEPS=2 --gin.TOKENS_PER_BATCH=512 --gin.ROW_LENGTH=256 '
  '--gin.INPUTS_LENGTH=128 --gin.TARGETS_LENGTH=32 --gin.TARGET_SLOTS=64 '
  "--gin.VOCABULARY='data/vocab.model'"
)


def drive(folder, calls):
  """What these doors print, one after the other in that folder."""
  text = ''
  for call in calls:
    name, *arguments = call.split(' ')
    done = doors.run(name, [*arguments, '--import=riddles'], {}, folder)
    assert done.returncode == 0, done.stderr[-2_000:]
    text += done.stdout
  return text


@pytest.fixture(scope='module')
def said(tmp_path_factory):
  """What the doors print, started in the folder where the file stands."""
  folder = tmp_path_factory.mktemp('outside')
  (folder / 'riddles.py').write_text(textwrap.dedent(FILE))
  return folder, drive(
    folder, ['holdout --cluster=riddles --json', 'sample --data_dir=data --examples=24 --datasets=riddles,cb', TRAIN]
  )


def test_its_cluster_can_be_held_out(said):
  rule = json.loads(said[1].split('\n')[0])
  assert rule['held_out'] == ['riddles'] and rule['cluster'] == 'riddles'
  assert 'riddles' not in {row['task'] for row in rule['train']}


def test_it_has_embedded_data_and_trains(said):
  folder, text = said
  run = json.loads((folder / 'run' / 'run.json').read_text())
  assert list(run['tasks']) == ['riddles'] and run['data'] == 'embedded'
  assert 'trained to step 2' in text


def test_its_run_and_its_store_go_on_after_a_comment(said):
  folder, _ = said
  text = (folder / 'riddles.py').read_text()
  (folder / 'riddles.py').write_text(
    text.replace('Riddles:', 'Riddles, that is:').replace('def fields', '# What is asked.\ndef fields')
  )
  stores = sorted((folder / 'data/store/riddles').iterdir())
  text = drive(folder, [TRAIN.replace('TRAIN_STEPS=2', 'TRAIN_STEPS=3')])
  assert 'trained to step 3' in text
  assert sorted((folder / 'data/store/riddles').iterdir()) == stores


def test_a_module_that_is_not_there_is_named(tmp_path):
  done = doors.run('holdout', ['--cluster=nli', '--import=nowhere.to_be'], {}, tmp_path)
  assert done.returncode == 2 and 'Traceback' not in done.stderr
  assert '--import=nowhere.to_be' in done.stderr
