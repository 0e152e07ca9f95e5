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
  given = [one if one.startswith('--') else f'--gin.{one}' for one in arguments]
  ended = doors.run(name, given, {'TFDS_DATA_DIR': str(data_dir), vocabulary.VARIABLE: str(data_dir / 'vocab.model')})
  assert ended.returncode == 0, ended.stderr + ended.stdout
  return ended


@pytest.fixture(scope='module')
def runs(embedded_data, tmp_path_factory, bucket_server):  # noqa: F811
  """{'disk': folder, 'bucket': folder}: the same job, begun, gone on with and evaluated."""
  folder = tmp_path_factory.mktemp('runs')
  (folder / 'prompts.jsonl').write_text('"One?"\n"Two?"\n')
  places = {'disk': str(folder / 'disk'), 'bucket': f'{buckets.make_bucket(bucket_server)}/jobs'}
  for place in places.values():
    model_dir = f"MODEL_DIR='{place}/tuned'"
    words = f"VOCABULARY='{place}/vocab.model'"
    storage.make_folder(place)
    storage.copy(embedded_data / 'vocab.model', storage.join(place, 'vocab.model'))
    storage.write_whole(storage.join(place, 'mine.gin'), 'SEED = 3\n')
    for steps in (2, 4):
      door(
        'train', embedded_data, *TUNE, *SMALL, f'--gin_file={place}/mine.gin', f'TRAIN_STEPS={steps}', model_dir, words
      )
    door('evaluate', embedded_data, model_dir, "HELD_OUT='none'", '--held_in=sst2', '--limit=4')
    door('report', embedded_data, f'{place}/tuned')
    door(
      'generate', embedded_data, f'--model_dir={place}/tuned', f'--input={folder}/prompts.jsonl',
      f'--output={place}/out.jsonl', '--field=text', '--max_tokens=4',
    )  # fmt: skip
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
    return {name for name in sizes if '/' not in name and not name.startswith('events')}

  assert files(runs['disk']) == files(runs['bucket']) >= {'run.json', 'config.gin', 'results.json', 'report.html'}
  for place in runs.values():
    events = [name for name in storage.names(f'{place}/tuned') if name.startswith('events')]
    assert len(events) == 2  # of each start
  assert not os.path.exists('gs:')


def test_checkpoints_hold_the_same_parameters(runs):
  import jax

  from flan_jax.training import checkpoint

  disk, bucket = (checkpoint.load(f'{place}/tuned') for place in runs.values())
  assert disk.step == bucket.step == 4
  jax.tree.map(np.testing.assert_array_equal, disk.params, bucket.params)
