# SPDX-License-Identifier: Apache-2.0
"""The texts of a dataset's records that are compared: fields used by some template.

Options are excluded, and so is the answer if there are options: labels recur everywhere.
"""

import functools
from typing import Iterator, TYPE_CHECKING

import numpy as np
import tensorflow as tf

from flan_jax.data import datasets, rendering, splits
from flan_jax.data import templates as templates_lib
from flan_jax.data.overlap.sides import Batch
from flan_jax.data.records import record_keys

if TYPE_CHECKING:
  from flan_jax.data.overlap.comparison import Read

_BATCH = 512
_ANSWER = 'answer'


def reader(task: str, split: str) -> 'Read':
  """Returns a reader of the usable records of a split in order; rows count these from 0.

  A training split has at most the records that prompts are made of, each once.
  """
  return functools.partial(batches, datasets.get(task), split)


def batches(dataset: datasets.Dataset, split: str) -> Iterator[Batch]:
  """Implements a reader. It looks up no dataset, so its code does not depend on the registry."""
  records_ds = rendering.usable(datasets.records(dataset, split), dataset, count=False)
  if split == splits.TRAIN:
    records_ds = records_ds.take(rendering.MAXIMUM_PROMPTS)
  names = _compared(dataset)

  def view(named):
    texts = templates_lib.as_text(named)
    return tf.stack([texts[name] for name in names]), record_keys.number(texts)

  asked = [name != _ANSWER or len(names) == 1 for name in names]
  texts_ds = records_ds.map(view, num_parallel_calls=tf.data.AUTOTUNE).batch(_BATCH).prefetch(2)
  first = 0
  for texts, keys in splits.elements(texts_ds, dataset.source):
    count = len(keys)
    rows = np.arange(first, first + count)
    yield Batch(texts.ravel().tolist(), np.full(count, len(names)), asked * count, rows, keys)
    first += count


def _compared(dataset: datasets.Dataset) -> list[str]:
  """Returns the names of the compared fields."""
  gaps = set().union(*(template.gaps for template in dataset.templates))
  if templates_lib.OPTIONS in gaps or dataset.kind == templates_lib.CLASSIFICATION:
    gaps -= {templates_lib.OPTIONS, _ANSWER}
  return sorted(gaps)
