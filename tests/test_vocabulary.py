"""The vocabulary is resolved on first use, and is the same in every process."""

import io
import multiprocessing
import pickle

import pytest
import sentencepiece
import tensorflow as tf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from flan_jax.data import vocabulary
from flan_jax.data.vocabulary import FlanVocabulary
from flan_jax.errors import UserError

TEXT = 'Does it follow?\n\nOPTIONS:\n- yes\n- no'


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
  monkeypatch.setenv(vocabulary.VARIABLE, vocabulary.BYTES)  # restored afterwards
  monkeypatch.delenv(vocabulary.VARIABLE)


@pytest.fixture(scope='module')
def sentencepiece_model(tmp_path_factory):
  written = io.BytesIO()
  sentencepiece.SentencePieceTrainer.train(
      sentence_iterator=iter(['does it follow yes no options'] * 50), model_writer=written,
      vocab_size=40, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False,
      minloglevel=2)
  path = tmp_path_factory.mktemp('words') / 'vocab.model'
  path.write_bytes(written.getvalue())
  return str(path)


@pytest.fixture(scope='module')
def tokenizer_json(tmp_path_factory):
  letters = sorted(pre_tokenizers.ByteLevel.alphabet())
  made = Tokenizer(models.BPE({p: n for n, p in enumerate(['</s>', *letters])}, []))
  made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
  made.decoder = decoders.ByteLevel()
  path = tmp_path_factory.mktemp('words') / 'tokenizer.json'
  made.save(str(path))
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
