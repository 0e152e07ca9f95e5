# SPDX-License-Identifier: Apache-2.0
"""A training run, from its settings to its last checkpoint: instruction tuning or a base."""

import contextlib
import dataclasses
import functools
import sys
from typing import Any, Callable, Iterator, Mapping

from flan_jax import settings
from flan_jax.runs import begin_from, description, feeds, goodput
from flan_jax.runs.start import findings
from flan_jax.training.rows import Rows


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training:
  """The settings of a training run.

  Args:
    model_dir: where the run lives; one that holds the same run is resumed.
    mixture: SeqIO mixture or task to train on; None: what holding out leaves.
    held_out: what must stay unseen: a cluster, see holdouts.holdout; or None.
    selection: Selection of what to take of the mixture; None takes all.
    mixing: Mixing, how its prompts are divided; None: by size.
    model: DecoderConfig; its vocab_size None is filled in from the vocabulary.
    mesh: sizes of the axes data, fsdp and tensor; None: see sharding.mesh_for_rows.
    topology: what the mesh is for, see hardware.topology; a dry run on other devices
      checks by arithmetic.
    rows, schedule: Rows and loop.Schedule.
    optimizer: keyword arguments of optim.optimizer.
    seed: of parameters, prompts and their order.
    vocabulary: file, see data.vocabulary; None: that of the run that is resumed, else
      FLAN_VOCABULARY.
    adapter: adapters.Adapter, what is trained beside INIT_FROM; None: all parameters.
    loss: losses.LossConfig; None: the plain cross-entropy.
    init_from: MODEL_DIR of the run whose last checkpoint gives the parameters.
    store_dir: of the prompt store, local or gs://; by default `store` under the TFDS
      data_dir.
    store_cache, store_cache_gb: folder of this machine for copies of what a gs://
      store_dir publishes, and how large it may grow; see data.tokens.host_cache.
    compilation_cache: folder of compiled programs, see compilation.keep.
    dev_steps: batches of the dev splits at every evaluation.
    held_out_examples: of each held-out dataset, when schedule.held_out_every looks.
    begin: whether a token begins each text; 'tokenizer': as the model's own tokenizer
      does, see data.ends; None: the same, and what a run is that is resumed.
    host_devices: number of virtual CPU devices, for each process its own.
    profile: 'FIRST:LAST', steps to trace, see profiling.window.
    leak_policy: what is done if the text of held-out examples is trained on, see
      text_overlap: 'report', 'drop' or 'stop'.
    leak_limit: the part of a dataset's test examples above which 'report' stops.
    step_deadline, progress_deadline: seconds after which a step, or what else there is,
      counts as hung and the process ends, see training.watchdog; 0: never.
    dry_run: stop after the checks.

  Raises:
    UserError: a value that a setting cannot have.
  """

  model_dir: str
  mixture: str | None
  held_out: str | None
  model: Any
  mesh: dict | None
  rows: Rows
  schedule: Any
  optimizer: dict
  seed: int
  selection: Any = None
  mixing: Any = None
  topology: str | None = None
  vocabulary: str | None = None
  adapter: Any = None
  loss: Any = None
  init_from: str | None = None
  store_dir: str | None = None
  store_cache: str | None = None
  store_cache_gb: float = 50.0
  compilation_cache: str | None = 'auto'
  dev_steps: int = 8
  held_out_examples: int = 16
  begin: bool | str | None = None
  host_devices: int | None = None
  profile: str | None = None
  leak_policy: str = 'report'
  leak_limit: float = 0.01
  step_deadline: float = 900.0
  progress_deadline: float = 3600.0
  dry_run: bool = False

  def __post_init__(self):
    settings.check_fields(self)

  @property
  def place(self) -> feeds.Place:
    """Where its prompt stores are."""
    return feeds.Place.of(self.store_dir, self.store_cache, self.store_cache_gb)

  @property
  def stores(self) -> str:
    """The folder of prompt stores."""
    return self.place.directory


@dataclasses.dataclass(frozen=True)
class Prepared:
  """A training run whose settings fit together: nothing expensive has been done.

  job: its settings, with what was found out filled in. found: the findings.Findings.
  run: run_file.Run. layout: layouts.Layout. update: the optax transformation. traced:
  first and last step to trace, or None.
  """

  job: Training
  found: findings.Findings
  run: Any
  layout: Any
  update: Any
  traced: tuple[int, int] | None


def train(job: Training, began: float | None = None) -> None:
  """Checks everything cheap first, then prepares prompts, then trains.

  began: seconds since 1970 when the command began, for the journal; None: now.

  Raises:
    UserError: whatever is wrong, before anything expensive where it can be known.
  """
  prepared = prepare(job)
  tell = _teller()
  tell(description.summary(prepared, job.schedule))
  tell(f'text: {prepared.found.text}')
  if job.dry_run:
    tell(prepared.layout.dry_run)
    return
  from flan_jax.runs import compilation

  tell(f'compiled programs: {compilation.keep(job.compilation_cache, job.model_dir)}')
  run(prepared, began)


def prepare(given: Training) -> Prepared:
  """Checks that the settings fit together, and with what is there already."""
  from flan_jax.training import checkpoint, optim, profiling, sharding

  sharding.host_devices(given.host_devices)
  found = findings.of(given)
  traced = profiling.window(given.profile, given.schedule.train_steps) if given.profile else None
  run = checkpoint.check_run(given.model_dir, found.run)
  job = dataclasses.replace(given, mixture=run.mixture, model=run.model, loss=run.loss, adapter=run.adapter)
  if job.init_from and (job.adapter or not checkpoint.steps(job.model_dir)):
    description.check_base(job.init_from, run)
    if not found.stores:
      description.check_unseen_by_base(job.init_from, run.held_out)
  if not found.stores:
    feeds.check_stores(run.tasks, job.place, job.rows, job.seed)
  layout = _layout(job)
  update = optim.optimizer(**job.optimizer)
  return Prepared(job, found, run, layout, update, traced)


def _layout(job: Training) -> Any:
  """The mesh, which rows, widths and attention have been checked to fit."""
  from flan_jax.training import layouts, sharding, step

  per_step, microbatches = job.rows.per_step, job.schedule.microbatches
  part = per_step // (1 if per_step % microbatches else microbatches)
  layout = layouts.chosen(job.mesh, job.topology, job.dry_run, part)
  sharding.check_widths(job.model, layout.shape)
  sharding.check_rows(per_step, layout.shape)
  step.check_microbatches(per_step, microbatches, layout)
  layouts.check_attention(job.model, layout, part, job.rows.row_length)
  return layout


def run(prepared: Prepared, began: float | None = None) -> None:
  """Builds the prompt stores that are missing, and trains. began: see `train`."""
  from flan_jax.training import events, multihost
  from flan_jax.training.liveness import heartbeats, lease, watchdog

  job, first = prepared.job, multihost.first()
  journal = events.Journal(job.model_dir, first)
  index, count, start = multihost.position()
  beats = heartbeats.Heartbeats(job.model_dir, index, count, start) if count > 1 else None
  deadlines = watchdog.Deadlines(job.step_deadline, job.progress_deadline)
  with (
    lease.held(job.model_dir, first) as mine,
    _goodput_told(job.model_dir),
    journal.started(began),
    watchdog.Watchdog(job.model_dir, deadlines, beats, mine.renew, journal),
  ):
    _run(prepared, journal)


@contextlib.contextmanager
def _goodput_told(model_dir: str) -> Iterator[None]:
  """A block that is the run: at its end, or when it stops to go on later, one line."""
  stopped = None
  try:
    yield
  except SystemExit as end:
    stopped = end
  found = goodput.of_run(model_dir)
  if found:
    _teller()(found.line)
  if stopped:
    raise stopped


def _run(prepared: Prepared, journal: Any) -> None:
  from flan_jax.runs import compilation
  from flan_jax.training import checkpoint, loop, optim, sharding
  from flan_jax.training.termination import Termination

  prepared, initial_params = begin_from.parameters(prepared)
  job, told, mesh, rows = prepared.job, prepared.run, prepared.layout.mesh, prepared.job.rows
  ours = sharding.local_rows(sharding.batch_sharding(mesh), rows.per_step)
  with Termination(lambda: f'prompts of finished tasks are kept in {job.stores}, {checkpoint.kept(job.model_dir)}'):
    ahead = compilation.ahead(prepared)
    opened = _stores(prepared, ahead and ahead.check)
    plan, feed = feeds.feed(opened[feeds.TRAIN], told.tasks, rows, job.seed, ours)
  _described(prepared, opened)
  with _voices() as (say, show):
    state = loop.train(
      loop.Job(
        job.model,
        prepared.update,
        mesh,
        feed,
        rows.per_step,
        job.schedule,
        job.model_dir,
        job.seed,
        learning_rate=optim.learning_rate_of(job.optimizer),
        initial_params=initial_params,
        adapter=job.adapter,
        dev_batches=_dev_feed(prepared, opened.get(feeds.DEV), ours),
        profile=prepared.traced,
        say=say,
        show=show,
        loss=job.loss,
        frozen=job.optimizer.get('frozen', ()),
        journal=journal,
        update=ahead and ahead.update,
        prompts_of=functools.partial(feeds.prompts_of, plan, opened[feeds.TRAIN]),
        held_out=_quick_scores(prepared),
      )
    )
  _conclude(job, int(state.step), plan, opened[feeds.TRAIN])


def _stores(prepared: Prepared, check: Callable[[], None] | None) -> Mapping[str, Mapping[str, Any]]:
  """Split -> task -> store: of train, and of dev if its loss is looked at."""
  job, tasks, opened = prepared.job, prepared.run.tasks, prepared.found.stores
  if opened:
    for split, stores in opened.items():
      feeds.tell_shortfalls(stores, split)
    return opened
  opened = {feeds.TRAIN: feeds.stores_of(tasks, feeds.TRAIN, job.place, job.rows, job.seed, check)}
  dev = feeds.dev_stores_of(tasks, job.place, job.rows, job.seed) if job.schedule.eval_every else {}
  return opened | ({feeds.DEV: dev} if dev else {})


def _dev_feed(prepared: Prepared, stores: Mapping[str, Any] | None, ours: Any) -> Callable[[], Any] | None:
  """The batches that dev losses are of, from the first; None: there are no such losses."""
  job = prepared.job
  if not stores:
    return None
  _, batches = feeds.feed(stores, prepared.run.tasks, job.rows, job.seed, ours, job.dev_steps)
  return lambda: batches(0)


def _described(prepared: Prepared, opened: Mapping[str, Mapping[str, Any]]) -> None:
  """Writes what the run is, tells what each cluster gets, and keeps what was found for later starts."""
  found = prepared.found
  shares = found.shares or description.shares(prepared.run.tasks, opened[feeds.TRAIN])
  description.write(prepared)
  _teller()(shares)
  if not found.stores:
    findings.keep(prepared.job, found, opened, shares)


def _quick_scores(prepared: Prepared) -> Callable[[Any], dict[str, float]] | None:
  """params -> quick scores of what is held out, or None. The tasks are registered when they are first asked."""
  from flan_jax.runs import in_training_eval

  found, job = prepared.found, prepared.job
  if not found.watched:
    return None
  return in_training_eval.scores(prepared.run, job.model, found.watched, job.held_out_examples, found.again)


def _conclude(job: Training, reached: int, plan: Any, stores: Mapping[str, Any]) -> None:
  """Writes what was drawn of each task, and says how far the run is."""
  from flan_jax.runs import report_inputs
  from flan_jax.training import multihost

  if multihost.first():
    report_inputs.write_drawn(job.model_dir, reached, plan.drawn(reached), feeds.shortfalls(stores))
  _teller()(_outcome(reached, job.schedule.train_steps, job.model_dir))


def _teller() -> Callable[[str], None]:
  """Prints on the first process."""
  from flan_jax.training import multihost

  return functools.partial(print, flush=True) if multihost.first() else _nothing


def _outcome(reached: int, train_steps: int, model_dir: str) -> str:
  if reached > train_steps:
    return f'nothing to do: {model_dir} is at step {reached}, TRAIN_STEPS = {train_steps}'
  if not train_steps:
    return f'nothing to do: TRAIN_STEPS = 0; {model_dir} has no checkpoint'
  return f'trained to step {reached}: {model_dir}'


def _nothing(*_) -> None:
  """What processes other than the first say."""


@contextlib.contextmanager
def _voices():
  """(say, show): for events, and for progress, which stays in place on a terminal."""
  from flan_jax.training import multihost

  if not multihost.first():
    yield _nothing, _nothing
    return
  if not sys.stdout.isatty():
    line = functools.partial(print, flush=True)
    yield line, line
    return
  from rich.console import Console

  console = Console()
  with console.status('compiling the training step') as status:
    yield console.print, status.update
