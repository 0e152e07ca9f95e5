"""Tasks and mixtures as any SeqIO client sees them."""

import json

import numpy as np
import pytest
import seqio
import tensorflow as tf

import flan_jax.tasks
from flan_jax.data import datasets
from flan_jax.data import holdouts
from flan_jax.data import store
from flan_jax.data import vocabulary
from flan_jax.data.selection import Selection
from flan_jax.errors import UserError
from flan_jax.evaluation import questions
from tests.conftest import TRAINED_ON

LENGTHS = {'inputs': 192, 'targets': 64}


def test_mixture_feeds_the_prefix_lm_converter(data_dir):
  mixture = Selection(clusters=TRAINED_ON).apply('flan_holdout_nli')
  dataset = seqio.get_dataset(
      mixture, LENGTHS, dataset_split='train', shuffle=True, seed=0,
      feature_converter=seqio.PrefixLMFeatureConverter(pack=True))
  rows = list(dataset.take(3).as_numpy_iterator())
  for row in rows:
    assert row['decoder_target_tokens'].shape == (sum(LENGTHS.values()),)
    assert row['decoder_loss_weights'].any() and row['decoder_segment_ids'].max() > 1
  text = vocabulary.FLAN.inner.tokenizer.decode(rows[0]['decoder_target_tokens'].tolist())
  assert len(text.split()) > 20 and '⁇' not in text


def test_task_yields_pretokenized_text_and_the_ids_of_it(data_dir):
  task = seqio.get_mixture_or_task('rte')
  example = next(task.get_dataset(LENGTHS, 'train', shuffle=False).as_numpy_iterator())
  text = example['inputs_pretokenized'].decode()
  assert 'OPTIONS:\n- yes\n- no' in text or 'Write' in text
  end = [vocabulary.FLAN.eos_id]
  assert example['inputs'].tolist() == vocabulary.FLAN.encode(text) + end
  assert example['targets'].tolist() == vocabulary.FLAN.encode(
      example['targets_pretokenized'].decode()) + end


def test_sizes_follow_the_carve_outs(data_dir):
  source = seqio.get_mixture_or_task('rte').source
  assert source.num_input_examples('train') == 24
  assert source.num_input_examples('validation') == 200
  train, dev = [
      {(e['premise'].numpy(), e['hypothesis'].numpy())
       for e in source.get_dataset(split, shuffle=False)}
      for split in ('train', 'validation')]
  assert len(train) == 24 and not train & dev


def test_prompts_do_not_depend_on_sharding(data_dir):
  task = seqio.get_mixture_or_task('sst2')
  texts = lambda shard: sorted(
      (e['inputs_pretokenized'], e['targets_pretokenized']) for e in
      task.get_dataset(LENGTHS, 'train', shuffle=False, shard_info=shard, seed=3)
      .as_numpy_iterator())
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
  task, encoding = seqio.get_mixture_or_task('arc_easy'), questions.Encoding(24, 64)
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
  assert set(prompt) == {'inputs', 'targets', 'inputs_pretokenized',
                         'targets_pretokenized'}


def test_another_seed_gives_other_templates(data_dir, tmp_path):
  task = seqio.get_mixture_or_task('sst2')
  first = [store.ensure(task, directory=str(tmp_path), inputs_length=192, seed=seed,
                        targets_length=64).read([0])[0][0].tolist() for seed in (0, 1, 2)]
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
      writer.write(tf.train.Example(features=tf.train.Features(
          feature={k: feature(v) for k, v in texts.items()})).SerializeToString())
  spec = {'shape': [], 'dtype': 'string'}
  (folder / 'info.train.json').write_text(json.dumps(
      {'num_shards': 1, 'features': {'inputs': spec, 'targets': spec},
       'seqio_version': seqio.__version__}))
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
  example = next(cached.get_dataset(LENGTHS, use_cached=True, shuffle=False)
                 .as_numpy_iterator())
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
