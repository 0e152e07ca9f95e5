# SPDX-License-Identifier: Apache-2.0
"""A Hugging Face `tokenizer.json` as a SeqIO vocabulary."""

import functools
import hashlib
from typing import Sequence

import seqio
import tensorflow as tf

from flan_jax.data.tokenizers import words


class TokenizerVocabulary(seqio.Vocabulary):
  """The tokens of a tokenizer.json; eos_id is a guess, see words.END_NAMES."""

  def __init__(self, path: str):
    super().__init__()
    self._tokenizer = words.read_tokenizer(path)
    self.words = words.Tokenizer(self._tokenizer)

  eos_id = property(lambda self: self.words.own_end)
  unk_id = property(lambda self: None)
  _base_vocab_size = property(lambda self: self.words.size)

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
    return self.words.encode(text)

  def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
    encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [encoding.ids for encoding in encoded]

  def _decode(self, ids) -> str:
    """The text, without the end, which need not be marked as special in the file."""
    return self._tokenizer.decode([int(n) for n in ids if n != self.eos_id])

  def _encode_tf(self, text: tf.Tensor) -> tf.Tensor:
    encode = lambda value: tf.constant(self._encode(value.numpy().decode()), tf.int32)
    ids = tf.py_function(encode, [text], tf.int32)
    ids.set_shape([None])
    return ids

  def _decode_tf(self, ids: tf.Tensor) -> tf.Tensor:
    text = tf.py_function(lambda value: self._decode(value.numpy()), [ids], tf.string)
    text.set_shape([])
    return text
