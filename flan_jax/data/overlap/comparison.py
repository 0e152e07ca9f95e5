# SPDX-License-Identifier: Apache-2.0
"""Compares examples with the training data: reads both sides once, finds the overlap."""

import tempfile
from typing import Callable, Iterable, Iterator, Mapping

import numpy as np

from flan_jax.data.overlap import examples as examples_lib
from flan_jax.data.overlap import matching, rules, verdicts
from flan_jax.data.overlap import words as words_lib
from flan_jax.data.overlap.results import Found, Overlap, Pair
from flan_jax.data.overlap.sides import Batch, Block, Side

WORST = 5  # pairs shown per dataset
_SHOWN = 2_000  # bytes of a text that are kept for display

Read = Callable[[], Iterable[Batch]]  # reads the records of a dataset from the first on


def compare(
  held_out: Mapping[str, Mapping[str, Read]],
  train: Mapping[str, Read],
  processes: int = 1,
  progress: Callable[[str], object] = lambda name: None,
) -> Overlap:
  """Looks for the texts of held-out examples in the texts of training records.

  Memory holds the n-grams of the examples and a few numbers per training record: for
  200,000 examples and 2 million records less than 2 GB.

  Args:
    held_out: dataset -> split -> its examples.
    train: dataset -> its records; datasets with a pair to show are read again.
    processes: that look up texts; 1 does it in this process.
    progress: called with each training dataset that has been read.
  """
  examples = examples_lib.examples(
    {name: {split: read() for split, read in splits.items()} for name, splits in held_out.items()}
  )
  judge = _searched(examples, train, processes, progress)
  found = judge.verdicts()
  pairs = _pairs(judge, found, train)
  return Overlap(
    datasets={name: _of_dataset(name, splits, judge, found, pairs) for name, splits in held_out.items()},
    train_records=judge.train.record_starts[-1],
    overlapping=_overlapping(judge.train, found.train_records),
  )


def _searched(examples: examples_lib.Examples, train: Mapping[str, Read], processes: int, progress) -> verdicts.Judge:
  side, keys = Side(), [np.zeros(0, np.uint64)]
  occurrences = {length: matching.Occurrences(len(one.hashes)) for length, one in examples.tables.items()}

  def blocks() -> Iterator[Block]:
    for name, read in train.items():
      yield from side.add(name, read())
      progress(name)

  with tempfile.TemporaryDirectory() as folder:
    for block in matching.find_all(blocks(), examples.tables, folder, processes):
      keys.append(block.keys)
      for length, pair in block.pairs.items():
        occurrences[length].add(*pair)
  return verdicts.Judge(examples, side, occurrences, np.concatenate(keys))


def _of_dataset(name: str, splits: Iterable[str], judge: verdicts.Judge, found: verdicts.Verdicts, pairs) -> Found:
  side = judge.examples.side
  bounds = {}
  for split in splits:
    place = side.names.index(f'{name}/{split}')
    bounds[split] = slice(*side.record_starts[place : place + 2])
  marked = lambda verdict: {split: tuple(np.flatnonzero(verdict[one]).tolist()) for split, one in bounds.items()}
  first = side.text_starts[side.names.index(f'{name}/{next(iter(bounds))}')]
  lengths = judge.examples.paper_lengths[first : first + 1]
  return Found(
    gram=int(lengths[0]) if len(lengths) else rules.PAPER_LONGEST,
    examples={split: one.stop - one.start for split, one in bounds.items()},
    exact=marked(found.exact),
    paper=marked(found.paper),
    absolute=marked(found.absolute),
    pairs=tuple(pairs.get(name, ())),
  )


def _overlapping(train: Side, records: np.ndarray) -> dict[str, tuple[int, ...]]:
  """Returns training dataset -> the keys of those of its records."""
  keys, found = train.keys, {}
  for place, name in enumerate(train.names):
    low, high = np.searchsorted(records, train.record_starts[place : place + 2])
    if high > low:
      found[name] = tuple(np.unique(keys[records[low:high]]).tolist())
  return found


def _pairs(judge: verdicts.Judge, found: verdicts.Verdicts, train: Mapping[str, Read]) -> dict[str, list[Pair]]:
  """Returns dataset -> its worst examples, the worst first."""
  side, chosen = judge.examples.side, []
  rank = found.exact * 4.0 + found.absolute * 2.0 + found.shares
  datasets = [name.rpartition('/')[0] for name in side.names]
  for name in dict.fromkeys(datasets):
    own = [np.arange(*side.record_starts[place : place + 2]) for place, one in enumerate(datasets) if one == name]
    several = np.concatenate(own)
    several = several[(found.train_texts[several] >= 0) & (found.paper | found.absolute)[several]]
    chosen += several[np.argsort(-rank[several], kind='stable')][:WORST].tolist()
  texts = _texts_of(judge.examples.blocks, {int(found.texts[one]) for one in chosen})
  train_texts = _training_texts(judge.train, train, {int(found.train_texts[one]) for one in chosen})
  rows = judge.train.rows
  pairs: dict[str, list[Pair]] = {}
  for one in chosen:
    place, record = side.dataset_of_record(one), int(found.in_records[one])
    name, _, split = side.names[place].rpartition('/')
    pair = Pair(
      split=split,
      example=one - side.record_starts[place],
      dataset=judge.train.names[judge.train.dataset_of_record(record)],
      row=int(rows[record]),
      share=round(float(found.shares[one]), 3),
      exact=bool(found.exact[one]),
      text=texts[int(found.texts[one])],
      train_text=train_texts[int(found.train_texts[one])],
    )
    pairs.setdefault(name, []).append(pair)
  return pairs


def _training_texts(side: Side, train: Mapping[str, Read], wanted: set[int]) -> dict[int, str]:
  """Reads again the datasets with wanted texts."""
  texts: dict[int, str] = {}
  for place in sorted({side.dataset_of_text(text) for text in wanted}):
    name, (first, end) = side.names[place], side.text_starts[place : place + 2]
    own = {text - first for text in wanted if first <= text < end}
    found = _texts_of(Side().add(name, train[name]()), own)
    texts |= {first + number: text for number, text in found.items()}
  return texts


def _texts_of(blocks: Iterable[Block], wanted: set[int]) -> dict[int, str]:
  found: dict[int, str] = {}
  for block in blocks:
    if len(found) == len(wanted):
      break
    size = block.texts.count(b'\0')
    inside = [number for number in wanted if block.first <= number < block.first + size]
    if inside:
      several = words_lib.parted(block.texts)
      found |= {one: several[one - block.first][:_SHOWN].decode('utf-8', 'ignore') for one in inside}
  return found
