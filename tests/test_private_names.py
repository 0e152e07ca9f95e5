# SPDX-License-Identifier: Apache-2.0
"""Names that other packages keep to themselves are there still, and mean what they did."""

import ast
import inspect
import os
import pathlib

import pytest
import seqio
import tensorflow as tf
import tensorflow_datasets as tfds

import gin
from flan_jax.data import private_names, splits

HOUSE = pathlib.Path(private_names.__file__).parent.parent
OVERRIDDEN = {  # whose subclasses we write, and the hooks that they replace
  seqio.LazyTfdsLoader: ('_get_builder', '_map_split'),
  seqio.Vocabulary: ('_encode', '_decode', '_encode_tf', '_decode_tf'),
  seqio.SentencePieceVocabulary: ('_model_context',),
}


def test_gin_reads_files_by_the_readers_that_are_set(tmp_path, monkeypatch):
  before = list(gin.config._FILE_READERS)
  assert all(len(pair) == 2 for pair in before)
  (tmp_path / 'some.gin').write_text('NUMBER = 3\n')
  read = []

  def opened(path):
    read.append(os.path.basename(path))
    return open(path)

  try:
    private_names.set_gin_readers(gin, [(opened, os.path.isfile)])
    gin.parse_config_file(str(tmp_path / 'some.gin'))
  finally:
    private_names.set_gin_readers(gin, before)
    gin.clear_config()
  assert read == ['some.gin'] and gin.config._FILE_READERS == before


def test_seqio_tells_the_data_dir_that_it_was_given(tmp_path):
  before = private_names.data_dir_override()
  try:
    seqio.set_tfds_data_dir_override(str(tmp_path))
    assert private_names.data_dir_override() == str(tmp_path)
  finally:
    seqio.set_tfds_data_dir_override(before)


def test_a_builder_yields_the_rows_that_it_is_given_and_seqio_keeps_it(tmp_path, monkeypatch):
  builder = tfds.builder('glue/rte', data_dir=str(tmp_path), try_gcs=False)
  row = {'sentence1': 'It rains.', 'sentence2': 'It is wet.', 'label': 1, 'idx': 7}
  private_names.give_rows(builder, {split: [('a key', row)] for split in ('train', 'validation', 'test')})
  builder.download_and_prepare()
  monkeypatch.setattr(seqio.utils, '_TFDS_DATA_DIR_OVERRIDE', str(tmp_path))
  name = f'glue/rte:{builder.version}'
  loader = seqio.LazyTfdsLoader(name, data_dir=str(tmp_path), split_map={'train': 'train[:1]'})
  opened = private_names.loader_builder(loader, 'train')
  assert opened.info.splits['train'].num_examples == 1
  assert private_names.loader_slice(loader, 'train') == 'train[:1]'
  key = name, str(tmp_path)
  try:
    assert private_names.opened_builders()[key] is opened
  finally:
    private_names.opened_builders().pop(key, None)
  (told,) = loader.load('train', shuffle_files=False).as_numpy_iterator()
  assert told['sentence1'] == b'It rains.'


def test_sources_tell_what_they_read(tmp_path):
  def rows(split, shuffle_files, seed=None):
    return tf.data.Dataset.from_tensors(split)

  source = seqio.FunctionDataSource(rows, splits=('train',))
  assert private_names.source_function(source) is rows
  assert private_names.source_patterns(source) == {}
  pattern = str(tmp_path / '*.txt')
  texts = seqio.TextLineDataSource({'train': pattern})
  assert private_names.source_patterns(texts) == {'train': pattern}


def test_ids_are_decoded_past_the_end_of_sequence():
  words = seqio.ByteVocabulary()
  ids = [*words.encode('a'), words.eos_id, *words.encode('b')]
  assert words.decode(ids) != private_names.decoded(words, ids)
  assert private_names.decoded(words, ids).replace('\ufffd', '').startswith('a')
  assert private_names.decoded(words, ids).endswith('b')
  told = private_names.decoded_tf(words, tf.constant(words.encode('ab')))
  assert told.numpy() == b'ab'


@pytest.mark.parametrize('owner', OVERRIDDEN, ids=lambda owner: owner.__name__)
def test_what_subclasses_of_ours_replace_is_there_and_is_called(owner):
  source = inspect.getsource(owner)
  for name in OVERRIDDEN[owner]:
    assert callable(getattr(owner, name))
    assert f'self.{name}(' in source
  assert issubclass(splits.Loader, seqio.LazyTfdsLoader)


def _foreign(tree):
  """Names with an underscore that are read from something imported from elsewhere."""
  imported = set()
  for node in ast.walk(tree):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
      module = getattr(node, 'module', None) or node.names[0].name
      if not module.startswith('flan_jax'):
        imported |= {(a.asname or a.name).split('.')[0] for a in node.names}
        if any(part.startswith('_') and not part.startswith('__') for part in module.split('.')):
          yield module
  for node in ast.walk(tree):
    if isinstance(node, ast.Attribute) and node.attr.startswith('_') and (not node.attr.startswith('__')):
      root = node.value
      while isinstance(root, ast.Attribute):
        root = root.value
      if isinstance(root, ast.Name) and root.id in imported:
        yield node.attr


def test_no_other_module_reads_such_names():
  allowed = {'_exit', '_fields'}  # documented in spite of the underscore
  found = {
    str(path.relative_to(HOUSE)): names
    for path in HOUSE.rglob('*.py')
    if path != pathlib.Path(private_names.__file__)
    and (names := set(_foreign(ast.parse(path.read_text(encoding='utf-8')))) - allowed)
  }
  assert found == {}
