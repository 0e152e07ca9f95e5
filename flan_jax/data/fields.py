"""What dataset files need to turn a TFDS record into text fields (TensorFlow ops)."""

from typing import Sequence

import tensorflow as tf


def choose(label: tf.Tensor, options: Sequence[str] | tf.Tensor) -> dict[str, tf.Tensor]:
  """The fields `options` and `answer` of a classification example.

  choose(1, ['yes', 'no']) -> {'options': ['yes', 'no'], 'answer': 'no'}
  """
  options = tf.convert_to_tensor(options, tf.string)
  return {'options': options, 'answer': options[label]}


def labelled(feature: str = 'label'):
  """A `keep` function: drops records whose class is unknown (-1 in TFDS)."""
  return lambda example: example[feature] >= 0


def tidy(text: tf.Tensor) -> tf.Tensor:
  """No blank edges, no doubled spaces; newlines stay. ' a  b\\n' -> 'a b'."""
  text = tf.strings.regex_replace(text, r'[ \t\r\f\v\x{00a0}]+', ' ')
  return tf.strings.strip(tf.strings.regex_replace(text, r' ?\n ?', '\n'))
