# SPDX-License-Identifier: Apache-2.0
"""Command: builds the prompt stores of a run ahead of it, in several processes."""

from collections.abc import Sequence

from flan_jax.cli import commandline
from flan_jax.runs import registration


def main(arguments: Sequence[str]) -> None:
  flags = commandline.parse(_parser(), arguments)
  commandline.configure(flags)
  from flan_jax.data import mixture_subset
  from flan_jax.data.mixing import mixing
  from flan_jax.runs import caching, training

  rows = commandline.call(training.Rows)  # as the run file has it
  tasks = _tasks(flags, commandline.call(mixture_subset.Selection), commandline.call(mixing.Mixing))
  given = {
    name: _macro(name.upper()) for name in ('seed', 'vocabulary', 'begin', 'init_from', 'store_cache', 'store_cache_gb')
  }
  run = caching.Run(rows, store_dir=flags.store_dir or _macro('STORE_DIR'), **given)
  caching.cache(tasks, run, flags.processes, flags.dry_run)


def _parser():
  made = commandline.parser(
    'cache',
    """
      Renders and tokenizes prompts ahead of training, which would do it otherwise:

        flan_jax cache --mixture=flan_holdout_nli --tfds_data_dir=DIR \\
          --processes=4

      Lengths, separators, vocabulary and seed decide what is stored: give the same gin
      files and --gin.NAME=VALUE as to the training that follows.""",
    gin='runs/cache.gin',
  )
  made.add_argument('--tasks', metavar='A,B', help='SeqIO tasks')
  made.add_argument(
    '--mixture',
    metavar='NAME',
    help='a SeqIO mixture (default: MIXTURE in gin, else what holding out HELD_OUT leaves, else flan_all)',
  )
  made.add_argument(
    '--store_dir',
    metavar='DIR',
    help='folder of the stores (default: STORE_DIR in gin, else `store` under the data_dir)',
  )
  made.add_argument('--processes', default=1, metavar='N', help='tasks rendered at once (default: 1)')
  return made


def _tasks(flags, selection, mixing) -> list[str]:
  if flags.tasks:
    return [name.strip() for name in flags.tasks.split(',') if name.strip()]
  registration.load_tasks()
  from flan_jax.data import holdouts

  mixture = flags.mixture or _macro('MIXTURE')
  if not mixture:
    mixture = holdouts.mixture(_macro('HELD_OUT'))
  return list(holdouts.members(mixing.apply(selection.apply(mixture), _macro('HELD_OUT'))))


def _macro(name: str):
  """The value of a gin macro of the run file."""
  import gin

  return gin.query_parameter(f'{name}/gin.macro.value')
