"""Front door: builds the prompt stores of a run ahead of it, in several processes.

`main` reads flags and gin; `cache` is the whole work as one plain function.
"""

import functools
import importlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent import futures
from typing import Any

from flan_jax.cli import commandline
from flan_jax.errors import UserError
from flan_jax.settings import places

SPLITS = ('train', 'validation')  # what a training run reads


def main(arguments: Sequence[str]) -> None:
  made = commandline.parser('flan_jax.cache', """
      Renders and tokenizes prompts ahead of training, which would do it otherwise:

        python -m flan_jax.cache --mixture=flan_holdout_nli --tfds_data_dir=DIR \\
          --processes=4

      Lengths, separators, vocabulary and seed decide what is stored: give the same gin
      files and --gin.NAME=VALUE as to the training that follows.""",
                            gin='runs/cache.gin')
  made.add_argument('--tasks', metavar='A,B', help='SeqIO tasks')
  made.add_argument('--mixture', metavar='NAME',
                    help='a SeqIO mixture (default: MIXTURE in gin, else what '
                    'holding out HELD_OUT leaves, else flan_all)')
  made.add_argument('--store_dir', metavar='DIR',
                    help='folder of the stores (default: STORE_DIR in gin, else '
                    '`store` under the data_dir)')
  made.add_argument('--processes', default=1, metavar='N',
                    help='tasks rendered at once (default: 1)')
  flags = commandline.parse(made, arguments)
  commandline.configure(flags)
  from flan_jax.runs import training
  from flan_jax.data import mixture_subset
  rows = commandline.call(training.Rows)  # as the run file has it
  tasks = _tasks(flags, commandline.call(mixture_subset.Selection))
  cache(tasks, rows, seed=_macro('SEED'), processes=flags.processes,
        store_dir=flags.store_dir or _macro('STORE_DIR'),
        vocabulary=_macro('VOCABULARY'), begin=_macro('BEGIN'),
        init_from=_macro('INIT_FROM'), dry_run=flags.dry_run)


def cache(tasks: Sequence[str], rows: Any, *, seed: int = 0,
          store_dir: str | None = None, vocabulary: str | None = None,
          splits: Sequence[str] = SPLITS, processes: int = 1,
          begin: bool | str | None = None, init_from: str | None = None,
          dry_run: bool = False) -> None:
  """Builds what is missing of the stores of some tasks.

  Args:
    tasks: names of SeqIO tasks.
    rows: the train.Rows of the run to come.
    seed: of the run to come.
    store_dir: by default `store` under the TFDS data_dir.
    vocabulary: file, see data.vocabulary; None leaves FLAN_VOCABULARY in force.
    splits: those that a task lacks are passed over.
    processes: how many work at once, each with a TensorFlow of its own (1 GB).
    begin, init_from: of the run to come, see train.train.
    dry_run: only say what is there and what is missing.

  Raises:
    UserError: a task is unknown or its data not prepared; what is built stays.
  """
  if processes < 1:
    raise UserError(f'--processes={processes}; at least 1 must do the work')
  from flan_jax.data import datasets, splits as splits_lib, store
  from flan_jax.runs import training
  datasets.require_prepared([name for name in tasks if name in datasets.every()])
  training.use_vocabulary(vocabulary, None, init_from, begin)
  store_dir = os.path.abspath(store_dir or os.path.join(splits_lib.data_dir(), 'store'))
  wanted = {(name, split): location for name in tasks
            for split, location in _locations(name, splits, rows, seed, store_dir)}
  say = functools.partial(print, file=sys.stderr) if dry_run else lambda text: None
  missing = [key for key, path in wanted.items() if not store.find(path, say)]
  print(f'{len(wanted) - len(missing)} of {len(wanted)} prompt stores are in'
        f' {store_dir}; {len(missing)} to build', flush=True)
  problem = missing and places.folder_problem(store_dir, made=True)
  if problem:
    raise UserError(f'STORE_DIR = {store_dir!r} must take {len(missing)} prompt stores; '
                    f'{problem}')
  if missing and not dry_run:
    total = _build_all(missing, (rows, seed, store_dir), processes)
    print(f'built {len(missing)} prompt stores: {total:,} prompts')


def _locations(name: str, splits: Sequence[str], rows, seed: int, store_dir: str):
  """(split, path) of every store that a task needs."""
  from flan_jax.runs import feeds
  from flan_jax.data import store
  task = _task(name)
  given = feeds.store_settings(name, rows, seed)
  store.check_room(task, **given)
  settings = store.Settings(**given)
  return [(split, store.location(task, split, store_dir, settings)[0])
          for split in splits if split in task.splits]


def _build_all(missing: Sequence[tuple[str, str]], settings: tuple,
               processes: int) -> int:
  """Returns the number of prompts written."""
  total = 0
  with commandline.progress('prompt stores', len(missing)) as advance:
    for (name, split), count in _results(missing, settings, processes):
      total += count
      advance(1, f'{name} ({split}): {count:,} prompts')
  return total


def _results(missing, settings: tuple, processes: int):
  """Builds; yields ((name, split), prompts) as each store is done."""
  if min(processes, len(missing)) == 1:
    yield from ((key, _build(*key, *settings)) for key in missing)
    return
  spawn = multiprocessing.get_context('spawn')  # TensorFlow does not survive a fork
  pool = futures.ProcessPoolExecutor(min(processes, len(missing)), spawn)
  try:
    jobs = {pool.submit(_build_afresh, _recipe(key[0]), *key, *settings): key
            for key in missing}
    yield from ((jobs[job], job.result()) for job in futures.as_completed(jobs))
  finally:
    pool.shutdown(cancel_futures=True)  # after an error the rest is not begun


def _recipe(name: str) -> tuple:
  """What a process that knows nothing needs to know a task of ours: module, variant."""
  from flan_jax.data import datasets
  if name not in datasets.every():
    return None, None
  return datasets.get(name).module, datasets.get(name).variant


def _build_afresh(recipe: tuple, *job) -> int:
  """Builds one store in a process that knows no tasks yet."""
  commandline.load_tasks()
  from flan_jax.data import prompt_variants
  module, variant = recipe
  if module:
    importlib.import_module(module)
  if variant:
    prompt_variants.register(variant)
  return _build(*job)


def _build(name: str, split: str, rows, seed: int, store_dir: str) -> int:
  """Builds one store; returns the number of its prompts."""
  from flan_jax.runs import feeds
  from flan_jax.data import store
  built = store.ensure(_task(name), split, directory=store_dir,
                       **feeds.store_settings(name, rows, seed))
  commandline.report_dropped(name, split)
  for line in store.shortfalls(built):
    print(f'NOTE: {name} ({split}): {line}', file=sys.stderr, flush=True)
  return len(built.lengths)


def _task(name: str):
  import seqio
  commandline.load_tasks()
  if name not in seqio.TaskRegistry.names():
    raise UserError(f'{name!r} is no registered SeqIO task here; name the module '
                    'that registers yours with --import=MODULE')
  return seqio.TaskRegistry.get(name)


def _tasks(flags, selection) -> list[str]:
  if flags.tasks:
    return [name.strip() for name in flags.tasks.split(',') if name.strip()]
  commandline.load_tasks()
  from flan_jax.data import holdouts
  mixture = flags.mixture or _macro('MIXTURE')
  if not mixture:
    mixture = holdouts.mixture(_macro('HELD_OUT'))
  return list(holdouts.members(selection.apply(mixture)))


def _macro(name: str):
  """The value of a gin macro of the run file; None where it is still to be given."""
  import gin
  value = gin.query_parameter(f'{name}/gin.macro.value')
  return None if value is gin.REQUIRED else value


if __name__ == '__main__':
  commandline.launch('flan_jax.cache')
