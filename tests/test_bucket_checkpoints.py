# SPDX-License-Identifier: Apache-2.0
"""Checkpoints in a bucket: as on a disk, without renames and without a second download."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.settings import places
from flan_jax.training import checkpoint, checksums, step_folders
from flan_jax.training import state as state_lib
from tests import tiny_runs
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures


def state(step):
  return state_lib.State(jnp.int32(step), {'kernel': step * jnp.arange(200.0)}, {'m': jnp.full(200, step)})


def restored(run):
  """The last readable state of the run, as `train` takes it."""
  target = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding), state(0))
  with checkpoint.opened(run, 10) as checkpoints:
    return checkpoint.restore(checkpoints, target)


def assert_is(found, step):
  assert int(found.step) == step
  np.testing.assert_array_equal(found.params['kernel'], step * np.arange(200.0))
  np.testing.assert_array_equal(found.optimizer['m'], np.full(200, step))


@pytest.fixture
def run(bucket):  # noqa: F811
  """gs://.../run with the checkpoints 1 and 2."""
  place = storage.join(bucket, 'run')
  with checkpoint.opened(place, 10) as checkpoints:
    for step in (1, 2):
      checkpoint.save(checkpoints, state(step))
    checkpoint.finish(checkpoints, 2)
  return place


def largest(run, step):
  place = step_folders.folder(run, step)
  sizes = storage.sizes(storage.join(place, 'params'))
  return storage.join(place, 'params', max(sizes, key=sizes.get))


def test_a_run_in_a_bucket_goes_on(run):
  assert checkpoint.steps(run) == [1, 2] and checkpoint.kept(run) == f'{run} has checkpoint 2'
  assert checkpoint.check_step(run) == 2 and not checkpoint.looks_torn(run, 2)
  assert_is(restored(run), 2)
  with checkpoint.opened(run, 2) as checkpoints:
    checkpoint.save(checkpoints, state(3))
    checkpoint.finish(checkpoints, 3)
  assert checkpoint.steps(run) == [2, 3]  # KEEP_CHECKPOINTS
  assert_is(restored(run), 3)
  assert checkpoint.identity(run, 2) != checkpoint.identity(run, 3)


def test_checksums_are_compared_without_reading_the_objects(run, monkeypatch):
  told = checksums.read(step_folders.folder(run, 2))
  assert {name.partition('/')[0] for name in told['files']} == set(checkpoint.ITEMS)
  monkeypatch.setattr(checksums, '_crc32c', lambda path: pytest.fail(path))
  assert checksums.problem(step_folders.folder(run, 2), 2, checkpoint.ITEMS) == ''


def test_an_object_store_without_checksums_is_read_for_them(run, monkeypatch):
  listed = checksums._listed
  bare = lambda folder: {name: one._replace(crc32c='') for name, one in listed(folder).items()}
  monkeypatch.setattr(checksums, '_listed', bare)
  place = step_folders.folder(run, 2)
  assert checksums.problem(place, 2, checkpoint.ITEMS) == ''
  _flip(largest(run, 2))
  assert 'was changed' in checksums.problem(place, 2, checkpoint.ITEMS)


def _flip(path):
  content = bytearray(storage.read_bytes(path))
  content[len(content) // 2] ^= 4
  storage.write_whole(path, bytes(content))


DAMAGES = {
  'a flipped bit': (_flip, 'was changed after it was written'),
  'a cut object': (lambda path: storage.write_whole(path, storage.read_bytes(path)[:-1]), 'bytes instead of'),
  'a missing object': (storage.remove, 'is missing'),
}


def test_damaged_objects_are_named(run):
  place, path = step_folders.folder(run, 2), largest(run, 2)
  whole = storage.read_bytes(path)
  for damage, words in DAMAGES.values():
    damage(path)
    why = checksums.problem(place, 2, checkpoint.ITEMS)
    assert path.removeprefix(f'{place}/') in why and words in why
    storage.write_whole(path, whole)
  assert checksums.problem(place, 2, checkpoint.ITEMS) == ''


def test_a_damaged_checkpoint_is_moved_aside_and_its_step_saved_again(run, capsys):
  storage.write_whole(storage.join(run, checkpoint.UNREADABLE, '2', 'file'), 'of another time')
  _flip(largest(run, 2))
  before = storage.sizes(step_folders.folder(run, 2))
  target = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding), state(0))
  with checkpoint.opened(run, 10) as checkpoints:
    assert_is(checkpoint.restore(checkpoints, target), 1)
    assert f'{run}/{checkpoint.UNREADABLE}/2-2' in capsys.readouterr().err
    assert storage.sizes(storage.join(run, checkpoint.UNREADABLE, '2-2')) == before
    assert checkpoint.steps(run) == [1]
    checkpoint.save(checkpoints, state(2))
    checkpoint.finish(checkpoints, 2)
  assert_is(restored(run), 2)


def test_an_unfinished_checkpoint_is_not_listed_and_its_step_can_be_saved(run):
  storage.remove(storage.join(step_folders.folder(run, 2), step_folders.COMMITTED))
  assert checkpoint.steps(run) == [1]
  assert_is(restored(run), 1)
  with pytest.raises(UserError, match=r'it has \[1\] \(\[2\] lack commit_success.txt'):
    checkpoint.check_step(run, 2)
  with checkpoint.opened(run, 10) as checkpoints:
    checkpoint.save(checkpoints, state(2))
    checkpoint.finish(checkpoints, 2)
  assert checkpoint.steps(run) == [1, 2]
  assert_is(restored(run), 2)


def test_a_run_begins_from_one_in_a_bucket(bucket):  # noqa: F811
  base = storage.join(bucket, 'base')
  checkpoint.write_run(base, tiny_runs.run().to_json())
  params = tiny_runs.random_params(tiny_runs.CONFIG, 0)
  tiny_runs.save(base, 5, params)
  loaded = checkpoint.load(base)
  assert loaded.step == 5 and loaded.run == tiny_runs.run()
  for one, two in zip(jax.tree.leaves(loaded.params), jax.tree.leaves(params), strict=True):
    np.testing.assert_array_equal(one, two)
  child = tiny_runs.run(init_from=f'{base}/')
  checkpoint.write_run(storage.join(bucket, 'child'), child.to_json())
  assert [one.init_from for one in checkpoint.lineage(storage.join(bucket, 'child'))] == [f'{base}/', None]


def test_what_cannot_be_a_model_dir_is_said_before_anything_begins(bucket):  # noqa: F811
  for made in (False, True):
    assert places.folder_problem(storage.join(bucket, 'new/run'), made) is None
    assert 's3:// is not supported' in places.folder_problem('s3://bucket/run', made)
    assert 'there is no bucket no-such' in places.folder_problem('gs://no-such/run', made)
  assert storage.sizes(bucket) == {}


def test_a_bucket_that_may_only_be_read_is_said(bucket, monkeypatch):  # noqa: F811
  def forbidden(name, content):
    raise storage.BucketError(name, 'these credentials may not do this')

  monkeypatch.setattr(storage, 'write_whole', forbidden)
  assert places.folder_problem(bucket, made=False) is None
  assert places.folder_problem(bucket, made=True) == 'it cannot be written to (these credentials may not do this)'
