# SPDX-License-Identifier: Apache-2.0
"""Packing of prompts into rows: pure arithmetic on token counts.

`Plan` determines from these alone the endless sequence of rows of a mixture; `row_arrays`
turns the token ids of one row into the arrays that a model reads.
"""

import bisect
import collections
import threading
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from flan_jax.errors import UserError

_BLOCK_STREAM, _EPOCH_STREAM = 0, 1  # separate the two kinds of random draws
_KEPT_BLOCKS = 8  # cached, because reading threads use neighbouring blocks


def fit(sizes: Sequence[tuple[int, int]] | np.ndarray, row_length: int, target_slots: int) -> list[list[int]]:
  """Packs a finite list into few rows, largest first, each where it fits tightest.

      fit([(5, 1), (3, 1), (4, 1)], row_length=8, target_slots=3)
      -> [[0, 1], [2]]

  Args:
    sizes: (tokens, targets) of every item, or an array [N, 2].
    row_length: tokens a row holds.
    target_slots: targets a row holds.

  Returns:
    The indices in each row; every index occurs once.

  Raises:
    UserError: an item is larger than a row.
  """
  needs = np.asarray(sizes, np.int64).reshape(-1, 2)
  limits = np.array([row_length, target_slots])
  too_large = np.flatnonzero((needs > limits).any(axis=1))
  if too_large.size:
    tokens, targets = needs[too_large[0]]
    raise UserError(
      f'Item {too_large[0]} has {tokens} tokens and {targets} targets; a row holds'
      f' {row_length} and {target_slots}. Use longer rows or cut the item.'
    )
  # The size of an item is its share of the limit it uses most of.
  share = (needs * limits[::-1]).max(axis=1)
  order = np.argsort(-share, kind='stable').tolist()
  tokens, targets = needs.T.tolist()
  return _best_fit(order, tokens, targets, row_length, target_slots)


def _best_fit(order, tokens, targets, row_length, target_slots):
  """The loop of `fit`: a plan spends its time here, hence one flat function."""
  rows: list[list[int]] = []
  slots_left: list[int] = []
  open_rows: list[int] = []  # free tokens << 32 | row, sorted: the tightest fit is a bisection
  for item in order:
    need, asks = tokens[item], targets[item]
    place = bisect.bisect_left(open_rows, need << 32)
    while place < len(open_rows) and slots_left[open_rows[place] & 0xFFFFFFFF] < asks:
      place += 1
    if place < len(open_rows):
      key = open_rows.pop(place)
      row = key & 0xFFFFFFFF
    else:
      row = len(rows)
      key = row_length << 32 | row
      rows.append([])
      slots_left.append(target_slots)
    rows[row].append(item)
    slots_left[row] -= asks
    if key >> 32 > need:
      bisect.insort(open_rows, key - (need << 32))
  return rows


class Plan:
  """The endless sequence of rows of a mixture, determined by its arguments alone.

  Tasks are drawn by weight. Within a task every epoch is a fresh permutation, so nothing
  recurs before everything has been seen. Every `block` consecutive prompts are packed
  best-fit, and the rows of a block are shuffled; otherwise steps of long prompts would
  come before steps of short ones.

  A prompt's global id is its index in its task plus the sizes of the tasks before
  it, tasks in alphabetical order.

  Args:
    lengths: for each task an array [N, 2], tokens of inputs and of targets.
    weights: relative rate of each task; tasks of weight 0 are left out.
    seed: any integer.
    row_length: tokens in a row.
    target_slots: maximum targets in a row.
    rows_per_step: rows of one step, over all processes.
    block: prompts packed together.

  Raises:
    UserError: no task is left, a task is empty or a prompt exceeds a row.
  """

  def __init__(
    self,
    lengths: Mapping[str, np.ndarray],
    weights: Mapping[str, float],
    seed: int,
    row_length: int,
    target_slots: int,
    rows_per_step: int,
    block: int = 1024,
  ):
    """Checks the mixture; packs nothing yet."""
    self.names = _tasks_drawn(lengths, weights)
    self.row_length, self.target_slots = row_length, target_slots
    self.rows_per_step, self.block = rows_per_step, block
    self._seed = seed % 2**64
    parts = [np.asarray(lengths[name], np.int64).reshape(-1, 2) for name in self.names]
    for name, part in zip(self.names, parts):
      _check_lengths(name, part, row_length, target_slots)
    inputs, targets = np.concatenate(parts).T
    self._sizes = np.stack([inputs + targets, targets], axis=1)
    self.counts = np.array([len(part) for part in parts])
    self._offsets = np.cumsum(self.counts) - self.counts
    rates = np.array([weights[name] for name in self.names], np.float64)
    self._thresholds = np.cumsum(rates / rates.sum())[:-1]
    self._orders = np.empty(len(self._sizes), np.int64)  # the epoch in use, by task
    self._epochs = np.full(len(self.names), -1)
    # For each block: its first row, and what was drawn before it.
    self._first_rows = [0]
    self._drawn = [np.zeros(len(self.names), np.int64)]
    self._kept: collections.OrderedDict[int, list[np.ndarray]] = collections.OrderedDict()
    self._lock = threading.Lock()

  def rows(self, step: int) -> list[np.ndarray]:
    """Returns the rows of a step (from 0): for each an int64 array of global prompt ids."""
    first = step * self.rows_per_step
    with self._lock:
      return [self._row(first + i) for i in range(self.rows_per_step)]

  def locate(self, ids: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns global ids -> (number of the task in `names`, index within the task)."""
    ids = np.asarray(ids, np.int64)
    tasks = np.searchsorted(self._offsets, ids, side='right') - 1
    return tasks, ids - self._offsets[tasks]

  def sizes(self, ids: Sequence[int] | np.ndarray) -> np.ndarray:
    """Returns tokens (inputs and targets together) and targets of prompts, [..., 2]."""
    return self._sizes[ids]

  def fullness(self, steps: Iterable[int]) -> float:
    """Returns the filled share of the row length, over the given steps."""
    filled = [self._sizes[row, 0].sum() for step in steps for row in self.rows(step)]
    return float(np.mean(filled)) / self.row_length

  def drawn(self, steps: int) -> dict[str, int]:
    """Returns the number of prompts of each task in the first `steps` steps."""
    counts = np.zeros(len(self.names), np.int64)
    for step in range(steps):
      tasks, _ = self.locate(np.concatenate(self.rows(step)))
      counts += np.bincount(tasks, minlength=len(self.names))
    return dict(zip(self.names, counts.tolist()))

  def _row(self, number: int) -> np.ndarray:
    while self._first_rows[-1] <= number:
      self._packed(len(self._first_rows) - 1)
    block = bisect.bisect_right(self._first_rows, number) - 1
    return self._packed(block)[number - self._first_rows[block]]

  def _packed(self, block: int) -> list[np.ndarray]:
    """Returns the rows of a block; the first pass over blocks must be in order."""
    if block in self._kept:
      return self._kept[block]
    noise = _noise(2 * self.block, self._seed, _BLOCK_STREAM, block)
    ids = self._draw(block, noise[: self.block])
    tokens, targets = self._sizes[ids].T
    share = np.maximum(tokens * self.target_slots, targets * self.row_length)
    packed = _best_fit(
      np.argsort(-share, kind='stable').tolist(), tokens.tolist(), targets.tolist(), self.row_length, self.target_slots
    )
    shuffled = np.argsort(noise[self.block :][: len(packed)], kind='stable')
    rows = [ids[packed[i]] for i in shuffled.tolist()]
    if block == len(self._first_rows) - 1:
      self._first_rows.append(self._first_rows[-1] + len(rows))
    self._kept[block] = rows
    if len(self._kept) > _KEPT_BLOCKS:
      self._kept.popitem(last=False)
    return rows

  def _draw(self, block: int, noise: np.ndarray) -> np.ndarray:
    """Returns the global ids of a block's prompts, in the order of drawing."""
    uniform = (noise >> np.uint64(11)) * 2.0**-53
    tasks = np.searchsorted(self._thresholds, uniform, side='right')
    counts = np.bincount(tasks, minlength=len(self.names))
    grouped = np.argsort(tasks, kind='stable')
    rank = np.empty_like(tasks)
    rank[grouped] = np.arange(len(tasks)) - np.repeat(np.cumsum(counts) - counts, counts)
    if block == len(self._drawn) - 1:
      self._drawn.append(self._drawn[block] + counts)
    epochs, places = np.divmod(self._drawn[block][tasks] + rank, self.counts[tasks])
    ids = np.empty(len(tasks), np.int64)
    ready = epochs == self._epochs[tasks]
    while True:
      ids[ready] = self._orders[self._offsets[tasks[ready]] + places[ready]]
      epochs[ready] = -1
      rest = np.flatnonzero(epochs >= 0)
      if not rest.size:
        return ids
      task, epoch = tasks[rest[0]], epochs[rest[0]]
      self._enter_epoch(task, epoch)
      ready = (tasks == task) & (epochs == epoch)

  def _enter_epoch(self, task: int, epoch: int) -> None:
    name = int.from_bytes(self.names[task].encode(), 'little')
    noise = _noise(self.counts[task], self._seed, _EPOCH_STREAM, int(epoch), name)
    start = self._offsets[task]
    self._orders[start : start + len(noise)] = start + np.argsort(noise, kind='stable')
    self._epochs[task] = epoch


def _tasks_drawn(lengths, weights) -> list[str]:
  unknown = sorted(set(weights) - set(lengths))
  if unknown:
    raise UserError(
      f'The mixture has no lengths for {", ".join(unknown)}: build their'
      ' prompt stores, or leave them out of the weights.'
    )
  wrong = [name for name in weights if not 0 <= weights[name] < float('inf')]
  if wrong:
    raise UserError(f'Task {wrong[0]} has weight {weights[wrong[0]]}; a weight is a number from 0 up.')
  names = sorted(name for name in weights if weights[name] > 0)
  if not names:
    raise UserError(
      f'The mixture is empty: of its {len(weights)} tasks'
      f' ({", ".join(sorted(weights)) or "none named"}) none has a'
      ' weight above 0. Name at least one task with a weight.'
    )
  return names


def _check_lengths(name, lengths, row_length, target_slots) -> None:
  if not len(lengths):
    raise UserError(
      f'Task {name} is in the mixture but has no prompts. Leave it out, or look at what its prompt store refused.'
    )
  tokens, targets = lengths.sum(axis=1).max(), lengths[:, 1].max()
  if tokens > row_length:
    raise UserError(
      f'Task {name} has a prompt of {tokens} tokens; a row holds'
      f' {row_length}. Raise ROW_LENGTH, or lower INPUTS_LENGTH or'
      ' TARGETS_LENGTH.'
    )
  if targets > target_slots:
    raise UserError(
      f'Task {name} has a target of {targets} tokens; a row holds'
      f' {target_slots}. Raise TARGET_SLOTS or lower TARGETS_LENGTH.'
    )


def _noise(count: int, *key: int) -> np.ndarray:
  """Returns uint64 noise from a key. Raw bits, whose stream numpy keeps across versions."""
  return np.random.PCG64(np.random.SeedSequence(key)).random_raw(count)
