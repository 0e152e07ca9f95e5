# SPDX-License-Identifier: Apache-2.0
"""Loading: what a step holds is settled by the plan, however it is read."""

import itertools
import os
import shutil
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from flan_jax.data.tokens import loading, packing, row_arrays, store
from flan_jax.errors import UserError

ROW_LENGTH, TARGET_SLOTS, ROWS_PER_STEP = 256, 80, 4


@pytest.fixture(scope='module')
def stores(tmp_path_factory):
  folder, random = tmp_path_factory.mktemp('stores'), np.random.default_rng(0)

  def ids(limit):
    return random.integers(1, 32_000, random.integers(1, limit)).tolist()

  return {
    name: store.write(str(folder / name / 'train-0'), name, [(ids(60), ids(20)) for _ in range(size)])
    for name, size in {'a': 50, 'b': 400, 'c': 90}.items()
  }


def make_plan(stores, rows_per_step=ROWS_PER_STEP):
  return packing.Plan(
    {name: one.lengths for name, one in stores.items()},
    {'a': 1, 'b': 5, 'c': 2},
    3,
    ROW_LENGTH,
    TARGET_SLOTS,
    rows_per_step,
  )


def take(batches, count):
  taken = list(itertools.islice(batches, count))
  batches.close()
  return taken


def assert_same(ours, expected):
  assert len(ours) == len(expected)
  for batch, other in zip(ours, expected):
    assert batch.keys() == other.keys()
    for name in batch:
      np.testing.assert_array_equal(batch[name], other[name], err_msg=name)


def by_hand(plan, stores, step):
  rows = []
  for ids in plan.rows(step):
    tasks, indices = plan.locate(ids)
    prompts = [stores[plan.names[task]].read([index])[0] for task, index in zip(tasks, indices)]
    rows.append(row_arrays.assemble(prompts, ROW_LENGTH, TARGET_SLOTS))
  return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def test_rows_are_plan_and_store_put_together(stores):
  plan = make_plan(stores)
  expected = [by_hand(make_plan(stores), stores, step) for step in range(70)]
  ours = take(loading.batches(plan, stores), 70)
  assert_same(ours, expected)
  assert ours[0]['tokens'].shape == (ROWS_PER_STEP, ROW_LENGTH)
  assert ours[0]['weight'].shape == (ROWS_PER_STEP, TARGET_SLOTS)


@pytest.mark.parametrize('start', [1, 15, 16, 33])
def test_a_later_start_is_the_tail_of_a_straight_run(start, stores):
  straight = take(loading.batches(make_plan(stores), stores), 50)
  late = loading.batches(make_plan(stores), stores, start_step=start)
  resumed = take(late, 50 - start)
  assert_same(resumed, straight[start:])


@pytest.mark.parametrize('split', [([0, 1], [2, 3]), ([0, 2], [1, 3]), ([0], [1, 2, 3])])
def test_processes_together_read_the_whole(split, stores):
  whole = take(loading.batches(make_plan(stores), stores), 40)
  parts = [take(loading.batches(make_plan(stores), stores, rows), 40) for rows in split]
  order = np.argsort(sum(split, []))
  together = [{name: np.concatenate([part[name] for part in step])[order] for name in step[0]} for step in zip(*parts)]
  assert_same(together, whole)


def test_stop_step_ends_the_run(stores):
  batches = list(loading.batches(make_plan(stores), stores, start_step=3, stop_step=21))
  assert len(batches) == 18
  assert_same(batches[-1:], [by_hand(make_plan(stores), stores, 20)])
  assert not list(loading.batches(make_plan(stores), stores, start_step=5, stop_step=5))


def test_steps_wider_than_a_chunk(stores):
  rows = 2 * loading.CHUNK_ROWS
  plan = make_plan(stores, rows)
  [batch] = take(loading.batches(plan, stores), 1)
  assert_same([batch], [by_hand(make_plan(stores, rows), stores, 0)])


def test_closing_ends_the_threads(stores):
  batches = loading.batches(make_plan(stores), stores)
  next(batches)
  started = [thread for thread in threading.enumerate() if 'grain' in thread.name]
  assert started
  batches.close()
  for thread in started:
    thread.join(timeout=300)
    assert not thread.is_alive()


def test_an_error_while_reading_reaches_the_caller(stores):
  broken = {**stores, 'b': store.Store('b', '/nowhere', stores['b'].manifest, stores['b'].lengths)}
  with pytest.raises(Exception, match='nowhere'):
    next(loading.batches(make_plan(stores), broken))


def test_damage_reaches_the_caller_in_words(stores, tmp_path):
  shutil.copytree(stores['b'].path, tmp_path / 'b')
  broken = {**stores, 'b': store.open_store(str(tmp_path / 'b'))}
  records = tmp_path / 'b/prompts.array_record'
  records.write_bytes(bytes(records.stat().st_size))
  with pytest.raises(UserError, match=f'{tmp_path}/b cannot be used'):
    next(loading.batches(make_plan(stores), broken))


def test_wrong_stores_are_errors_at_once(stores):
  plan = make_plan(stores)
  with pytest.raises(UserError, match='Task c is in the plan'):
    loading.batches(plan, {name: stores[name] for name in 'ab'})
  with pytest.raises(UserError, match='other prompt stores'):
    loading.batches(plan, {**stores, 'c': stores['a']})


def test_a_warm_store_is_read_without_tensorflow(stores):
  script = f"""
      import sys
      from flan_jax.data.tokens import loading, packing, row_arrays, store
      one = store.open_store({stores['a'].path!r})
      plan = packing.Plan({{'a': one.lengths}}, {{'a': 1}}, 0, 256, 80, 2)
      print(next(loading.batches(plan, {{'a': one}}))['tokens'].shape)
      assert not {{'tensorflow', 'seqio'}} & set(sys.modules)
  """
  done = subprocess.run(
    [sys.executable, '-c', textwrap.dedent(script)], capture_output=True, text=True, env=dict(os.environ)
  )
  assert done.returncode == 0, done.stderr
  assert done.stdout.strip() == '(2, 256)'
