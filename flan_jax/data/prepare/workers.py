# SPDX-License-Identifier: Apache-2.0
"""Runs jobs in separate processes, so that a crash does not affect the others.

A process ends with the one that started it, however that ends.
"""

import dataclasses
import multiprocessing
import os
import threading
from multiprocessing import connection
from typing import Any, Callable, Iterator, Sequence

from flan_jax.data.prepare import fetching, one_builder
from flan_jax.data.prepare.one_builder import Job, Outcome, Progress

Report = Callable[[Progress], None]
_REMEDY = 'Start it again, with fewer --processes'


@dataclasses.dataclass(frozen=True)
class _Running:
  job: Job
  process: Any
  pipe: connection.Connection


def outcomes(
  jobs: Sequence[Job],
  processes: int,
  setup: Callable[[], None],
  next_job: Callable[[Job], Job | Outcome],
  report: Report,
) -> Iterator[Outcome]:
  """Runs jobs; yields the outcome of each as it ends.

  Jobs of one dataset, which share downloads, never run at the same time.

  Args:
    jobs: in the order in which they start.
    processes: how many run at once; 0 runs them in this process, one after another.
    setup: registers the datasets in a new process; a function of a module.
    next_job: called right before a job starts; returns the job to run, or its outcome to
      skip it.
    report: called with the progress of each.

  Raises:
    Failed: the disk is full; running jobs are ended.
  """
  if not processes:
    for job in jobs:
      decided = next_job(job)
      yield decided if isinstance(decided, Outcome) else one_builder.prepare(decided, report)
  else:
    yield from _side_by_side(jobs, processes, setup, next_job, report)


def _side_by_side(jobs, processes, setup, next_job, report) -> Iterator[Outcome]:
  """As `outcomes`, in separate processes."""
  waiting = list(jobs)
  running: list[_Running] = []
  try:
    while waiting or running:
      begun = _ready(waiting, running) if len(running) < processes else None
      if begun is not None:
        waiting.remove(begun)
        decided = next_job(begun)
        if isinstance(decided, Outcome):
          yield decided
        else:
          running.append(_start(decided, setup))
        continue
      yield from _ended(running, report)
  finally:
    for one in running:
      _end(one)


def _dataset(job: Job) -> str:
  return job.name.partition('/')[0].partition(':')[0]


def _ready(waiting: Sequence[Job], running: Sequence[_Running]) -> Job | None:
  busy = {_dataset(one.job) for one in running}
  return next((job for job in waiting if _dataset(job) not in busy), None)


def _start(job: Job, setup: Callable[[], None]) -> _Running:
  spawn = multiprocessing.get_context('spawn')  # TensorFlow does not survive a fork
  ours, theirs = spawn.Pipe(duplex=False)
  process = spawn.Process(target=_work, args=(job, setup, theirs), daemon=True)
  process.start()
  theirs.close()
  return _Running(job, process, ours)


def _ended(running: list[_Running], report: Report) -> Iterator[Outcome]:
  """Waits for messages; yields the outcomes among them."""
  ready = connection.wait([one.pipe for one in running])
  for one in [one for one in running if one.pipe in ready]:
    try:
      said = one.pipe.recv()
    except (EOFError, OSError):
      one.process.join()
      said = Outcome(one.job.name, None, '', {**one.job.refused, one.job.ways[0]: _died(one.process.exitcode)})
    if isinstance(said, Progress):
      report(said)
      continue
    running.remove(one)
    _end(one)
    if isinstance(said, BaseException):
      raise said
    yield said


def _died(code: int | None) -> fetching.Failed:
  why = 'signal 9, as when memory runs out' if code == -9 else f'exit code {code}'
  return fetching.Failed(fetching.PROCESS, f'its process ended ({why})', _REMEDY)


def _end(one: _Running) -> None:
  one.process.kill()
  one.process.join()
  one.pipe.close()


def _work(job: Job, setup: Callable[[], None], pipe: connection.Connection) -> None:
  """Runs a job in its process. Its messages: Progress, then an Outcome or an exception."""
  threading.Thread(target=_end_with_parent, daemon=True).start()
  null = os.open(os.devnull, os.O_WRONLY)
  os.dup2(null, 1)  # discards prints of libraries; standard output belongs to the command
  try:
    setup()
    pipe.send(one_builder.prepare(job, pipe.send))
  except fetching.Failed as error:  # a failure that ends all jobs
    pipe.send(error)
  except BaseException as error:
    failed = fetching.Failed(fetching.PROCESS, f'{type(error).__name__}: {error}', _REMEDY)
    pipe.send(Outcome(job.name, None, '', {**job.refused, job.ways[0]: failed}))
  pipe.close()
  os._exit(0)  # does not wait for downloads in threads


def _end_with_parent() -> None:
  parent = multiprocessing.parent_process()
  if parent is not None:
    connection.wait([parent.sentinel])
    os._exit(1)
