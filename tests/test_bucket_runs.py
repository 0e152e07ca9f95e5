# SPDX-License-Identifier: Apache-2.0
"""A run in a bucket is the run on a disk: training, evaluation, report, continuations."""

import json
import os

import numpy as np
import pytest

from flan_jax import storage
from flan_jax.data import vocabulary
from tests import buckets, doors
from tests.buckets import bucket_server  # noqa: F401  a fixture
from tests.test_job import SMALL, TUNE


def door(name, data_dir, *arguments):
  given = [one if one.startswith('--') or name == 'report' else f'--gin.{one}' for one in arguments]
  ended = doors.run(name, given, {'TFDS_DATA_DIR': str(data_dir), vocabulary.VARIABLE: str(data_dir / 'vocab.model')})
  assert ended.returncode == 0, ended.stderr + ended.stdout


@pytest.fixture(scope='module')
def runs(embedded_data, tmp_path_factory, bucket_server):  # noqa: F811
  """{'disk': folder, 'bucket': folder} of the same job; in the bucket it is interrupted."""
  folder = tmp_path_factory.mktemp('runs')
  (folder / 'prompts.jsonl').write_text('"One?"\n"Two?"\n')
  places = {'disk': str(folder / 'disk'), 'bucket': f'{buckets.make_bucket(bucket_server)}/jobs'}
  for name, place in places.items():
    storage.make_folder(place)
    storage.copy(embedded_data / 'vocab.model', storage.join(place, 'vocab.model'))
    storage.write_whole(storage.join(place, 'mine.gin'), 'SEED = 3\n')
    model_dir, words, mine = (
      f"MODEL_DIR='{place}/tuned'",
      f"VOCABULARY='{place}/vocab.model'",
      f'--gin_file={place}/mine.gin',
    )
    for steps in (4,) if name == 'disk' else (2, 4):
      door('train', embedded_data, *TUNE, *SMALL, mine, f'TRAIN_STEPS={steps}', model_dir, words)
    door('evaluate', embedded_data, model_dir, "HELD_OUT='none'", '--held_in=sst2', '--limit=4')
    door('report', embedded_data, f'{place}/tuned')
    asked = f'--model_dir={place}/tuned', f'--input={folder}/prompts.jsonl', f'--output={place}/out.jsonl'
    door('generate', embedded_data, *asked, '--field=text', '--max_tokens=4')
  return places


def test_what_is_learnt_is_the_same(runs):
  records = [
    [json.loads(line) for line in storage.read_text(f'{place}/tuned/metrics.jsonl').splitlines()]
    for place in runs.values()
  ]
  for disk, bucket in zip(*records, strict=True):
    assert {name: disk[name] for name in ('step', 'loss', 'dev_loss') if name in disk} == {
      name: bucket[name] for name in ('step', 'loss', 'dev_loss') if name in disk
    }
  assert [record['step'] for record in records[1]] == [1, 2, 3, 4]


def test_what_is_answered_is_the_same(runs):
  names = [name for name in storage.sizes(f'{runs["disk"]}/tuned/predictions')]
  assert names and names == list(storage.sizes(f'{runs["bucket"]}/tuned/predictions'))
  scores = []
  for place in runs.values():
    found = json.loads(storage.read_text(f'{place}/tuned/results.json'))
    scores.append([[one['name'], one['datasets']] for one in found['evaluations']])
  assert scores[0] == scores[1]
  assert len({storage.read_text(f'{place}/out.jsonl') for place in runs.values()}) == 1


def test_a_bucket_holds_what_a_disk_does(runs):
  def files(place):
    sizes = storage.sizes(f'{place}/tuned')
    return {name for name in sizes if '/' not in name and not name.startswith('events.out')}

  assert files(runs['disk']) == files(runs['bucket']) >= {'run.json', 'config.gin', 'results.json', 'report.html'}
  for place, starts in zip(runs.values(), (1, 2)):
    events = [name for name in storage.names(f'{place}/tuned') if name.startswith('events.out')]
    assert len(events) == starts
  assert not os.path.exists('gs:')


def test_checkpoints_hold_the_same_parameters(runs):
  import jax

  from flan_jax.training import checkpoint

  disk, bucket = (checkpoint.load(f'{place}/tuned') for place in runs.values())
  assert disk.step == bucket.step == 4
  jax.tree.map(np.testing.assert_array_equal, disk.params, bucket.params)
