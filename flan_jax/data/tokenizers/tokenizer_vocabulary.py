# SPDX-License-Identifier: Apache-2.0
"""A Hugging Face `tokenizer.json` as a SeqIO vocabulary."""

import functools
import hashlib
from typing import Sequence

import seqio
import tensorflow as tf

from flan_jax.errors import UserError


class TokenizerVocabulary(seqio.Vocabulary):
  """The vocabulary of a tokenizer.json.

  eos_id is the first of END_NAMES that it has: a guess, used if no file names the end.
  """

  END_NAMES = ('</s>', '<|endoftext|>', '<|end_of_text|>', '<eos>', '<|im_end|>')

  def __init__(self, path: str):
    super().__init__()
    self._tokenizer = _read_tokenizer(path)
    ids = self._tokenizer.get_vocab(with_added_tokens=True).values()
    self._size = max(ids, default=-1) + 1  # not their number: ids may have gaps
    ends = [self._tokenizer.token_to_id(name) for name in self.END_NAMES]
    self._eos_id = next((number for number in ends if number is not None), None)

  eos_id = property(lambda self: self._eos_id)
  unk_id = property(lambda self: None)
  _base_vocab_size = property(lambda self: self._size)

  @functools.cached_property
  def content(self) -> str:
    """Digest of everything that determines the ids of a text."""
    return hashlib.sha256(self._tokenizer.to_str().encode()).hexdigest()

  def __eq__(self, other) -> bool:
    if not isinstance(other, TokenizerVocabulary):
      return NotImplemented  # FLAN compares itself, on either side
    return (self.content, self.eos_id) == (other.content, other.eos_id)

  def __hash__(self) -> int:
    return hash(TokenizerVocabulary)

  def _encode(self, text: str) -> list[int]:
    return self._tokenizer.encode(text, add_special_tokens=False).ids

  def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
    encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [encoding.ids for encoding in encoded]

  @property
  def puts_first(self) -> tuple[int, ...]:
    """The tokens that the file puts before a text."""
    bare, ids = self._encode('a'), self._tokenizer.encode('a').ids
    starts = [start for start in range(len(ids) - len(bare) + 1) if ids[start : start + len(bare)] == bare]
    return tuple(ids[: starts[0]]) if starts and bare else ()

  @property
  def is_byte_level(self) -> bool:
    return 'ByteLevel' in repr(self._tokenizer.pre_tokenizer)

  def _decode(self, ids) -> str:
    """Returns the text without the end, which the file may not mark as special."""
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


def _read_tokenizer(path: str):
  """Returns a tokenizer.json that yields all tokens of a text, deterministically.

  Trainers store their truncation, padding and dropout in the file.
  """
  from tokenizers import Tokenizer

  try:
    tokenizer = Tokenizer.from_file(path)
  except Exception as error:  # the library has no narrower type
    raise UserError(f'{path} is not a tokenizer.json ({error})') from None
  tokenizer.no_truncation()
  tokenizer.no_padding()
  if getattr(tokenizer.model, 'dropout', None) is not None:  # BPE dropout: random merges
    tokenizer.model.dropout = None
  return tokenizer
