# SPDX-License-Identifier: Apache-2.0
"""Packed tokens per second from warm stores of 60 tasks, and the wait for the first."""

import itertools
import os
import tempfile
import time

import numpy as np

from flan_jax.data.tokens import loading, packing, row_arrays, store
from tests.bench import figures

ROWS_PER_STEP, STEPS, WARM_UP = 4, 600, 50
PROMPTS_PER_TASK = 1_500


def write_store(path: str, lengths: np.ndarray, random) -> None:
  """A warm store of random ids."""

  def ids(size):
    return random.integers(1, 32_000, size).tolist()

  prompts = ((ids(inputs), ids(targets)) for inputs, targets in lengths.tolist())
  store.write(path, os.path.basename(path), prompts)


def main() -> None:
  random = np.random.default_rng(0)
  with tempfile.TemporaryDirectory() as folder:
    for i in range(figures.TASKS):
      write_store(os.path.join(folder, f'task_{i:02d}'), figures.like_flan(PROMPTS_PER_TASK, seed=i), random)
    asked = time.perf_counter()
    stores = {name: store.open_store(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}
    plan = packing.Plan(
      {name: one.lengths for name, one in stores.items()}, dict.fromkeys(stores, 1.0), 0, 2048, 640, ROWS_PER_STEP
    )
    batches = loading.batches(plan, stores)
    next(batches)
    first_batch = time.perf_counter() - asked
    for _ in itertools.islice(batches, WARM_UP):
      pass
    start = time.perf_counter()
    tokens = sum(np.count_nonzero(batch['segment_ids']) for batch in itertools.islice(batches, STEPS))
    rate = tokens / (time.perf_counter() - start)
    batches.close()  # type: ignore[attr-defined]  # a generator
    one_by_one = naive(plan, stores)
  figures.report(
    'loading',
    rate,
    'packed tokens/s',
    'required',
    1e6,
    rate / 1e6,
    one_by_one=round(one_by_one),
    first_batch_required=2.0,
    first_batch_seconds=round(first_batch, 3),
  )


def naive(plan: packing.Plan, stores, steps: int = 30) -> float:
  """The same rows, each prompt read by itself."""
  start, tokens = time.perf_counter(), 0
  for step in range(steps):
    for row in plan.rows(step):
      located = zip(*plan.locate(row))
      prompts = [stores[plan.names[task]].read([i])[0] for task, i in located]
      packed = row_arrays.assemble(prompts, plan.row_length, plan.target_slots)
      tokens += np.count_nonzero(packed['segment_ids'])
  return tokens / (time.perf_counter() - start)


if __name__ == '__main__':
  main()
