# SPDX-License-Identifier: Apache-2.0
"""Plain text: a line is a document, and other text is told from the text before."""

import pytest
import seqio

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import plain_text
from flan_jax.data.tokens import store
from flan_jax.errors import UserError


@pytest.fixture
def notes(tmp_path):
  (tmp_path / 'a.txt').write_text('one two\n\nthree\n')
  (tmp_path / 'b.txt').write_text('four\n')
  yield plain_text.add('notes', {'train': str(tmp_path / '*.txt')}), tmp_path
  seqio.TaskRegistry.remove('notes')
  del plain_text._PATTERNS['notes']


def test_a_line_is_a_document_and_blank_lines_are_none(notes):
  task, _ = notes
  texts = [
    example['targets_pretokenized'].decode()
    for example in task.get_dataset(None, 'train', shuffle=False).as_numpy_iterator()
  ]
  assert texts == ['one two', 'three', 'four']


def test_identity_follows_the_content(notes):
  _, folder = notes
  before = plain_text.identity('notes')
  assert before == plain_text.identity('notes')
  (folder / 'b.txt').write_text('five\n')
  assert plain_text.identity('notes') != before
  assert plain_text.identity('rte') == {}


def test_long_documents_go_on_in_further_rows_and_lose_nothing(notes, tmp_path):
  task, folder = notes
  (folder / 'b.txt').write_text('a' * 40 + '\n')
  vocabulary = seqio.ByteVocabulary()
  task = task.replace(name='notes_bytes', output_features={'targets': seqio.Feature(vocabulary)})
  built = store.ensure(task, directory=str(tmp_path / 'store'), inputs_length=1, targets_length=16, overflow='split')
  ids = [targets.tolist() for _, targets in built.read(range(len(built.lengths)))]
  assert max(map(len, ids)) <= 16
  assert vocabulary.decode(sum(ids[2:], [])).startswith('a' * 40)
  assert [part[-1] == vocabulary.eos_id for part in ids] == [True, True, False, False, True]


def test_missing_text_is_named(tmp_path, monkeypatch):
  monkeypatch.setenv('TFDS_DATA_DIR', str(tmp_path))
  with pytest.raises(UserError, match='text/train.txt.*flan_jax sample'):
    plain_text.identity('world_text')
