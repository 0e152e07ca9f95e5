# SPDX-License-Identifier: Apache-2.0
"""Command: writes the embedded data, a TFDS data_dir from a small invented world."""

import os
import sys
from typing import Callable, Sequence

from flan_jax.cli import commandline
from flan_jax.runs import progress, registration


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser(
    'sample',
    """
      Writes embedded data into DIR: a real TFDS data_dir for every dataset that has a
      sample (or those of --datasets), DIR/vocab.model, a SentencePiece vocabulary
      trained on it, and DIR/text/train.txt and validation.txt, plain text, one document
      a line.
      The rows tell of an invented world and are true in it; the same seed gives the
      same rows. What is unchanged is kept, and nothing else in DIR is touched. Datasets
      may be added later; the vocabulary that stands is kept, for runs that need it.
      DIR has one seed and one number of examples: with others than before, all datasets
      that stand there are written again. A NOTE names them first, for runs and prompt
      stores that were made on them cannot go on.
      Then: --tfds_data_dir=DIR and FLAN_VOCABULARY=DIR/vocab.model.""",
  )
  made.add_argument('--data_dir', help='folder to write to (default: --tfds_data_dir)')
  made.add_argument(
    '--examples', default=600, metavar='N', help='training rows of each dataset in DIR, dev not counted (default: 600)'
  )
  made.add_argument(
    '--datasets',
    default='',
    metavar='A,B',
    help='tasks or clusters to write, by name (default: all that have a sample)',
  )
  made.add_argument('--seed', default=0, help='of the world, for all of DIR (default: 0)')
  made.add_argument(
    '--new_vocabulary',
    action='store_true',
    help='make vocab.model anew from all that DIR then holds; runs that '
    'were trained with the one before can be neither resumed nor '
    'evaluated with it',
  )
  flags = commandline.parse(made, arguments)
  if not (flags.data_dir or flags.tfds_data_dir):
    made.error('--data_dir=DIR is missing')
  run(flags.data_dir or flags.tfds_data_dir, flags.examples, flags.datasets, flags.seed, flags.new_vocabulary)


def run(data_dir: str, examples: int, words: str, seed: int, new_vocabulary: bool = False) -> None:
  """Writes with a progress bar, then says what has been written."""
  registration.load_tasks()
  from flan_jax.data.sample_data import embedded

  names, without = _sampled(words)
  bar = sys.stderr.isatty()
  # In a log every part that is written has its line; a total would thin them to ten.
  total = embedded.count_parts(data_dir, names) if bar else None
  with progress.progress('embedded data', total) as advance:
    done = embedded.write(data_dir, examples, names, seed, advance if bar else _written_only(advance), new_vocabulary)
  stand = len(done['unchanged']) + len(done['kept'])
  print(
    f'data: embedded in {data_dir}, seed {seed}, {examples} training rows a dataset: '
    f'{len(done["written"])} parts written, {stand} unchanged'
  )
  if without:
    print(f'left out: {", ".join(without)}, without a sample in flan_jax.world.samples')
  if done['kept']:
    print(
      f'vocabulary: {os.path.join(data_dir, embedded.VOCABULARY)} stands as it was, '
      'though it was made from other rows than are here now, so that runs trained with '
      'it go on; --new_vocabulary makes it anew, and they cannot go on with that one'
    )


def _sampled(words: str) -> tuple[list[str], list[str]]:
  """The tasks to write, and those of a cluster or of all that have no sample.

  One that is named itself, or alone, is to be written: then it is refused with a remedy.
  """
  from flan_jax.data import datasets, holdouts
  from flan_jax.data.sample_data import embedded_rows

  asked = holdouts.named(words) or datasets.names()
  named = set(map(str.strip, words.split(',')))
  without = [name for name in asked if not embedded_rows.has_sample(name) and name not in named]
  return [name for name in asked if name not in without] or without, without


def _written_only(advance: Callable) -> Callable:
  """Passes over the parts that stand; the sum of them is told at the end."""

  def advance_if_written(steps: int, note: str) -> None:
    if note.endswith(' written'):
      advance(steps, note)

  return advance_if_written
