"""Front door: writes the embedded data, a TFDS data_dir from a small invented world."""

from typing import Sequence

from flan_jax import commandline


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser('flan_jax.sample', """
      Writes embedded data into DIR: a real TFDS data_dir for every dataset (or those of
      --datasets), DIR/vocab.model, a SentencePiece vocabulary trained on it, and
      DIR/text/train.txt and validation.txt, plain text, one document a line.
      The rows tell of an invented world and are true in it; the same seed gives the
      same rows. What is unchanged is kept, and nothing else in DIR is touched.
      Then: --tfds_data_dir=DIR and FLAN_VOCABULARY=DIR/vocab.model.""")
  made.add_argument('--data_dir', help='folder to write to (default: --tfds_data_dir)')
  made.add_argument('--examples', default=600, metavar='N',
                    help='training rows a dataset, dev not counted (default: 600)')
  made.add_argument('--datasets', default='', metavar='A,B',
                    help='tasks or clusters to write, by name (default: all)')
  made.add_argument('--seed', default=0, help='of the world (default: 0)')
  flags = commandline.parse(made, arguments)
  if not (flags.data_dir or flags.tfds_data_dir):
    made.error('--data_dir=DIR is missing')
  run(flags.data_dir or flags.tfds_data_dir, flags.examples, flags.datasets, flags.seed)


def run(data_dir: str, examples: int, words: str, seed: int) -> None:
  """Writes with a progress bar, then says what has been written."""
  import sys
  commandline.load_tasks()
  from flan_jax.data import embedded, holdouts
  names = holdouts.named(words)
  # In a log every dataset has its line; a total would thin the lines to ten.
  total = embedded.count_parts(data_dir, names) if sys.stderr.isatty() else None
  with commandline.progress('embedded data', total) as advance:
    done = embedded.write(data_dir, examples, names, seed, advance)
  print(
      f'data: embedded in {data_dir}, seed {seed}, {examples} training rows a dataset: '
      f'{len(done["written"])} parts written, {len(done["unchanged"])} unchanged')


if __name__ == '__main__':
  commandline.launch('flan_jax.sample')
