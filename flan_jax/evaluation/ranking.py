# SPDX-License-Identifier: Apache-2.0
"""From scores to answers: three ways to rank options, and matching of decoded answers.

| ranking | compares |
| --- | --- |
| sum | log-likelihoods, as the paper's code does |
| normalised | log-likelihoods divided by the number of tokens |
| calibrated | log-likelihoods less those after a content-free prompt (Zhao et al. 2021) |

`decode` lets the model write: the answer is the option that it wrote.
"""

import re
from typing import Sequence

import numpy as np

from flan_jax.errors import UserError

SUM, NORMALISED, CALIBRATED = RANKINGS = 'sum', 'normalised', 'calibrated'
TIE = 1e-5  # scores that differ less, relatively, are equal
NO_ANSWER = -1


def check(ranking: str) -> None:
  """Raises UserError unless it is one of RANKINGS."""
  if ranking not in RANKINGS:
    raise UserError(f'RANKING = {ranking!r} is none of {", ".join(map(repr, RANKINGS))}')


def ranked(
  ranking: str,
  scores: Sequence[np.ndarray],
  sizes: Sequence[Sequence[int]],
  content_free: Sequence[np.ndarray] | None = None,
) -> list[np.ndarray]:
  """What is compared: for each prompt float64 [options].

  Args:
    scores: nats, for each prompt and option. sizes: tokens of each option.
    content_free: the scores of the same options after the content-free prompt.
  """
  if ranking == NORMALISED:
    return [one / np.asarray(size) for one, size in zip(scores, sizes)]
  if ranking == CALIBRATED:
    return [one - blank for one, blank in zip(scores, content_free or (), strict=True)]
  return list(scores)


def choose(compared: Sequence[np.ndarray], scores: Sequence[np.ndarray] | None = None) -> np.ndarray:
  """The best option of each prompt, int64 [prompts]; of equal ones the first.

  NO_ANSWER where a number is not finite.

  Args:
    compared: as `ranked` gives them.
    scores: the log-likelihoods that `compared` are differences of, if they are: ties are
      relative to those of the best option, for so exact are the differences.

  choose([[-3.0, -1.0], [-2.000001, -2.0]]) -> 1 0
  """
  table, used = _padded(compared)
  sound = (np.isfinite(table) | ~used).all(axis=1)
  table[~sound] = 0.0
  best = table.argmax(axis=1)[:, None]
  top = np.take_along_axis(table, best, axis=1)
  size = top if scores is None else np.take_along_axis(_padded(scores)[0], best, axis=1)
  size = np.where(sound[:, None], np.abs(size), 0.0)
  chosen = np.argmax(table >= top - TIE * size, axis=1)
  return np.where(sound, chosen, NO_ANSWER)


def _padded(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
  """[prompts, options], minus infinity where a prompt has no such option; where it has."""
  counts = np.array([len(one) for one in rows], np.int64)
  table = np.full((len(counts), counts.max(initial=1)), -np.inf)
  used = np.arange(table.shape[1]) < counts[:, None]
  if len(counts):
    table[used] = np.concatenate(rows)
  return table, used


def matched(text: str, options: Sequence[str]) -> int:
  """The number of the option that a text is, or begins with; NO_ANSWER if none.

  Case and signs at the ends do not count; of several the longest.

  matched('Yes, it does.', ['no', 'yes']) -> 1
  """
  written = _bare(text)
  fits = [
    number
    for number, option in enumerate(options)
    if _bare(option) and re.match(rf'{re.escape(_bare(option))}(?!\w)', written)
  ]
  return max(fits, key=lambda number: (len(_bare(options[number])), -number), default=NO_ANSWER)


def _bare(text: str) -> str:
  return ' '.join(text.lower().split()).strip(' .,;:!?"\'()[]*-')
