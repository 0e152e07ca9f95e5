# SPDX-License-Identifier: Apache-2.0
"""The prompts of a run: their stores, the plan that packs them, the batches of a process.

What `train` and `cache` share. rows: a training.Rows.
"""

import contextlib
import os
import sys
from typing import Any, Callable

from flan_jax.errors import UserError
from flan_jax.runs import progress as progress_lib
from flan_jax.settings import places


def stores_of(tasks, split: str, store_dir: str, rows: Any, seed: int, check: Callable[[], None] | None = None) -> dict:
  """The stores of tasks. check: called after each; what it raises ends the building."""
  import seqio

  from flan_jax.data.tokens import store
  from flan_jax.training import multihost

  stores, title, first = {}, f'prompts ({split})', multihost.first()
  silent = lambda *_: contextlib.nullcontext(lambda *_: None)
  shown = progress_lib.progress if first else silent
  with multihost.first_goes_ahead(title), shown(title, len(tasks)) as advance:
    for task in map(seqio.TaskRegistry.get, tasks):
      stores[task.name] = store.ensure(task, split, directory=store_dir, **store_settings(task.name, rows, seed))
      advance(1, task.name)
      if check:
        check()
      if first:
        report_dropped(task.name, split)
  for line in shortfalls(stores) if first else ():
    print(f'prompts ({split}): {line}', flush=True)
  return stores


def report_dropped(name: str, split: str) -> None:
  """Says on standard error which records of a task made no prompt, if any."""
  from flan_jax.data import rendering

  for reason, count in sorted(rendering.dropped(name).items()):
    print(f'NOTE: {name} ({split}): {count:,} records left out: {reason}', file=sys.stderr, flush=True)


def shortfalls(stores: dict) -> list[str]:
  """What of each task's prompts did not fit, in plain words."""
  from flan_jax.data.tokens import store

  return [f'{name}: {line}' for name, one in stores.items() for line in store.shortfalls(one)]


def check_stores(tasks, store_dir: str, rows: Any, seed: int) -> None:
  """Raises UserError for prompts without room, or a store that cannot be written."""
  import seqio

  from flan_jax.data.tokens import store

  problem = places.folder_problem(store_dir, made=True)
  for task in map(seqio.TaskRegistry.get, tasks):
    given = store_settings(task.name, rows, seed)
    store.check_room(task, **given)
    missing = problem and not all(
      os.path.isdir(store.location(task, split, store_dir, store.Settings(**given))[0])
      for split in ('train', 'validation')
      if split in task.splits
    )
    if missing:
      raise UserError(
        f'STORE_DIR = {store_dir!r} must take the prompt store of {task.name}, which is missing; {problem}'
      )


def check_vocabulary(tasks, words) -> None:
  """Raises UserError for a task whose text becomes ids of another vocabulary.

  words: what the model reads. Ids that a task brings ready-made cannot be compared.
  """
  import seqio

  for task in map(seqio.TaskRegistry.get, tasks):
    for name, feature in task.output_features.items():
      own = feature.vocabulary
      if isinstance(own, seqio.PassThroughVocabulary) or own == words:
        continue
      raise UserError(
        f'the {name} of task {task.name} have the vocabulary {_described(own)}, the run '
        f'has {words.path}; a model reads one. Set VOCABULARY to that of the task, or '
        'register the task with flan_jax.data.vocabulary.FLAN'
      )


def _described(words) -> str:
  """'SentencePieceVocabulary /a/b.model': its class, and its file where it has one."""
  path = getattr(words, 'sentencepiece_model_file', '')
  return f'{type(words).__name__} {path}'.strip()


def store_settings(name: str, rows: Any, seed: int) -> dict:
  """Keyword arguments of store.ensure for a task of a run."""
  import seqio

  from flan_jax.data import datasets, rendering, splits, vocabulary
  from flan_jax.data.code import identity
  from flan_jax.data.sample_data import embedded_marker

  features = seqio.TaskRegistry.get(name).output_features
  same = vocabulary.FLAN == features['targets'].vocabulary
  ours = name in datasets.every()
  extra = identity.fingerprint(identity.of_task(name))
  embedded = bool(embedded_marker.read(splits.data_dir()))
  return dict(
    inputs_length=rows.inputs_length,
    targets_length=rows.targets_length,
    separators=tuple(rows.separators),
    overflow=rows.overflow,
    seed=seed,
    cap=rendering.MAXIMUM_PROMPTS if ours else None,
    beginning=vocabulary.FLAN.ends.beginning if same else (),
    fingerprint_extra={'embedded': embedded, **extra},
  )


def feed(tasks, split: str, store_dir: str, rows: Any, seed: int, ours, stop=None, check=None):
  from flan_jax.data.tokens import loading, packing

  stores = stores_of(tasks, split, store_dir, rows, seed, check)
  plan = packing.Plan(
    {name: store.lengths for name, store in stores.items()},
    tasks,
    seed,
    rows.row_length,
    rows.target_slots,
    rows.per_step,
  )
  return plan, stores, lambda step: loading.batches(plan, stores, ours, step, stop)


def dev_feed(tasks, store_dir, rows, seed, ours, dev_steps, schedule):
  import seqio

  tasks = {name: rate for name, rate in tasks.items() if 'validation' in seqio.TaskRegistry.get(name).splits}
  if not schedule.eval_every or not tasks:
    return None
  _, _, batches = feed(tasks, 'validation', store_dir, rows, seed, ours, dev_steps)
  return lambda: batches(0)
