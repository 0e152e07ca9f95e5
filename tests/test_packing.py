# SPDX-License-Identifier: Apache-2.0
"""The packing plan and the row: what holds for every mixture."""

import hashlib

import numpy as np
import pytest

from flan_jax.data.tokens import packing, row_arrays
from flan_jax.errors import UserError

ROW_LENGTH, TARGET_SLOTS = 2048, 640


def like_flan(count, seed=0):
  """Log-normal lengths, mean 230, at most 1,280, a fifth of the tokens targets."""
  random = np.random.default_rng(seed)
  totals = random.lognormal(np.log(236) - 0.32, 0.8, count).clip(8, 1280).astype(int)
  targets = (totals * random.beta(1.2, 4.8, count)).clip(1, 256).astype(int)
  return np.stack([totals - targets, targets], axis=1)


def make_plan(
  sizes={'a': 300, 'b': 2000, 'c': 40}, weights={'a': 1, 'b': 3, 'c': 0.5}, rows_per_step=4, seed=7, **options
):
  lengths = {name: like_flan(size, i) for i, (name, size) in enumerate(sizes.items())}
  return packing.Plan(lengths, weights, seed, ROW_LENGTH, TARGET_SLOTS, rows_per_step, **options)


def rows_of(plan, steps):
  return [row for step in steps for row in plan.rows(step)]


def as_lists(rows):
  return [row.tolist() for row in rows]


class TestPlan:
  def test_same_arguments_give_the_same_rows_on_every_version(self):
    lengths = {name: np.arange(2 * size).reshape(-1, 2) * 37 % 301 + 1 for name, size in (('a', 300), ('b', 2000))}
    plan = packing.Plan(lengths, {'a': 1, 'b': 3}, 7, ROW_LENGTH, 1200, 4)
    ids = np.concatenate(rows_of(plan, range(200)))
    digest = hashlib.sha256(ids.astype('<i8').tobytes()).hexdigest()
    assert digest[:16] == '629f3c40ad326c56'

  def test_seed_matters(self):
    assert as_lists(make_plan(seed=1).rows(0)) != as_lists(make_plan(seed=2).rows(0))

  def test_order_of_the_arguments_does_not_matter(self):
    turned = packing.Plan(
      {name: like_flan(size, i) for i, name, size in [(2, 'c', 40), (1, 'b', 2000), (0, 'a', 300)]},
      {'c': 0.5, 'a': 1, 'b': 3},
      7,
      ROW_LENGTH,
      TARGET_SLOTS,
      4,
    )
    assert as_lists(turned.rows(5)) == as_lists(make_plan().rows(5))

  def test_resuming_is_seeking(self):
    straight = [as_lists(make_plan().rows(step)) for step in range(150)]
    plan = make_plan()
    for step in (149, 3, 90, 90, 0, 148):
      assert as_lists(plan.rows(step)) == straight[step]

  def test_rows_do_not_depend_on_how_many_make_a_step(self):
    two, six = make_plan(rows_per_step=2), make_plan(rows_per_step=6)
    assert as_lists(rows_of(two, range(90))) == as_lists(rows_of(six, range(30)))

  @pytest.mark.parametrize('task, size', [('a', 300), ('c', 40)])
  def test_nothing_recurs_before_all_have_been_seen(self, task, size):
    """Counted over whole blocks: after n draws each prompt came n // size times or once
    more."""
    plan = make_plan()
    rows_of(plan, range(200))
    for block_end in plan._first_rows[1:8]:
      rows = rows_of(plan, range(-(-block_end // 4)))[:block_end]
      tasks, indices = plan.locate(np.concatenate(rows))
      seen = np.bincount(indices[tasks == plan.names.index(task)], minlength=size)
      assert seen.max() - seen.min() <= 1

  def test_epochs_differ(self):
    plan = packing.Plan({'a': np.full((64, 2), 16)}, {'a': 1}, 0, 32, 16, 64, block=64)
    first, second = (np.concatenate(plan.rows(step)) for step in (0, 1))
    assert sorted(first) == sorted(second) == list(range(64))
    assert first.tolist() != second.tolist()

  def test_proportions_follow_the_weights(self):
    plan = make_plan()
    tasks, _ = plan.locate(np.concatenate(rows_of(plan, range(500))))
    share = np.bincount(tasks) / len(tasks)
    np.testing.assert_allclose(share, np.array([1, 3, 0.5]) / 4.5, atol=0.015)

  def test_both_limits_hold(self):
    random = np.random.default_rng(0)
    greedy = random.integers(1, 256, (3000, 2))  # half of all tokens are targets
    plan = packing.Plan({'a': greedy}, {'a': 1}, 0, 1024, 300, 8)
    filled = np.array([greedy[row].sum(axis=0) for row in rows_of(plan, range(100))])
    assert filled.sum(axis=1).max() <= 1024
    assert filled[:, 1].max() <= 300
    assert filled[:, 1].mean() > 290  # the limit that binds is used up

  def test_rows_are_full_where_next_fit_is_not(self):
    plan = make_plan({'a': 20_000, 'b': 9_000}, {'a': 1, 'b': 1})
    rows = rows_of(plan, range(1000))
    tokens = [int(size) for size in plan.sizes(np.concatenate(rows))[:, 0]]
    np.random.default_rng(0).shuffle(tokens)
    closed, free = 1, ROW_LENGTH
    for size in tokens:
      if size > free:
        closed, free = closed + 1, ROW_LENGTH
      free -= size
    assert plan.fullness(range(1000)) >= 0.985
    assert 0.85 < sum(tokens) / (closed * ROW_LENGTH) < 0.93

  def test_prompt_length_has_no_trend(self):
    plan = make_plan({'a': 20_000}, {'a': 1})
    means = [plan.sizes(np.concatenate(plan.rows(step)))[:, 0].mean() for step in range(1500)]
    steps = np.arange(len(means))
    slope, _ = np.polyfit(steps, means, 1)
    error = np.std(means) / (np.std(steps) * np.sqrt(len(steps)))
    assert abs(slope) < 3 * error
    # Nor within a block of some 115 rows, 28 steps.
    places = steps % 28
    assert abs(np.corrcoef(places, means)[0, 1]) < 0.1

  def test_locate_inverts_the_offsets(self):
    tasks, indices = make_plan().locate([0, 299, 300, 2299, 2300, 2339])
    assert tasks.tolist() == [0, 0, 1, 1, 2, 2]
    assert indices.tolist() == [0, 299, 0, 1999, 0, 39]

  @pytest.mark.parametrize(
    'lengths, weights, message',
    [
      ({}, {}, 'empty.*none named'),
      ({'a': [[1, 1]]}, {'a': 0}, r'empty.*\(a\)'),
      ({'a': [[1, 1]], 'b': np.zeros((0, 2))}, {'a': 1, 'b': 1}, 'b .*no prompts'),
      ({'a': [[1, 1]]}, {'a': 1, 'b': 1}, 'no lengths for b'),
      ({'a': [[1, 1]]}, {'a': -1}, 'a has weight -1'),
      ({'a': [[1, 1], [60, 5]]}, {'a': 1}, 'a has a prompt of 65 tokens.*64'),
      ({'a': [[1, 17]]}, {'a': 1}, 'a has a target of 17 tokens.*16'),
    ],
  )
  def test_mistakes_are_named(self, lengths, weights, message):
    with pytest.raises(UserError, match=message):
      packing.Plan(lengths, weights, 0, row_length=64, target_slots=16, rows_per_step=1)


class TestFit:
  def test_example(self):
    assert packing.fit([(5, 1), (3, 1), (4, 1)], 8, 3) == [[0, 1], [2]]
    assert packing.fit([], 8, 3) == []

  def test_every_item_once_within_both_limits(self):
    sizes = like_flan(500)
    rows = packing.fit(sizes, ROW_LENGTH, TARGET_SLOTS)
    assert sorted(sum(rows, [])) == list(range(500))
    for row in rows:
      assert sizes[row].sum() > 0
      assert sizes[row, 0].sum() <= ROW_LENGTH and sizes[row, 1].sum() <= TARGET_SLOTS

  def test_too_large_an_item_is_named(self):
    with pytest.raises(UserError, match='Item 1 has 9 tokens'):
      packing.fit([(8, 1), (9, 1)], 8, 3)


def check_row(row, expected):
  for name, values in expected.items():
    np.testing.assert_array_equal(row[name], values, err_msg=name)
    dtype = np.float32 if name == 'weight' else np.int32
    assert row[name].dtype == dtype, name


class TestAssemble:
  def test_example(self):
    row = row_arrays.assemble([([7, 8, 1], [5, 1]), ([9, 1], [6, 1])], 12, 6)
    check_row(
      row,
      {
        'tokens': [7, 8, 1, 5, 1, 9, 1, 6, 1, 0, 0, 0],
        'positions': [0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 0, 0],
        'segment_ids': [1, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0],
        'branch': [0] * 12,
        'query_position': [2, 3, 6, 7, 0, 0],
        'target_id': [5, 1, 6, 1, 0, 0],
        'weight': [1, 1, 1, 1, 0, 0],
      },
    )

  def test_first_target_is_not_predicted_from_nothing(self):
    row = row_arrays.assemble([([3], [4]), ([], [5, 6, 1])], 6, 4)
    check_row(
      row,
      {
        'query_position': [0, 2, 3, 0],
        'target_id': [4, 6, 1, 0],
        'weight': [1, 1, 1, 0],
        'segment_ids': [1, 1, 2, 2, 2, 0],
      },
    )

  def test_no_prompts_make_an_empty_row(self):
    row = row_arrays.assemble([], 4, 2)
    assert all(not values.any() for values in row.values())

  def test_a_full_row_is_used_to_its_end(self):
    row = row_arrays.assemble([([3, 1], [4, 1])], 4, 2)
    check_row(row, {'tokens': [3, 1, 4, 1], 'query_position': [1, 2]})

  @pytest.mark.parametrize('row_length, target_slots', [(3, 2), (4, 1)])
  def test_what_does_not_fit_is_an_error(self, row_length, target_slots):
    with pytest.raises(UserError, match='4 tokens with 2 targets do not fit'):
      row_arrays.assemble([([3, 1], [4, 1])], row_length, target_slots)


class TestAssembleOptions:
  def test_example(self):
    row, owner = row_arrays.assemble_options([([7, 8], [[5, 1], [6, 1]])], 8, 5)
    check_row(
      row,
      {
        'tokens': [7, 8, 5, 1, 6, 1, 0, 0],
        'positions': [0, 1, 2, 3, 2, 3, 0, 0],
        'segment_ids': [1, 1, 1, 1, 1, 1, 0, 0],
        'branch': [0, 0, 1, 1, 2, 2, 0, 0],
        'query_position': [1, 2, 1, 4, 0],
        'target_id': [5, 1, 6, 1, 0],
        'weight': [1, 1, 1, 1, 0],
      },
    )
    assert owner.tolist() == [0, 0, 1, 1, -1] and owner.dtype == np.int32

  def test_owners_count_over_prompts_and_give_the_options_back(self):
    options = [[[5, 1], [6, 7, 1]], [[8, 1]], [[2, 1], [3, 1], [4, 9, 1]]]
    prompts = list(zip([[10, 11], [12], [13, 14, 15]], options))
    row, owner = row_arrays.assemble_options(prompts, 32, 16)
    flat = sum(options, [])
    assert [row['target_id'][owner == i].tolist() for i in range(len(flat))] == flat
    firsts = [row['query_position'][owner == i][0] for i in range(len(flat))]
    assert row['tokens'][firsts].tolist() == [11, 11, 12, 15, 15, 15]
    assert owner.max() == len(flat) - 1

  def test_one_option_asks_what_training_asks(self):
    trained = row_arrays.assemble([([7, 8], [5, 1])], 6, 3)
    scored, _ = row_arrays.assemble_options([([7, 8], [[5, 1]])], 6, 3)
    for name in set(trained) - {'branch'}:
      np.testing.assert_array_equal(trained[name], scored[name], err_msg=name)

  def test_a_prompt_without_tokens_is_an_error(self):
    with pytest.raises(UserError, match='separator'):
      row_arrays.assemble_options([([], [[5, 1]])], 8, 5)
