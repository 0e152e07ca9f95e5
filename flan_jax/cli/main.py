# SPDX-License-Identifier: Apache-2.0
"""`flan_jax COMMAND ...`: all commands, by the stage of the work they are for."""

import sys
import textwrap
from typing import Sequence

from flan_jax.cli import commandline
from flan_jax.errors import did_you_mean

STAGES = {
  'Data and prompts': {
    'prepare': 'fetches real data into a TFDS data_dir, and says what is missing',
    'sample': 'writes embedded data and a vocabulary, to try everything without a download',
    'prompts': 'shows the prompts of a task, or writes a page of all',
    'holdout': 'lists what is trained on and what is unseen when a cluster is held out',
    'cache': 'renders and tokenizes prompts ahead of training',
  },
  'Training': {
    'train': 'tunes a model with a cluster held out, or pretrains a small base',
    'precompile': 'compiles a step for hardware that is not here: memory, time, mesh',
    'launch': 'runs a command on a pod, a cluster or here, and again when it ends early',
    'experiment': "trains and evaluates run after run: the paper's figures",
  },
  'Evaluation': {
    'evaluate': 'scores a run zero-shot on the cluster that it held out',
    'report': 'writes the pages of a run, or compares two',
    'generate': 'answers prompts from a file or at a terminal',
  },
  'Other programs': {
    'huggingface': 'imports and exports folders of the transformers library',
    'harness': 'runs lm-evaluation-harness on a run',
  },
}
COMMANDS = [command for stage in STAGES.values() for command in stage]


def main(arguments: Sequence[str] | None = None) -> None:
  """Runs `flan_jax COMMAND ...`; arguments: by default those of the process."""
  command, *rest = (sys.argv[1:] if arguments is None else arguments) or ['--help']
  if command in ('-h', '--help', 'help'):
    print(overview())
  elif command == '--version':
    import flan_jax

    print(f'flan_jax {flan_jax.__version__}')
  elif command in COMMANDS:
    commandline.launch(f'flan_jax.cli.{command}', rest)
  else:
    print(
      f'flan_jax: there is no command {command!r}{did_you_mean(command, COMMANDS)}\nSee flan_jax --help.',
      file=sys.stderr,
    )
    sys.exit(2)


def overview() -> str:
  """What `flan_jax --help` prints."""
  lines = ['usage: flan_jax COMMAND ...', '', 'Instruction tuning of decoder-only language models in JAX (FLAN).']
  for stage, commands in STAGES.items():
    lines += ['', f'{stage}:']
    for command, meaning in commands.items():
      lines += textwrap.wrap(meaning, 88, initial_indent=f'  {command:<12} ', subsequent_indent=' ' * 15)
  return '\n'.join([*lines, '', 'flan_jax COMMAND --help says more.'])
