# SPDX-License-Identifier: Apache-2.0
"""Command: instruction tuning, and the pretraining of a small base."""

import argparse
from typing import Sequence

from flan_jax.cli import commandline


def parser() -> argparse.ArgumentParser:
  """The flags of `flan_jax train`."""
  made = commandline.parser(
    'train',
    """
      Trains a model. Instruction tuning with a cluster held out:

        flan_jax train --gin_file=runs/tune.gin --gin_file=models/137b.gin \\
          --gin_file=meshes/v3_128.gin --gin_file=holdout/nli.gin \\
          --gin.MODEL_DIR="'gs://bucket/run'" --tfds_data_dir=DIR

      Rerun with the same MODEL_DIR to resume at the exact next example. Settings that
      define the run cannot change.""",
    gin='runs/tune.gin',
  )
  made.add_argument('--profile', metavar='FIRST:LAST', help='steps to trace for TensorBoard, from 1')
  commandline.add_processes(made)
  return made


def main(arguments: Sequence[str]) -> None:
  flags = commandline.parse(parser(), arguments)
  commandline.configure(flags)
  commandline.join_processes(flags)
  from flan_jax.runs import training

  training.train(commandline.call(training.Training, dry_run=flags.dry_run, profile=flags.profile), commandline.BEGAN)
