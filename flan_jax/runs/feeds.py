# SPDX-License-Identifier: Apache-2.0
"""The prompts of a run: their stores, the plan that packs them, the batches of a process.

What `train` and `cache` share. rows: a training.Rows.
"""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from typing import Any

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.runs import progress as progress_lib
from flan_jax.settings import places

TRAIN, DEV = 'train', 'validation'  # splits of a task
FIND_THREADS = 8  # a bucket answers slowly, and checksums are computed without the GIL


@dataclasses.dataclass(frozen=True)
class Place:
  """Where prompt stores are: STORE_DIR, and the host_cache.HostCache of what it publishes."""

  directory: str
  cache: Any

  @classmethod
  def of(cls, directory: str | None, cache: str | None, cache_gb: float) -> 'Place':
    """From the values of STORE_DIR, STORE_CACHE and STORE_CACHE_GB."""
    from flan_jax.data import splits
    from flan_jax.data.tokens.host_cache import HostCache

    return cls(storage.absolute(directory or os.path.join(splits.data_dir(), 'store')), HostCache(cache, cache_gb))

  def problem(self) -> str | None:
    """Why a store that is missing cannot be written; a bucket that cannot be used is an error.

    Raises:
      UserError: nothing can be read there either.
    """
    if not storage.is_remote(self.directory):
      return places.folder_problem(self.directory, made=True)
    if problem := storage.bucket_problem(self.directory):
      raise UserError(f'STORE_DIR = {self.directory!r} cannot be used: {problem}')
    return None


def wanted(tasks: Sequence[str], split: str, place: Place, rows: Any, seed: int) -> dict:
  """A store.Wanted for each task."""
  import seqio

  from flan_jax.data.tokens import store

  return {
    name: store.Wanted(
      seqio.TaskRegistry.get(name),
      split,
      place.directory,
      store.Settings(**store_settings(name, rows, seed)),
      place.cache,
    )
    for name in tasks
  }


def find(needed: dict, look: Callable[[Any], Any] = lambda one: one.find()) -> dict:
  """Of some store.Wanted what is there, as `look` gives it; nothing is built."""
  for one in needed.values():
    one.path  # a fingerprint asks TensorFlow, which is not asked from several threads
  pool = futures.ThreadPoolExecutor(FIND_THREADS)
  try:
    return {name: store for name, store in zip(needed, pool.map(look, needed.values())) if store}
  finally:
    pool.shutdown(cancel_futures=True)  # after an error the rest is not asked


def stores_of(tasks, split: str, place: Place, rows: Any, seed: int, check: Callable[[], None] | None = None) -> dict:
  """Opens the stores of tasks; the processes divide the building of those that are missing.

  If all see one STORE_DIR, each finds in the end what the others have built. If each has
  one of its own, it builds the rest too. check: called after each; what it raises ends this.
  """
  from flan_jax.training import multihost
  from flan_jax.training.liveness import watchdog

  title, first = f'prompts ({split})', multihost.first()
  silent = lambda *_: contextlib.nullcontext(lambda *_: None)
  needed = wanted(tasks, split, place, rows, seed)
  stores: dict = {}

  def add(more: dict) -> None:
    watchdog.phase(title, len(stores))
    for name in more:
      advance(1, name)
    stores.update(more)
    if check:
      check()

  def missing() -> dict:
    return {name: one for name, one in needed.items() if name not in stores}

  with (progress_lib.progress if first else silent)(title, len(needed)) as advance:
    with multihost.together(f'{title}, looked for'):
      add(find(needed))
    divided = [name for name, gone in zip(needed, multihost.agreed([name in missing() for name in needed])) if gone]
    with multihost.together(f'{title}, a share'):
      for name in [divided[i] for i in multihost.share(len(divided))]:
        if name in missing():
          add(_built(name, needed[name]))
    with multihost.together(f'{title}, the rest'):
      add(find(missing()))
      for name, one in missing().items():
        add(_built(name, one))
  stores = {name: stores[name] for name in needed}
  tell_shortfalls(stores, split)
  return stores


def _built(name: str, one: Any) -> dict:
  store = one.build()
  report_dropped(name, one.split)
  return {name: store}


def report_dropped(name: str, split: str) -> None:
  """Says on standard error which records of a task made no prompt, if any."""
  from flan_jax.data import rendering

  for reason, count in sorted(rendering.dropped(name).items()):
    print(f'NOTE: {name} ({split}): {count:,} records left out: {reason}', file=sys.stderr, flush=True)


def tell_shortfalls(stores: Mapping[str, Any], split: str) -> None:
  """Says on the first process what of the prompts did not fit."""
  from flan_jax.training import multihost

  for line in shortfalls(stores) if multihost.first() else ():
    print(f'prompts ({split}): {line}', flush=True)


def shortfalls(stores: Mapping[str, Any]) -> list[str]:
  """What of each task's prompts did not fit, in plain words."""
  from flan_jax.data.tokens import store

  return [f'{name}: {line}' for name, one in stores.items() for line in store.shortfalls(one)]


def check_stores(tasks, place: Place, rows: Any, seed: int) -> None:
  """Raises UserError for prompts without room, or a store that cannot be written."""
  import seqio

  from flan_jax.data.tokens import store

  problem = place.problem()
  for task in map(seqio.TaskRegistry.get, tasks):
    store.check_room(task, **store_settings(task.name, rows, seed))
  for split in (TRAIN, DEV) if problem else ():
    these = [name for name in tasks if split in seqio.TaskRegistry.get(name).splits]
    for name, one in wanted(these, split, place, rows, seed).items():
      if not os.path.isdir(one.path):
        raise UserError(
          f'STORE_DIR = {place.directory!r} must take the prompt store of {name}, which is missing; {problem}'
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
  """Keyword arguments of store.Settings for a task of a run."""
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


def feed(stores: Mapping[str, Any], tasks: Mapping[str, float], rows: Any, seed: int, ours, stop=None) -> tuple:
  """(the plan that packs the prompts of stores, a function from a step to the batches from it on).

  tasks: rates, of the tasks of the stores among others. ours: which rows of a step this
  process reads. stop: the step to end before.
  """
  from flan_jax.data.tokens import loading, packing

  plan = packing.Plan(
    {name: store.lengths for name, store in stores.items()},
    {name: tasks[name] for name in stores},
    seed,
    rows.row_length,
    rows.target_slots,
    rows.per_step,
  )
  return plan, lambda step: loading.batches(plan, stores, ours, step, stop)


def prompts_of(plan: Any, stores: Mapping, step: int) -> dict:
  """The prompts of a step, counted from 1, for people to look at.

  Returns:
    rows: of every row of all processes its prompts in order, [task, number in its store].
    stores: the folder of the store of each of these tasks, for store.open_store.
  """
  rows = []
  for ids in plan.rows(step - 1):
    tasks, numbers = plan.locate(ids)
    rows.append([[plan.names[task], number] for task, number in zip(tasks.tolist(), numbers.tolist())])
  return {
    'rows': rows,
    'stores': {name: stores[name].path for name in sorted({name for row in rows for name, _ in row})},
  }


def dev_stores_of(tasks: Sequence[str], place: Place, rows: Any, seed: int) -> dict:
  """Opens the stores of the dev splits of those tasks that have one, as `stores_of`."""
  import seqio

  return stores_of([name for name in tasks if DEV in seqio.TaskRegistry.get(name).splits], DEV, place, rows, seed)
