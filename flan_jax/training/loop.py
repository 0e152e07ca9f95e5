# SPDX-License-Identifier: Apache-2.0
"""The training loop: reads rows; writes updates, checkpoints and metrics."""

import contextlib
import dataclasses
import math
import sys
import time
from typing import Any, Callable, Iterator, Mapping, Sequence

import jax
import numpy as np
import optax

from flan_jax import settings
from flan_jax.errors import UserError
from flan_jax.model import adapters, decoder, losses
from flan_jax.training import checkpoint, compiled_step, events, loss_alarm, metric_log, multihost, profiling, sharding
from flan_jax.training import state as state_lib
from flan_jax.training.liveness import watchdog
from flan_jax.training.step import summed
from flan_jax.training.termination import Termination

# Handling of a step whose loss or gradient is not finite. Either way it changes no
# parameter; 'stop' ends the run, 'skip' counts the step and continues.
NAN_POLICIES = ('stop', 'skip')

Batches = Callable[[int], Iterator[Mapping[str, np.ndarray]]]


@dataclasses.dataclass(frozen=True)
class Schedule:
  """Duration and intervals, in steps; the only settings that may differ on resume.

  save_every, eval_every: 0 means only at the end, and never. held_out_every: interval of
  held-out scores, 0 is never.
  loss_spike: standard deviations above the mean of recent steps from which a loss is a
  spike, see loss_alarm; 0: none is.
  microbatches: parts that a step's rows are split into, to save memory.
  keep_checkpoints: None: all.
  """

  train_steps: int
  save_every: int
  eval_every: int
  log_every: int
  nan_policy: str = 'stop'
  keep_checkpoints: int | None = 3
  microbatches: int = 1
  held_out_every: int = 0
  loss_spike: float = 6.0

  def __post_init__(self):
    settings.check_fields(self)


@dataclasses.dataclass(frozen=True)
class Job:
  """What a run computes, its data, and where it is stored.

  Args:
    batches: step -> this process's rows of that step and of all later ones.
    rows_per_step: rows of a step over all processes.
    learning_rate: step -> the logged rate.
    initial_params: returns sharded parameters; not called if the run has a checkpoint.
    adapter: trained beside those; then initial_params is called despite a checkpoint.
    dev_batches: a few batches whose loss is logged as dev_loss every eval_every steps.
    held_out: parameters -> scalars to log every held_out_every steps.
    profile: first and last step to trace, see profiling.Trace.
    loss: terms added to the cross-entropy; dev_loss is without them.
    frozen: the optimizer's, see make_step.
    say, show: output of events, and of the progress line.
    journal: records events with their times; by default does nothing.
    update: returns the compiled program of the step, see compiled_step.Ahead; None: it is
      compiled at the first step.
    prompts_of: step -> description of its prompts for a bad step's file, see loss_alarm.
  """

  config: decoder.DecoderConfig
  optimizer: optax.GradientTransformation
  mesh: jax.sharding.Mesh
  batches: Batches
  rows_per_step: int
  schedule: Schedule
  model_dir: str
  seed: int
  learning_rate: Callable[[int], float] = lambda step: 0.0
  initial_params: Callable[[], Any] | None = None
  dev_batches: Callable[[], Iterator[Mapping[str, np.ndarray]]] | None = None
  held_out: Callable[[Any], Mapping[str, float]] | None = None
  profile: tuple[int, int] | None = None
  loss: losses.LossConfig = losses.PLAIN
  frozen: Sequence[str] = ()
  adapter: adapters.Adapter | None = None
  say: Callable[[str], None] = print
  show: Callable[[str], None] = print
  journal: events.Journal = events.SILENT
  prompts_of: Callable[[int], Mapping] | None = None
  update: Callable[[], compiled_step.Update] | None = None

  @property
  def program(self) -> compiled_step.Program:
    """The settings that determine the compiled step."""
    return compiled_step.Program(
      self.config, self.optimizer, self.mesh, self.loss, self.schedule.microbatches, tuple(self.frozen), self.adapter
    )

  def on_devices(self, batch: Mapping[str, np.ndarray]) -> Mapping[str, jax.Array]:
    """Returns the rows of all processes, sharded over the mesh."""
    rows = sharding.batch_sharding(self.mesh)
    return sharding.global_batch(rows, batch, self.rows_per_step)


def train(job: Job) -> state_lib.State:
  """Trains to schedule.train_steps and returns the last state.

  Raises:
    UserError: the loss is not finite and the policy is to stop; the rows of a step have no
      token with loss; a checkpoint cannot be written; there are checkpoints, but none is
      readable.
    SystemExit: SIGINT (code 130) or SIGTERM (143) requested a stop; progress is saved.
  """
  schedule = job.schedule
  shapes, placed = state_lib.shardings(job.config, job.optimizer, job.mesh, job.adapter)
  with contextlib.ExitStack() as stack:
    termination = stack.enter_context(Termination(lambda: checkpoint.kept(job.model_dir)))
    # Closing always waits for the checkpoint that is being written.
    checkpoints = stack.enter_context(checkpoint.opened(job.model_dir, schedule.keep_checkpoints))
    watchdog.phase('restoring')
    state = _first_state(job, checkpoints, shapes, placed)
    first = int(state.step)
    job.journal.write('resumed', step=first)
    stack.enter_context(jax.set_mesh(job.mesh))
    record = stack.enter_context(contextlib.closing(_Record(job, first)))
    trace = stack.enter_context(profiling.Trace(job.model_dir, job.profile))
    update = job.update() if job.update else job.program.jitted()
    feed = job.batches(first) if first < schedule.train_steps else iter(())
    for step in range(first + 1, schedule.train_steps + 1):
      trace.before(step, state)
      in_step = watchdog.PROGRESS if step == first + 1 else watchdog.STEP  # the first step compiles
      watchdog.phase('rows of step', step, in_step)
      batch = job.on_devices(record.window.wait(feed))
      watchdog.phase('step', step, in_step)
      compiling = job.journal.compiling(step, record.window.input_seconds)
      with jax.profiler.StepTraceAnnotation('train', step_num=step), compiling:
        state, sums = update(state, batch)
      termination.begun = True  # compiled too: from now on there is progress to save
      record.window.add(step, sums)
      trace.after(step, state)
      ends = step == schedule.train_steps
      stops = termination.asked(checkpoints, step)
      # Before the checkpoint, so that a saved step has its evaluation and its record.
      recorded = record.after(step, state, ends, stops)
      last = ends or stops or (recorded and termination.asked_while_evaluating)
      if last or _due(step, schedule.save_every):
        record.window.check(schedule.nan_policy)
        watchdog.phase('checkpoint', step)
        with job.journal.saving(step):
          checkpoint.save(checkpoints, state)
      if last:
        watchdog.phase('the end of checkpoint', step)
        with job.journal.saving(step):
          checkpoint.finish(checkpoints, step)
        break
    if hasattr(feed, 'close'):
      feed.close()
  if termination.received:
    job.say(f'saved step {int(state.step)} and stopped, as asked by {termination.name}')
    sys.exit(termination.code)
  return state


def _first_state(job: Job, checkpoints, shapes, placed) -> state_lib.State:
  """Restores the run's last checkpoint, else given weights, else initialises."""
  state = checkpoint.restore(checkpoints, state_lib.abstract(shapes, placed))
  params = job.initial_params() if job.initial_params and (state is None or job.adapter) else None
  if state is None:
    return state_lib.fresh(job.config, job.optimizer, placed, job.seed, params, job.adapter)
  if int(state.step) <= job.schedule.train_steps:
    job.say(f'resuming from step {int(state.step)}')
  return state._replace(base=params)


class _Record:
  """What a run logs, and when: means of steps, dev loss, held-out scores."""

  def __init__(self, job: Job, first: int):
    bad_steps = loss_alarm.BadSteps(job.model_dir, job.schedule.loss_spike, job.prompts_of, multihost.first())
    self.window, self._job = _Window(job.config, job.journal, bad_steps), job
    self._book = metric_log.Logbook(job.model_dir, first, job.schedule.train_steps, writes=multihost.first())
    self._dev_loss = jax.jit(
      lambda state, batch: summed(
        lambda rows: losses.decoder_loss(job.config, _whole(job, state), rows), batch, job.schedule.microbatches
      )
    )

  def after(self, step: int, state: state_lib.State, ends: bool, stops: bool) -> bool:
    """Writes a record if one is due; returns whether it did.

    ends: this is the run's last step. stops: a signal makes this step the last. Because a
    signal leaves little time, evaluations that are not due run only at the run's end.
    """
    job, schedule = self._job, self._job.schedule
    dev_batches = job.dev_batches if ends or _due(step, schedule.eval_every) else None
    held_out = job.held_out if ends or _due(step, schedule.held_out_every) else None
    if not (ends or stops or dev_batches or held_out or _due(step, schedule.log_every)):
      return False
    scalars = self.window.close(schedule.nan_policy)
    scalars['learning_rate'] = float(job.learning_rate(step - 1))
    evaluating = time.monotonic()
    if dev_batches or held_out:
      watchdog.phase('evaluation after step', step)
    if dev_batches:
      scalars['dev_loss'] = _mean(self._dev_loss(state, job.on_devices(batch)) for batch in dev_batches())
    if held_out:
      scalars |= held_out(_whole(job, state))
    job.journal.write(
      'logged', step=step, input_seconds=scalars['input_seconds'], evaluation_seconds=time.monotonic() - evaluating
    )
    job.show(self._book.line(step, scalars))
    self._book.write(step, scalars)
    self.window.restart()
    return True

  def close(self) -> None:
    self._book.close()


def _whole(job: Job, state: state_lib.State) -> Any:
  """Returns the parameters that the decoder computes with."""
  return adapters.joined(job.adapter, state.base, state.params)


def _due(step: int, every: int) -> bool:
  return every > 0 and step % every == 0


def _mean(losses_and_weights) -> float:
  pairs = [(float(loss), float(aux['weight'])) for loss, aux in losses_and_weights]
  total, weight = map(sum, zip(*pairs))
  return total / max(weight, 1.0)


class _Window:
  """Sums of the steps since the last record, read while later steps run."""

  def __init__(self, config: decoder.DecoderConfig, journal: events.Journal, bad_steps: loss_alarm.BadSteps):
    self._config, self._journal, self._bad_steps = config, journal, bad_steps
    self._pending: list[tuple[int, Mapping[str, jax.Array]]] = []
    self.restart()
    self._compiles = True  # this window has the first step, whose time is exceptional

  def wait(self, feed: Iterator) -> Any:
    """Returns the next batch. Waiting counts as lost if the devices were idle when it came."""
    start = time.monotonic()
    batch = next(feed)
    if not self._pending or self._done(self._pending[-1]):
      self.input_seconds += time.monotonic() - start
    return batch

  def add(self, step: int, sums: Mapping[str, jax.Array]) -> None:
    self._pending.append((step, sums))
    # At most two steps ahead of the device; finished ones are read at once, to time them.
    while len(self._pending) > 2 or (self._pending and self._done(self._pending[0])):
      self._fetch()
    # Every process has read these, so all of them end at the same step.
    self._bad_steps.check(step - 2)

  def _done(self, pending: tuple[int, Mapping[str, jax.Array]]) -> bool:
    return all(
      value.is_ready()  # type: ignore[attr-defined]  # jax.Array has it, its type stub does not
      for value in pending[1].values()
    )

  def _fetch(self) -> None:
    step, sums = self._pending.pop(0)
    values = {name: float(value) for name, value in sums.items()}
    self._read.append((step, values))
    if self._compiles and len(self._read) == 1:
      self._journal.write('first step', step=step)
    self._moments.append(time.monotonic())
    self._spikes += self._bad_steps.look(step, values) == loss_alarm.SPIKE

  def check(self, nan_policy: str) -> None:
    """Reads the pending steps; raises UserError if one was skipped and the policy is to stop."""
    while self._pending:
      self._fetch()
    self._bad_steps.check(self._read[-1][0] if self._read else 0)
    bad = [step for step, sums in self._read if sums['skipped']]
    if bad and nan_policy == 'stop':
      raise UserError(
        f'the loss or its gradient was not finite at step {bad[0]}{self._bad_steps.where(bad[0])}; the parameters '
        'are those of the step before, the last checkpoint stands. Lower LEARNING_RATE, or '
        "set NAN_POLICY = 'skip' to pass over such steps"
      )

  def close(self, nan_policy: str) -> dict[str, float]:
    """Returns means and rates of the steps since `restart`; see metric_log.NUMBERS."""
    self.check(nan_policy)
    good = [sums for _, sums in self._read if not sums['skipped']]
    total = {name: sum(sums[name] for sums in good) for name in self._read[-1][1]}
    seconds = time.monotonic() - self._moments[0]
    room, used, *rest = (sum(sums[name] for _, sums in self._read) for name in ('room', 'used', 'pairs', 'targets'))
    flops = profiling.model_flops(self._config, used, *rest)
    weight = total['weight'] or math.nan  # if all steps were skipped there is no mean
    return {
      'steps': len(self._read),
      'loss': total['loss'] / weight,
      **{name: total[name] / weight for name in losses.EXTRAS if name in total},
      'accuracy': total['correct'] / weight,
      'gradient_norm': total['gradient_norm'] / (len(good) or math.nan),
      'tokens_per_second': room / seconds,
      'useful_fraction': used / max(room, 1),
      'target_tokens': total['weight'],
      'skipped_steps': len(self._read) - len(good),
      'loss_spikes': self._spikes,
      'seconds': seconds,
      'input_seconds': self.input_seconds,
      **profiling.step_times(self._moments[1 if self._compiles else 0 :]),
      **profiling.utilisation(flops, seconds),
    }

  def restart(self) -> None:
    self._read: list[tuple[int, dict[str, float]]] = []
    self.input_seconds, self._compiles, self._spikes = 0.0, False, 0
    self._moments = [time.monotonic()]  # the start, then the end of each step
