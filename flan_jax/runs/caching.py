# SPDX-License-Identifier: Apache-2.0
"""Prompt stores of a run, built ahead of it in several processes."""

import dataclasses
import functools
import importlib
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from flan_jax.errors import notice, UserError
from flan_jax.runs import feeds, progress, registration

SPLITS = ('train', 'validation')  # what a training run reads


@dataclasses.dataclass(frozen=True)
class Run:
  """What the stores of a run to come depend on.

  rows: its training.Rows. store_dir, store_cache, store_cache_gb: see training.Training.
  vocabulary: file, see data.vocabulary; None leaves FLAN_VOCABULARY in force. begin,
  init_from: see training.Training.
  """

  rows: Any
  seed: int = 0
  store_dir: str | None = None
  store_cache: str | None = None
  store_cache_gb: float = 50.0
  vocabulary: str | None = None
  begin: bool | str | None = None
  init_from: str | None = None

  @property
  def place(self) -> feeds.Place:
    """Where its prompt stores are."""
    return feeds.Place.of(self.store_dir, self.store_cache, self.store_cache_gb)


def cache(tasks: Sequence[str], run: Run, processes: int = 1, dry_run: bool = False) -> None:
  """Builds what is missing of the stores of some tasks; splits that one lacks are passed over.

  Args:
    tasks: names of SeqIO tasks.
    processes: how many work at once, each with a TensorFlow of its own (1 GB).
    dry_run: only say what is there and what is missing.

  Raises:
    UserError: a task is unknown or its data not prepared; what is built stays.
  """
  if processes < 1:
    raise UserError(f'--processes={processes}; at least 1 must do the work')
  from flan_jax.data import datasets
  from flan_jax.runs.start import findings

  datasets.require_prepared([name for name in tasks if name in datasets.every()])
  findings.use_vocabulary(run.vocabulary, None, run.init_from, run.begin)
  store_dir, problem = run.place.directory, run.place.problem()
  run = dataclasses.replace(run, store_dir=store_dir)
  wanted = _wanted(tasks, run)
  say = functools.partial(print, file=sys.stderr) if dry_run else lambda text: None
  there = feeds.find(wanted, lambda one: one.is_there(say))
  missing = [key for key in wanted if key not in there]
  print(
    f'{len(wanted) - len(missing)} of {len(wanted)} prompt stores are in {store_dir}; {len(missing)} to build',
    flush=True,
  )
  if missing and problem:
    raise UserError(f'STORE_DIR = {store_dir!r} must take {len(missing)} prompt stores; {problem}')
  if missing and not dry_run:
    total = _build_all(missing, run, processes)
    print(f'built {len(missing)} prompt stores: {total:,} prompts')


def _wanted(tasks: Sequence[str], run: Run) -> dict:
  """(task, split) -> the store.Wanted, for every store that the tasks need."""
  from flan_jax.data.tokens import store

  splits = {name: [split for split in SPLITS if split in _task(name).splits] for name in tasks}
  for name in tasks:
    store.check_room(_task(name), **feeds.store_settings(name, run.rows, run.seed))
  return {
    (name, split): feeds.wanted([name], split, run.place, run.rows, run.seed)[name]
    for name in tasks
    for split in splits[name]
  }


def _build_all(missing: Sequence[tuple[str, str]], run: Run, processes: int) -> int:
  """Returns the number of prompts written."""
  total = 0
  with progress.progress('prompt stores', len(missing)) as advance:
    for (name, split), count in _results(missing, run, processes):
      total += count
      advance(1, f'{name} ({split}): {count:,} prompts')
  return total


def _results(missing, run: Run, processes: int):
  """Builds; yields ((name, split), prompts) as each store is done."""
  if min(processes, len(missing)) == 1:
    yield from ((key, _build(*key, run)) for key in missing)
    return
  spawn = multiprocessing.get_context('spawn')  # TensorFlow does not survive a fork
  pool, left = futures.ProcessPoolExecutor(min(processes, len(missing)), spawn), set(missing)
  try:
    jobs = {pool.submit(_build_afresh, _recipe(key[0]), *key, run): key for key in missing}
    for job in futures.as_completed(jobs):
      count = job.result()
      left.remove(jobs[job])
      yield jobs[job], count
  except BrokenProcessPool:
    notice('a process that built prompt stores was killed, perhaps for want of memory; this one builds the rest')
    yield from ((key, _build(*key, run)) for key in missing if key in left)
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
  registration.load_tasks()
  from flan_jax.data import prompt_variants

  module, variant = recipe
  if module:
    importlib.import_module(module)
  if variant:
    prompt_variants.register(variant)
  return _build(*job)


def _build(name: str, split: str, run: Any) -> int:
  """Builds one store; returns the number of its prompts."""
  from flan_jax.data.tokens import store

  _task(name)
  one = feeds.wanted([name], split, run.place, run.rows, run.seed)[name]
  built = one.find() or one.build()
  feeds.report_dropped(name, split)
  for line in store.shortfalls(built):
    print(f'NOTE: {name} ({split}): {line}', file=sys.stderr, flush=True)
  return len(built.lengths)


def _task(name: str):
  import seqio

  registration.load_tasks()
  if name not in seqio.TaskRegistry.names():
    raise UserError(
      f'{name!r} is no registered SeqIO task here; name the module that registers yours with --import=MODULE'
    )
  return seqio.TaskRegistry.get(name)
