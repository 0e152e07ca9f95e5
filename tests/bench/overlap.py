# SPDX-License-Identifier: Apache-2.0
"""The proof by text: what it finds of planted items, what it marks falsely, time, memory.

Texts are invented, for there is no real data here. Recall and false marks are taken in two
domains: words drawn by Zipf's law with stock phrases among them, and the news of
flan_jax.world, where test and training report on other kinds of events (two reports on one
kind are filled from the same sentences, and are no unrelated pair).
"""

import multiprocessing
import os
import random
import threading
import time

import numpy as np

from flan_jax.data.overlap import comparison, sides
from flan_jax.world import news, World
from tests.bench import figures

PLANTED = 100  # items in each form
PAIRS = 5_000  # unrelated ones
DATASETS, ROWS, EXAMPLES = 62, 30_000, 200_000
WORDS, VOCABULARY, PHRASES = 60, 50_000, 200  # of a text on average; different ones
STOCK = 0.3  # stock phrases for each ten words
PROCESSES, SECONDS, GIBIBYTES = 2, 300, 2
REQUIRED = {'verbatim': 100, 'embedded': 95, 'wrapped': 95, 'replaced': 80}


class Zipf:
  """Texts of words whose frequency is one over their rank, and of stock phrases."""

  def __init__(self, seed: int):
    self.draw = np.random.default_rng(seed)
    made = np.random.default_rng(0)
    self.letters = made.integers(97, 123, (VOCABULARY, 10), np.uint8)
    self.lengths = made.integers(2, 10, VOCABULARY)
    self.letters[np.arange(VOCABULARY), self.lengths] = ord(' ')
    # What a draw may give: each word, then the phrases, one after the other.
    phrases = [made.integers(0, VOCABULARY // 10, made.integers(5, 11)) for _ in range(PHRASES)]
    self.words = np.concatenate([np.arange(VOCABULARY), *phrases])
    self.sizes = np.concatenate([np.ones(VOCABULARY, int), [len(phrase) for phrase in phrases]])

  def texts(self, count: int) -> list[bytes]:
    """WORDS words on average, log-normal."""
    draws = np.clip(self.draw.lognormal(np.log(WORDS / 1.2) - 0.18, 0.6, count), 4, 800).astype(int)
    total = int(draws.sum())
    drawn = np.floor(VOCABULARY ** self.draw.random(total)).astype(int) - 1
    stock = self.draw.random(total) < STOCK / 10
    drawn[stock] = VOCABULARY + (PHRASES * self.draw.random(stock.sum()) ** 3).astype(int)
    sizes, starts = self.sizes[drawn], np.cumsum(self.sizes) - self.sizes
    ends = np.cumsum(sizes)
    words = self.words[np.repeat(starts[drawn] - (ends - sizes), sizes) + np.arange(ends[-1])]
    whole = self.letters[words][np.arange(10) <= self.lengths[words][:, None]].tobytes()
    bytes_ = np.concatenate([[0], np.cumsum(self.lengths[words] + 1)])
    cuts = bytes_[np.concatenate([[0], ends])[np.concatenate([[0], np.cumsum(draws)])]].tolist()
    return [whole[start : end - 1] for start, end in zip(cuts, cuts[1:])]


def articles(stream: str, count: int, topics: list[str]) -> list[bytes]:
  """News of the world on some topics."""
  world, made = World(0).stream(stream), []
  for _ in range(count):
    event = news.event(world, topics)
    made.append(' '.join(news.article(world, event).sentences).encode())
  return made


def replaced(text: bytes, draw: random.Random) -> bytes:
  """A tenth of the words are others."""
  several = text.split()
  for place in draw.sample(range(len(several)), round(len(several) / 10)):
    several[place] = b'other%d' % draw.randrange(10**9)
  return b' '.join(several)


def wrapped(text: bytes, width: int = 40) -> bytes:
  """Lines of at most 40 columns, which end within n-grams."""
  lines, line = [], b''
  for word in text.split():
    if line and len(line) + 1 + len(word) > width:
      lines, line = [*lines, line], b''
    line = line + b' ' + word if line else word
  return b'\n'.join([*lines, line])


def planted(items: list[bytes], around: list[bytes]) -> dict[str, list[bytes]]:
  """The items in four forms."""
  draw = random.Random(0)
  return {
    'verbatim': items,
    'embedded': [draw.choice(around) + b' ' + item + b' ' + draw.choice(around) for item in items],
    'wrapped': [wrapped(item) for item in items],
    'replaced': [replaced(item, draw) for item in items],
  }


def reader(texts: list[bytes]):
  """Reads records of one text."""

  def read():
    for start in range(0, len(texts), 512):
      part = texts[start : start + 512]
      count = np.arange(start, start + len(part))
      yield sides.Batch(part, np.ones(len(part), int), [True] * len(part), count, count)

  return read


def found(examples: list[bytes], train: list[bytes]):
  told = comparison.compare({'test': {'test': reader(examples)}}, {'train': reader(train)})
  return told.datasets['test']


def recall(examples: list[bytes], train: list[bytes]) -> dict[str, int | float]:
  """Of 100 planted items in each form, how many are marked; of 5,000 others, which share."""
  unrelated = found(examples, train)
  figures_ = {'false_exact': unrelated.count('exact'), 'false_percent': 100 * unrelated.share('absolute')}
  figures_ |= {'false_paper_percent': 100 * unrelated.share('paper')}
  for form, items in planted(examples[:PLANTED], train).items():
    marked = found(examples, train + items)
    for verdict, name in (('absolute', form), ('paper', f'{form}_paper')):
      figures_[name] = sum(number < PLANTED for number in getattr(marked, verdict)['test'])
  return figures_


class Memory(threading.Thread):
  """The largest memory of this process and its children, shared pages counted once."""

  def __init__(self) -> None:
    super().__init__(daemon=True)
    self.kibibytes, self.done = 0, threading.Event()

  def run(self) -> None:
    while not self.done.wait(1):
      children = [child.pid for child in multiprocessing.active_children()]
      self.kibibytes = max(self.kibibytes, sum(map(proportional, [os.getpid(), *children])))


def proportional(process: int) -> int:
  """The proportional set size of a process on Linux, KiB."""
  try:
    with open(f'/proc/{process}/smaps_rollup', encoding='ascii') as file:
      return next(int(line.split()[1]) for line in file if line.startswith('Pss:'))
  except (OSError, StopIteration):  # it has just ended
    return 0


def timed(datasets: int = DATASETS, rows: int = ROWS, examples: int = EXAMPLES) -> tuple[float, float, float]:
  """(seconds, seconds of processors, GiB at the peak) of a comparison of full size."""
  texts, memory, start = Zipf(1), Memory(), time.perf_counter()
  memory.start()
  held_out = {f'held_out_{number}': {'test': lambda: reader(texts.texts(examples // 10))()} for number in range(10)}
  train = {f'train_{number}': lambda: reader(texts.texts(rows))() for number in range(datasets)}
  comparison.compare(held_out, train, PROCESSES)
  seconds = time.perf_counter() - start
  memory.done.set()
  memory.join()
  return seconds, sum(os.times()[:4]), memory.kibibytes / 2**20


def main() -> None:
  seconds, of_processors, memory = timed()
  zipf, topics = Zipf(2), [*news.TOPICS, news.LOCAL]
  domains = {
    'words': recall(zipf.texts(PAIRS), zipf.texts(PAIRS)),
    'news': recall(articles('a', PAIRS, topics[::2]), articles('b', PAIRS, topics[1::2])),
  }
  figures.report(
    'overlap',
    seconds,
    f's for {DATASETS} datasets of {ROWS:,} rows and {EXAMPLES:,} examples',
    'required',
    SECONDS,
    SECONDS / seconds,
    processor_seconds=round(of_processors, 1),
    gibibytes=round(memory, 2),
    gibibytes_required=GIBIBYTES,
    recall_required=REQUIRED,
    false_percent_required=0.1,
    **domains,
  )


if __name__ == '__main__':
  main()
