# SPDX-License-Identifier: Apache-2.0
"""The share of the prompts, and of their tokens, of each part of a mixture."""

import dataclasses
from typing import Callable, Mapping

import numpy as np

from flan_jax.data import datasets


@dataclasses.dataclass(frozen=True)
class Share:
  """part: 'nli', 'few-shot'. prompts, tokens: shares, 0..1."""

  part: str
  prompts: float
  tokens: float


def shares(
  weights: Mapping[str, float], lengths: Mapping[str, np.ndarray], part_of: Callable[[str], str]
) -> list[Share]:
  """Returns the share of each part, the largest share of prompts first.

  Args:
    weights: of each task, in any unit.
    lengths: task -> tokens of inputs and of targets of its prompts, [N, 2].
    part_of: the part that a task belongs to.
  """
  prompts = sum(weights.values())
  tokens = {name: weight * float(np.sum(lengths[name])) / len(lengths[name]) for name, weight in weights.items()}
  parts = dict.fromkeys(map(part_of, weights))
  made = [
    Share(
      part,
      sum(weight for name, weight in weights.items() if part_of(name) == part) / prompts,
      sum(count for name, count in tokens.items() if part_of(name) == part) / sum(tokens.values()),
    )
    for part in parts
  ]
  return sorted(made, key=lambda share: -share.prompts)


def cluster(name: str) -> str:
  """Returns the finest cluster of a task."""
  return datasets.clusters_of(name)[-1]


def way(name: str) -> str:
  """Returns how a task is prompted: 'zero-shot', 'few-shot, turned around'."""
  variant = datasets.get(name).variant if name in datasets.every() else None
  if variant is None:
    return 'zero-shot'
  return ('few-shot' if variant.shots else 'zero-shot') + ', turned around' * (variant.turned == 'inverted')


def text(weights: Mapping[str, float], lengths: Mapping[str, np.ndarray]) -> str:
  """Returns the table as text: by cluster, and by kind of prompt if there are several."""
  parts = [shares(weights, lengths, cluster)]
  ways = shares(weights, lengths, way)
  parts += [ways] if len(ways) > 1 else []
  width = max(len(share.part) for part in parts for share in part)
  lines = [f'{"share of":<{width}}  prompts  tokens']
  for part in parts:
    lines += [f'{share.part:<{width}}  {share.prompts:>7.1%}  {share.tokens:>6.1%}' for share in part]
  return '\n'.join(lines)
