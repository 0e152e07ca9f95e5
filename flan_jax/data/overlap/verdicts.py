# SPDX-License-Identifier: Apache-2.0
"""Derives from shared n-grams which examples overlap, and with what."""

import dataclasses
import functools
from typing import Iterator, Mapping, Sequence

import numpy as np

from flan_jax.data.overlap import rules
from flan_jax.data.overlap.examples import Examples
from flan_jax.data.overlap.matching import Occurrences
from flan_jax.data.overlap.sides import Side


@dataclasses.dataclass(frozen=True, eq=False)
class Verdicts:
  """The overlapping examples, by the rules of `rules`.

  exact, paper, absolute: bool [E], per example. shares: float64 [E], the part of its
  5-grams found in the training text that shares most with each of its texts. texts,
  train_texts, in_records: int64 [E], one text of an overlapping example, the training text
  that it matches and a record that contains that; -1 for none. train_records: the training
  records that overlap with any, ascending.
  """

  exact: np.ndarray
  paper: np.ndarray
  absolute: np.ndarray
  shares: np.ndarray
  texts: np.ndarray
  train_texts: np.ndarray
  in_records: np.ndarray
  train_records: np.ndarray


@dataclasses.dataclass(eq=False)
class Judge:
  """Matches between the examples and the training side.

  occurrences: length of n-grams -> where they occur. keys: uint64 [T], of the training texts.
  """

  examples: Examples
  train: Side
  occurrences: Mapping[int, Occurrences]
  keys: np.ndarray

  def verdicts(self) -> Verdicts:
    """Applies the rules to every example."""
    side, count = self.examples.side, len(self.examples.counts)
    records, texts, size = side.records, side.texts, side.record_starts[-1]
    totals, best, best_of, contained_in = self._contained()
    contained = best >= 0
    paper_of, paper_in = self._by_paper()
    summed = lambda values: np.bincount(records, values[texts], minlength=size)
    weights = summed(totals)
    absolute = (weights > 0) & (summed(totals * contained) >= rules.OF_EXAMPLE * weights)
    short = summed((self.examples.counts >= self.examples.paper_lengths).astype(float)) == 0
    spoken = self.examples.counts >= rules.GRAM
    whole = (best_of >= 1.0) & spoken
    short &= (summed(whole) > 0) & (summed(whole) == summed(spoken))
    exact, equal = self._exact()
    shown = np.where(contained, best, paper_of)
    chosen = self._chosen(records, texts, totals * (1.0 + contained), shown)
    like = np.where(chosen >= 0, shown[chosen], -1) if count else chosen
    holding = np.array([self._records_of(text)[0] if text >= 0 else -1 for text in like.tolist()], np.int64)
    for example, (text, train_text, held) in equal.items():
      chosen[example], like[example], holding[example] = text, train_text, held[0]
    return Verdicts(
      exact=exact,
      paper=exact | short | (summed((paper_of >= 0).astype(float)) > 0),
      absolute=exact | absolute,
      shares=np.where(weights > 0, summed(totals * best_of) / np.maximum(weights, 1), exact.astype(float)),
      texts=np.where(like >= 0, chosen, -1),
      train_texts=like,
      in_records=holding,
      train_records=self._records([contained_in, paper_in], [held for _, _, held in equal.values()]),
    )

  def _contained(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns, per text, its number of n-grams that count, the training text that contains it or
    -1, and the largest share in one training text; and all training texts that contain any."""
    length, count = rules.GRAM, len(self.examples.counts)
    rare = self._rare(length)
    valid = rare & (self.occurrences[length].frequencies > 0)
    numbers, train_texts = self._train_pairs(length, valid)
    totals, best, shares = np.zeros(count), np.full(count, -1), np.zeros(count)
    containing = [np.zeros(0, np.int64)]
    for grams, texts in self._test_pairs(length):
      totals += np.maximum(np.bincount(texts, rare[grams], count), np.bincount(texts, minlength=count) * rules.LEFT)
      left, right = _joined(grams[valid[grams]], texts[valid[grams]], numbers, train_texts)
      pairs, hits = np.unique(left.astype(np.uint64) << np.uint64(32) | right, return_counts=True)
      test, train = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(2**32 - 1)).astype(np.int64)
      share = hits / totals[test]
      enough = (share >= rules.SHARE) & (hits >= np.minimum(totals[test], rules.HITS))
      containing.append(np.unique(train[enough]))
      np.maximum.at(shares, test, share)
      order = np.argsort(share[enough], kind='stable')
      best[test[enough][order]] = train[enough][order]  # the last assignment wins
    return totals, best, shares, np.unique(np.concatenate(containing))

  def _by_paper(self) -> tuple[np.ndarray, np.ndarray]:
    """Returns, per text, a training text with one of its n-grams, or -1; and all such texts."""
    found, all_found = np.full(len(self.examples.counts), -1), [np.zeros(0, np.int64)]
    for length in set(self.examples.tables) - {rules.GRAM}:
      valid = self._rare(length) & (self.occurrences[length].frequencies > 0)
      numbers, train_texts = self._train_pairs(length, valid)
      for grams, texts in self._test_pairs(length):
        left, right = _joined(grams[valid[grams]], texts[valid[grams]], numbers, train_texts)
        found[left] = right
        all_found.append(np.unique(right).astype(np.int64))
    return found, np.unique(np.concatenate(all_found))

  def _rare(self, length: int) -> np.ndarray:
    """Whether each n-gram of a table occurs in few texts on both sides, bool [H]."""
    frequencies, own = self.occurrences[length].frequencies, self.examples.frequencies[length]
    return np.maximum(frequencies, own) <= rules.LARGEST_FREQUENCY

  def _train_pairs(self, length: int, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    numbers, texts = self.occurrences[length].pairs(valid)
    rare = self._train_repeats[texts] <= rules.REPEATS
    return numbers[rare], texts[rare]

  def _test_pairs(self, length: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields (numbers of n-grams, texts), block by block, of texts that count."""
    rare = self.examples.side.repeats() <= rules.REPEATS
    for block in self.examples.blocks:
      grams, texts = self.examples.grams(block, length)
      yield grams[rare[texts]], texts[rare[texts]]

  @functools.cached_property
  def _train_repeats(self) -> np.ndarray:
    return self.train.repeats()

  @functools.cached_property
  def _train_order(self) -> np.ndarray:
    """The indices of `train.texts`, ordered by text."""
    return np.argsort(self.train.texts, kind='stable')

  @functools.cached_property
  def _train_record_of(self) -> np.ndarray:
    return self.train.records

  @functools.cached_property
  def _train_ends(self) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(self._train_repeats)])

  def _records_of(self, text: int) -> np.ndarray:
    """Returns the training records that contain a text, ascending."""
    places = self._train_order[self._train_ends[text] : self._train_ends[text + 1]]
    return self._train_record_of[places]

  def _records(self, texts: Sequence[np.ndarray], more: Sequence[np.ndarray]) -> np.ndarray:
    """Returns all training records that contain one of the texts, and those in `more`."""
    chosen = np.zeros(self.train.text_starts[-1], bool)
    chosen[np.concatenate(texts)] = True
    held = self._train_record_of[chosen[self.train.texts]]
    return np.unique(np.concatenate([held, *more]).astype(np.int64))

  def _exact(self) -> tuple[np.ndarray, dict[int, tuple[int, int, np.ndarray]]]:
    """Returns whether each example is exact, bool [E]; and for exact ones their longest text, an
    equal training text, and the training records that contain all their texts."""
    own, side = self.examples, self.examples.side
    size, keys = side.record_starts[-1], own.keys
    order = np.argsort(self.keys, kind='stable')
    lows, highs = (np.searchsorted(self.keys[order], keys, end) for end in ('left', 'right'))
    members = side.asked & (keys[side.texts] != 0)
    records, texts = side.records[members], side.texts[members]
    summed = lambda values: np.bincount(records, values[texts], minlength=size)
    wanted = summed(np.ones(len(keys)))
    complete = (wanted > 0) & (summed((highs > lows).astype(float)) == wanted)
    complete &= summed(own.counts) >= rules.FEWEST_WORDS
    ends, equal = np.cumsum(wanted).astype(np.int64), {}
    for example in np.flatnonzero(complete).tolist():
      mine = texts[ends[example] - int(wanted[example]) : ends[example]]
      same = {one: order[lows[one] : highs[one]] for one in mine.tolist()}
      held = [np.unique(np.concatenate([self._records_of(text) for text in some])) for some in same.values()]
      common = functools.reduce(np.intersect1d, sorted(held, key=len))
      if len(common):
        longest = int(mine[np.argmax(own.counts[mine])])
        equal[example] = longest, self._held_by(common[0], same[longest]), common
    exact = np.zeros(size, bool)
    exact[list(equal)] = True
    return exact, equal

  def _held_by(self, record: int, texts: np.ndarray) -> int:
    """Returns the first of these training texts that a record contains."""
    return next(int(text) for text in texts if record in self._records_of(text))

  def _chosen(self, records: np.ndarray, texts: np.ndarray, weights: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Returns the text to show of each example: that of most weight with a match."""
    chosen = np.full(self.examples.side.record_starts[-1], -1)
    rank = weights[texts] + self.examples.counts[texts] / 2**20 + np.where(shown[texts] >= 0, 2**30, 0)
    order = np.argsort(rank, kind='stable')
    chosen[records[order]] = texts[order]
    return chosen


def _joined(
  grams: np.ndarray, texts: np.ndarray, numbers: np.ndarray, train_texts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
  """Returns every (text, training text) pair with a shared n-gram, once each. numbers: ascending."""
  lows, highs = np.searchsorted(numbers, grams), np.searchsorted(numbers, grams, 'right')
  counts = highs - lows
  ends = np.cumsum(counts)
  total = int(ends[-1]) if len(ends) else 0
  places = np.arange(total) - np.repeat(ends - counts - lows, counts)
  return np.repeat(texts, counts), train_texts[places]
