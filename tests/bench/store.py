# SPDX-License-Identifier: Apache-2.0
"""Building prompt stores against iterating the same SeqIO tasks, in one run."""

import os
import statistics
import tempfile
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

from flan_jax.data.tokens import store  # noqa: E402
from flan_jax.runs import registration  # noqa: E402
from tests.bench import figures  # noqa: E402

TASKS = ['arc_easy', 'imdb_reviews', 'natural_questions', 'rte', 'sst2']
EXAMPLES = 600  # ten prompts each
TURNS = 3
LENGTHS = {'inputs': 1024, 'targets': 256}


def prepare(folder: str) -> None:
  """Embedded rows of the tasks, and their vocabulary in force."""
  from flan_jax.data import vocabulary
  from flan_jax.data.sample_data import embedded

  embedded.write(folder, EXAMPLES, TASKS, seed=0)
  os.environ['TFDS_DATA_DIR'] = folder
  vocabulary.FLAN.use(os.path.join(folder, 'vocab.model'))


def by_seqio(name: str) -> int:
  """Tokens of a task, element by element."""
  import seqio

  dataset = seqio.TaskRegistry.get(name).get_dataset(LENGTHS, 'train', shuffle=False)
  return sum(len(row['inputs']) + len(row['targets']) for row in dataset.as_numpy_iterator())


def by_store(name: str, folder: str) -> int:
  """The same by building its store, files and all."""
  import seqio

  with tempfile.TemporaryDirectory(dir=folder) as place:
    built = store.build(
      seqio.TaskRegistry.get(name), directory=place, inputs_length=LENGTHS['inputs'], targets_length=LENGTHS['targets']
    )
    return int(built.lengths.sum())


def timed(work) -> tuple[int, float]:
  """(tokens, tokens per second) of work(name) over all tasks."""
  start = time.perf_counter()
  tokens = sum(map(work, TASKS))
  return tokens, tokens / (time.perf_counter() - start)


def main() -> None:
  registration.load_tasks()
  with tempfile.TemporaryDirectory() as folder, registration.quietly():
    prepare(folder)
    ours, peer = lambda name: by_store(name, folder), by_seqio
    timed(ours), timed(peer)  # warm up
    turns = [(timed(ours), timed(peer)) for _ in range(TURNS)]
  for (ours_tokens, _), (peer_tokens, _) in turns:
    assert ours_tokens == peer_tokens
  ratios = [one[1] / other[1] for one, other in turns]
  figures.report(
    'store',
    statistics.median(one[1] for one, _ in turns),
    'tokens/s',
    'SeqIO, element by element',
    statistics.median(other[1] for _, other in turns),
    statistics.median(ratios),
    required_ratio=4,
    tasks=TASKS,
    ratios=[round(ratio, 2) for ratio in ratios],
  )


if __name__ == '__main__':
  main()
