# SPDX-License-Identifier: Apache-2.0
"""Checksums of checkpoints and of run.json: no changed bit goes unnoticed into a model."""

import json
import random
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.training import checkpoint, checksums, reading, step_folders
from flan_jax.training import state as state_lib
from tests import tiny_runs

FLIPS = 60


def state(step):
  params = {'a': {'kernel': step * jnp.arange(2_000.0).reshape(40, 50)}, 'b': jnp.full(7, step)}
  return state_lib.State(jnp.int32(step), params, {'m': jnp.full((40, 50), step)})


def targets():
  items = {'params': state(0).params, 'progress': {'step': state(0).step, 'optimizer': state(0).optimizer}}
  return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding), items)


def read(run, step, only=('params', 'progress')):
  """(items or None, why not) of a checkpoint."""
  return reading.items(step_folders.folder(str(run), step), step, {name: targets()[name] for name in only})


def is_right(items, step):
  expected = {'params': state(step).params, 'progress': {'step': state(step).step, 'optimizer': state(step).optimizer}}
  return all(
    np.array_equal(one, two)
    for name in items
    for one, two in zip(jax.tree.leaves(items[name]), jax.tree.leaves(expected[name]), strict=True)
  )


@pytest.fixture(scope='module')
def saved(tmp_path_factory):
  folder = tmp_path_factory.mktemp('saved')
  with checkpoint.opened(str(folder), 10) as checkpoints:
    for step in (10, 20):
      checkpoint.save(checkpoints, state(step))
  return folder


@pytest.fixture
def run(saved, tmp_path):
  return shutil.copytree(saved, tmp_path / 'run')


def flip(path, bit):
  content = bytearray(path.read_bytes())
  content[bit // 8] ^= 1 << bit % 8
  path.write_bytes(content)


def files(step):
  return sorted(path for path in step.rglob('*') if path.is_file())


def test_each_finished_checkpoint_lists_all_files_of_its_items(saved):
  for step in (10, 20):
    place = saved / f'checkpoints/{step}'
    told = json.loads((place / checksums.FILE).read_text())
    items = [path for name in checkpoint.ITEMS for path in files(place / name)]
    assert sorted(told['files']) == sorted(str(path.relative_to(place)) for path in items)
    assert all(told['files'][str(path.relative_to(place))][0] == path.stat().st_size for path in items)
    assert told['step'] == step and told['format'] == 1
    assert is_right(read(saved, step)[0], step)


def test_the_checksum_is_the_one_of_the_object_store(tmp_path):
  (tmp_path / 'file').write_bytes(b'123456789')  # the check value of CRC-32C
  assert checksums._crc32c(str(tmp_path / 'file')) == 'e3069283'
  (tmp_path / 'file').write_bytes(bytes(2 * checksums._PART + 1))
  assert (
    checksums._crc32c(str(tmp_path / 'file')) == f'{checksums.google_crc32c.value(bytes(2 * checksums._PART + 1)):08x}'
  )


def test_single_flipped_bits_load_no_other_parameters(run):
  chance, place = random.Random(0), run / 'checkpoints/20'
  bits = [(path, bit) for path in files(place) for bit in range(8 * path.stat().st_size)]
  known = checkpoint.identity(str(run), 20)
  for path, bit in chance.sample(bits, FLIPS):
    flip(path, bit)
    found, why = read(run, 20)
    if path.parent == place and path.name != checksums.FILE:  # which nothing is read from
      assert is_right(found, 20), path
    else:
      assert found is None and path.name in why, (path, why)
    if path.name != checksums.FILE:
      assert checkpoint.identity(str(run), 20) == known, path
    flip(path, bit)
  assert is_right(read(run, 20)[0], 20)


def test_a_bit_of_each_file_of_the_parameters_is_missed(run):
  for path in files(run / 'checkpoints/20/params'):
    flip(path, 8 * (path.stat().st_size // 2))
    found, why = read(run, 20, ['params'])
    assert found is None and f'params/{path.relative_to(run / "checkpoints/20/params")} was changed' in why
    flip(path, 8 * (path.stat().st_size // 2))
  for path in files(run / 'checkpoints/20/progress'):
    flip(path, 0)
  assert is_right(read(run, 20, ['params'])[0], 20)  # they do not read that
  assert read(run, 20)[0] is None


def largest(folder):
  return max(files(folder), key=lambda path: path.stat().st_size)


CHANGES = {
  'cut': (
    lambda step: largest(step / 'params').write_bytes(largest(step / 'params').read_bytes()[:-1]),
    'bytes instead of',
  ),
  'longer': (lambda step: largest(step / 'params').open('ab').write(b'0'), 'bytes instead of'),
  'deleted': (lambda step: largest(step / 'params').unlink(), 'is missing'),
  'an index of another checkpoint': (  # which ends with its own checksum, so that all have the same
    lambda step: shutil.copy(step.parent / '10/params/manifest.ocdbt', step / 'params'),
    'NOT_FOUND',
  ),
  'metadata of another kind': (
    lambda step: shutil.copy(step / 'progress/_METADATA', step / 'params'),
    'params/_METADATA ',
  ),
  'an item of another checkpoint': (
    lambda step: (shutil.rmtree(step / 'params'), shutil.copytree(step.parent / '10/params', step / 'params')),
    'params/',
  ),
  'another checkpoint': (
    lambda step: (shutil.rmtree(step), shutil.copytree(step.parent / '10', step)),
    f'its {checksums.FILE} is of step 10',
  ),
  'a damaged list': (lambda step: flip(step / checksums.FILE, 400), 'delete it to read the checkpoint unchecked'),
  'half a list': (
    lambda step: (step / checksums.FILE).write_text((step / checksums.FILE).read_text()[:100]),
    'delete it to read the checkpoint unchecked',
  ),
}


@pytest.mark.parametrize('change, words', CHANGES.values(), ids=CHANGES)
def test_a_changed_checkpoint_is_passed_over_and_said_why(run, capsys, change, words):
  change(run / 'checkpoints/20')
  found, why = read(run, 20, ['params'])
  assert found is None and words in why and '\n' not in why
  with checkpoint.opened(str(run), 10) as checkpoints:
    target = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=leaf.sharding), state(0))
    assert int(checkpoint.restore(checkpoints, target).step) == 10
  assert words in capsys.readouterr().err
  assert checkpoint.steps(str(run)) == [10] and (run / checkpoint.UNREADABLE / '20').is_dir()


def test_a_checkpoint_without_checksums_is_read_and_that_is_said_once(run, capsys):
  (run / 'checkpoints/20' / checksums.FILE).unlink()
  for _ in range(2):
    assert is_right(read(run, 20)[0], 20)
  assert capsys.readouterr().err.count(f'checkpoints/20 has no {checksums.FILE}') == 1


def test_sizes_alone_tell_a_torn_checkpoint(run):
  assert not checkpoint.looks_torn(str(run), 20)
  CHANGES['cut'][0](run / 'checkpoints/20')
  assert checkpoint.looks_torn(str(run), 20)


def test_a_full_disk_while_checksums_are_written_leaves_no_checkpoint(run, monkeypatch):
  def full(path, text):
    raise OSError(28, 'No space left on device')

  with checkpoint.opened(str(run), 10) as checkpoints:
    with monkeypatch.context() as patch:
      patch.setattr(storage, 'write_whole', full)
      checkpoint.save(checkpoints, state(30))
      with pytest.raises(UserError, match='could not be written to .*No space left.* checkpoint there is 20'):
        checkpoint.finish(checkpoints, 30)
    assert checkpoint.steps(str(run)) == [10, 20]
    checkpoint.save(checkpoints, state(30))
    checkpoint.finish(checkpoints, 30)
  assert is_right(read(run, 30)[0], 30)


def test_a_changed_byte_of_run_json_is_noticed(tmp_path):
  run = tiny_runs.run(seed=7, optimizer={'learning_rate': 0.001})
  checkpoint.write_run(str(tmp_path), run.to_json())
  path, chance = tmp_path / checkpoint.RUN_FILE, random.Random(0)
  whole = path.read_text()
  for old, new in ('0.001', '0.003'), ('"seed": 7', '"seed": 6'), ('natural', 'natural'):
    path.write_text(whole.replace(old, new))
    if old != new:
      with pytest.raises(UserError, match='was changed after it was written.* delete the "digest"'):
        checkpoint.read_run(str(tmp_path))
  for _ in range(200):
    path.write_text(whole)
    flip(path, chance.randrange(8 * len(whole)))
    try:
      assert checkpoint.read_run(str(tmp_path)).to_json() in (run.to_json(),) or 'digest' not in path.read_text(
        errors='replace'
      )
    except UserError as error:
      assert '\n' not in str(error)
  path.write_text(json.dumps(json.loads(whole)))  # the layout of the text is free
  assert checkpoint.read_run(str(tmp_path)) == run


def test_a_run_json_changed_by_hand_is_accepted_without_its_digest(tmp_path):
  run = tiny_runs.run(seed=7)
  checkpoint.write_run(str(tmp_path), run.to_json())
  path = tmp_path / checkpoint.RUN_FILE
  told = json.loads(path.read_text()) | {'seed': 8}
  del told['digest']
  path.write_text(json.dumps(told))
  found = checkpoint.read_run(str(tmp_path))
  assert found == tiny_runs.run(seed=8)
  checkpoint.write_run(str(tmp_path), found.to_json())
  assert checkpoint.read_run(str(tmp_path)) == found and 'digest' in path.read_text()
