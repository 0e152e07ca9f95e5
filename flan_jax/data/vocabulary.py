"""The vocabulary of every registered task, resolved when it is first used.

Tasks are registered at import, long before anybody knows which model they will serve.
So all of them share `FLAN`, which loads on first use: what `use` was given (gin
`VOCABULARY`), else the path in the environment variable FLAN_VOCABULARY, else bytes.
`use` sets that variable too, so worker processes see the same vocabulary.
"""

import functools
import hashlib
import os
from typing import Sequence

import seqio
import tensorflow as tf

from flan_jax.errors import UserError

VARIABLE = 'FLAN_VOCABULARY'
BYTES = 'bytes'


class TokenizerVocabulary(seqio.Vocabulary):
  """A Hugging Face `tokenizer.json` as a SeqIO vocabulary (pad, eos by their names)."""

  END_NAMES = ('</s>', '<|endoftext|>', '<|end_of_text|>', '<eos>', '<|im_end|>')

  def __init__(self, path: str):
    super().__init__()
    self._tokenizer = _read_tokenizer(path)
    ids = self._tokenizer.get_vocab(with_added_tokens=True).values()
    self._size = max(ids, default=-1) + 1  # not their number: there may be holes
    ends = [self._tokenizer.token_to_id(name) for name in self.END_NAMES]
    self._eos_id = next((number for number in ends if number is not None), None)
    if self._eos_id is None:
      raise UserError(f'{path} has none of the end tokens {self.END_NAMES}; add one')

  eos_id = property(lambda self: self._eos_id)
  unk_id = property(lambda self: None)
  _base_vocab_size = property(lambda self: self._size)

  @functools.cached_property
  def content(self) -> str:
    """Digest of all that decides the ids of a text."""
    return hashlib.sha256(self._tokenizer.to_str().encode()).hexdigest()

  def __eq__(self, other) -> bool:
    contents = _content(other)
    return NotImplemented if contents is None else _content(self) == contents

  def __hash__(self) -> int:
    return hash(TokenizerVocabulary)

  def _encode(self, text: str) -> list[int]:
    return self._tokenizer.encode(text, add_special_tokens=False).ids

  def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
    encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [encoding.ids for encoding in encoded]

  def begins_with(self, token: int) -> bool:
    """Whether the file says to put this token before a text."""
    return self._tokenizer.encode('').ids[:1] == [token]

  def _decode(self, ids) -> str:
    """The text, without the end, which need not be marked as special in the file."""
    return self._tokenizer.decode([int(n) for n in ids if n != self._eos_id])

  def _encode_tf(self, text: tf.Tensor) -> tf.Tensor:
    encode = lambda value: tf.constant(self._encode(value.numpy().decode()), tf.int32)
    ids = tf.py_function(encode, [text], tf.int32)
    ids.set_shape([None])
    return ids

  def _decode_tf(self, ids: tf.Tensor) -> tf.Tensor:
    text = tf.py_function(lambda value: self._decode(value.numpy()), [ids], tf.string)
    text.set_shape([])
    return text


class FlanVocabulary(seqio.SentencePieceVocabulary, seqio.ByteVocabulary):
  """Stands for the vocabulary in force; see the module's docstring.

  It equals what it resolves to: a user's vocabulary of the same file, or of bytes. It is
  a subclass of SeqIO's own, which call any other class unequal, because Python asks the
  `__eq__` of a subclass first, whichever side it stands on.
  """

  def __init__(self):
    seqio.Vocabulary.__init__(self)  # there is no file yet
    self._loaded: tuple[str, seqio.Vocabulary] | None = None

  def use(self, path: str | None) -> None:
    """Names the vocabulary: a SentencePiece model, a tokenizer.json, or 'bytes'.

    None leaves FLAN_VOCABULARY in force. Raises UserError where the file is missing, or
    where another vocabulary has already been used in this process.
    """
    if path is None:
      return
    wanted = _resolve(path)
    if self._loaded and self._loaded[0] != wanted:
      raise UserError(
          f'the vocabulary is {self._loaded[0]!r} and has been used in this process; it '
          f'cannot change to {wanted!r} now. Name it before any task is read')
    os.environ[VARIABLE] = wanted

  @property
  def path(self) -> str:
    """Absolute path of the file in force, or 'bytes'."""
    return self._loaded[0] if self._loaded else _resolve(os.environ.get(VARIABLE, BYTES))

  @property
  def inner(self) -> seqio.Vocabulary:
    """The loaded vocabulary. Raises UserError if the variable changed since."""
    if not self._loaded:
      self._loaded = self.path, _load(self.path)
    elif _resolve(os.environ.get(VARIABLE, self._loaded[0])) != self._loaded[0]:
      raise UserError(
          f'{VARIABLE} changed to {os.environ[VARIABLE]!r} after {self._loaded[0]!r} had '
          'been used; set it before any task is read')
    return self._loaded[1]

  @property
  def content_hash(self) -> str:
    """sha256 of the vocabulary's file, 16 hex digits; 'bytes' for the byte vocabulary."""
    return BYTES if self.path == BYTES else _content_hash(self.path)

  bos_id = property(lambda self: None)
  eos_id = property(lambda self: self.inner.eos_id)
  unk_id = property(lambda self: self.inner.unk_id)
  pad_id = property(lambda self: self.inner.pad_id)
  _base_vocab_size = property(lambda self: self.inner.vocab_size)

  def _encode(self, text: str) -> Sequence[int]:
    return self.inner.encode(text)

  def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of many texts at once, without separators."""
    inner = self.inner
    if isinstance(inner, seqio.SentencePieceVocabulary):
      return inner.tokenizer.encode(list(texts))
    if isinstance(inner, TokenizerVocabulary):
      return inner.encode_batch(texts)
    return [inner.encode(text) for text in texts]

  def begins_with(self, token: int) -> bool:
    """Whether `transformers` puts this token before a text; nothing here does."""
    inner = self.inner
    if isinstance(inner, TokenizerVocabulary):
      return inner.begins_with(token)
    return isinstance(inner, seqio.SentencePieceVocabulary)  # Llama's and Mistral's do

  def piece(self, number: int) -> str:
    """The text of one token, for people to read."""
    inner = self.inner
    if isinstance(inner, seqio.SentencePieceVocabulary):
      return inner.tokenizer.id_to_piece(int(number))
    if isinstance(inner, TokenizerVocabulary):
      return inner._tokenizer.id_to_token(int(number))
    names = {inner.pad_id: '<pad>', inner.eos_id: '</s>'}
    return names.get(int(number)) or inner.decode([int(number)])

  def _decode(self, ids) -> str:
    return self.inner.decode(ids)

  def _encode_tf(self, text: tf.Tensor) -> tf.Tensor:
    return self.inner.encode_tf(text)

  def _decode_tf(self, ids: tf.Tensor) -> tf.Tensor:
    return self.inner.decode_tf(ids)

  def __getstate__(self) -> dict:
    """Pickled by path only: a worker process loads it for itself."""
    return {'path': self.path}

  def __setstate__(self, state: dict) -> None:
    self.__init__()
    os.environ.setdefault(VARIABLE, state['path'])

  def _model_context(self):
    """What `tokenizer`, `sp_model` and `tf_tokenizer` of SeqIO's class read."""
    if not isinstance(self.inner, seqio.SentencePieceVocabulary):
      raise AttributeError(f'the vocabulary in force is {self.path}, which is no '
                           'SentencePiece model')
    return self.inner._model_context()

  @property
  def sentencepiece_model_file(self) -> str:
    return self.path

  def __eq__(self, other) -> bool:
    if self is other:  # registration and mixtures of ours load nothing
      return True
    contents = _content(other)
    return NotImplemented if contents is None else _content(self) == contents

  def __hash__(self) -> int:
    return hash(FlanVocabulary)

  def __str__(self) -> str:
    return f'FlanVocabulary({self.path})'


def _content(words: seqio.Vocabulary) -> tuple | None:
  """What a vocabulary resolves to: equal for equal ones; None for a class unknown here.

  A subclass may encode differently, so only SeqIO's classes themselves are known.
  """
  if isinstance(words, FlanVocabulary):
    return _content(words._loaded[1] if words._loaded else words.inner)
  if type(words) is seqio.SentencePieceVocabulary:
    return 'sentencepiece', words.sp_model, words.eos_id
  if type(words) is seqio.ByteVocabulary:
    return BYTES, words.extra_ids
  if isinstance(words, TokenizerVocabulary):
    return 'tokenizer', words.content, words.eos_id
  return None


def _resolve(path: str) -> str:
  if path == BYTES:
    return BYTES
  absolute = os.path.abspath(os.path.expanduser(path))
  if not os.path.isfile(absolute):
    raise UserError(
        f'there is no vocabulary file {path!r}; give the path of a SentencePiece model or '
        f"a tokenizer.json in gin VOCABULARY or {VARIABLE}, or 'bytes'")
  return absolute


@functools.lru_cache(maxsize=None)
def _content_hash(path: str) -> str:
  """Read once: every task asks, and a tokenizer.json may take tens of megabytes."""
  with open(path, 'rb') as file:
    return hashlib.sha256(file.read()).hexdigest()[:16]


def matches(path: str, content_hash: str) -> bool:
  """Whether the vocabulary of that content hash is at a path, or 'bytes' is meant."""
  if BYTES in (path, content_hash):
    return path == content_hash
  return os.path.isfile(path) and _content_hash(os.path.abspath(path)) == content_hash


def _load(path: str) -> seqio.Vocabulary:
  if path == BYTES:
    return seqio.ByteVocabulary()
  if path.endswith('.json'):
    return TokenizerVocabulary(path)
  try:
    loaded = seqio.SentencePieceVocabulary(path)
    loaded.vocab_size
  except Exception as error:
    raise UserError(f'{path} is not a SentencePiece model ({error})') from None
  if loaded.eos_id < 0:
    raise UserError(f'the SentencePiece model {path} has no end of sequence; train it '
                    'with an eos_id')
  return loaded


def _read_tokenizer(path: str):
  """A tokenizer.json that gives a text all of its tokens, and always the same.

  Trainers leave in the file how they cut, padded and varied texts.
  """
  from tokenizers import Tokenizer
  try:
    tokenizer = Tokenizer.from_file(path)
  except Exception as error:  # the library raises nothing narrower
    raise UserError(f'{path} is not a tokenizer.json ({error})') from None
  tokenizer.no_truncation()
  tokenizer.no_padding()
  if getattr(tokenizer.model, 'dropout', None) is not None:  # of BPE: draws merges
    tokenizer.model.dropout = None
  return tokenizer


FLAN = FlanVocabulary()
