# SPDX-License-Identifier: Apache-2.0
"""The whole collection from a data_dir: every task, every split, every template."""

import re

import pytest

import flan_jax.tasks  # noqa: F401  registers everything
from flan_jax.data import datasets, rendering, splits
from flan_jax.data.sample_data import embedded

EXAMPLES = 40
BLEMISH = re.compile(r"[{}]|  | \n|\n\n\n|\bb['\"]")


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
  made = tmp_path_factory.mktemp('collection')
  embedded.write(made, EXAMPLES)
  return made


@pytest.mark.slow
@pytest.mark.parametrize('name', datasets.names())
def test_every_split_renders_in_every_template(name, folder, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(folder))
  dataset = datasets.get(name)
  numbers = range(len(dataset.templates))
  rendering.dropped(name)
  texts = {}
  for split in dataset.splits:
    found = list(datasets.examples(name, split, numbers))
    assert len(found) == dataset.source.num_input_examples(split) > 0
    texts[split] = {example.inputs for example in found}
    for example in found:
      for text in (*example.inputs, *example.targets):
        assert text.strip() == text != '' and not BLEMISH.search(text), text
      assert not example.options or 0 <= example.label < len(example.options)
  assert rendering.dropped(name) == {}
  if splits.TRAIN in texts:  # no row of one split in another
    for split in set(texts) - {splits.TRAIN}:
      assert not texts[splits.TRAIN] & texts[split], split
