# SPDX-License-Identifier: Apache-2.0
"""A vocabulary token by token, without SeqIO and TensorFlow, which take seconds to import."""

import os
from typing import Any, Sequence

from flan_jax import storage
from flan_jax.data.tokenizers import ends as ends_lib
from flan_jax.data.tokenizers.vocabulary_file import BYTES, content_hash
from flan_jax.errors import UserError

# Ends of a tokenizer.json, the first that it has: a guess, if no file beside it tells more.
END_NAMES = ('</s>', '<|endoftext|>', '<|end_of_text|>', '<eos>', '<|im_end|>')


class SentencePiece:
  """A SentencePiece model; see ends.Words."""

  is_sentencepiece, is_byte_level = True, False
  puts_first: tuple[int, ...] = ()

  def __init__(self, pieces: Any):
    self._pieces = pieces  # a SentencePieceProcessor
    self.own_end: int | None = pieces.eos_id()
    self.own_unknown: int | None = pieces.unk_id()
    self.own_beginning, self.own_pad = _known(pieces.bos_id()), _known(pieces.pad_id())
    self.size = pieces.get_piece_size()

  @property
  def keeps_space(self) -> bool:
    return self.encode(' a') != self.encode('a')

  def piece(self, number: int) -> str:
    """The text of one token, for people to read."""
    return self._pieces.id_to_piece(int(number)) if number < self.size else f'<{number}>'

  def encode(self, text: str) -> list[int]:
    return list(self._pieces.encode(text))

  def id_of(self, token: str) -> int | None:
    number = self._pieces.piece_to_id(token)
    return number if self._pieces.id_to_piece(number) == token else None


class Tokenizer:
  """A tokenizer.json; see ends.Words."""

  is_sentencepiece = False
  own_beginning: int | None = None
  own_pad: int | None = None
  own_unknown: int | None = None

  def __init__(self, tokenizer: Any):
    self._tokenizer = tokenizer  # of the package tokenizers
    # Not the number of ids: there may be holes.
    self.size = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1) + 1
    ends = [tokenizer.token_to_id(name) for name in END_NAMES]
    self.own_end = next((number for number in ends if number is not None), None)

  @property
  def keeps_space(self) -> bool:
    return self.encode(' a') != self.encode('a')

  @property
  def puts_first(self) -> tuple[int, ...]:
    """The tokens that the file says to put before a text."""
    bare, ids = self.encode('a'), self._tokenizer.encode('a').ids
    starts = [start for start in range(len(ids) - len(bare) + 1) if ids[start : start + len(bare)] == bare]
    return tuple(ids[: starts[0]]) if starts and bare else ()

  @property
  def is_byte_level(self) -> bool:
    return 'ByteLevel' in repr(self._tokenizer.pre_tokenizer)

  def piece(self, number: int) -> str:
    """The text of one token, for people to read."""
    return self._tokenizer.id_to_token(int(number)) if number < self.size else f'<{number}>'

  def shown(self, ids: Sequence[int]) -> str:
    """The text of tokens, special ones too, for people to read."""
    return self._tokenizer.decode([one for one in ids if one < self.size], skip_special_tokens=False)

  def encode(self, text: str) -> list[int]:
    return self._tokenizer.encode(text, add_special_tokens=False).ids

  def id_of(self, token: str) -> int | None:
    return self._tokenizer.token_to_id(token)


class Bytes:
  """The vocabulary of bytes; see ends.Words."""

  is_sentencepiece, is_byte_level, keeps_space = False, False, True
  puts_first: tuple[int, ...] = ()
  own_pad: int | None = 0
  own_end: int | None = 1
  own_unknown: int | None = 2
  own_beginning: int | None = None
  _FIRST = 3  # byte
  size = _FIRST + 256

  def piece(self, number: int) -> str:
    """The text of one token, for people to read."""
    if number >= self.size:
      return f'<{number}>'
    return {0: '<pad>', 1: '</s>'}.get(number) or bytes([number - self._FIRST] * (number >= self._FIRST)).decode(
      errors='ignore'
    )

  def encode(self, text: str) -> list[int]:
    return [self._FIRST + byte for byte in text.encode()]

  def id_of(self, token: str) -> int | None:
    return None


Words = SentencePiece | Tokenizer | Bytes


def opened(path: str) -> Words:
  """The vocabulary at a path, or 'bytes', whichever is in force. Raises UserError if it is none."""
  if path == BYTES:
    return Bytes()
  local = storage.local_copy(storage.absolute(path))
  return Tokenizer(read_tokenizer(local)) if path.endswith('.json') else SentencePiece(read_pieces(local))


def ends_beside(path: str, words: Words) -> ends_lib.Ends:
  """What ends and begins a text, by the folder of a vocabulary. Raises UserError if no end is known."""
  found = (
    ends_lib.of_run(None, None, words)
    if path == BYTES
    else ends_lib.beside(os.path.dirname(path), words, content_hash(path))
  )
  if found is None:
    raise UserError(
      f'{path} has none of the end tokens {END_NAMES}, and no file beside it names another; add one, or name it as '
      f'eos_token in a {ends_lib.TOKENIZER} beside it'
    )
  return found


def read_tokenizer(path: str) -> Any:
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


def read_pieces(path: str) -> Any:
  """The SentencePieceProcessor of a file. Raises UserError if it is none, or has no end."""
  import sentencepiece

  try:
    pieces = sentencepiece.SentencePieceProcessor(model_file=path)
  except Exception as error:  # the library raises several
    raise UserError(f'{path} is not a SentencePiece model ({error})') from None
  check_end(path, pieces.eos_id())
  return pieces


def check_end(path: str, end: int) -> None:
  """Raises UserError if a SentencePiece model has no end of sequence."""
  if end < 0:
    raise UserError(f'the SentencePiece model {path} has no end of sequence; train it with an eos_id')


def _known(number: int) -> int | None:
  return None if number < 0 else number
