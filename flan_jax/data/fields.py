# SPDX-License-Identifier: Apache-2.0
"""Helpers for dataset files that turn a TFDS record into text fields (TensorFlow ops).

None of these fails on a malformed record: an unavailable value becomes '', and a record
with an empty text is dropped and counted.
"""

from typing import Callable, Mapping, Sequence

import tensorflow as tf

from flan_jax.data import markup


def choose(label: tf.Tensor, options: Sequence[str] | tf.Tensor) -> dict[str, tf.Tensor]:
  """Returns the fields `options` and `answer` of a classification example.

  choose(1, ['yes', 'no']) -> {'options': ['yes', 'no'], 'answer': 'no'}; an invalid
  label, such as -1, gives the answer ''.
  """
  options = tf.convert_to_tensor(options, tf.string)
  label, count = tf.cast(label, tf.int32), tf.size(options)
  known = (0 <= label) & (label < count)
  padded = tf.concat([options, ['']], axis=0)
  return {'options': options, 'answer': padded[tf.where(known, label, count)]}


# The fields it returns, for the checks at declaration.
choose.gives = ('options', 'answer')  # type: ignore[attr-defined]  # functions take any


def first(texts: tf.Tensor) -> tf.Tensor:
  """Returns the first text. ['a', 'b'] -> 'a'; [] -> ''."""
  return tf.concat([texts, ['']], axis=0)[0]


def written(texts: tf.Tensor) -> tf.Tensor:
  """Returns the texts that are not blank. ['a', ' ', 'b'] -> ['a', 'b']."""
  return tf.boolean_mask(texts, ~is_blank(texts))


def numbered(texts: tf.Tensor) -> tf.Tensor:
  """Numbers the items of a list, one per line. ['a', 'b\\nc'] -> '1. a\\n2. b c'; [] -> ''."""
  texts = tf.strings.regex_replace(texts, r'\s*[\r\n]\s*', ' ')
  numbers = tf.strings.as_string(tf.range(1, tf.size(texts) + 1))
  return tf.strings.reduce_join(tf.strings.join([numbers, '. ', texts]), separator='\n')


def spaced(text: tf.Tensor) -> tf.Tensor:
  """Replaces the underscores of a name by spaces. 'Plum_Lane' -> 'Plum Lane'."""
  return tf.strings.regex_replace(text, '_', ' ')


def undoubled(text: tf.Tensor) -> tf.Tensor:
  """Undoes the doubled quotation marks of a CSV file. 'a ""b""' -> 'a "b"'.

  A backslash before them, which some files have as well, is removed with them.
  """
  return tf.strings.regex_replace(text, r'\\?"{2,}', '"')


# Punctuation and suffixes that an English tokenizer separates, and their usual spelling.
_SET_APART = (
  (r" (n't|'(?:s|m|d|re|ve|ll))\b", r'\1'),
  (r'(^|[ (])" ([^"]*) "([ ).,;:?!]|$)', r'\1"\2"\3'),
  (r'\( ([^()]*) \)', r'(\1)'),
  (r'(\d) %', r'\1%'),
  (r'([\w")\].%]) ([.,?!]+)\B', r'\1\2'),
  (r'(\w|[")]) ([;:])( |$)', r'\1\2\3'),
  (r'\$ (\d)', r'$\1'),
)


def untokenized(text: tf.Tensor) -> tf.Tensor:
  """Undoes the separations of an English tokenizer. "I do n't , no ." -> "I don't, no."."""
  text = markup.mended(text)  # '-RRB- .'
  for pattern, written in _SET_APART:
    text = tf.strings.regex_replace(text, pattern, written)
  return text


def labelled(feature: str = 'label') -> Callable[[Mapping], tf.Tensor]:
  """A `keep` function: drops records whose class is unknown (-1 in TFDS)."""
  return lambda example: example[feature] >= 0


def several_words(text: tf.Tensor) -> tf.Tensor:
  """Whether a text has three words or more."""
  return tf.strings.regex_full_match(text, r'(?s)\s*(\S+\s+){2}\S.*')


# Invisible characters: separators, control and format characters (zero width spaces and
# byte order marks among them), and blank letters.
_BLANK = r'[\p{Z}\p{Cc}\p{Cf}\x{115f}\x{1160}\x{2800}\x{3164}\x{ffa0}]'
_SPACE = r'[\p{Zs}\t\r\f\v]'
# A single ' ' is already in its final form; skipping it takes a fourth of the time.
_SPACES = (
  rf'[\t\r\f\v\x{{00a0}}\x{{1680}}\x{{2000}}-\x{{200a}}\x{{202f}}\x{{205f}}\x{{3000}}]'
  rf'{_SPACE}*| {_SPACE}+'
)
_BREAK = r' ?[\n\x{0085}\x{2028}\x{2029}] ?'
_SEVERAL_BREAKS = r'\n{3,}'


def tidy(text: tf.Tensor) -> tf.Tensor:
  """Normalises a field; applied to every field. ' Q&amp;A  b\\n' -> 'Q&A b'.

  Undoes traces of other formats, see `markup`. Strips edges and collapses spaces;
  newlines stay, but at most one empty line in a row. Covers every kind of space, such as
  U+00A0 and U+3000; a text without visible characters becomes ''.
  """
  text = markup.mended(text)
  text = tf.strings.regex_replace(text, _SPACES, ' ')
  text = tf.strings.regex_replace(text, _BREAK, '\n')
  text = tf.strings.regex_replace(text, _SEVERAL_BREAKS, '\n\n')
  text = tf.strings.regex_replace(text, rf'\A{_BLANK}+', '')
  return tf.strings.regex_replace(text, rf'{_BLANK}+\z', '')


def is_blank(text: tf.Tensor) -> tf.Tensor:
  """Whether a text has no visible character."""
  return tf.strings.regex_full_match(text, rf'{_BLANK}*')


def one_line(text: tf.Tensor) -> tf.Tensor:
  """Replaces the newlines of a tidied text by spaces. 'a\\n\\nb' -> 'a b'."""
  return tf.strings.regex_replace(text, r'\n+', ' ')


def is_text(text: tf.Tensor) -> tf.Tensor:
  """Whether the bytes are valid UTF-8."""
  return tf.strings.regex_full_match(text, r'(?s).*')
