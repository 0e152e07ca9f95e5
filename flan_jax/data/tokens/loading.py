# SPDX-License-Identifier: Apache-2.0
"""Batches of packed rows, prefetched by threads: from a plan, stores and Grain."""

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence

import grain
import numpy as np

from flan_jax.data.tokens import row_arrays
from flan_jax.data.tokens.packing import Plan
from flan_jax.data.tokens.store import Store
from flan_jax.errors import UserError

CHUNK_ROWS = 64  # rows read together, some 500 prompts; smaller chunks are slower
READ_THREADS = 2
FETCH_THREADS = 4  # that fetch published stores to this machine
_LOOK_AHEAD = 4  # chunks considered for the order of fetching; a plan caches few blocks
_ENDLESS = 2**40  # steps


def batches(
  plan: Plan,
  stores: Mapping[str, Store],
  row_indices: Sequence[int] | None = None,
  start_step: int = 0,
  stop_step: int | None = None,
  prefetch: int = 4,
) -> Iterator[dict]:
  """Returns the batches of a run, one for each step from `start_step` on.

  The content of a step depends only on the plan, not on the first step read or on other
  readers. Close the iterator to end its threads.

  Args:
    plan: which prompts share which row.
    stores: the prompt store of every task in the plan.
    row_indices: the rows of a step that this process reads, in this order; by default
      all.
    start_step: the first step; for a resumed run its current step.
    stop_step: the step to end before; None never ends.
    prefetch: chunks of about `CHUNK_ROWS` rows to read ahead.

  Returns:
    An iterator of dicts of arrays [rows, L] and [rows, S], see `row_arrays.assemble`.

  Raises:
    UserError: a store is missing, or is not the one that the plan was made for.
  """
  _check_stores(plan, stores)
  rows = list(range(plan.rows_per_step) if row_indices is None else row_indices)
  chunks = _Chunks(plan, stores, rows, _ENDLESS if stop_step is None else stop_step)
  return _steps(chunks, start_step, prefetch)


def _steps(chunks: '_Chunks', start_step: int, prefetch: int) -> Iterator[dict]:
  first, skipped = divmod(start_step, chunks.steps)
  if start_step >= chunks.stop_step:
    return
  dataset = grain.MapDataset.source(chunks)[first:]
  options = grain.ReadOptions(num_threads=READ_THREADS, prefetch_buffer_size=prefetch)
  iterator = iter(dataset.to_iter_dataset(options))
  with contextlib.closing(_Fetching(chunks.in_order_of_use(first))), contextlib.closing(iterator):
    for chunk in iterator:
      yield from chunk[skipped:]
      skipped = 0


class _Chunks:
  """A random-access source for Grain: chunk c is steps [c * steps, (c + 1) * steps).

  The bounds are absolute, so a run that starts inside one reads the same chunks.
  """

  def __init__(self, plan: Plan, stores: Mapping[str, Store], rows: list[int], stop_step: int):
    self.plan, self.rows, self.stop_step = plan, rows, stop_step
    self.stores = [stores[name] for name in plan.names]
    self.steps = max(1, CHUNK_ROWS // max(1, len(rows)))

  def __len__(self) -> int:
    return -(-self.stop_step // self.steps)

  def __getitem__(self, chunk: int) -> list[dict]:
    prompts = self._read(self._packed(chunk))
    rows = [row_arrays.assemble(row, self.plan.row_length, self.plan.target_slots) for row in prompts]
    return [_stack(rows[i : i + len(self.rows)]) for i in range(0, len(rows), len(self.rows))]

  def in_order_of_use(self, chunk: int) -> Iterator[Store]:
    """Yields the stores whose records must still be fetched, in order of first use."""
    left = {number for number, store in enumerate(self.stores) if store.fetch}
    for ahead in range(chunk, min(chunk + _LOOK_AHEAD, len(self))):
      if not left:
        return
      tasks, _ = self.plan.locate(np.concatenate(self._packed(ahead)))
      for task in dict.fromkeys(tasks.tolist()):
        if task in left:
          left.remove(task)
          yield self.stores[task]
    yield from (self.stores[task] for task in sorted(left))

  def _packed(self, chunk: int) -> list[np.ndarray]:
    """Returns the prompt ids in each of this process's rows of a chunk."""
    steps = range(chunk * self.steps, min((chunk + 1) * self.steps, self.stop_step))
    return [step_rows[i] for step_rows in map(self.plan.rows, steps) for i in self.rows]

  def _read(self, packed: list[np.ndarray]) -> list[list[tuple]]:
    """Returns the prompts of each row; reads every store once."""
    tasks, indices = self.plan.locate(np.concatenate(packed))
    prompts = np.empty(len(tasks), object)
    for task in np.unique(tasks):
      places = np.flatnonzero(tasks == task)
      for place, prompt in zip(places, self.stores[task].read(indices[places])):
        prompts[place] = prompt
    ends = np.cumsum([len(row) for row in packed])
    return [prompts[end - len(row) : end].tolist() for row, end in zip(packed, ends)]


class _Fetching:
  """Threads that fetch the records of stores before their use, until closed."""

  def __init__(self, stores: Iterator[Store]):
    self._stores, self._lock, self._closed = stores, threading.Lock(), False
    for _ in range(FETCH_THREADS):
      threading.Thread(target=self._work, name='fetch stores', daemon=True).start()

  def close(self) -> None:
    self._closed = True

  def _work(self) -> None:
    with contextlib.suppress(Exception):  # the reader of that store gets the same error, and reports it
      while not self._closed:
        with self._lock:
          store = next(self._stores, None)
        if store is None:
          return
        if store.fetch:
          store.fetch(False)


def _stack(rows: list[dict]) -> dict:
  return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _check_stores(plan: Plan, stores: Mapping[str, Store]) -> None:
  for name in plan.names:
    if name not in stores:
      raise UserError(
        f'Task {name} is in the plan, but its prompt store was not given. Build it with `flan_jax cache`.'
      )
  counts = {name: len(stores[name].lengths) for name in plan.names}
  if list(counts.values()) != plan.counts.tolist():
    raise UserError(
      'The plan was made for other prompt stores than the ones given,'
      f' which hold {counts} prompts. Make the plan from their lengths.'
    )
