# SPDX-License-Identifier: Apache-2.0
"""Splits as declared, resolved against real sizes: train never meets dev or test."""

import pytest

from flan_jax.data import splits
from flan_jax.data.splits import Slice
from flan_jax.errors import UserError


def resolved(sizes, **declared):
  return {name: (s.base, s.start, s.stop) for name, s in splits.resolve(declared, sizes).items()}


def test_parse_reads_what_str_writes():
  for text in ('train', 'train[:30000]', 'train[-200:]', 'train[-600:-500]', 'dev[5:9]'):
    assert str(splits.parse(text)) == text
  assert splits.parse('train[-600:-500]') == Slice('train', -600, -500)


@pytest.mark.parametrize('text', ['train[', 'train[:5%]', 'train[1:2:3]', ''])
def test_an_expression_of_another_form_is_named(text):
  with pytest.raises(UserError, match='not of the form'):
    splits.parse(text)


def test_large_split_is_read_as_declared():
  assert resolved(
    {'train': 87_925, 'validation': 3_610}, train='train[:30000]', validation='train[-200:]', test='validation'
  ) == {'train': ('train', 0, 30_000), 'validation': ('train', 87_725, 87_925), 'test': ('validation', 0, 3_610)}


def test_bound_past_the_end_is_clamped_and_train_stops_at_dev():
  assert resolved({'train': 800}, train='train[:30000]', validation='train[-200:]') == {
    'train': ('train', 0, 600),
    'validation': ('train', 600, 800),
  }
  assert resolved({'train': 30_100}, train='train[:30000]', validation='train[-200:]')['train'] == ('train', 0, 29_900)


def test_dev_and_test_from_the_end_of_one_split_stay_apart():
  assert resolved({'train': 3_731}, train='train[:-600]', validation='train[-600:-500]', test='train[-500:]') == {
    'train': ('train', 0, 3_131),
    'validation': ('train', 3_131, 3_231),
    'test': ('train', 3_231, 3_731),
  }


@pytest.mark.parametrize('size', [700, 1_850, 90_000])
@pytest.mark.parametrize(
  'declared',
  [
    {'train': 'train[:30000]', 'validation': 'train[30000:30200]', 'test': 'train[-3000:]'},
    {'train': 'train[60400:90400]', 'validation': 'train[90400:90600]', 'test': 'train[-3000:]'},
    {'train': 'train[:30000]', 'validation': 'train[-1200:-1000]', 'test': 'train[-1000:]'},
    {'train': 'train[:-600]', 'validation': 'train[-600:-500]', 'test': 'train[-500:]'},
  ],
)
def test_slices_inside_a_short_split_are_scaled_and_never_overlap(size, declared):
  rows = [set(range(s.start, s.stop)) for s in splits.resolve(declared, {'train': size}).values()]
  assert all(rows) and max(map(max, rows)) < size
  assert sum(map(len, rows)) == len(set.union(*rows))


def test_too_small_a_split_says_so():
  with pytest.raises(UserError, match=r"'train' with 40 rows is too small: train = 'tr"):
    splits.resolve({'train': 'train[:-50]', 'validation': 'train[-50:]'}, {'train': 40})


def test_missing_split_is_named_with_those_there_are():
  with pytest.raises(UserError, match=r"no split 'dev'; there are \['train'\]"):
    splits.resolve({'test': 'dev'}, {'train': 9})
