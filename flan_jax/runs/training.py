# SPDX-License-Identifier: Apache-2.0
"""A training run, from its settings to its last checkpoint: instruction tuning or a base."""

import contextlib
import dataclasses
import functools
import sys
from typing import Any, Callable, Iterator, Mapping

from flan_jax import settings
from flan_jax.errors import UserError
from flan_jax.runs import begin_from, description, evaluation_request, feeds, goodput, registration, text_overlap
from flan_jax.training.rows import Rows

VOCABULARY_MULTIPLE = 128  # the table's rows, so that it divides over devices


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

  run: run_file.Run. words: the vocabulary. layout: layouts.Layout. update: the optax
  transformation. watched: the held-out datasets that quick scores are of, or None.
  traced: first and last step to trace, or None. text: what to tell of held-out text.
  """

  job: Training
  run: Any
  words: Any
  layout: Any
  update: Any
  watched: Mapping[str, str] | None
  traced: tuple[int, int] | None
  text: str = ''


def train(job: Training, began: float | None = None) -> None:
  """Checks everything cheap first, then prepares prompts, then trains.

  began: seconds since 1970 when the command began, for the journal; None: now.

  Raises:
    UserError: whatever is wrong, before anything expensive where it can be known.
  """
  prepared = prepare(job)
  tell = _teller()
  tell(description.summary(prepared.run, prepared.layout, job.schedule))
  tell(f'text: {prepared.text}')
  if job.dry_run:
    tell(prepared.layout.dry_run)
    return
  from flan_jax.runs import compilation

  tell(f'compiled programs: {compilation.keep(job.compilation_cache, job.model_dir)}')
  run(prepared, began)


def prepare(job: Training) -> Prepared:
  """Checks that the settings fit together, and with what is there already."""
  mixture, tasks = _checked_tasks(job)
  words = use_vocabulary(job.vocabulary, job.model_dir, job.init_from, job.begin)
  feeds.check_vocabulary(tasks, words)
  from flan_jax.model import losses
  from flan_jax.runs import in_training_eval
  from flan_jax.training import checkpoint, optim, profiling, sharding

  sharding.host_devices(job.host_devices)
  traced = profiling.window(job.profile, job.schedule.train_steps) if job.profile else None
  job = dataclasses.replace(job, mixture=mixture, model=_sized(job.model, words), loss=job.loss or losses.PLAIN)
  job = begin_from.with_adapter(job, words)
  tasks, overlap, text = text_overlap.checked(job, tasks)
  told = checkpoint.check_run(job.model_dir, description.describe(job, words, tasks, overlap))
  if job.init_from and (job.adapter or not checkpoint.steps(job.model_dir)):
    description.check_base(job.init_from, told)
  feeds.check_stores(tasks, job.place, job.rows, job.seed)
  layout = _layout(job)
  update = optim.optimizer(**job.optimizer)
  watched = in_training_eval.prepared(job.held_out, job.held_out_examples) if job.schedule.held_out_every else None
  return Prepared(job, told, words, layout, update, watched, traced, text)


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
  from flan_jax.runs import compilation, in_training_eval
  from flan_jax.training import checkpoint, loop, optim, sharding
  from flan_jax.training.termination import Termination

  prepared, initial_params = begin_from.parameters(prepared)
  job, told, mesh, rows = prepared.job, prepared.run, prepared.layout.mesh, prepared.job.rows
  ours = sharding.local_rows(sharding.batch_sharding(mesh), rows.per_step)
  with Termination(lambda: f'prompts of finished tasks are kept in {job.stores}, {checkpoint.kept(job.model_dir)}'):
    ahead = compilation.ahead(prepared)
    plan, stores, feed = feeds.feed(told.tasks, 'train', job.place, rows, job.seed, ours, check=ahead and ahead.check)
    dev = feeds.dev_feed(told.tasks, job.place, rows, job.seed, ours, job.dev_steps, job.schedule)
  description.write(prepared, stores)
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
        dev_batches=dev,
        profile=prepared.traced,
        say=say,
        show=show,
        loss=job.loss,
        frozen=job.optimizer.get('frozen', ()),
        journal=journal,
        update=ahead and ahead.update,
        prompts_of=functools.partial(feeds.prompts_of, plan, stores),
        held_out=prepared.watched and in_training_eval.scores(told, job.model, prepared.watched, job.held_out_examples),
      )
    )
  _conclude(job, int(state.step), plan, stores)


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


def _checked_tasks(job: Training) -> tuple[str, dict]:
  """The mixture and its rates, after the leak check; all its data is there."""
  registration.load_tasks()
  from flan_jax.data import holdouts

  held_out = job.held_out
  if held_out:
    holdouts.check(held_out)
  mixture = job.mixture or holdouts.mixture(held_out)
  holdouts.assert_agreement(mixture, held_out)
  if job.selection:
    mixture = job.selection.apply(mixture)
  if job.mixing:
    mixture = job.mixing.apply(mixture, held_out)
  holdouts.assert_unseen(mixture, held_out)
  return mixture, holdouts.rates(mixture)


def _outcome(reached: int, train_steps: int, model_dir: str) -> str:
  if reached > train_steps:
    return f'nothing to do: {model_dir} is at step {reached}, TRAIN_STEPS = {train_steps}'
  if not train_steps:
    return f'nothing to do: TRAIN_STEPS = 0; {model_dir} has no checkpoint'
  return f'trained to step {reached}: {model_dir}'


def use_vocabulary(path: str | None, model_dir: str | None, init_from: str | None, begin: bool | str | None):
  """Puts in force what is named, else what a run that is resumed was trained with.

  What ends and begins its texts is that of the run that is resumed, else of the one that
  it begins from, else of the vocabulary's folder; with BEGIN. Returns the vocabulary.
  """
  from flan_jax.data import vocabulary
  from flan_jax.data.tokenizers import ends as ends_lib
  from flan_jax.training import checkpoint

  words, run = vocabulary.FLAN, model_dir and checkpoint.read_run(model_dir)
  resumed = path or run and evaluation_request.resumed_vocabulary(run, model_dir)
  words.use(resumed or words.path)  # in force before or not: with ends of its own
  words.inner  # loads it: a broken file is an error now, not later
  known = run or init_from and checkpoint.read_run(init_from)
  if known and known.vocabulary.hash != words.content_hash:
    known = None  # which is an error, but not here
  ends = known and ends_lib.of_run(known.ends, known.imported, words.words) or words.ends
  words.use(words.path, ends.prompted(()).begun(begin))
  return words


def _sized(model, words):
  rows = -(-words.vocab_size // VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE
  if model.vocab_size is not None and model.vocab_size < words.vocab_size:
    raise UserError(
      f'the model has {model.vocab_size} token rows, the vocabulary {words.path} has '
      f'{words.vocab_size} tokens; leave vocab_size out, or raise it'
    )
  return dataclasses.replace(model, vocab_size=model.vocab_size or rows)


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
