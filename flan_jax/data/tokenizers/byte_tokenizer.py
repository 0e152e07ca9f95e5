# SPDX-License-Identifier: Apache-2.0
"""The byte vocabulary as a tokenizer.json, with the same ids."""

NAMES = ('<pad>', '</s>', '<unk>')  # the first ids, before those of the 256 bytes


def write(path: str) -> None:
  """Writes it; a text's ids are those of seqio.ByteVocabulary."""
  import tokenizers

  pieces = {piece: number for number, piece in enumerate([*NAMES, *_SPELLING])}
  made = tokenizers.Tokenizer(tokenizers.models.BPE(pieces, []))
  made.add_special_tokens(list(NAMES))
  made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
  made.decoder = tokenizers.decoders.ByteLevel()
  made.save(path)


def _characters() -> list[int]:
  """Returns for each byte the character by which byte-level tokenizers write it.

  Printable bytes are themselves; the others are mapped from 256 on.
  """
  printed = {*range(ord('!'), ord('~') + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)}
  others = iter(range(256, 512))
  return [byte if byte in printed else next(others) for byte in range(256)]


_SPELLING = tuple(map(chr, _characters()))
LETTERS = frozenset(_SPELLING)


def spelled(text: str) -> str:
  """A text as byte-level tokenizers write it, a letter a byte."""
  return ''.join(_SPELLING[byte] for byte in text.encode())
