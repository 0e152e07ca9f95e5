# SPDX-License-Identifier: Apache-2.0
"""Tables of the world, and samples by the name of a dataset."""

import pytest

from flan_jax.world import samples, tables


def written(tmp_path, monkeypatch, text):
  monkeypatch.setattr(tables, 'FOLDER', tmp_path)
  tables.read.cache_clear()
  (tmp_path / 'animals.txt').write_text(text)
  return tables.read('animals')


def test_a_row_is_a_line(tmp_path, monkeypatch):
  assert written(
    tmp_path,
    monkeypatch,
    """# of dogs and cats

[animals]
dog | barks | kennels
cat | meows |
[colours]
red
""",
  ) == {'animals': [('dog', 'barks', 'kennels'), ('cat', 'meows', '')], 'colours': [('red',)]}


def test_a_line_may_hold_more_rows_than_one(tmp_path, monkeypatch):
  assert written(
    tmp_path,
    monkeypatch,
    """[plants]
rose | red || fern | green
oak | brown
""",
  ) == {'plants': [('rose', 'red'), ('fern', 'green'), ('oak', 'brown')]}


@pytest.mark.parametrize(
  'text, named',
  [
    ('dog', 'line 1: a row stands before the first'),
    ('[animals]\ndog | barks\ncat', "line 3: 'cat' has 1 cells, the first row of its table 2"),
    ('[animals]\ndog | barks || cat', "line 2: 'cat' has 1 cells"),
  ],
)
def test_a_row_that_fits_no_table_is_named(text, named, tmp_path, monkeypatch):
  with pytest.raises(ValueError, match=f'animals.txt, {named}'):
    written(tmp_path, monkeypatch, text)


def test_a_sample_is_found_by_the_name_of_its_dataset():
  assert samples.get('rte')  # those of the world are registered before the patch
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(samples, '_SAMPLES', {})
    made = samples.of('one', 'two')(lambda world: {})
    assert samples.get('one') is samples.get('two') is made
    assert samples.get('three') is None
    with pytest.raises(ValueError, match='two has a sample already'):
      samples.of('two')(made)
