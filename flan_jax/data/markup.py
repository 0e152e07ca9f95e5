# SPDX-License-Identifier: Apache-2.0
"""Removes traces of a text's source format: HTML, the Penn Treebank, wiki templates.

Only unintended traces are removed, and content stays: `a < b`, `AT&T` and `{x}` are
unchanged, and a text about HTML keeps its tags and entities. A text without such traces
costs one scan.
"""

import functools
from html import entities
from typing import Callable

import tensorflow as tf

# HTML entities; also escaped twice, as '&amp;nbsp;'.
_ENTITY = r'&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});'
# Soft hyphens, zero width spaces, word joiners and byte order marks. Zero width joiners
# stay: scripts and emoji need them.
_UNSEEN = r'[\x{00ad}\x{200b}\x{2060}\x{feff}]'
_TRACES = rf'(?is).*(?:{_ENTITY}|<br ?/?>|</|-[LR][RSC]B-|``|\{{ \{{|{_UNSEEN}).*'
# A file name or an address, such as page.html, does not make a text about HTML.
_ABOUT_MARKUP = r'(?is)(?:.*[^\w./-])?(?:X?HTML\d?|XML|markup)\b.*'

_NAMES = (*entities.name2codepoint, 'apos')
_CHARACTERS = tuple(entities.html5[f'{name};'] for name in _NAMES)
# Browsers read the numbers 128 to 159 as characters of Windows-1252.
_WINDOWS = tuple(bytes([number]).decode('cp1252', 'replace') for number in range(128, 160))

# (pattern, replacement), applied in this order.
_INLINE = tuple(
  (rf'(?is)<{tag}(?: [^<>]*)?>([^<]*)</{tag}>', r'\1') for tag in ('b', 'i', 'u', 'em', 'strong', 'font', 'span', 'a')
)
_MARKUP = (
  (r'(?i)\s*(?:<br ?/?>\s*)+', '\n'),
  *_INLINE,
  *_INLINE,  # nested ones
  (r'(?is)\s*<p(?: [^<>]*)?>([^<]*)</p>\s*', '\n\\1\n'),
  # '{ { Plot } }', a template of Wikipedia; names in code begin with small letters.
  (r"\{ \{ [A-Z][\w '-]*(?:\|[^{}]*)? \} \} ?", ''),
)
_TREEBANK = (
  (r'(?i)-LRB- ?', '('),
  (r'(?i) ?-RRB-', ')'),
  (r'(?i)-LSB- ?', '['),
  (r'(?i) ?-RSB-', ']'),
  (r'(?i)-LCB- ?', '{'),
  (r'(?i) ?-RCB-', '}'),
  (r"``\s?([^`]*?)\s?''", r'"\1"'),
)


def mended(text: tf.Tensor) -> tf.Tensor:
  """Removes traces of other formats. 'Q&amp;A -LRB- long -RRB-' -> 'Q&A (long)'.

  Args:
    text: strings of any shape.
  """
  text = tf.convert_to_tensor(text, tf.string)
  return tf.ensure_shape(_graph()(text), text.shape)


@functools.cache
def _graph() -> Callable[[tf.Tensor], tf.Tensor]:
  """Traced once per process: a dataset has several fields, and a mixture many datasets."""
  return tf.function(_if_found, [tf.TensorSpec(None, tf.string)], autograph=False)


def _if_found(text: tf.Tensor) -> tf.Tensor:
  found = tf.reduce_any(tf.strings.regex_full_match(text, _TRACES))
  return tf.cond(found, lambda: _mended(text), lambda: text)


def _mended(text: tf.Tensor) -> tf.Tensor:
  plain = _decoded(text)
  for pattern, written in _MARKUP:
    plain = tf.strings.regex_replace(plain, pattern, written)
  text = tf.where(tf.strings.regex_full_match(text, _ABOUT_MARKUP), text, plain)
  for pattern, written in (*_TREEBANK, (_UNSEEN, '')):
    text = tf.strings.regex_replace(text, pattern, written)
  return text


def _decoded(text: tf.Tensor) -> tf.Tensor:
  """Replaces entities by their characters; unknown ones stay. 'Q&amp;A' -> 'Q&A'."""
  text = tf.strings.regex_replace(text, r'&(?:amp;)+(#?\w{2,8};)', r'&\1')
  # The leading space keeps the first part from looking like an entity.
  parts = tf.strings.split(tf.strings.join([' ', tf.reshape(text, [-1])]), '&')
  words = parts.flat_values
  characters = _characters(tf.strings.regex_replace(words, r'(?s)^(#?\w{2,8});.*|.*', r'\1'))
  rest = tf.strings.regex_replace(words, r'^#?\w{2,8};', '')
  words = tf.where(characters == '', tf.strings.join(['&', words]), tf.strings.join([characters, rest]))
  joined = tf.strings.reduce_join(parts.with_flat_values(words), axis=1)
  return tf.reshape(tf.strings.regex_replace(joined, '^& ', ''), tf.shape(text))


def _characters(names: tf.Tensor) -> tf.Tensor:
  """Returns the characters of entities, '' if there is none: ['amp', '#160', '#x27'], [N]."""
  same = names[:, None] == tf.constant(_NAMES)
  number = tf.where(tf.reduce_any(same, 1), tf.argmax(same, 1, tf.int32), len(_NAMES))
  named = tf.gather(tf.constant((*_CHARACTERS, '')), number)
  code = _code(names)
  written = tf.strings.unicode_encode(code[:, None], 'UTF-8')
  windows = tf.gather(tf.constant(_WINDOWS), tf.clip_by_value(code - 128, 0, len(_WINDOWS) - 1))
  written = tf.where((code >= 128) & (code < 160), windows, written)
  valid = (code > 8) & (code <= 0x10FFFF) & ~((0xD800 <= code) & (code < 0xE000))
  return tf.where(valid, written, named)


def _code(names: tf.Tensor) -> tf.Tensor:
  """Returns the numbers of '#160' and '#xA0', 0 for any other text; int32 [N]."""
  decimal = tf.strings.regex_replace(names, r'^#(\d+)$|.*', r'\1')
  decimal = tf.strings.to_number(tf.strings.join(['0', decimal]), tf.int32)
  digits = tf.strings.regex_replace(tf.strings.lower(names), r'^#x([0-9a-f]+)$|.*', r'\1')
  digits = tf.strings.substr(tf.strings.join(['0' * 6, digits]), -6, 6)
  values = tf.cast(tf.io.decode_raw(digits, tf.uint8, fixed_length=6), tf.int32)
  values -= tf.where(values < ord('a'), ord('0'), ord('a') - 10)
  return decimal + tf.reduce_sum(values * [16**place for place in reversed(range(6))], axis=1)
