# SPDX-License-Identifier: Apache-2.0
"""What tells the records of a dataset apart, whatever their order: all of their texts."""

from typing import Callable, Mapping, Sequence

import tensorflow as tf

from flan_jax.data import templates as templates_lib


def text(texts: Mapping[str, tf.Tensor]) -> tf.Tensor:
  """The texts in one. texts: see templates.as_text."""
  return tf.strings.join([texts[name] for name in sorted(texts)], separator='\x00')


def number(texts: Mapping[str, tf.Tensor]) -> tf.Tensor:
  """A number below 2**62 in its place; int64."""
  return tf.strings.to_hash_bucket_fast(text(texts), 2**62)


def among(numbers: Sequence[int]) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
  """A function that tells of the fields of a record whether its number is one of these."""
  wanted = tf.constant(list(numbers), tf.int64)
  return lambda named: tf.reduce_any(wanted == number(templates_lib.as_text(named)))
