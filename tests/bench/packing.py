# SPDX-License-Identifier: Apache-2.0
"""A million prompts planned: seconds, fullness against next-fit, a cold start."""

import time

import numpy as np

from flan_jax.data.tokens import packing
from tests.bench import figures

ROW_LENGTH, TARGET_SLOTS, ROWS_PER_STEP = 2048, 640, 4
PROMPTS, LAST_STEP = 1_000_000, 30_000


def next_fit(sizes: np.ndarray) -> float:
  """Fullness where a row is closed as soon as the next prompt does not fit."""
  rows, tokens, targets = 1, 0, 0
  for more, asked in sizes.tolist():
    if tokens + more > ROW_LENGTH or targets + asked > TARGET_SLOTS:
      rows, tokens, targets = rows + 1, 0, 0
    tokens, targets = tokens + more, targets + asked
  return sizes[:, 0].sum() / (rows * ROW_LENGTH)


def make_plan() -> packing.Plan:
  lengths = {f'task_{i:02d}': figures.like_flan(10_000, seed=i) for i in range(figures.TASKS)}
  return packing.Plan(lengths, dict.fromkeys(lengths, 1.0), 0, ROW_LENGTH, TARGET_SLOTS, ROWS_PER_STEP)


def timed_rows(plan: packing.Plan, first_step: int, prompts: int) -> tuple[float, list]:
  """Seconds for the rows from a step on, until they hold so many prompts."""
  start, rows, planned, step = time.perf_counter(), [], 0, first_step
  while planned < prompts:
    rows += plan.rows(step)
    planned += sum(map(len, rows[-ROWS_PER_STEP:]))
    step += 1
  return time.perf_counter() - start, rows


def main() -> None:
  plan = make_plan()
  seconds, rows = timed_rows(plan, 0, PROMPTS)
  sizes = plan.sizes(np.concatenate(rows))
  fullness = sizes[:, 0].sum() / (len(rows) * ROW_LENGTH)
  shuffled = np.random.default_rng(0).permutation(sizes)
  cold_start, _ = timed_rows(make_plan(), LAST_STEP, 1)
  figures.report(
    'packing',
    seconds,
    's for a million prompts',
    'required',
    10,
    10 / seconds,
    full=round(fullness, 4),
    full_required=0.985,
    full_next_fit=round(next_fit(shuffled), 4),
    cold_start_seconds=round(cold_start, 2),
    cold_start_required=5,
  )


if __name__ == '__main__':
  main()
