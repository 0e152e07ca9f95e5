"""What dataset files need to turn a TFDS record into text fields (TensorFlow ops).

None of these fails on a record that is not as it should be: what cannot be had becomes
'', and a record with an empty text is dropped and counted.
"""

from typing import Sequence

import tensorflow as tf


def choose(label: tf.Tensor, options: Sequence[str] | tf.Tensor) -> dict[str, tf.Tensor]:
  """The fields `options` and `answer` of a classification example.

  choose(1, ['yes', 'no']) -> {'options': ['yes', 'no'], 'answer': 'no'}; a label that
  is not there, such as -1, gives the answer ''.
  """
  options = tf.convert_to_tensor(options, tf.string)
  label, count = tf.cast(label, tf.int32), tf.size(options)
  known = (0 <= label) & (label < count)
  padded = tf.concat([options, ['']], axis=0)
  return {'options': options, 'answer': padded[tf.where(known, label, count)]}


choose.gives = ('options', 'answer')  # known when a dataset is declared


def first(texts: tf.Tensor) -> tf.Tensor:
  """['a', 'b'] -> 'a'; [] -> ''."""
  return tf.concat([texts, ['']], axis=0)[0]


def numbered(texts: tf.Tensor) -> tf.Tensor:
  """['a', 'b'] -> '1. a\\n2. b'; [] -> ''."""
  numbers = tf.strings.as_string(tf.range(1, tf.size(texts) + 1))
  return tf.strings.reduce_join(tf.strings.join([numbers, '. ', texts]), separator='\n')


def labelled(feature: str = 'label'):
  """A `keep` function: drops records whose class is unknown (-1 in TFDS)."""
  return lambda example: example[feature] >= 0


def several_words(text: tf.Tensor) -> tf.Tensor:
  """Whether a text has three words or more."""
  return tf.strings.regex_full_match(text, r'(?s)\s*(\S+\s+){2}\S.*')


def tidy(text: tf.Tensor) -> tf.Tensor:
  """No blank edges, no doubled spaces; newlines stay. ' a  b\\n' -> 'a b'."""
  text = tf.strings.regex_replace(text, r'[ \t\r\f\v\x{00a0}]+', ' ')
  return tf.strings.strip(tf.strings.regex_replace(text, r' ?\n ?', '\n'))
