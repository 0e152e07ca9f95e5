# SPDX-License-Identifier: Apache-2.0
"""The vocabulary is resolved on first use, and is the same in every process."""

import io
import itertools
import json
import multiprocessing
import pickle
import shutil

import pytest
import sentencepiece
import seqio
import tensorflow as tf
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, Tokenizer

from flan_jax.data import vocabulary
from flan_jax.data.vocabulary import FlanVocabulary
from flan_jax.errors import UserError
from tests import vocabularies

TEXT = 'Does it follow?\n\nOPTIONS:\n- yes\n- no'


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)  # restored afterwards
  monkeypatch.delenv(vocabulary.VARIABLE)


@pytest.fixture(scope='module')
def sentencepiece_model(tmp_path_factory):
  path = tmp_path_factory.mktemp('words') / 'vocab.model'
  path.write_bytes(vocabularies.sentencepiece_model(['does it follow yes no options'] * 50, 40))
  return str(path)


def byte_level(**settings):
  """A tokenizer of bytes, and of 'ab' as number 900."""
  letters = sorted(pre_tokenizers.ByteLevel.alphabet())
  pieces = {p: n for n, p in enumerate(['</s>', *letters])}
  made = Tokenizer(models.BPE({**pieces, 'ab': 900}, [('a', 'b')], **settings))
  made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
  made.decoder = decoders.ByteLevel()
  return made


@pytest.fixture(scope='module')
def tokenizer_json(tmp_path_factory):
  path = tmp_path_factory.mktemp('words') / 'tokenizer.json'
  byte_level().save(str(path))
  return str(path)


def test_bytes_when_nothing_is_named():
  words = FlanVocabulary()
  assert words.path == 'bytes' and words.decode(words.encode(TEXT)) == TEXT


def test_named_beats_variable_beats_bytes(sentencepiece_model, tokenizer_json, monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, sentencepiece_model)
  assert FlanVocabulary().path == sentencepiece_model
  words = FlanVocabulary()
  words.use(tokenizer_json)
  assert words.path == tokenizer_json


@pytest.mark.parametrize('kind', ['sentencepiece_model', 'tokenizer_json', None])
def test_batches_and_tensorflow_give_the_same_ids(kind, request):
  words = FlanVocabulary()
  words.use(request.getfixturevalue(kind) if kind else None)
  texts = [TEXT, 'yes', 'it follows: no']
  expected = [list(words.encode(text)) for text in texts]
  assert [list(ids) for ids in words.encode_batch(texts)] == expected
  assert [words.encode_tf(tf.constant(t)).numpy().tolist() for t in texts] == expected


def test_tokenizer_json_brings_text_back(tokenizer_json):
  words = FlanVocabulary()
  words.use(tokenizer_json)
  assert words.decode(words.encode(TEXT)) == TEXT and words.eos_id == 0


def vocabulary_of(tokenizer, folder):
  path = str(folder / 'tokenizer.json')
  tokenizer.save(path)
  words = FlanVocabulary()
  words.use(path)
  return words


def truncates(tokenizer):
  tokenizer.enable_truncation(4)


def truncates_at_the_left(tokenizer):
  tokenizer.enable_truncation(4, direction='left')


def pads_to_a_length(tokenizer):
  tokenizer.enable_padding(pad_id=0, length=50)


def pads_to_the_longest(tokenizer):
  tokenizer.enable_padding(direction='left', pad_id=0, pad_to_multiple_of=8)


def adds_special_tokens(tokenizer):
  tokenizer.post_processor = processors.TemplateProcessing(single='</s> $A </s>', special_tokens=[('</s>', 0)])


def draws_merges(tokenizer):
  tokenizer.model.dropout = 0.5


@pytest.mark.parametrize(
  'left_by_a_trainer',
  [truncates, truncates_at_the_left, pads_to_a_length, pads_to_the_longest, adds_special_tokens, draws_merges],
)
def test_a_text_has_all_its_tokens_and_no_others(left_by_a_trainer, tmp_path):
  texts = ['ab' * 20, 'yes', '', TEXT, 'abab']
  tokenizer = byte_level()
  plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
  left_by_a_trainer(tokenizer)
  words = vocabulary_of(tokenizer, tmp_path)
  assert words.encode_batch(texts) == plain
  assert [list(words.encode(text)) for text in texts] == plain
  assert [words.encode_tf(tf.constant(t)).numpy().tolist() for t in texts] == plain
  assert [words.decode(ids) for ids in plain] == texts


def test_the_beginning_that_a_tokenizer_wants_is_seen_behind_padding(tmp_path):
  tokenizer = byte_level()
  adds_special_tokens(tokenizer)
  tokenizer.enable_padding(direction='left', pad_id=5, length=9)
  words = vocabulary_of(tokenizer, tmp_path)
  assert words.ends.beginning == (0,)


def test_a_normalizer_is_a_part_of_the_vocabulary(tmp_path):
  tokenizer = byte_level()
  tokenizer.normalizer = normalizers.Lowercase()
  words = vocabulary_of(tokenizer, tmp_path)
  assert words.encode_batch(['ABC']) == [words.encode('abc')]


def test_the_largest_id_decides_the_size(tmp_path):
  tokenizer = byte_level()
  assert tokenizer.get_vocab_size() < 300  # so that most numbers stand for nothing
  words = vocabulary_of(tokenizer, tmp_path)
  assert words.encode('ab') == [900] and words.vocab_size == 901
  assert words.inner.vocab_size == 901


def test_an_added_token_may_stand_far_above_the_others(tmp_path):
  tokenizer = json.loads(byte_level().to_str())
  tokenizer['model']['vocab'].pop('ab')
  tokenizer['model']['merges'] = []
  tokenizer['added_tokens'] = [
    dict(id=1102, content='<far>', single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
  ]
  tokenizer['model']['vocab']['<far>'] = 1102
  words = vocabulary_of(Tokenizer.from_str(json.dumps(tokenizer)), tmp_path)
  assert words.encode('<far>') == [1102] and words.vocab_size == 1103


def test_what_is_no_tokenizer_is_named(tmp_path):
  for content in ('nothing', '{}', '{"model_type": "llama"}'):
    (tmp_path / 'tokenizer.json').write_text(content)
    words = FlanVocabulary()
    words.use(str(tmp_path / 'tokenizer.json'))
    with pytest.raises(UserError, match='tokenizer.json is not a tokenizer.json'):
      words.vocab_size


def test_a_sentencepiece_model_without_an_end_is_named(tmp_path):
  written = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(['yes no'] * 20),
    model_writer=written,
    vocab_size=12,
    eos_id=-1,
    hard_vocab_limit=False,
    minloglevel=2,
  )
  (tmp_path / 'x.model').write_bytes(written.getvalue())
  words = FlanVocabulary()
  words.use(str(tmp_path / 'x.model'))
  with pytest.raises(UserError, match='x.model has no end of sequence'):
    words.eos_id


def test_missing_file_is_named():
  with pytest.raises(UserError, match="no vocabulary file '/no/such.model'"):
    FlanVocabulary().use('/no/such.model')


def test_a_file_that_is_no_model_is_named(tmp_path):
  (tmp_path / 'x.model').write_text('nothing')
  words = FlanVocabulary()
  words.use(str(tmp_path / 'x.model'))
  with pytest.raises(UserError, match='not a SentencePiece model'):
    words.vocab_size


def test_a_tokenizer_without_an_end_token_is_named(tmp_path):
  Tokenizer(models.BPE({'a': 0}, [])).save(str(tmp_path / 'tokenizer.json'))
  words = FlanVocabulary()
  words.use(str(tmp_path / 'tokenizer.json'))
  with pytest.raises(UserError, match='end tokens'):
    words.eos_id


def test_change_after_first_use_is_an_error(sentencepiece_model, monkeypatch):
  words = FlanVocabulary()
  words.encode('a')
  with pytest.raises(UserError, match='has been used'):
    words.use(sentencepiece_model)
  monkeypatch.setenv(vocabulary.VARIABLE, sentencepiece_model)
  with pytest.raises(UserError, match='changed to'):
    words.encode('a')


def size_and_path(words):
  return words.vocab_size, words.path


@pytest.mark.long
def test_workers_see_the_same_vocabulary(sentencepiece_model):
  words = FlanVocabulary()
  words.use(sentencepiece_model)
  with multiprocessing.get_context('spawn').Pool(1) as pool:
    assert pool.apply(size_and_path, (words,)) == (words.vocab_size, sentencepiece_model)
  assert pickle.loads(pickle.dumps(words)).path == sentencepiece_model


def test_hash_follows_the_content(sentencepiece_model, tokenizer_json):
  one, other = FlanVocabulary(), FlanVocabulary()
  one.use(sentencepiece_model)
  one.vocab_size
  hashes = {one.content_hash, 'bytes'}
  other._loaded = None
  other.use(tokenizer_json)
  assert len(hashes | {other.content_hash}) == 3


def named(path):
  """A vocabulary that has been used, of that file or of bytes."""
  words = FlanVocabulary()
  words._loaded = path, vocabulary._load(path)
  return words


def equal(one, other):
  """Whether SeqIO would mix them, whichever task comes first."""
  answers = {one == other, other == one, not one != other, not other != one}
  assert len(answers) == 1
  return answers.pop()


def test_vocabularies_are_equal_if_they_resolve_to_the_same(sentencepiece_model, tokenizer_json, tmp_path):
  copies = [shutil.copy(path, f'{tmp_path}/copy{path[-6:]}') for path in (sentencepiece_model, tokenizer_json)]
  larger = byte_level()
  larger.add_tokens(['<more>'])
  larger.save(str(tmp_path / 'larger.json'))
  other = tmp_path / 'other.model'
  sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(['other words'] * 50),
    model_prefix=str(other)[:-6],
    vocab_size=16,
    pad_id=0,
    eos_id=1,
    unk_id=2,
    bos_id=-1,
    hard_vocab_limit=False,
    minloglevel=2,
  )
  kinds = [
    [named(sentencepiece_model), named(copies[0]), seqio.SentencePieceVocabulary(copies[0])],
    [named(tokenizer_json), named(copies[1]), vocabulary.TokenizerVocabulary(tokenizer_json)],
    [named('bytes'), FlanVocabulary(), seqio.ByteVocabulary()],
    [named(str(other)), seqio.SentencePieceVocabulary(str(other))],
    [named(str(tmp_path / 'larger.json'))],
  ]
  for own in kinds:
    assert all(equal(one, two) for one in own for two in own if isinstance(one, FlanVocabulary))
  for one, two in itertools.permutations(kinds, 2):
    assert not any(equal(a, b) for a in one for b in two)


def test_a_vocabulary_that_encodes_otherwise_is_another(sentencepiece_model):
  class Lower(seqio.SentencePieceVocabulary):
    def _encode(self, text):
      return super()._encode(text.lower())

  words = named(sentencepiece_model)
  for other in (
    seqio.SentencePieceVocabulary(sentencepiece_model, extra_ids=3),
    Lower(sentencepiece_model),
    seqio.ByteVocabulary(extra_ids=3),
    seqio.PassThroughVocabulary(40, 1),
    'bytes',
    None,
  ):
    assert not equal(words, other) and not equal(named('bytes'), other)


def test_equality_loads_nothing_before_it_must(monkeypatch):
  monkeypatch.setattr(vocabulary, '_load', lambda path: pytest.fail('loaded'))
  assert equal(vocabulary.FLAN, vocabulary.FLAN) and hash(vocabulary.FLAN)


def test_it_is_seen_as_what_it_resolves_to(sentencepiece_model):
  words, plain = named(sentencepiece_model), seqio.SentencePieceVocabulary(sentencepiece_model)
  assert words.sp_model == plain.sp_model and words.vocab_size == plain.vocab_size
  assert words.sentencepiece_model_file == sentencepiece_model
  assert words.tokenizer.encode('yes') == plain.encode('yes')
  assert sentencepiece_model in str(words)
  assert not hasattr(named('bytes'), 'tokenizer') and str(named('bytes'))


def test_the_end_is_not_written(tokenizer_json):
  """Not even if the file does not mark it as special."""
  words = named(tokenizer_json)
  assert words.decode([*words.encode('yes'), words.eos_id, 7]) == 'yes'
