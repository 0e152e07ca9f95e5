# SPDX-License-Identifier: Apache-2.0
"""The runs of an experiment: tuning and evaluating each, as processes of their own.

What is finished is not done again, so that the same call continues where one was ended.
"""

import dataclasses
import io
import json
import os
import shlex
import subprocess
import sys
import time
from typing import Sequence

from flan_jax import storage
from flan_jax.evaluation import groups
from flan_jax.storage import growing

LOG = 'log.txt'
COMMAND = 'train_command.json'  # with which arguments the tuning was finished
TUNE, EVALUATE = 'tuning', 'evaluating'


@dataclasses.dataclass(frozen=True)
class Run:
  """One run of an experiment.

  name, title: for people; the name is the cluster or the task. train, evaluate:
  arguments of these doors. held_out: the cluster, or None. train_steps, limit: as the
  arguments have them.
  """

  name: str
  title: str
  model_dir: str
  train: tuple[str, ...]
  evaluate: tuple[str, ...]
  held_out: str | None
  train_steps: int
  limit: int | None

  def stages(self) -> list[tuple[str, list[str]]]:
    """(what is done, arguments of `python -m`), in order."""
    return [(TUNE, ['flan_jax', 'train', *self.train]), (EVALUATE, ['flan_jax', 'evaluate', *self.evaluate])]

  def finished(self, stage: str) -> bool:
    return self.tuned() if stage == TUNE else self.results() is not None

  def tuned(self) -> bool:
    """Whether there is a checkpoint of the last step, of the same arguments.

    Other arguments are for `train` to judge: it refuses another run, goes on with this.
    """
    before = self._command()
    return self._steps_done() >= self.train_steps and before in (None, list(self.train))

  def _steps_done(self) -> int:
    from flan_jax.training import checkpoint

    # A torn one does not count: training, run again, makes it anew.
    return max(
      (step for step in checkpoint.steps(self.model_dir) if not checkpoint.looks_torn(self.model_dir, step)), default=-1
    )

  def _command(self) -> list[str] | None:
    try:
      return json.loads(storage.read_text(os.path.join(self.model_dir, COMMAND)))
    except FileNotFoundError:
      return None
    except ValueError:  # torn: training, asked again, says what it is
      return []

  def note_command(self) -> None:
    """Remembers with which arguments the tuning was finished."""
    path = os.path.join(self.model_dir, COMMAND)
    storage.write_whole(path, json.dumps(list(self.train)) + '\n')

  def results(self) -> groups.Group | None:
    """The group of results.json in which the last checkpoint is evaluated as asked.

    Raises:
      UserError: the file is not one that this version wrote.
    """
    from flan_jax.evaluation import results
    from flan_jax.report import experiment

    found = results.read(self.model_dir)
    if not (found and self.tuned()):
      return None
    wanted = experiment.TUNED, self._steps_done()
    for group in reversed(groups.split(found)):
      if (group.conditions.cluster, group.conditions.limit) == (self.held_out, self.limit):
        if wanted in [(one.name, one.step) for one in group.evaluations]:
          return group
    return None


def plan(runs: Sequence[Run]) -> list[str]:
  """The commands, to be pasted; those to be skipped begin with `# finished:`."""
  found = []
  for run in runs:
    again = False
    for stage, arguments in run.stages():
      again = again or not run.finished(stage)
      found.append(('' if again else '# finished: ') + command_line(arguments))
  return found


def command_line(arguments: Sequence[str]) -> str:
  return shlex.join([sys.executable, '-m', *arguments])


def execute(runs: Sequence[Run]) -> dict[str, str]:
  """Does what is not finished of each run; one that fails does not stop the others.

  Returns:
    Of the runs that failed, by name, what happened.
  """
  problems = {}
  for number, run in enumerate(runs, 1):
    for stage, arguments in run.stages():
      title = f'{run.name} {number}/{len(runs)}: {stage}'
      if run.finished(stage):
        print(f'{title}: finished before', flush=True)
        continue
      problem = _attempt(run, stage, arguments, title)
      if problem:
        problems[run.name] = problem
        break
  return problems


def _attempt(run: Run, stage: str, arguments: Sequence[str], title: str) -> str | None:
  """Does one stage; returns what went wrong, None if nothing did."""
  log = os.path.join(run.model_dir, LOG)
  print(f'{title} ...', flush=True)
  start = time.monotonic()
  code = call(arguments, log)
  took = duration(time.monotonic() - start)
  if code == 0 and stage == TUNE:
    run.note_command()
  problem = (
    f'ended with exit code {code}' if code else (None if run.finished(stage) else 'ended, yet its outcome is not there')
  )
  print(f'{title}: {problem or "done"} after {took}', flush=True)
  return f'{stage} {problem}; see {log}' if problem else None


def duration(seconds: float) -> str:
  """3725 -> '1 h 2 min 5 s'."""
  minutes, rest = divmod(round(seconds), 60)
  hours, minutes = divmod(minutes, 60)
  parts = [(hours, 'h'), (minutes, 'min'), (rest, 's')]
  while len(parts) > 1 and not parts[0][0]:
    parts.pop(0)
  return ' '.join(f'{value} {unit}' for value, unit in parts)


def call(arguments: Sequence[str], log: str) -> int:
  """Runs `python -m ARGUMENTS`; what it says is shown, and added to a log file.

  Ctrl-C and what else ends us ends the process first, by SIGTERM: `train` then saves.

  Returns:
    The exit code.
  """
  storage.make_folder(os.path.dirname(log))
  with io.TextIOWrapper(growing.Growing(log), encoding='utf-8') as file:
    print(f'$ {command_line(arguments)}', file=file, flush=True)
    # A session of its own: a terminal's Ctrl-C would reach it too, as a second signal.
    with subprocess.Popen(
      [sys.executable, '-m', *arguments],
      stdin=subprocess.DEVNULL,
      stdout=subprocess.PIPE,
      stderr=subprocess.STDOUT,
      encoding='utf-8',
      errors='replace',
      env=os.environ | {'PYTHONUNBUFFERED': '1'},
      start_new_session=True,
    ) as child:
      try:
        _copy(child.stdout, file)
        return child.wait()
      except BaseException:
        _end(child, file)
        raise


def _copy(lines, file) -> None:
  for line in lines:
    file.write(line)
    file.flush()
    print(line, end='', flush=True)


def _end(child: subprocess.Popen, file) -> None:
  child.terminate()
  try:
    _copy(child.stdout, file)
    child.wait()
  except BaseException:  # asked a second time: not to wait
    child.kill()
    raise
