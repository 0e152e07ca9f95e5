# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of every registered task, resolved on first use.

Tasks are registered at import, before it is known which model they will serve. So all of
them share `FLAN`, which loads on first use: the argument of `use` (gin `VOCABULARY`),
else the path in the environment variable FLAN_VOCABULARY, else bytes. `use` sets that
variable too, so worker processes see the same vocabulary. The ends and beginning of a
text (`ends`) are those of the run in question, else of the vocabulary's folder.
"""

import functools
import json
import os
from typing import Sequence

import seqio
import tensorflow as tf

from flan_jax import storage
from flan_jax.data import private_names
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers import words as words_lib
from flan_jax.data.tokenizers.tokenizer_vocabulary import TokenizerVocabulary
from flan_jax.data.tokenizers.vocabulary_file import BYTES, ENDS, known_hash, VARIABLE
from flan_jax.errors import UserError


class FlanVocabulary(seqio.SentencePieceVocabulary, seqio.ByteVocabulary):
  """Stands for the vocabulary in force; see the module's docstring.

  It equals the vocabulary it resolves to: a user's vocabulary of the same file, or of
  bytes. It subclasses SeqIO's classes, whose `__eq__` rejects any other class, because
  Python calls the `__eq__` of a subclass first, on whichever side it is.
  """

  def __init__(self):
    seqio.Vocabulary.__init__(self)  # the other bases need a file
    self._loaded: tuple[str, seqio.Vocabulary] | None = None
    self._beside: tuple[tuple[str, seqio.Vocabulary] | None, ends_lib.Ends] | None = None

  def use(self, path: str | None, ends: ends_lib.Ends | None = None) -> None:
    """Selects the vocabulary: a SentencePiece model, a tokenizer.json, or 'bytes'.

    None leaves FLAN_VOCABULARY in force. ends: of the run that uses it; None: those of
    the vocabulary's folder. Raises UserError if the file is missing, or if this process
    has already used another vocabulary.
    """
    if path is None:
      return
    wanted = _resolve(path)
    if self._loaded and self._loaded[0] != wanted:
      raise UserError(
        f'the vocabulary is {self._loaded[0]!r} and has been used in this process; it '
        f'cannot change to {wanted!r} now. Name it before any task is read'
      )
    os.environ[VARIABLE] = wanted
    os.environ.pop(ENDS, None)
    if ends:
      os.environ[ENDS] = json.dumps({'path': wanted, **ends.told()})

  @property
  def path(self) -> str:
    """Absolute path of the file in force, or 'bytes'."""
    return self._loaded[0] if self._loaded else _resolve(os.environ.get(VARIABLE, BYTES))

  @property
  def inner(self) -> seqio.Vocabulary:
    """The loaded vocabulary. Raises UserError if the variable has changed since."""
    if not self._loaded:
      self._loaded = self.path, _load(self.path)
    elif _resolve(os.environ.get(VARIABLE, self._loaded[0])) != self._loaded[0]:
      raise UserError(
        f'{VARIABLE} changed to {os.environ[VARIABLE]!r} after {self._loaded[0]!r} had '
        'been used; set it before any task is read'
      )
    return self._loaded[1]

  @property
  def content_hash(self) -> str:
    """sha256 of the vocabulary's file, 16 hex digits; 'bytes' for the byte vocabulary."""
    return known_hash(self.path)

  @property
  def ends(self) -> ends_lib.Ends:
    """The tokens that end and begin a text. Raises UserError if no end is known."""
    told = os.environ.get(ENDS)
    if told:
      path, found = _told_ends(told)
      if path == self.path:
        return found
    loaded = self._loaded[1] if self._loaded else self.inner
    beside = self._beside
    if beside is None or beside[0] is not self._loaded:
      beside = self._beside = self._loaded, words_lib.ends_beside(self.path, _words(loaded))
    return beside[1]

  @property
  def words(self) -> words_lib.Words:
    """What `ends` is found out from."""
    return _words(self.inner)

  @property
  def ids_identity(self) -> str:
    """Changes whenever the ids of a text or of its end change; starts with content_hash."""
    ends, own = self.ends, self.words.own_end
    return ''.join(
      [
        self.content_hash,
        f' end {ends.ends[0]}' if ends.ends[0] != own else '',
        ' without a blank at the start' if ends.drops_space else '',
      ]
    )

  bos_id = property(lambda self: None)
  eos_id = property(lambda self: self.ends.ends[0])
  unk_id = property(lambda self: self.inner.unk_id)
  pad_id = property(lambda self: self.inner.pad_id)

  @property
  def _base_vocab_size(self) -> int:
    """Includes an end that is an added token, unknown to a SentencePiece model."""
    return max(self.inner.vocab_size, *(one + 1 for one in self.ends.ends))

  def _encode(self, text: str) -> Sequence[int]:
    return self.encode_batch([text])[0]

  def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
    """Returns the token ids of many texts at once, without separators."""
    if self.ends.drops_space:
      texts = [text.removeprefix(' ') for text in texts]
    inner = self.inner
    if isinstance(inner, seqio.SentencePieceVocabulary):
      return inner.tokenizer.encode(list(texts))
    if isinstance(inner, TokenizerVocabulary):
      return inner.encode_batch(texts)
    return [inner.encode(text) for text in texts]

  def piece(self, number: int) -> str:
    """Returns the text of one token, for display."""
    return self.words.piece(number)

  def shown(self, ids: Sequence[int]) -> str:
    """The text of all tokens, special ones too, for people to read."""
    words = self.words
    return words.shown(ids) if isinstance(words, words_lib.Tokenizer) else self.decode(ids)

  def _decode(self, ids) -> str:
    # Not inner.decode, which stops at the vocabulary's own end. The end in force may not
    # be marked as special in its file.
    inner, ends = self.inner, self.ends.ends
    return private_names.decoded(inner, [one for one in ids if one < inner.vocab_size and one not in ends])

  def _encode_tf(self, text: tf.Tensor) -> tf.Tensor:
    if self.ends.drops_space:
      text = tf.strings.regex_replace(text, r'\A ', '')
    return self.inner.encode_tf(text)

  def _decode_tf(self, ids: tf.Tensor) -> tf.Tensor:
    return private_names.decoded_tf(self.inner, ids)

  def __getstate__(self) -> dict:
    """Pickles only the path: a worker process loads the vocabulary itself."""
    return {'path': self.path}

  def __setstate__(self, state: dict) -> None:
    FlanVocabulary.__init__(self)
    os.environ.setdefault(VARIABLE, state['path'])

  def _model_context(self):
    """Read by `tokenizer`, `sp_model` and `tf_tokenizer` of SeqIO's class."""
    if not isinstance(self.inner, seqio.SentencePieceVocabulary):
      raise AttributeError(f'the vocabulary in force is {self.path}, which is no SentencePiece model')
    return self.inner._model_context()

  @property
  def sentencepiece_model_file(self) -> str:
    return self.path

  def __eq__(self, other) -> bool:
    if self is other:  # so that registration and our mixtures load nothing
      return True
    contents = _content(other)
    return NotImplemented if contents is None else _content(self) == contents

  def __hash__(self) -> int:
    return hash(FlanVocabulary)

  def __str__(self) -> str:
    return f'FlanVocabulary({self.path})'


def _content(words: seqio.Vocabulary) -> tuple | None:
  """Returns the content of a vocabulary, equal for equal ones; None for an unknown class.

  A subclass may encode differently, so only SeqIO's classes themselves are known.
  """
  if isinstance(words, FlanVocabulary):
    inner = _content(words._loaded[1] if words._loaded else words.inner)
    ends = words.ends  # of the run that uses it
    if inner is None:
      return None
    kind, content, _ = inner
    return f'{kind}, a blank dropped' if ends.drops_space else kind, content, ends.ends[0]
  if type(words) is seqio.SentencePieceVocabulary:
    return 'sentencepiece', words.sp_model, words.eos_id
  if type(words) is seqio.ByteVocabulary:
    return BYTES, words.extra_ids, words.eos_id
  if isinstance(words, TokenizerVocabulary):
    return 'tokenizer', words.content, words.eos_id
  return None


def _words(inner: seqio.Vocabulary) -> words_lib.Words:
  if isinstance(inner, seqio.SentencePieceVocabulary):
    return words_lib.SentencePiece(inner.tokenizer)
  return inner.words if isinstance(inner, TokenizerVocabulary) else words_lib.Bytes()


@functools.lru_cache(maxsize=16)
def _told_ends(told: str) -> tuple[str, ends_lib.Ends]:
  record = json.loads(told)
  return record['path'], ends_lib.Ends.from_told(record)


def _resolve(path: str) -> str:
  if path == BYTES:
    return BYTES
  absolute = storage.absolute(path)
  if not storage.is_file(absolute):
    raise UserError(
      f'there is no vocabulary file {path!r}; give the path of a SentencePiece model or '
      f"a tokenizer.json in gin VOCABULARY or {VARIABLE}, or 'bytes'"
    )
  return absolute


def _load(path: str) -> seqio.Vocabulary:
  if path == BYTES:
    return seqio.ByteVocabulary()
  local = storage.local_copy(path)
  if path.endswith('.json'):
    return TokenizerVocabulary(local)
  try:
    loaded = seqio.SentencePieceVocabulary(local)
    loaded.vocab_size
  except Exception as error:
    raise UserError(f'{path} is not a SentencePiece model ({error})') from None
  words_lib.check_end(path, loaded.eos_id)
  return loaded


FLAN = FlanVocabulary()
