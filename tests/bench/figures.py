"""What the benchmarks of the data room share: lengths like FLAN's, one line of JSON."""

import json
import os

import numpy as np

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


def report(benchmark: str, ours: float, unit: str, peer: str, peer_figure: float,
           ratio: float, **more) -> None:
  """Prints the one line. ratio: how many times better than the peer or the bound."""
  print(json.dumps({'benchmark': benchmark, 'ours': round(ours, 4), 'unit': unit,
                    'peer': peer, 'peer_figure': round(peer_figure, 4), 'cores': os.cpu_count(),
                    'ratio': round(ratio, 3), **more}), flush=True)
