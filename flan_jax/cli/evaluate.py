# SPDX-License-Identifier: Apache-2.0
"""Command: zero-shot scores of a run on the cluster it held out, untuned and tuned."""

from typing import Sequence

from flan_jax.cli import commandline

_TIMEOUT = 3_600  # seconds to wait for another checkpoint


# Flags that say what gin macros do.
_MACROS = {'model': 'MODEL_DIR', 'output_dir': 'OUTPUT_DIR', 'cluster': 'HELD_OUT'}


def main(arguments: Sequence[str]) -> None:
  flags = commandline.parse(_parser(), arguments)
  given = {macro: getattr(flags, name) for name, macro in _MACROS.items()}
  flags.bindings += [f'{macro} = {value!r}' for macro, value in given.items() if value is not None]
  commandline.configure(flags)
  commandline.join_processes(flags, saves_on_sigterm=False)
  names = 'limit', 'held_in', 'only', 'ranking'
  given = {name: getattr(flags, name) for name in names if getattr(flags, name) is not None}
  timeout = flags.timeout if flags.continuous else None
  from flan_jax.runs import evaluation

  evaluation.evaluate(commandline.call(evaluation.Evaluation, dry_run=flags.dry_run, continuous=timeout, **given))


def _parser():
  made = commandline.parser(
    'evaluate',
    """
      Evaluates a run on the cluster it held out: the run's INIT_FROM with the same
      prompts ("untuned", see SEPARATORS) and as GPT-3 was asked ("plain"), and the run
      ("tuned"). An import, or a base of plain text, is itself "untuned" and "plain",
      and so is a folder of a public model, whose results go to OUTPUT_DIR:

        flan_jax evaluate --model=DIR --tfds_data_dir=DATA
        flan_jax evaluate --model=FOLDER --cluster=nli,closed_book_qa

      Every forward template is scored on dev and test: classification by rank over the
      options, generation by greedy decoding. Prints the table, and writes results.json,
      predictions/ and report.html into MODEL_DIR. Rerun after an interruption to
      continue; finished answers are kept. Flags win over gin.""",
    gin='runs/evaluate.gin',
  )
  made.add_argument('--model', metavar='DIR', help='MODEL_DIR: of a run, or the folder of a public model')
  made.add_argument('--cluster', metavar='A,B', help='HELD_OUT: clusters or tasks to evaluate')
  made.add_argument('--output_dir', metavar='DIR', help='OUTPUT_DIR: of the results of a public model')
  _add_ways(made)
  commandline.add_processes(made)
  return made


def _add_ways(made) -> None:
  """The flags that say what is evaluated, and how."""
  made.add_argument('--limit', metavar='N', help='at most N examples a split')
  made.add_argument(
    '--held_in', metavar='A,B', help='clusters or tasks that were trained on, to evaluate on their dev sets as well'
  )
  made.add_argument(
    '--only',
    metavar='A,B',
    help="which of 'untuned', 'plain', 'tuned'; 'both' is the first and the last (default: 'all')",
  )
  made.add_argument(
    '--ranking',
    choices=('sum', 'normalised', 'calibrated'),
    help="how options are compared (default: 'sum', as FLAN's public code)",
  )
  made.add_argument('--continuous', action='store_true', help='evaluate every checkpoint of the run, as they appear')
  made.add_argument(
    '--timeout',
    default=_TIMEOUT,
    metavar='SECONDS',
    help=f'--continuous ends when so long no checkpoint has come (default: {_TIMEOUT:,})',
  )
