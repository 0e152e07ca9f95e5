# SPDX-License-Identifier: Apache-2.0
"""A process of a run that reads its rows and does nothing else, for test_store_hosts.

ADDRESS INDEX, then for each way to keep stores: STORE_DIR CACHE. Prints a JSON line each.
"""

import hashlib
import itertools
import json
import sys
import unittest.mock

import seqio
import tensorflow as tf

from flan_jax.data.tokens import store
from flan_jax.errors import UserError
from flan_jax.runs import feeds
from flan_jax.training import multihost
from flan_jax.training.rows import Rows

TASKS = {'one': 1.0, 'two': 2.0, 'three': 1.0, 'four': 0.5, 'five': 1.0}
ROWS = Rows(tokens_per_batch=1024, row_length=128, target_slots=64, inputs_length=64, targets_length=32)
STEPS = 6


def register() -> None:
  vocabulary = seqio.ByteVocabulary()
  feature = seqio.Feature(vocabulary)
  for number, name in enumerate(TASKS):
    if name in seqio.TaskRegistry.names():
      continue

    def rows(split, shuffle_files, number=number, name=name):
      texts = [f'{name} {i}' for i in range(10 + 7 * number)]
      return tf.data.Dataset.from_tensor_slices({'inputs': texts, 'targets': [text[::-1] for text in texts]})

    seqio.TaskRegistry.add(
      name,
      source=seqio.FunctionDataSource(rows, splits=['train']),
      preprocessors=[seqio.preprocessors.tokenize],
      output_features={'inputs': feature, 'targets': feature},
      metric_fns=[],
    )


def forget() -> None:
  """Takes out of the registry what `register` puts there."""
  for name in TASKS:
    seqio.TaskRegistry.remove(name)


def read(store_dir: str, cache: str, ours: list[int]) -> dict:
  """What this process built, and the digests of its rows."""
  built, build = [], store._build
  count = lambda one, *rest: built.append(one.task.name) or build(one, *rest)
  with unittest.mock.patch.object(store, '_build', count):
    place = feeds.Place.of(store_dir, cache, 1.0)
    stores = feeds.stores_of(TASKS, 'train', place, ROWS, 0)
    _, batches = feeds.feed(stores, TASKS, ROWS, 0, ours)
    taken = list(itertools.islice(batches(0), STEPS))
  rows = [hashlib.sha256(row.tobytes()).hexdigest() for batch in taken for row in batch['tokens']]
  return {'built': sorted(built), 'rows': rows}


def tell(store_dir: str, cache: str, index: int) -> None:
  """Prints what `read` returns, or what goes wrong; into 'full' process 1 can write nothing."""
  half = ROWS.per_step // 2
  ours = list(range(index * half, (index + 1) * half))
  full = unittest.mock.Mock(side_effect=UserError('the disk is full'))
  with unittest.mock.patch.object(store, '_build', full if index and 'full' in store_dir else store._build):
    try:
      told = read(store_dir, cache, ours)
    except UserError as error:
      told = {'error': f'{error}'}
  print(json.dumps(told), flush=True)


if __name__ == '__main__':
  address, index, *places = sys.argv[1:]
  register()
  multihost.start(address, 2, int(index))
  for store_dir, cache in zip(places[::2], places[1::2]):
    tell(store_dir, cache, int(index))
