# SPDX-License-Identifier: Apache-2.0
"""Command: our runs as a model of EleutherAI's lm-evaluation-harness.

    flan_jax harness --model flan_jax --model_args model_dir=DIR --tasks sciq

is the harness's own command line with one more model. The harness knows no plug-ins,
so the console script `lm_eval` of this package takes the place of its own and does the
same.
"""

import sys
from typing import Sequence

from flan_jax.cli import commandline


def main(arguments: Sequence[str]) -> None:
  from flan_jax.runs import harness

  harness.require()
  from lm_eval.__main__ import cli_evaluate

  sys.argv[1:] = arguments  # which is what it reads
  cli_evaluate()


def command() -> None:
  """The console script `lm_eval`."""
  commandline.launch('flan_jax.cli.harness', sys.argv[1:])
