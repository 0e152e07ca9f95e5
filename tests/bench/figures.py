# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: lengths and rows like FLAN's, one line of JSON."""

import json
import os

import numpy as np

from flan_jax.data.tokens import packing, row_arrays

TASKS = 60


def like_flan(count: int, seed: int = 0) -> np.ndarray:
  """int64 [count, 2]: log-normal, mean 230, at most 1,280 tokens, a fifth of them
  targets (at most 256)."""
  random = np.random.default_rng(seed)
  spread = 0.8
  totals = random.lognormal(np.log(236) - spread**2 / 2, spread, count)
  totals = np.clip(totals, 8, 1280).astype(np.int64)
  targets = np.clip(totals * random.beta(1.2, 4.8, count), 1, 256).astype(np.int64)
  return np.stack([totals - targets, targets], axis=1)


def packed_batch(
  rows: int, row_length: int, slots: int, vocab_size: int = 32_000, seed: int = 0
) -> dict[str, np.ndarray]:
  """The first batch that the plan makes of prompts like FLAN's, with random ids."""
  random = np.random.default_rng(seed)
  lengths = like_flan(TASKS * 100, seed)
  targets = np.minimum(lengths[:, 1], slots)
  lengths = np.stack([np.minimum(lengths[:, 0], row_length - targets), targets], axis=1)
  plan = packing.Plan({'prompts': lengths}, {'prompts': 1.0}, seed, row_length, slots, rows)
  ids = lambda sizes: [random.integers(1, vocab_size, size) for size in sizes]
  made = [row_arrays.assemble(list(map(ids, lengths[plan.locate(row)[1]])), row_length, slots) for row in plan.rows(0)]
  return {name: np.stack([row[name] for row in made]) for name in made[0]}


def report(benchmark: str, ours: float, unit: str, peer: str, peer_figure: float, ratio: float, **more) -> None:
  """Prints the one line. ratio: how many times better than the peer or the bound."""
  print(
    json.dumps(
      {
        'benchmark': benchmark,
        'ours': round(ours, 4),
        'unit': unit,
        'peer': peer,
        'peer_figure': round(peer_figure, 4),
        'cores': os.cpu_count(),
        'ratio': round(ratio, 3),
        **more,
      }
    ),
    flush=True,
  )
