# SPDX-License-Identifier: Apache-2.0
"""Keys that identify the records of a dataset in any order, made of all their texts."""

from typing import Callable, Mapping, Sequence

import tensorflow as tf

from flan_jax.data import templates as templates_lib


def text(texts: Mapping[str, tf.Tensor]) -> tf.Tensor:
  """Joins the texts into one. texts: see templates.as_text."""
  return tf.strings.join([texts[name] for name in sorted(texts)], separator='\x00')


def number(texts: Mapping[str, tf.Tensor]) -> tf.Tensor:
  """Returns a number below 2**62 as the key; int64."""
  return tf.strings.to_hash_bucket_fast(text(texts), 2**62)


def among(numbers: Sequence[int]) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
  """Returns a function of a record's fields: whether its number is one of these."""
  wanted = tf.constant(list(numbers), tf.int64)
  return lambda named: tf.reduce_any(wanted == number(templates_lib.as_text(named)))
