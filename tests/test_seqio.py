# SPDX-License-Identifier: Apache-2.0
"""Tasks and mixtures as any SeqIO client sees them."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest
import seqio
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers every dataset
import gin
from flan_jax.data import datasets, holdouts, vocabulary
from flan_jax.data.encoding import Encoding
from flan_jax.data.mixture_subset import Selection
from flan_jax.data.tokens import store
from flan_jax.errors import UserError
from tests.conftest import TRAINED_ON

LENGTHS = {'inputs': 192, 'targets': 64}


def test_mixture_feeds_the_prefix_lm_converter(data_dir):
  mixture = Selection(tasks='arc_easy,sst2').apply('flan_holdout_nli')
  dataset = seqio.get_dataset(
    mixture,
    LENGTHS,
    dataset_split='train',
    shuffle=True,
    seed=0,
    feature_converter=seqio.PrefixLMFeatureConverter(pack=True),
  )
  rows = list(dataset.take(3).as_numpy_iterator())
  for row in rows:
    assert row['decoder_target_tokens'].shape == (sum(LENGTHS.values()),)
    assert row['decoder_loss_weights'].any() and row['decoder_segment_ids'].max() > 1
  text = vocabulary.FLAN.inner.tokenizer.decode(rows[0]['decoder_target_tokens'].tolist())
  assert len(text.split()) > 20 and '⁇' not in text


@pytest.mark.parametrize('name', ['rte', 'rte.eval', 'world_text'])
def test_a_text_that_is_cut_keeps_its_separator(name, data_dir):
  lengths = {'inputs': 32, 'targets': 8}
  task = seqio.get_mixture_or_task(name)
  cut = 0
  for prompt in task.get_dataset(lengths, 'train', shuffle=False).take(200).as_numpy_iterator():
    for feature in task.output_features:
      ids = prompt[feature].tolist()
      assert ids[-1] == vocabulary.FLAN.eos_id and ids.count(ids[-1]) == 1
      assert len(ids) <= lengths[feature]
      cut += len(ids) == lengths[feature]
  assert cut > 100


def test_no_task_cuts_its_separator_off():
  for name in seqio.TaskRegistry.names():
    last = seqio.TaskRegistry.get(name).preprocessors[-1]
    assert last is seqio.preprocessors.append_eos_after_trim, name


def users_task(name, words):
  """Registers a task as others write them, its vocabulary one of SeqIO's classes."""

  def read(split, shuffle_files, seed=None):
    return tf.data.Dataset.from_tensor_slices(
      {'inputs': [f'Say {n}.' for n in range(40)], 'targets': [str(n) for n in range(40)]}
    )

  return seqio.TaskRegistry.add(
    name,
    seqio.FunctionDataSource(read, splits=['train']),
    preprocessors=[seqio.preprocessors.tokenize, seqio.preprocessors.append_eos],
    output_features={name: seqio.Feature(words) for name in ('inputs', 'targets')},
  )


@pytest.mark.parametrize(
  'name, kind',
  [  # SeqIO compares them in the order of names
    ('a_task', 'sentencepiece'),
    ('z_task', 'sentencepiece'),
    pytest.param('a_task', 'bytes', marks=pytest.mark.slow),
  ],
)
def test_a_users_task_of_the_same_vocabulary_is_mixed_with_ours(name, kind, data_dir, tmp_path, monkeypatch):
  copied = shutil.copy(data_dir / 'vocab.model', tmp_path)
  words = seqio.SentencePieceVocabulary(str(copied))
  if kind == 'bytes':
    monkeypatch.setenv(vocabulary.VARIABLE, 'bytes')
    words = seqio.ByteVocabulary()
  task = users_task(name, words)
  try:
    seqio.MixtureRegistry.add('mixed', [(name, 1.0), ('rte', 1.0)])
    rows = list(
      seqio.get_dataset(
        'mixed',
        LENGTHS,
        dataset_split='train',
        shuffle=True,
        seed=0,
        feature_converter=seqio.PrefixLMFeatureConverter(pack=False),
      )
      .take(20)
      .as_numpy_iterator()
    )
    texts = [words.decode(row['decoder_target_tokens'].tolist()) for row in rows]
    assert {text.startswith('Say') for text in texts} == {True, False}
    other = vocabulary.FlanVocabulary()
    other._loaded = 'bytes', seqio.ByteVocabulary(extra_ids=1)
    monkeypatch.setitem(task.output_features, 'targets', seqio.Feature(other))
    with pytest.raises(ValueError, match='same vocabulary'):
      seqio.get_mixture_or_task('mixed').get_dataset(LENGTHS)
  finally:
    seqio.MixtureRegistry.remove('mixed')
    seqio.TaskRegistry.remove(name)


def documented_lines():
  """What docs/how-to/seqio.md says that a t5x user writes."""
  folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  page = os.path.join(folder, 'docs', 'how-to', 'seqio.md')
  with open(page, encoding='utf-8') as file:
    [block] = re.findall(r'^```gin\n(MIXTURE_OR_TASK_MODULE = .*?)```', file.read(), re.M | re.S)
  return block.strip().splitlines()


def test_what_a_t5x_user_writes_is_accepted(data_dir, tmp_path, monkeypatch):
  """The six lines of the page, with another file, and t5x's two objects stood in for."""
  lines = documented_lines()
  assert len(lines) == 6
  copied = shutil.copy(data_dir / 'vocab.model', tmp_path)
  utils = types.ModuleType('utils')
  exec(
    'def DatasetConfig(mixture_or_task_name): return mixture_or_task_name\ndef Model(vocabulary): return vocabulary',
    utils.__dict__,
  )
  monkeypatch.setitem(sys.modules, 'utils', utils)
  with gin.unlock_config():
    gin.clear_config()
    gin.parse_config(
      '\n'.join(
        [
          'from __gin__ import dynamic_registration',
          'import seqio',
          'import utils',
          *lines,
          'utils.Model.vocabulary = %VOCABULARY',
          'utils.DatasetConfig.mixture_or_task_name = %MIXTURE_OR_TASK_NAME',
        ]
      ).replace('/models/vocab.model', str(copied))
    )
    ask = gin.get_configurable
    words, name = ask(utils.Model)(), ask(utils.DatasetConfig)()
    with gin.config_scope('infer_eval'):
      evaluated = ask(utils.DatasetConfig)()
    module, lengths = (gin.query_parameter(f'%{macro}') for macro in ('MIXTURE_OR_TASK_MODULE', 'TASK_FEATURE_LENGTHS'))
    gin.clear_config()
  importlib.import_module(module)
  for mixture in map(seqio.get_mixture_or_task, (name, evaluated)):
    mixture._check_compatible_features()
    assert set(lengths) == set(mixture.output_features)
    for feature in mixture.output_features.values():  # both ways, as t5x and its models
      assert not feature.vocabulary != words and not words != feature.vocabulary
  assert 'rte.eval' in {task.name for task in seqio.get_mixture_or_task(evaluated).tasks}


def test_task_yields_pretokenized_text_and_the_ids_of_it(data_dir):
  task = seqio.get_mixture_or_task('rte')
  example = next(task.get_dataset(LENGTHS, 'train', shuffle=False).as_numpy_iterator())
  text = example['inputs_pretokenized'].decode()
  assert 'OPTIONS:\n- yes\n- no' in text or 'Write' in text
  end = [vocabulary.FLAN.eos_id]
  assert example['inputs'].tolist() == vocabulary.FLAN.encode(text) + end
  assert example['targets'].tolist() == vocabulary.FLAN.encode(example['targets_pretokenized'].decode()) + end


def test_sizes_follow_the_carve_outs(data_dir):
  source = seqio.get_mixture_or_task('rte').source
  assert source.num_input_examples('train') == 24
  assert source.num_input_examples('validation') == 200
  train, dev = [
    {(e['premise'].numpy(), e['hypothesis'].numpy()) for e in source.get_dataset(split, shuffle=False)}
    for split in ('train', 'validation')
  ]
  assert len(train) == 24 and not train & dev


def test_prompts_do_not_depend_on_sharding(data_dir):
  task = seqio.get_mixture_or_task('sst2')
  texts = lambda shard: sorted(
    (e['inputs_pretokenized'], e['targets_pretokenized'])
    for e in task.get_dataset(LENGTHS, 'train', shuffle=False, shard_info=shard, seed=3).as_numpy_iterator()
  )
  whole = texts(None)
  assert len(whole) == 240
  assert sorted(sum([texts(seqio.ShardInfo(i, 3)) for i in range(3)], [])) == whole


def test_the_store_holds_what_seqio_yields(data_dir, tmp_path):
  task = seqio.get_mixture_or_task('sst2')
  built = store.ensure(task, directory=str(tmp_path), inputs_length=192, targets_length=64)
  ids = built.read(range(len(built.lengths)))
  wanted = task.get_dataset(LENGTHS, 'train', shuffle=False).as_numpy_iterator()
  for (inputs, targets), example in zip(ids, wanted, strict=True):
    # Texts are compared: two tokenizers may settle a tie of scores differently.
    decode = lambda tokens: vocabulary.FLAN.decode(np.asarray(tokens).tolist())
    assert decode(inputs) == decode(example['inputs'])
    assert decode(targets) == decode(example['targets'])


def test_too_long_prompts_are_shortened_as_in_evaluation(data_dir, tmp_path):
  """What is asked stays; SeqIO's clients see the two public features alone."""
  task, encoding = seqio.get_mixture_or_task('arc_easy'), Encoding(24, 64)
  built = store.ensure(task, directory=str(tmp_path), inputs_length=24, targets_length=64)
  assert built.manifest['shortened'] > 100
  ours = {tuple(ids.tolist()) for ids, _ in built.read(range(len(built.lengths)))}
  dataset = datasets.get('arc_easy')
  numbers = range(len(dataset.templates))
  for example in datasets.examples('arc_easy', 'train', numbers):
    ids, _ = encoding.fitted(example.inputs, example.passages)
    assert set(map(tuple, ids)) <= ours
    for number, text in enumerate(example.inputs):
      assert example.passages[number] in text
  [prompt] = task.get_dataset(LENGTHS, 'train', shuffle=False).take(1).as_numpy_iterator()
  assert set(prompt) == {'inputs', 'targets', 'inputs_pretokenized', 'targets_pretokenized'}


def test_another_seed_gives_other_templates(data_dir, tmp_path):
  task = seqio.get_mixture_or_task('sst2')
  first = [
    store.ensure(task, directory=str(tmp_path), inputs_length=192, seed=seed, targets_length=64)
    .read([0])[0][0]
    .tolist()
    for seed in (0, 1, 2)
  ]
  assert len(set(map(tuple, first))) > 1


@pytest.fixture
def cached(data_dir, tmp_path):
  """rte as `seqio_cache_tasks` leaves it: rendered, 10 prompts an example."""
  folder = tmp_path / 'rte'
  folder.mkdir()
  feature = lambda text: tf.train.Feature(bytes_list=tf.train.BytesList(value=[text]))
  with tf.io.TFRecordWriter(str(folder / 'train.tfrecord-00000-of-00001')) as writer:
    for number in range(240):
      texts = {'inputs': b'cached %d' % number, 'targets': b'yes'}
      writer.write(
        tf.train.Example(
          features=tf.train.Features(feature={k: feature(v) for k, v in texts.items()})
        ).SerializeToString()
      )
  spec = {'shape': [], 'dtype': 'string'}
  (folder / 'info.train.json').write_text(
    json.dumps({'num_shards': 1, 'features': {'inputs': spec, 'targets': spec}, 'seqio_version': seqio.__version__})
  )
  (folder / 'stats.train.json').write_text(json.dumps({'examples': 240}))
  (folder / 'COMPLETED').touch()
  task = seqio.get_mixture_or_task('rte')
  before = list(seqio.get_global_cache_dirs())
  seqio.set_global_cache_dirs([str(tmp_path)])
  yield task
  seqio.set_global_cache_dirs(before)
  task._cache_dir = None


def test_a_cached_task_keeps_its_mixing_rate(cached):
  assert cached.get_cached_stats('train')['examples'] == 240
  example = next(cached.get_dataset(LENGTHS, use_cached=True, shuffle=False).as_numpy_iterator())
  assert example['inputs_pretokenized'] == b'cached 0'
  mixture = seqio.get_mixture_or_task('flan_holdout_sentiment')
  assert mixture.get_rate(cached) == 24 == holdouts.rate(cached)
  assert seqio.mixing_rate_num_examples(cached, maximum=3000) == 240  # SeqIO's own


def test_rates_of_prepared_data(data_dir):
  rates = holdouts.rates(Selection(clusters=TRAINED_ON).apply('flan_holdout_nli'))
  assert len(rates) == 8 and set(rates.values()) == {24.0}
  assert holdouts.rates('world_text') == {'world_text': 1.0}
  with pytest.raises(UserError, match='qnli'):
    holdouts.rates('flan_all')


def cache(task, split, folder):
  """Writes a split as SeqIO's caching script does, whose pipeline needs Apache Beam."""
  folder = folder / task.name
  folder.mkdir(exist_ok=True)
  records = task.preprocess_precache(task.source.get_dataset(split, shuffle=False, shard_info=seqio.ShardInfo(0, 1)))
  with tf.io.TFRecordWriter(str(folder / f'{split}.tfrecord-00000-of-00001')) as writer:
    for count, record in enumerate(records, 1):
      writer.write(seqio.dict_to_tfexample(record).SerializeToString())
  features = {name: {'shape': [None] * value.shape.rank, 'dtype': value.dtype.name} for name, value in record.items()}
  (folder / f'info.{split}.json').write_text(
    json.dumps({'num_shards': 1, 'features': features, 'seqio_version': seqio.__version__})
  )
  (folder / f'stats.{split}.json').write_text(json.dumps({'examples': count}))
  (folder / 'COMPLETED').touch()


def rows_of(task, **how):
  lengths = {'inputs': 32, 'targets': 8}
  return sorted(
    repr([(name, value.tolist() if hasattr(value, 'tolist') else value) for name, value in sorted(row.items())])
    for row in task.get_dataset(lengths, 'train', shuffle=False, **how).as_numpy_iterator()
  )


@pytest.fixture
def cached_by_seqio(data_dir, tmp_path):
  before, tasks = list(seqio.get_global_cache_dirs()), []
  seqio.set_global_cache_dirs([str(tmp_path)])

  def cached(name):
    tasks.append(seqio.get_mixture_or_task(name))
    cache(tasks[-1], 'train', tmp_path)
    return tasks[-1]

  yield cached
  seqio.set_global_cache_dirs(before)
  for task in tasks:
    task._cache_dir = None


@pytest.mark.parametrize(
  'name', ['cb.eval', *(pytest.param(name, marks=pytest.mark.slow) for name in ('rte', 'trivia_qa.eval'))]
)
def test_a_cached_task_reads_the_same(name, cached_by_seqio):
  task = cached_by_seqio(name)
  assert rows_of(task) == rows_of(task, use_cached=True)


@pytest.mark.slow
def test_so_does_one_that_seqios_script_caches(data_dir, tmp_path):
  pytest.importorskip('apache_beam', reason="pip install -e '.[beam]'")
  names = ['rte', 'cb.eval']
  subprocess.run(
    [
      sys.executable,
      '-m',
      'seqio.scripts.cache_tasks_main',
      f'--tasks={",".join(names)}',
      f'--output_cache_dir={tmp_path}',
      '--module_import=flan_jax.tasks',
      '--min_shards=2',
    ],
    check=True,
    timeout=900,
  )
  before = list(seqio.get_global_cache_dirs())
  seqio.set_global_cache_dirs([str(tmp_path)])
  try:
    for task in map(seqio.get_mixture_or_task, names):
      assert rows_of(task) == rows_of(task, use_cached=True)
      task._cache_dir = None
  finally:
    seqio.set_global_cache_dirs(before)
