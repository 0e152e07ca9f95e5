# SPDX-License-Identifier: Apache-2.0
"""The prompt store, on SeqIO tasks of its own."""

import errno
import functools
import hashlib
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
import seqio
import tensorflow as tf
import tensorflow_datasets as tfds

from flan_jax.data import truncation
from flan_jax.data.tokens import drafts, store
from flan_jax.errors import UserError
from tests import corruption, rounding

LENGTHS = {'inputs_length': 64, 'targets_length': 16}
TEXTS = [(f'Question {i}: what is {i} times {i}? ☂', f'It is {i * i}.') for i in range(600)]


def render(dataset):
  return dataset.map(lambda row: {'inputs': row['question'], 'targets': row['answer']})


def make_task(texts=TEXTS, vocabulary=None, steps=None, name='squares', **features):
  vocabulary = vocabulary or seqio.ByteVocabulary()

  def rows(split, shuffle_files):
    questions, answers = zip(*texts)
    return tf.data.Dataset.from_tensor_slices({'question': list(questions), 'answer': list(answers)})

  features = features or {'inputs': seqio.Feature(vocabulary), 'targets': seqio.Feature(vocabulary)}
  return seqio.Task(
    name,
    source=seqio.FunctionDataSource(rows, splits=['train', 'test']),
    output_features=features,
    metric_fns=[],
    preprocessors=steps
    or [
      render,
      seqio.CacheDatasetPlaceholder(),
      seqio.preprocessors.tokenize,
      seqio.preprocessors.append_eos_after_trim,
    ],
  )


def ids_of(built):
  return [(inputs.tolist(), targets.tolist()) for inputs, targets in built.read(range(len(built.lengths)))]


def ids_of_arrays(built):
  return built.read(range(len(built.lengths)))


def tied(tokenizer, ours, theirs):
  """Whether these are segmentations of one text that the model finds equally good."""
  score = lambda prompt: [sum(map(tokenizer.get_score, ids)) for ids in prompt]
  text = lambda prompt: [tokenizer.decode(ids) for ids in prompt]
  # Scores are below 0; float32 sums of them, one for each token, decided twice.
  apart = rounding.gamma(2 * max(map(len, (*ours, *theirs))))
  return text(ours) == text(theirs) and np.allclose(score(ours), score(theirs), rtol=apart, atol=0)


def stores_in(directory):
  return sorted(
    os.path.join(root, name)
    for root, folders, _ in os.walk(directory)
    for name in folders
    if name.startswith(('train-', 'test-', '.'))
  )


@pytest.fixture(scope='module')
def sentencepiece(tmp_path_factory):
  import sentencepiece as spm

  folder = tmp_path_factory.mktemp('vocabulary')
  spm.SentencePieceTrainer.train(
    sentence_iterator=iter(text for pair in TEXTS for text in pair),
    model_prefix=str(folder / 'model'),
    vocab_size=100,
    pad_id=0,
    eos_id=1,
    unk_id=2,
    bos_id=-1,
    byte_fallback=False,
    minloglevel=2,
  )
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
    theirs = task.get_dataset(sequence_length={'inputs': 64, 'targets': 16}, split='train', shuffle=False)
    expected = [(row['inputs'].tolist(), row['targets'].tolist()) for row in theirs.as_numpy_iterator()]
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
    [(inputs, targets)] = ids_of(store.build(task, directory=tmp_path, inputs_length=5, targets_length=3))
    assert inputs == [*seqio.ByteVocabulary().encode('efgh'), 1]
    assert targets == [*seqio.ByteVocabulary().encode('AB'), 1]

  @pytest.mark.parametrize(
    'separators, ends', [(('', ''), ([], [])), (('\n\n', 'eos'), ([13, 13], [1])), (('', '\n'), ([], [13]))]
  )
  def test_separators_are_a_choice(self, separators, ends, tmp_path):
    task = make_task([('abc', 'ABC'), ('abcdefgh', 'ABCDEFGH')])
    built = store.build(task, directory=tmp_path, inputs_length=6, targets_length=6, separators=separators)
    encode = seqio.ByteVocabulary().encode
    for (inputs, targets), size in zip(ids_of(built), (3, 6)):
      text = {3: 'abc', 6: 'abcdefgh'}[size]
      assert inputs == encode(text[-min(size, 6 - len(ends[0])) :]) + ends[0]
      assert targets == encode('ABCDEF'[: min(size, 6 - len(ends[1]))]) + ends[1]

  def test_long_text_goes_on_in_further_prompts(self, tmp_path):
    task = make_task([('ab', '0123456789'), ('', '0123'), ('', '01234567')])
    built = store.build(task, directory=tmp_path, inputs_length=3, targets_length=5, overflow='split')
    encode = seqio.ByteVocabulary().encode
    assert ids_of(built) == [
      ([*encode('ab'), 1], encode('0123')),
      ([1], encode('4567')),
      ([1], [*encode('89'), 1]),
      ([1], [*encode('0123'), 1]),
      ([1], encode('0123')),
      ([1], [*encode('4567'), 1]),
    ]
    with pytest.raises(UserError, match="OVERFLOW is 'fold'"):
      store.build(task, directory=tmp_path, overflow='fold', **LENGTHS)

  def test_inputs_may_be_missing(self, tmp_path):
    only_targets = lambda dataset: dataset.map(lambda row: {'targets': row['answer']})
    task = make_task(
      [('', 'plain')], targets=seqio.Feature(seqio.ByteVocabulary()), steps=[only_targets, seqio.preprocessors.tokenize]
    )
    [(inputs, targets)] = ids_of(store.build(task, directory=tmp_path, **LENGTHS))
    assert inputs == [1]
    assert targets == [*seqio.ByteVocabulary().encode('plain'), 1]

  @pytest.mark.parametrize('with_eos', [False, True])
  def test_a_task_of_ids_is_taken_as_it_is(self, with_eos, tmp_path):
    def numbers(dataset):
      end = [1] if with_eos else []
      return dataset.map(lambda row: {'inputs': tf.constant([5, 6, *end]), 'targets': tf.constant([7, *end])})

    task = make_task([('', '')], steps=[numbers])
    assert ids_of(store.build(task, directory=tmp_path, **LENGTHS)) == [([5, 6, 1], [7, 1])]

  def test_steps_after_tokenizing_are_not_lost(self, tmp_path):
    def reverse(dataset):
      return dataset.map(lambda row: {**row, 'targets': row['targets'][::-1]})

    task = make_task(
      [('a', 'bc')], steps=[render, seqio.preprocessors.tokenize, reverse, seqio.preprocessors.append_eos]
    )
    [(_, targets)] = ids_of(store.build(task, directory=tmp_path, **LENGTHS))
    assert targets == [*seqio.ByteVocabulary().encode('cb'), 1]

  def test_preprocessors_get_what_they_ask_for(self, tmp_path):
    def ask(dataset, sequence_length, output_features, seed, bound):
      text = f'{sequence_length["inputs"]} {sorted(output_features)} {seed} {bound}'
      return dataset.map(lambda row: {'inputs': text, 'targets': 'x'})

    steps = [functools.partial(ask, bound='b'), seqio.preprocessors.tokenize]
    built = store.build(make_task([('', '')], steps=steps), directory=tmp_path, seed=9, **LENGTHS)
    text = seqio.ByteVocabulary().decode(built.read([0])[0][0].tolist())
    assert text == "64 ['inputs', 'targets'] 9 b"

  def test_large_vocabularies_take_four_bytes(self, tmp_path):
    vocabulary = seqio.PassThroughVocabulary(size=100_000, eos_id=1)
    numbers = lambda dataset: dataset.map(lambda row: {'inputs': [70_000], 'targets': [99_999]})
    task = make_task([('', '')], vocabulary, [numbers])
    built = store.build(task, directory=tmp_path, **LENGTHS)
    assert built.manifest['dtype'] == 'uint32'
    assert ids_of(built) == [([70_000, 1], [99_999, 1])]


class TestLongPrompts:
  def texts(self, built):
    decode = seqio.ByteVocabulary().decode
    return [(decode(inputs.tolist()), decode(targets.tolist())) for inputs, targets in ids_of_arrays(built)]

  def build(self, directory, rows, with_passage=True, **lengths):
    def asked(dataset):
      return dataset.map(
        lambda row: {
          'inputs': row['question'],
          'targets': row['answer'],
          **({'passage': 'one two three four five'} if with_passage else {}),
        }
      )

    task = make_task(rows, steps=[asked, seqio.preprocessors.tokenize])
    return store.build(task, directory=directory, **{**LENGTHS, **lengths})

  def test_the_passage_loses_its_beginning_and_the_question_stays(self, tmp_path):
    rows = [('Read: one two three four five. Why?', 'So.'), ('one two three', 'Yes.')]
    built = self.build(tmp_path, rows, inputs_length=27)
    assert self.texts(built) == [('Read: four five. Why?', 'So.'), ('one two three', 'Yes.')]
    assert (built.manifest['shortened'], built.manifest['targets_cut']) == (1, 0)
    assert store.shortfalls(built) == ['1 of 2 prompts were too long and were shortened (INPUTS_LENGTH = 27)']

  def test_without_a_passage_the_end_stays(self, tmp_path):
    built = self.build(tmp_path, [('Read: one. Why?', 'x')], False, inputs_length=5)
    assert self.texts(built) == [('Why?', 'x')] and built.manifest['shortened'] == 1

  def test_targets_that_are_cut_are_counted(self, tmp_path):
    built = self.build(tmp_path, [('a', '0123456789'), ('b', '012')], targets_length=5)
    assert [target for _, target in self.texts(built)] == ['0123', '012']
    assert built.manifest['targets_cut'] == 1
    assert store.shortfalls(built) == ['1 of 2 targets were too long and lost their end (TARGETS_LENGTH = 5)']

  def test_many_words_are_dropped_as_few_as_need_be(self):
    random = np.random.default_rng(0)
    encode = lambda texts: [[byte for byte in text.encode()] for text in texts]
    for _ in range(30):
      words = ['x' * size for size in random.integers(1, 9, random.integers(1, 60))]
      passage, room = ' '.join(words), int(random.integers(8, 200))
      [ids] = truncation.shortened([f'Q: {passage} A?'], [passage], room, encode)
      fitting = [f'Q: {" ".join(words[n:])} A?' for n in range(len(words) + 1)]
      best = next((text for text in fitting if len(text) <= room), fitting[-1])
      if best == fitting[0]:
        continue  # it is not too long
      assert bytes(ids).decode() == best[-room:]

  def test_prompts_that_are_no_text_are_refused_and_counted(self, tmp_path, capsys):
    built = self.build(tmp_path, [('a', b'caf\xe9'), (b'\xff', 'b'), ('c', 'd')])
    assert self.texts(built) == [('c', 'd')] and built.manifest['refused'] == 2
    assert '2 of 3 prompts refused: 2 not valid UTF-8' in capsys.readouterr().err


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
      store.build(make_task(vocabulary=sentencepiece), directory=tmp_path, separators=('\n', 'eos'), **LENGTHS)

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
    first, again = (store.ensure(make_task(), directory=tmp_path, progress=added.append, **LENGTHS) for _ in range(2))
    assert sum(added) == 600
    assert again.path == first.path and ids_of(again) == ids_of(first)
    assert sorted(os.listdir(first.path)) == ['checksums.npy', 'lengths.npy', 'manifest.json', 'prompts.array_record']

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

  @pytest.mark.parametrize(
    'change',
    [
      {'inputs_length': 65},
      {'targets_length': 17},
      {'separators': ('', 'eos')},
      {'overflow': 'split'},
      {'cap': 5},
      {'seed': 1},
      {'fingerprint_extra': {'templates': 'new'}},
    ],
  )
  def test_a_change_builds_beside(self, change, tmp_path):
    first = store.ensure(make_task(), directory=tmp_path, **LENGTHS)
    second = store.ensure(make_task(), directory=tmp_path, **{**LENGTHS, **change})
    assert stores_in(tmp_path) == sorted([first.path, second.path])
    assert len(store.open_store(first.path).lengths) == 600

  def test_another_vocabulary_builds_beside(self, sentencepiece, tmp_path):
    settings = store.Settings(**LENGTHS)
    paths = {
      store.location(make_task(vocabulary=v), 'train', tmp_path, settings)[0]
      for v in (None, sentencepiece, seqio.ByteVocabulary(extra_ids=5))
    }
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


def off_by_one(path):
  np.save(path / 'lengths.npy', np.load(path / 'lengths.npy') + 1)


def another_number(path):
  manifest = json.loads((path / 'manifest.json').read_text())
  (path / 'manifest.json').write_text(json.dumps({**manifest, 'dtype': 'uint32'}))


def half(name):
  return lambda path: os.truncate(path / name, os.path.getsize(path / name) // 2)


def another_task(path):
  other = store.build(make_task(TEXTS[:20], name='other'), directory=str(path.parent.parent), **LENGTHS)
  shutil.rmtree(path)
  shutil.copytree(other.path, path)


def a_file(path):
  shutil.rmtree(path)
  path.write_text('')


class TestDamage:
  @pytest.mark.parametrize(
    'spoil, words',
    [
      (off_by_one, 'lengths.npy has been changed'),
      (another_number, 'manifest.json has been changed'),
      (half('manifest.json'), 'manifest.json is torn'),
      (half('lengths.npy'), 'lengths.npy has 2,464 bytes and had 4,928'),
      (half('checksums.npy'), 'checksums.npy has'),
      (half('prompts.array_record'), 'prompts.array_record has'),
      (lambda path: (path / 'manifest.json').write_text('[]'), 'holds no description'),
      (lambda path: (path / 'lengths.npy').unlink(), 'lengths.npy is missing'),
      (lambda path: (path / 'manifest.json').unlink(), 'has no manifest.json'),
      (lambda path: shutil.rmtree(path), None),
      (another_task, 'another task'),
      (a_file, 'no folder'),
    ],
  )
  def test_what_disagrees_is_named_and_made_again(self, spoil, words, tmp_path, capsys):
    whole = store.ensure(make_task(), directory=str(tmp_path), **LENGTHS)
    ids = ids_of(whole)
    spoil(pathlib.Path(whole.path))
    if spoil is not another_task:
      with pytest.raises(UserError, match=whole.path):
        store.open_store(whole.path)
    capsys.readouterr()
    again = store.ensure(make_task(), directory=str(tmp_path), **LENGTHS)
    assert again.path == whole.path and ids_of(again) == ids
    said = capsys.readouterr().err
    assert (words in said and whole.path in said) if words else not said
    assert not [path for path in stores_in(tmp_path) if '.building' in path]

  @pytest.mark.parametrize('place', [0.1, 0.2, 0.3])
  def test_damaged_records_are_named_when_read(self, place, tmp_path):
    built = store.build(make_task(), directory=tmp_path, **LENGTHS)
    records = pathlib.Path(built.path) / 'prompts.array_record'
    content = bytearray(records.read_bytes())
    start = int(place * len(content))
    content[start : start + 2_000] = bytes(2_000)
    records.write_bytes(content)
    with pytest.raises(
      UserError, match=f'{built.path} cannot be used: prompts.array_record is damaged .* Delete that folder'
    ):
      ids_of(built)
    with pytest.raises(UserError, match='prompts.array_record has been changed'):
      store.open_store(built.path)

  def test_records_of_another_store_are_noticed(self, tmp_path):
    built, other = (
      store.build(make_task([('a', letter) for letter in letters]), directory=tmp_path / letters, **LENGTHS)
      for letters in ('xyz', 'xzy')
    )
    shutil.copy(other.path + '/prompts.array_record', built.path)
    built.read([0])
    with pytest.raises(UserError, match='prompt 1 in prompts.array_record is not the one'):
      built.read([0, 1, 2])
    with pytest.raises(UserError, match='prompts.array_record has been changed'):
      store.open_store(built.path)

  def test_a_store_of_the_first_versions_opens(self, tmp_path):
    """Its manifest has no checksum of the records; each record has its own."""
    built = store.build(make_task(TEXTS[:20]), directory=tmp_path, **LENGTHS)
    told = {name: value for name, value in built.manifest.items()}
    del told['files']['prompts.array_record']['sha256']
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    (pathlib.Path(built.path) / 'manifest.json').write_text(json.dumps({**told, 'digest': digest}))
    assert ids_of(store.open_store(built.path)) == ids_of(built)

  def test_errors_come_whole_from_another_process(self):
    error = pickle.loads(pickle.dumps(store.Unusable('/a/b', 'it is torn')))
    assert '/a/b cannot be used: it is torn' in f'{error}'

  @pytest.mark.parametrize('seed', range(100))
  def test_any_corruption_is_noticed_and_healed(self, seed, tmp_path, corrupted, capsys):
    whole, other = corrupted
    path = tmp_path / 'squares' / os.path.basename(whole.path)
    shutil.copytree(whole.path, path)
    corruption.spoil(path, pathlib.Path(other.path), np.random.default_rng(seed))
    settings = {name: whole.manifest['fingerprint_of'][name] for name in LENGTHS}
    healed = store.ensure(make_task(TEXTS[:20]), directory=str(tmp_path), **settings)
    assert f'{path} cannot be used' in capsys.readouterr().err
    assert healed.path == str(path) and ids_of(healed) == ids_of(whole)
    assert healed.manifest == whole.manifest


@pytest.fixture(scope='module')
def corrupted(tmp_path_factory):
  """A store to spoil copies of, and another whose files may be swapped in."""
  folder = tmp_path_factory.mktemp('whole')
  return tuple(
    store.build(make_task(texts), directory=str(folder / name), **LENGTHS)
    for name, texts in (('one', TEXTS[:20]), ('other', TEXTS[20:40]))
  )


class TestDisk:
  @pytest.mark.parametrize(
    'number, words',
    [
      (errno.ENOSPC, r'No space left on device.*make room there, or name another disk with STORE_DIR'),
      (errno.EROFS, r'Read-only file system.*or name another folder with STORE_DIR'),
    ],
  )
  def test_a_disk_that_takes_no_more_is_told_in_words(self, number, words, tmp_path, monkeypatch):
    kept = store.build(make_task(TEXTS[:5], name='kept'), directory=str(tmp_path), **LENGTHS)

    def full(path, *_):
      raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(np, 'save', full)
    with pytest.raises(UserError, match=f'squares.*cannot be written .{words}.*stays'):
      store.build(make_task(), directory=str(tmp_path), **LENGTHS)
    assert stores_in(tmp_path) == [kept.path]
    assert len(ids_of(store.open_store(kept.path))) == 5

  def test_a_folder_that_cannot_be_written_to_serves_if_it_is_warm(self, tmp_path, monkeypatch):
    warm = store.build(make_task(TEXTS[:5], name='warm'), directory=str(tmp_path), **LENGTHS)

    def refuse(path, *_, **rest):
      raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    for owner, name in ((os, 'mkdir'), (os, 'makedirs'), (os, 'rename'), (os, 'replace'), (os, 'utime')):
      monkeypatch.setattr(owner, name, refuse)
    opened = store.ensure(make_task(TEXTS[:5], name='warm'), directory=str(tmp_path), **LENGTHS)
    assert ids_of(opened) == ids_of(warm)
    with pytest.raises(UserError, match='squares.*cannot be written .Read-only file system.*STORE_DIR'):
      store.ensure(make_task(), directory=str(tmp_path), **LENGTHS)

  def test_a_disk_that_fills_up_while_records_are_written_is_told(self, tmp_path):
    """A limit on the size of files stands for a full disk: the writer of records is in C++."""
    script = f"""
        import resource, signal
        from flan_jax.data.tokens import store
        from flan_jax.errors import UserError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
          store.write({str(tmp_path / 'a' / 'train-0')!r}, 'a', [(list(range(100)), [1])] * 3_000)
        except UserError as error:
          print(error)
    """
    done = subprocess.run([sys.executable, '-c', textwrap.dedent(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert 'cannot be written' in done.stdout and 'STORE_DIR' in done.stdout, done.stdout + done.stderr
    assert os.listdir(tmp_path / 'a') == []


class TestDrafts:
  def killed(self, folder):
    """A draft whose process was killed."""
    script = (
      'import sys; from flan_jax.data.tokens import drafts; '
      'print(drafts.make(sys.argv[1]), flush=True); sys.stdin.read()'
    )
    with subprocess.Popen(
      [sys.executable, '-c', script, folder], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
      path = process.stdout.readline().strip()
      drafts.clear(folder)
      assert os.path.isdir(path)  # it still runs
      process.kill()
    return path

  def test_the_next_build_clears_what_killed_ones_left(self, tmp_path, capsys):
    folder = tmp_path / 'squares'
    folder.mkdir()
    dead, own = self.killed(str(folder)), drafts.make(str(folder))
    elsewhere = folder / f'.building-{"0" * 12}-1-1-abc'
    old = folder / f'.building-{"0" * 12}-2-1-abc'
    unnamed = folder / '.building-x'
    for path in (elsewhere, old, unnamed):
      path.mkdir()
    os.utime(old, (1, 1))
    store.build(make_task(), directory=str(tmp_path), cap=5, **LENGTHS)
    left = [path.name for path in folder.iterdir() if path.name.startswith('.building')]
    assert sorted(left) == sorted([elsewhere.name, unnamed.name, os.path.basename(own)])
    assert 'cleared 2 unfinished' in capsys.readouterr().err
    assert not os.path.exists(dead)

  def test_a_number_used_again_is_another_process(self, tmp_path):
    place = os.path.basename(drafts.make(str(tmp_path))).split('-')[1]
    ours = tmp_path / f'.building-{place}-{os.getpid()}-1-abc'
    ours.mkdir()
    drafts.clear(str(tmp_path))
    assert not ours.exists() and len(os.listdir(tmp_path)) == 1


class Rows(tfds.core.GeneratorBasedBuilder):
  """A TFDS dataset whose rows are a class attribute."""

  VERSION = tfds.core.Version('1.0.0')
  pkg_dir_path = '.'  # there is no package with metadata to look for
  numbers = range(40)

  def _info(self):
    features = {'question': tfds.features.Text(), 'answer': tfds.features.Text()}
    return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

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
      'rows',
      source=seqio.TfdsDataSource('rows:1.0.0', str(folder), {'train': rows}),
      preprocessors=[render, seqio.preprocessors.tokenize],
      output_features={'inputs': seqio.Feature(vocabulary), 'targets': seqio.Feature(vocabulary)},
      metric_fns=[],
    )

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
