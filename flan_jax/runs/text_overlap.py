# SPDX-License-Identifier: Apache-2.0
"""Held-out examples whose text is trained on: found, told, and what a run does about it."""

import contextlib
import os
from typing import Any, Mapping, Sequence

from flan_jax.errors import notice, UserError
from flan_jax.runs import progress

MANY = 100_000  # training records from which several processes are worth their start
INVENTED = (
  'embedded data is invented from one world, whose sentences recur; it is compared only where '
  "LEAK_POLICY is 'stop' or 'drop'"
)
NOT_YET = 'not in a dry run, for it takes minutes; `flan_jax holdout --text` compares'


def find(held_out: str, tasks: Sequence[str], stores: str, processes: int | None = None) -> Any:
  """Compares what is held out with the tasks trained on, or reads what was found before.

  stores: the folder of prompt stores, in which results are kept. processes: that compare;
  None: one for each core, if there is much to read.
  """
  from flan_jax.data import datasets, holdouts
  from flan_jax.data.overlap import proof

  ready = [name for name in tasks if name in datasets.every() and datasets.get(name).source.prepared()]
  if processes is None:
    size = sum(datasets.get(name).source.num_input_examples('train') for name in ready)
    processes = (os.cpu_count() or 1) if size >= MANY else 1
  folder, names = os.path.join(stores, proof.FOLDER), holdouts.holdout(held_out).held_out
  if proof.is_kept(names, tasks, folder):
    return proof.prove(names, tasks, folder)
  with progress.progress('text of training records', len(ready)) as advance:
    return proof.prove(names, tasks, folder, processes, lambda task: advance(1, task))


def described(found: Any) -> dict:
  """What was found as plain data; the keys are those that `holdout --text --json` prints."""
  return {
    'datasets': {
      name: {
        'gram': one.gram,
        'examples': dict(one.examples),
        **{verdict: _by_split(one, verdict) for verdict in ('exact', 'paper', 'absolute')},
        'pairs': [dict(vars(pair)) for pair in one.pairs],
      }
      for name, one in found.datasets.items()
    },
    'train_records': found.train_records,
    'overlapping': {task: len(keys) for task, keys in found.overlapping.items()},
    'skipped': dict(found.skipped),
  }


def _by_split(found: Any, verdict: str) -> dict[str, int]:
  return {split: found.count(verdict, split) for split in found.examples}


def checked(job: Any, tasks: Mapping[str, float], alone: bool = False) -> tuple[dict[str, float], Any, str]:
  """Applies LEAK_POLICY to a training.Training. alone: as of findings.find.

  Returns:
    (rates of the tasks to train on, a run_file.TextOverlap or None, what to tell).

  Raises:
    UserError: more overlaps than the policy lets pass.
  """
  from flan_jax.data import holdouts, prompt_variants, splits
  from flan_jax.data.overlap import proof
  from flan_jax.data.sample_data import embedded_marker
  from flan_jax.training import multihost, run_file

  tasks = dict(tasks)
  if not job.held_out:
    return tasks, None, 'nothing is held out'
  if job.leak_policy == 'report' and embedded_marker.read(splits.data_dir()):
    return tasks, None, f'not compared: {INVENTED}'
  names, folder = holdouts.holdout(job.held_out).held_out, os.path.join(job.stores, proof.FOLDER)
  if job.dry_run and not proof.is_kept(names, list(tasks), folder):
    return tasks, None, f'not compared: {NOT_YET}'
  with contextlib.nullcontext() if alone else multihost.first_goes_ahead('text of held-out examples'):
    found = find(job.held_out, list(tasks), job.stores, processes=1)
  _require(found, job)
  left_out = found.overlapping if job.leak_policy == 'drop' else {}
  tasks = {prompt_variants.without(name, left_out.get(name, ())): rate for name, rate in tasks.items()}
  told = run_file.TextOverlap(
    policy=job.leak_policy,
    datasets={name: _numbers(one) for name, one in found.datasets.items()},
    left_out={name: len(keys) for name, keys in left_out.items()},
    skipped=dict(found.skipped),
  )
  return tasks, told, summary(told)


def _numbers(found: Any) -> dict[str, int]:
  """For run.json: examples of all splits and of test, and those that overlap."""
  told = {'examples': sum(found.examples.values())}
  told |= {verdict: found.count(verdict) for verdict in ('exact', 'paper', 'absolute')}
  return told | {'test': found.examples.get('test', 0), 'test_absolute': found.count('absolute', 'test')}


def _require(found: Any, job: Any) -> None:
  """Raises UserError if more overlaps than LEAK_POLICY lets pass.

  A run that has begun is not stopped by 'report': it is told instead.
  """
  from flan_jax.training import checkpoint

  stop = job.leak_policy == 'stop'
  leaked = _any(found) if stop else _above(found, job.leak_limit)
  if job.leak_policy == 'drop' or not leaked:
    return
  records = sum(map(len, found.overlapping.values()))
  limit = '' if stop else f', more than LEAK_LIMIT = {job.leak_limit:.1%}'
  others = '' if stop else ', or raise LEAK_LIMIT to train on them all the same'
  text = (
    f'LEAK_POLICY = {job.leak_policy!r}: the text of {", ".join(leaked)} stands in what is trained on{limit}. '
    f"Look at the pairs with `flan_jax holdout --cluster={job.held_out} --text`; set LEAK_POLICY = 'drop' to leave out "
    f'the {records:,} training records that overlap (of {", ".join(found.overlapping)}){others}'
  )
  if stop or not checkpoint.read_run(job.model_dir):
    raise UserError(text)
  notice(f'{text}. The run in {job.model_dir} has begun, and goes on')


def _any(found: Any) -> list[str]:
  """The datasets of which any example overlaps."""
  return [
    f'{one.count("absolute"):,} of {sum(one.examples.values()):,} dev and test examples of {name}'
    for name, one in found.datasets.items()
    if one.count('absolute')
  ]


def _above(found: Any, limit: float) -> list[str]:
  """The datasets of which more than a part of the test examples overlap."""
  return [
    f'{one.count("absolute", "test"):,} of {one.examples["test"]:,} test examples of {name}'
    for name, one in found.datasets.items()
    if one.share('absolute') > limit
  ]


def summary(told: Any) -> str:
  """A run_file.TextOverlap in one line."""
  total = lambda key: sum(one[key] for one in told.datasets.values())
  parts = [
    f'of {total("examples"):,} held-out examples {total("exact"):,} stand in the training text as they are, '
    f'{total("absolute"):,} overlap ({total("paper"):,} by the rule of the paper)'
  ]
  if told.left_out:
    parts.append(f'{sum(told.left_out.values()):,} training records are left out')
  for why in dict.fromkeys(told.skipped.values()):
    names = [name for name, one in told.skipped.items() if one == why]
    parts.append(f'not compared, because {why}: {", ".join(names)}')
  return '; '.join(parts)
