"""The prompt store, on SeqIO tasks of its own."""

import functools
import json
import os
import shutil
import threading

import numpy as np
import pytest
import seqio
import tensorflow as tf
import tensorflow_datasets as tfds

from flan_jax.data import store
from flan_jax.errors import UserError
from tests import rounding

LENGTHS = {'inputs_length': 64, 'targets_length': 16}
TEXTS = [(f'Question {i}: what is {i} times {i}? ☂', f'It is {i * i}.')
         for i in range(600)]


def render(dataset):
  return dataset.map(lambda row: {'inputs': row['question'], 'targets': row['answer']})


def make_task(texts=TEXTS, vocabulary=None, steps=None, name='squares', **features):
  vocabulary = vocabulary or seqio.ByteVocabulary()
  def rows(split, shuffle_files):
    questions, answers = zip(*texts)
    return tf.data.Dataset.from_tensor_slices(
        {'question': list(questions), 'answer': list(answers)})
  features = features or {
      'inputs': seqio.Feature(vocabulary), 'targets': seqio.Feature(vocabulary)}
  return seqio.Task(
      name, source=seqio.FunctionDataSource(rows, splits=['train', 'test']),
      output_features=features, metric_fns=[],
      preprocessors=steps or [render, seqio.CacheDatasetPlaceholder(),
                              seqio.preprocessors.tokenize,
                              seqio.preprocessors.append_eos_after_trim])


def ids_of(built):
  return [(inputs.tolist(), targets.tolist())
          for inputs, targets in built.read(range(len(built.lengths)))]


def tied(tokenizer, ours, theirs):
  """Whether these are segmentations of one text that the model finds equally good."""
  score = lambda prompt: [sum(map(tokenizer.get_score, ids)) for ids in prompt]
  text = lambda prompt: [tokenizer.decode(ids) for ids in prompt]
  # Scores are below 0; float32 sums of them, one for each token, decided twice.
  apart = rounding.gamma(2 * max(map(len, (*ours, *theirs))))
  return text(ours) == text(theirs) and np.allclose(
      score(ours), score(theirs), rtol=apart, atol=0)


def stores_in(directory):
  return sorted(os.path.join(root, name) for root, folders, _ in os.walk(directory)
                for name in folders if name.startswith(('train-', 'test-', '.')))


@pytest.fixture(scope='module')
def sentencepiece(tmp_path_factory):
  import sentencepiece as spm
  folder = tmp_path_factory.mktemp('vocabulary')
  spm.SentencePieceTrainer.train(
      sentence_iterator=iter(text for pair in TEXTS for text in pair),
      model_prefix=str(folder / 'model'), vocab_size=100, pad_id=0, eos_id=1, unk_id=2,
      bos_id=-1, byte_fallback=False, minloglevel=2)
  return seqio.SentencePieceVocabulary(str(folder / 'model.model'))


class BatchedBytes(seqio.ByteVocabulary):
  """Offers `encode_batch`, and nothing else works."""

  def __init__(self):
    super().__init__()
    self.batches = []

  def encode_batch(self, texts):
    self.batches.append(len(texts))
    return [[byte + 3 for byte in text.encode()] for text in texts]

  def _encode(self, text):
    raise AssertionError('tokenized one by one')


class TestIds:

  @pytest.mark.parametrize('kind', ['bytes', 'sentencepiece'])
  def test_equal_what_seqio_gives(self, kind, tmp_path, request):
    vocabulary = request.getfixturevalue(kind) if kind != 'bytes' else None
    task = make_task(vocabulary=vocabulary)
    built = store.build(task, directory=tmp_path, **LENGTHS)
    theirs = task.get_dataset(sequence_length={'inputs': 64, 'targets': 16},
                              split='train', shuffle=False)
    expected = [(row['inputs'].tolist(), row['targets'].tolist())
                for row in theirs.as_numpy_iterator()]
    ours = ids_of(built)
    assert built.lengths.tolist() == [[len(i), len(t)] for i, t in ours]
    differing = [pair for pair in zip(ours, expected) if pair[0] != pair[1]]
    assert len(differing) <= (0 if vocabulary is None else 12)
    # TF Text carries its own SentencePiece, which settles ties differently.
    assert all(tied(vocabulary.tokenizer, *pair) for pair in differing)

  def test_whole_batches_are_tokenized_where_the_vocabulary_can(self, tmp_path):
    vocabulary = BatchedBytes()
    built = store.build(make_task(vocabulary=vocabulary), directory=tmp_path, **LENGTHS)
    assert vocabulary.batches == [2 * 512, 2 * (600 - 512)]  # inputs and targets
    plain = store.build(make_task(), directory=tmp_path / 'plain', **LENGTHS)
    assert ids_of(built) == ids_of(plain)

  def test_read_in_any_order(self, tmp_path):
    built = store.build(make_task(), directory=tmp_path, **LENGTHS)
    decode = seqio.ByteVocabulary().decode
    for number, (_, targets) in zip([599, 3, 3, 0], built.read([599, 3, 3, 0])):
      assert decode(targets.tolist()) == f'It is {number**2}.'
    assert built.read([]) == []

  def test_truncation_keeps_the_separators(self, tmp_path):
    task = make_task([('abcdefgh', 'ABCDEFGH')])
    [(inputs, targets)] = ids_of(store.build(
        task, directory=tmp_path, inputs_length=5, targets_length=3))
    assert inputs == [*seqio.ByteVocabulary().encode('abcd'), 1]
    assert targets == [*seqio.ByteVocabulary().encode('AB'), 1]

  @pytest.mark.parametrize('separators, ends', [
      (('', ''), ([], [])), (('\n\n', 'eos'), ([13, 13], [1])),
      (('', '\n'), ([], [13]))])
  def test_separators_are_a_choice(self, separators, ends, tmp_path):
    task = make_task([('abc', 'ABC'), ('abcdefgh', 'ABCDEFGH')])
    built = store.build(task, directory=tmp_path, inputs_length=6, targets_length=6,
                        separators=separators)
    encode = seqio.ByteVocabulary().encode
    for (inputs, targets), size in zip(ids_of(built), (3, 6)):
      assert inputs == encode('abcdef'[:min(size, 6 - len(ends[0]))]) + ends[0]
      assert targets == encode('ABCDEF'[:min(size, 6 - len(ends[1]))]) + ends[1]

  def test_long_text_goes_on_in_further_prompts(self, tmp_path):
    task = make_task([('ab', '0123456789'), ('', '0123'), ('', '01234567')])
    built = store.build(task, directory=tmp_path, inputs_length=3, targets_length=5,
                        overflow='split')
    encode = seqio.ByteVocabulary().encode
    assert ids_of(built) == [
        ([*encode('ab'), 1], encode('0123')), ([1], encode('4567')),
        ([1], [*encode('89'), 1]), ([1], [*encode('0123'), 1]), ([1], encode('0123')),
        ([1], [*encode('4567'), 1])]
    with pytest.raises(UserError, match="OVERFLOW is 'fold'"):
      store.build(task, directory=tmp_path, overflow='fold', **LENGTHS)

  def test_inputs_may_be_missing(self, tmp_path):
    only_targets = lambda dataset: dataset.map(lambda row: {'targets': row['answer']})
    task = make_task([('', 'plain')], targets=seqio.Feature(seqio.ByteVocabulary()),
                     steps=[only_targets, seqio.preprocessors.tokenize])
    [(inputs, targets)] = ids_of(store.build(task, directory=tmp_path, **LENGTHS))
    assert inputs == [1]
    assert targets == [*seqio.ByteVocabulary().encode('plain'), 1]

  @pytest.mark.parametrize('with_eos', [False, True])
  def test_a_task_of_ids_is_taken_as_it_is(self, with_eos, tmp_path):
    def numbers(dataset):
      end = [1] if with_eos else []
      return dataset.map(lambda row: {'inputs': tf.constant([5, 6, *end]),
                                      'targets': tf.constant([7, *end])})
    task = make_task([('', '')], steps=[numbers])
    assert ids_of(store.build(task, directory=tmp_path, **LENGTHS)) == [
        ([5, 6, 1], [7, 1])]

  def test_steps_after_tokenizing_are_not_lost(self, tmp_path):
    def reverse(dataset):
      return dataset.map(lambda row: {**row, 'targets': row['targets'][::-1]})
    task = make_task([('a', 'bc')], steps=[
        render, seqio.preprocessors.tokenize, reverse, seqio.preprocessors.append_eos])
    [(_, targets)] = ids_of(store.build(task, directory=tmp_path, **LENGTHS))
    assert targets == [*seqio.ByteVocabulary().encode('cb'), 1]

  def test_preprocessors_get_what_they_ask_for(self, tmp_path):
    def ask(dataset, sequence_length, output_features, seed, bound):
      text = f'{sequence_length["inputs"]} {sorted(output_features)} {seed} {bound}'
      return dataset.map(lambda row: {'inputs': text, 'targets': 'x'})
    steps = [functools.partial(ask, bound='b'), seqio.preprocessors.tokenize]
    built = store.build(make_task([('', '')], steps=steps), directory=tmp_path, seed=9,
                        **LENGTHS)
    text = seqio.ByteVocabulary().decode(built.read([0])[0][0].tolist())
    assert text == "64 ['inputs', 'targets'] 9 b"

  def test_large_vocabularies_take_four_bytes(self, tmp_path):
    vocabulary = seqio.PassThroughVocabulary(size=100_000, eos_id=1)
    numbers = lambda dataset: dataset.map(
        lambda row: {'inputs': [70_000], 'targets': [99_999]})
    task = make_task([('', '')], vocabulary, [numbers])
    built = store.build(task, directory=tmp_path, **LENGTHS)
    assert built.manifest['dtype'] == 'uint32'
    assert ids_of(built) == [([70_000, 1], [99_999, 1])]


class TestRefusals:

  def test_empty_targets_are_refused_and_counted_aloud(self, tmp_path, capsys):
    texts = [('one', 'yes'), ('two', ''), ('three', 'no'), ('four', '')]
    built = store.build(make_task(texts), directory=tmp_path, **LENGTHS)
    assert len(ids_of(built)) == 2
    assert (built.manifest['prompts'], built.manifest['refused']) == (2, 2)
    said = capsys.readouterr().err
    assert 'squares (train): 2 of 4 prompts refused' in said
    assert "'two'" in said

  def test_nothing_left_is_an_error(self, tmp_path):
    with pytest.raises(UserError, match='squares has no prompt.*2, and each'):
      store.build(make_task([('a', ''), ('b', '')]), directory=tmp_path, **LENGTHS)
    assert stores_in(tmp_path) == []

  def test_a_target_with_room_for_its_separator_alone_is_an_error(self, tmp_path):
    with pytest.raises(UserError, match='TARGETS_LENGTH'):
      store.build(make_task(), directory=tmp_path, inputs_length=8, targets_length=1)

  def test_a_separator_without_tokens_is_an_error(self, sentencepiece, tmp_path):
    with pytest.raises(UserError, match="separator '\\\\n' has no tokens"):
      store.build(make_task(vocabulary=sentencepiece), directory=tmp_path,
                  separators=('\n', 'eos'), **LENGTHS)

  def test_unknown_split_is_an_error(self, tmp_path):
    with pytest.raises(UserError, match="no split 'dev'; it has test, train"):
      store.build(make_task(), 'dev', directory=tmp_path, **LENGTHS)

  def test_cap(self, tmp_path):
    texts = [('a', ''), *TEXTS]
    built = store.build(make_task(texts), directory=tmp_path, cap=300, **LENGTHS)
    assert len(ids_of(built)) == 300


class TestFolder:

  def test_ensure_builds_once(self, tmp_path):
    added = []
    first, again = (
        store.ensure(make_task(), directory=tmp_path, progress=added.append, **LENGTHS)
        for _ in range(2))
    assert sum(added) == 600
    assert again.path == first.path and ids_of(again) == ids_of(first)
    assert sorted(os.listdir(first.path)) == [
        'lengths.npy', 'manifest.json', 'prompts.array_record']

  def test_a_crash_leaves_nothing_to_read(self, tmp_path):
    def crash(count):
      raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
      store.build(make_task(), directory=tmp_path, progress=crash, **LENGTHS)
    assert stores_in(tmp_path) == []

  def test_a_half_written_store_is_never_read(self, tmp_path):
    """What kill -9 leaves behind: a draft, at any stage."""
    whole = store.build(make_task(), directory=tmp_path / 'else', **LENGTHS)
    draft = tmp_path / 'squares' / '.building-0'
    shutil.copytree(whole.path, draft)
    os.truncate(draft / 'prompts.array_record', 100)
    built = store.ensure(make_task(), directory=tmp_path, **LENGTHS)
    assert ids_of(built) == ids_of(whole)

  def test_two_builders_at_once_both_end_well(self, tmp_path):
    others = []
    def meanwhile(count):
      if not others:
        others.append(None)
        others[0] = store.build(make_task(), directory=tmp_path, **LENGTHS)
    built = store.build(make_task(), directory=tmp_path, progress=meanwhile, **LENGTHS)
    assert built.path == others[0].path
    assert ids_of(built) == ids_of(others[0]) and len(ids_of(built)) == 600
    assert stores_in(tmp_path) == [built.path]

  @pytest.mark.parametrize('change', [
      {'inputs_length': 65}, {'targets_length': 17}, {'separators': ('', 'eos')},
      {'overflow': 'split'}, {'cap': 5}, {'seed': 1},
      {'fingerprint_extra': {'templates': 'new'}}])
  def test_a_change_builds_beside(self, change, tmp_path):
    first = store.ensure(make_task(), directory=tmp_path, **LENGTHS)
    second = store.ensure(make_task(), directory=tmp_path, **{**LENGTHS, **change})
    assert stores_in(tmp_path) == sorted([first.path, second.path])
    assert len(store.open_store(first.path).lengths) == 600

  def test_another_vocabulary_builds_beside(self, sentencepiece, tmp_path):
    settings = store.Settings(**LENGTHS)
    paths = {store.location(make_task(vocabulary=v), 'train', tmp_path, settings)[0]
             for v in (None, sentencepiece, seqio.ByteVocabulary(extra_ids=5))}
    assert len(paths) == 3
    again, _ = store.location(make_task(), 'train', tmp_path, settings)
    assert again in paths

  def test_no_store_and_foreign_formats_are_errors(self, tmp_path):
    with pytest.raises(UserError, match='no prompt store at'):
      store.open_store(str(tmp_path))
    built = store.build(make_task(), directory=tmp_path, cap=3, **LENGTHS)
    with open(os.path.join(built.path, 'manifest.json'), 'w') as file:
      json.dump({**built.manifest, 'format': 999}, file)
    with pytest.raises(UserError, match='format 999'):
      store.open_store(built.path)

  def test_threads_may_share_a_store(self, tmp_path):
    built = store.build(make_task(), directory=tmp_path, **LENGTHS)
    expected, wrong = ids_of(built), []
    fresh = store.open_store(built.path)
    def read(seed):
      order = np.random.default_rng(seed).permutation(600)
      for number, (inputs, targets) in zip(order, fresh.read(order)):
        if (inputs.tolist(), targets.tolist()) != expected[number]:
          wrong.append(number)
    threads = [threading.Thread(target=read, args=[seed]) for seed in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong


class Rows(tfds.core.GeneratorBasedBuilder):
  """A TFDS dataset whose rows are a class attribute."""
  VERSION = tfds.core.Version('1.0.0')
  pkg_dir_path = '.'  # there is no package with metadata to look for
  numbers = range(40)

  def _info(self):
    features = {'question': tfds.features.Text(), 'answer': tfds.features.Text()}
    return tfds.core.DatasetInfo(
        builder=self, features=tfds.features.FeaturesDict(features))

  def _split_generators(self, manager):
    return {name: self._generate_examples() for name in ('train', 'test')}

  def _generate_examples(self):
    for i in self.numbers:
      yield i, {'question': f'{i}?', 'answer': f'{i}!'}


class TestSource:

  def prepare(self, folder, numbers=range(40)):
    Rows.numbers = numbers
    Rows(data_dir=folder).download_and_prepare()
    vocabulary = seqio.ByteVocabulary()
    return lambda rows: seqio.Task(
        'rows', source=seqio.TfdsDataSource('rows:1.0.0', str(folder), {'train': rows}),
        preprocessors=[render, seqio.preprocessors.tokenize],
        output_features={'inputs': seqio.Feature(vocabulary),
                         'targets': seqio.Feature(vocabulary)}, metric_fns=[])

  def test_tfds_rows_decide_and_their_place_does_not(self, tmp_path):
    here = self.prepare(tmp_path / 'here')
    shutil.copytree(tmp_path / 'here', tmp_path / 'there')
    there = self.prepare(tmp_path / 'there')
    other = self.prepare(tmp_path / 'other', range(100, 140))
    def fingerprint(task):
      return store.location(task, 'train', 'd', store.Settings(**LENGTHS))[0]
    assert fingerprint(here('train')) == fingerprint(there('train'))
    assert fingerprint(here('train')) != fingerprint(other('train'))
    assert fingerprint(here('train')) != fingerprint(here('train[:20]'))
    built = store.build(here('train[:20]'), directory=tmp_path / 'stores', **LENGTHS)
    assert len(ids_of(built)) == 20
