# SPDX-License-Identifier: Apache-2.0
"""Arrays of checkpoints are read in place: right on every mesh, and held once."""

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import pytest
from jax.sharding import NamedSharding, PartitionSpec

from flan_jax import storage
from flan_jax.model import shards
from flan_jax.training import arrays, sharding
from tests.bench import restore
from tests.buckets import bucket, bucket_server  # noqa: F401  fixtures

LAYOUTS = {  # mesh axes, and how the large array is spread over them
  'one device': ({}, PartitionSpec()),
  'rows': ({'fsdp': 8}, PartitionSpec('fsdp')),
  'columns': ({'tensor': 4, 'data': 2}, PartitionSpec(None, 'tensor')),
  'both': ({'fsdp': 2, 'tensor': 4}, PartitionSpec('fsdp', 'tensor')),
  'replicated': ({'data': 8}, PartitionSpec()),
}
WHOLE = {
  'large': np.random.default_rng(0).normal(size=(48, 40)).astype(np.float32),
  'inside': {'half': jnp.arange(96, dtype=jnp.bfloat16).reshape(2, 48), 'number': np.int32(7)},
}


def spread(name):
  """The shardings of WHOLE in a layout."""
  axes, spec = LAYOUTS[name]
  mesh = sharding.mesh(axes, jax.devices()[:1] if not axes else None)
  return {
    'large': NamedSharding(mesh, spec),
    'inside': dict.fromkeys(('half', 'number'), NamedSharding(mesh, PartitionSpec())),
  }


def write(folder, layout, args):
  with ocp.StandardCheckpointer() as writer:
    writer.save(folder, jax.tree.map(jax.device_put, WHOLE, spread(layout)), save_args=args)
  return str(folder)


def target(layout, **types):
  return jax.tree.map(
    lambda leaf, where: jax.ShapeDtypeStruct(leaf.shape, types.get(str(leaf.dtype), leaf.dtype), sharding=where),
    WHOLE,
    spread(layout),
  )


@pytest.fixture(scope='module', params=['one device', 'both', 'whole arrays'])
def written(request, tmp_path_factory):
  """An item in chunks of at most 1,000 bytes, or as earlier versions wrote it."""
  layout = request.param if request.param in LAYOUTS else 'one device'
  args = None
  if request.param in LAYOUTS:
    args = jax.tree.map(lambda _: ocp.SaveArgs(chunk_byte_size=1_000), WHOLE)
  return write(tmp_path_factory.mktemp('written') / 'item', layout, args)


@pytest.mark.parametrize('layout', LAYOUTS)
def test_arrays_come_back_on_every_mesh(written, layout):
  found, wanted = arrays.read(written, target(layout)), target(layout)
  for leaf, expected, shape in zip(*map(jax.tree.leaves, (found, WHOLE, wanted)), strict=True):
    assert leaf.sharding == shape.sharding and leaf.dtype == shape.dtype
    np.testing.assert_array_equal(leaf, expected)


def test_arrays_are_read_in_the_type_that_is_wanted(written):
  found = arrays.read(written, target('rows', bfloat16=jnp.float32, float32=jnp.bfloat16))
  assert found['inside']['half'].dtype == jnp.float32 and found['large'].dtype == jnp.bfloat16
  np.testing.assert_array_equal(found['inside']['half'], WHOLE['inside']['half'].astype(jnp.float32))
  np.testing.assert_array_equal(found['large'], WHOLE['large'].astype(jnp.bfloat16))


def test_other_arrays_than_are_wanted_are_named(written):
  more = target('one device')
  more['more'] = more['large']
  fewer = {'inside': target('one device')['inside']}
  other = target('one device')
  other['large'] = jax.ShapeDtypeStruct((48, 41), np.float32, sharding=other['large'].sharding)
  for wanted, words in (
    (more, 'it lacks the array more'),
    (fewer, 'it has besides the array large'),
    (other, r'large has the shape \(48, 40\) instead of \(48, 41\)'),
  ):
    with pytest.raises(ValueError, match=words):
      arrays.read(written, wanted)


def test_a_bucket_is_read_alike(bucket):  # noqa: F811
  item = write(storage.path(storage.join(bucket, 'item')), 'both', arrays.save_args(WHOLE))
  found = arrays.read(item, target('columns'))
  for leaf, expected in zip(jax.tree.leaves(found), jax.tree.leaves(WHOLE), strict=True):
    np.testing.assert_array_equal(leaf, expected)


def test_what_is_read_becomes_the_device_array_without_a_copy(written, monkeypatch):
  made, empty = [], shards._empty
  monkeypatch.setattr(shards, '_empty', lambda *asked: made.append(empty(*asked)) or made[-1])
  found = arrays.read(written, target('one device'))
  assert {leaf.unsafe_buffer_pointer() for leaf in jax.tree.leaves(found)} == {one.ctypes.data for one in made}


def test_little_is_read_that_is_not_yet_in_its_place(written, monkeypatch):
  begun, fill = [], arrays._fill

  class Counted:
    def __init__(self, write):
      self.write, self.open = write, True
      begun.append(self)

    def result(self):
      self.open = False
      return self.write.result()

  def counted(*given):
    assert sum(one.open for one in begun) <= 2
    return Counted(fill(*given))

  monkeypatch.setattr(arrays, '_fill', counted)
  monkeypatch.setattr(arrays, '_MOST_READS', 2)
  arrays.read(written, target('columns'))
  assert len(begun) >= 6


@pytest.mark.slow
@pytest.mark.parametrize('devices', restore.DEVICES)
def test_the_peak_of_a_restore_is_near_the_shards(saved_model, devices):
  found = restore.measured(saved_model, devices)
  assert found['shards'] > 400e6
  assert found['peak'] < restore.REQUIRED * found['shards']


@pytest.fixture(scope='module')
def saved_model(tmp_path_factory):
  folder = str(tmp_path_factory.mktemp('model'))
  restore.write(folder)
  return folder
