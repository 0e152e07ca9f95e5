"""A training run, from its settings to its last checkpoint: instruction tuning or a base."""

import contextlib
import dataclasses
import functools
import os
import sys
from typing import Any

from flan_jax import settings
from flan_jax.data.tokenizers import tokenizer_files
from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request, feeds, registration
from flan_jax.training.rows import Rows

VOCABULARY_MULTIPLE = 128  # the table's rows, so that it divides over devices


def train(
    *, model_dir: str, mixture: str | None, held_out: str | None, model: Any,
    mesh: dict | None, rows: Rows, schedule: Any, optimizer: dict, seed: int,
    selection: Any = None, topology: str | None = None, vocabulary: str | None = None,
    loss: Any = None,
    init_from: str | None = None, store_dir: str | None = None, dev_steps: int = 8,
    held_out_examples: int = 16, begin: bool | str | None = None,
    host_devices: int | None = None, profile: str | None = None,
    dry_run: bool = False) -> None:
  """Checks everything cheap first, then prepares prompts, then trains.

  Args:
    model_dir: where the run lives; one that holds the same run is resumed.
    mixture: SeqIO mixture or task to train on; None: what holding out leaves.
    held_out: what must stay unseen: a cluster, see holdouts.holdout; or None.
    selection: Selection of what to take of the mixture; None takes all.
    model: DecoderConfig; its vocab_size None is filled in from the vocabulary.
    mesh: sizes of the axes data, fsdp and tensor; None: see sharding.mesh_for_rows.
    topology: what the mesh is for, see hardware.topology; a dry run on other devices
      checks by arithmetic.
    rows, schedule: Rows and loop.Schedule.
    optimizer: keyword arguments of optim.optimizer.
    seed: of parameters, prompts and their order.
    vocabulary: file, see data.vocabulary; None: that of the run that is resumed, else
      FLAN_VOCABULARY.
    loss: losses.LossConfig; None: the plain cross-entropy.
    init_from: MODEL_DIR of the run whose last checkpoint gives the parameters.
    store_dir: of the prompt store; by default `store` under the TFDS data_dir.
    dev_steps: batches of the dev splits at every evaluation.
    held_out_examples: of each held-out dataset, when schedule.held_out_every looks.
    begin: whether a token begins each text; 'tokenizer': as the model's own tokenizer
      does, see data.ends; None: the same, and what a run is that is resumed.
    host_devices: this many devices made of the processor, of each process its own.
    profile: 'FIRST:LAST', steps to trace, see profiling.window.
    dry_run: stop after the checks.

  Raises:
    UserError: whatever is wrong, before anything expensive where it can be known.
  """
  settings.check_call('train', locals())
  mixture, tasks = _checked_tasks(mixture, held_out, selection)
  words = use_vocabulary(vocabulary, model_dir, init_from, begin)
  feeds.check_vocabulary(tasks, words)
  from flan_jax.model import decoder, losses
  from flan_jax.runs import in_training_eval, report_inputs
  from flan_jax.training import (
    checkpoint,
    layouts,
    loop,
    multihost,
    optim,
    profiling,
    sharding,
    step,
  )
  from flan_jax.training.termination import Termination
  sharding.host_devices(host_devices)
  steps = profiling.window(profile, schedule.train_steps) if profile else None
  config, loss = _sized(model, words), loss or losses.PLAIN
  run = checkpoint.check_run(model_dir, _describe(
      config, words, model_dir, mixture, held_out, tasks, rows, optimizer, loss, seed,
      init_from))
  if init_from and not checkpoint.steps(model_dir):
    _check_base(init_from, run)
  store_dir = store_dir or os.path.join(_data_dir(), 'store')
  feeds.check_stores(tasks, store_dir, rows, seed)
  part = rows.per_step // (
      1 if rows.per_step % schedule.microbatches else schedule.microbatches)
  layout = layouts.chosen(mesh, topology, dry_run, part)
  sharding.check_widths(config, layout.shape)
  sharding.check_rows(rows.per_step, layout.shape)
  step.check_microbatches(rows.per_step, schedule.microbatches, layout)
  layouts.check_attention(config, layout, part, rows.row_length)
  rule, frozen = optim.optimizer(**optimizer), optimizer.get('frozen', ())
  optim.is_frozen(decoder.abstract_params(config), frozen)
  tell = functools.partial(print, flush=True) if multihost.first() else _nothing
  watched = in_training_eval.prepared(
      held_out, held_out_examples) if schedule.held_out_every else None
  tell(_summary(run, layout, rows, schedule))
  if dry_run:
    checked = 'everything' if layout.here else 'all that can be seen from here'
    tell(f'dry run: {checked} checked, nothing started')
    return
  layout = layout.mesh
  ours = sharding.local_rows(sharding.batch_sharding(layout), rows.per_step)
  with Termination(lambda: f'prompts of finished tasks are kept in {store_dir}, '
                           f'{checkpoint.kept(model_dir)}'):
    plan, stores, feed = feeds.feed(tasks, 'train', store_dir, rows, seed, ours)
    dev = feeds.dev_feed(tasks, store_dir, rows, seed, ours, dev_steps, schedule)
  if multihost.first():
    checkpoint.write_run(model_dir, run.to_json())
    evaluation_request.keep_vocabulary(model_dir, words)
    tokenizer_files.keep(model_dir, words.path, init_from)
    _write_operative_gin(model_dir)
  asked = ('learning_rate', 'schedule', 'warmup_steps', 'decay_steps')
  rate = optim.learning_rate_at(**{k: optimizer[k] for k in asked if k in optimizer})
  with _voices() as (say, show):
    state = loop.train(loop.Job(
        config, rule, layout, feed, rows.per_step, schedule, model_dir, seed,
        learning_rate=rate, initial_params=_base_params(init_from, layout),
        dev_batches=dev, profile=steps, say=say, show=show, loss=loss, frozen=frozen,
        held_out=watched and in_training_eval.scores(
            run, config, watched, held_out_examples)))
  reached = int(state.step)
  if multihost.first():
    report_inputs.write_drawn(model_dir, reached, plan.drawn(reached), feeds.shortfalls(stores))
  tell(_outcome(reached, schedule.train_steps, model_dir))


def _checked_tasks(
    mixture: str | None, held_out: str | None, selection=None) -> tuple[str, dict]:
  """The mixture and its rates, after the leak check; all its data is there."""
  registration.load_tasks()
  from flan_jax.data import holdouts
  if held_out:
    holdouts.check(held_out)
  mixture = mixture or holdouts.mixture(held_out)
  holdouts.assert_agreement(mixture, held_out)
  if selection:
    mixture = selection.apply(mixture)
  holdouts.assert_unseen(mixture, held_out)
  return mixture, holdouts.rates(mixture)


def _outcome(reached: int, train_steps: int, model_dir: str) -> str:
  if reached > train_steps:
    return (f'nothing to do: {model_dir} is at step {reached}, TRAIN_STEPS = '
            f'{train_steps}')
  if not train_steps:
    return f'nothing to do: TRAIN_STEPS = 0; {model_dir} has no checkpoint'
  return f'trained to step {reached}: {model_dir}'


def use_vocabulary(
    path: str | None, model_dir: str | None, init_from: str | None,
    begin: bool | str | None):
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
  words.use(words.path, ends.begun(begin))
  return words


def _sized(model, words):
  rows = -(-words.vocab_size // VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE
  if model.vocab_size is not None and model.vocab_size < words.vocab_size:
    raise UserError(
        f'the model has {model.vocab_size} token rows, the vocabulary {words.path} has '
        f'{words.vocab_size} tokens; leave vocab_size out, or raise it')
  return dataclasses.replace(model, vocab_size=model.vocab_size or rows)


def _describe(
    config, words, model_dir, mixture, held_out, tasks, rows, optimizer, loss, seed,
    init_from):
  import flan_jax
  from flan_jax.data.sample_data import embedded_marker
  from flan_jax.training import optim, run_file
  return run_file.Run(
      version=flan_jax.__version__, data=embedded_marker.origin(_data_dir()),
      mixture=mixture, held_out=held_out, tasks=tasks, model=config,
      vocabulary=evaluation_request.described_vocabulary(words, model_dir),
      ends=evaluation_request.described_ends(words, model_dir), rows=rows,
      optimizer=optim.settings(optimizer), loss=loss, seed=seed,
      prompts={name: _prompts(name, rows, seed) for name in tasks},
      init_from=os.path.abspath(init_from) if init_from else None)


def _prompts(name: str, rows: Rows, seed: int) -> dict:
  """What decides the prompts of a task, part by part, besides the settings of the run."""
  import seqio

  from flan_jax.data import vocabulary
  from flan_jax.data.code import identity
  from flan_jax.data.tokens import store
  task = seqio.TaskRegistry.get(name)
  settings = store.Settings(**feeds.store_settings(name, rows, seed))
  decides = store.location(task, 'train', '', settings)[1]
  own = task.output_features['targets'].vocabulary is not vocabulary.FLAN
  return {'format': decides['format'], 'data': decides['source'],
          **({'vocabulary': decides['vocabulary']} if own else {}),
          **identity.of_task(name)}


def _check_base(init_from: str, run: Any) -> None:
  from flan_jax.training import checkpoint
  base = checkpoint.read_run(init_from)
  if base is None:
    raise UserError(f'INIT_FROM = {init_from!r} holds no run; name the MODEL_DIR of one')
  checkpoint.check_step(init_from)
  if base.vocabulary.hash not in ('', run.vocabulary.hash):
    kept = evaluation_request.kept_vocabulary(init_from, base.vocabulary)
    copy = f', of which {kept} is a copy' if kept else ''
    raise UserError(
        f'INIT_FROM = {init_from!r} was trained with the vocabulary '
        f'{base.vocabulary.path}, this run uses {run.vocabulary.path}, which '
        f'is another; set VOCABULARY to the first{copy}')
  checkpoint.check_same_model(base.model, run.model, init_from)
  from flan_jax.data import holdouts
  leaked = holdouts.seen(checkpoint.trained_tasks(init_from), run.held_out)
  if leaked:
    raise UserError(
        f'{run.held_out} is held out, yet INIT_FROM = {init_from!r} was trained on '
        f'{", ".join(dict.fromkeys(leaked))}; begin from another run')


def _base_params(init_from: str | None, layout):
  if not init_from:
    return None
  from flan_jax.training import checkpoint
  return lambda: checkpoint.load(init_from, mesh=layout).params


def _data_dir() -> str:
  from flan_jax.data import splits
  return splits.data_dir()


def _write_operative_gin(model_dir: str) -> None:
  """The configuration as gin read it, for people; run.json is what programs read."""
  if 'gin' not in sys.modules:
    return
  import gin
  with open(os.path.join(model_dir, 'config.gin'), 'w', encoding='utf-8') as file:
    file.write(gin.config_str())


def _summary(run: Any, layout, rows: Rows, schedule) -> str:
  from flan_jax.model import decoder
  count = decoder.count_parameters(decoder.abstract_params(run.model), embeddings=False)
  total = sum(run.tasks.values())
  sizes = ' x '.join(f'{axis} {size}' for axis, size in layout.shape.items())
  return '\n'.join([
      f'data: {run.data} ({_data_dir()})',
      f'mixture: {run.mixture}, {len(run.tasks)} tasks, rates sum to {total:,.0f}; '
      f'held out: {run.held_out or "nothing"}',
      f'model: {count:,} parameters without embeddings, {run.model.vocab_size:,} token rows; '
      f'vocabulary: {run.vocabulary.path}',
      _ends(),
      f'mesh: {sizes}; {schedule.train_steps:,} steps of {rows.per_step} rows x '
      f'{rows.row_length:,} tokens, {rows.target_slots:,} targets a row',
      *[f'NOTE: {note}' for note in (layout.note, _unknown_base(run)) if note]])


def _ends() -> str:
  from flan_jax.data.vocabulary import FLAN
  return FLAN.ends.described(FLAN.piece)


def _unknown_base(run: Any) -> str | None:
  from flan_jax.evaluation import groups
  base = run.init_from
  if not (base and run.held_out) or evaluation_request.training(base) == groups.KNOWN:
    return None
  return (f'what the parameters of {base} were trained on is not known: '
          f'{run.held_out} is held out of this run, and may have been seen before it')


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
