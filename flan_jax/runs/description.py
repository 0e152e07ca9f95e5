# SPDX-License-Identifier: Apache-2.0
"""What a training run is: for run.json, and in words for who starts it."""

import sys
from typing import Any, Mapping

from flan_jax import storage
from flan_jax.data.tokenizers import kept_vocabulary, tokenizer_files
from flan_jax.errors import UserError
from flan_jax.evaluation import groups
from flan_jax.public_models import base_card
from flan_jax.runs import evaluation_request, feeds, public_folders
from flan_jax.training.rows import Rows


def describe(job: Any, words: Any, tasks: Mapping[str, float], overlap: Any = None) -> Any:
  """What the run of a training.Training is, a run_file.Run.

  tasks: the mixing rate of each. overlap: a run_file.TextOverlap, or None. Its mixture, model
  and loss are filled in.
  """
  import flan_jax
  from flan_jax.data import datasets, splits
  from flan_jax.data.prepare import records
  from flan_jax.training import optim, run_file

  read = [datasets.get(name).tfds for name in tasks if name in datasets.every()]
  return run_file.Run(
    version=flan_jax.__version__,
    data=records.origin(splits.data_dir(), read),
    sources=records.sources(splits.data_dir(), read),
    mixture=job.mixture,
    held_out=job.held_out,
    tasks=tasks,
    model=job.model,
    vocabulary=evaluation_request.described_vocabulary(words, job.model_dir),
    ends=evaluation_request.described_ends(words, job.model_dir),
    rows=job.rows,
    optimizer=optim.settings(job.optimizer),
    loss=job.loss,
    adapter=job.adapter,
    seed=job.seed,
    prompts={name: _prompts(name, job.rows, job.seed) for name in tasks},
    overlap=overlap,
    init_from=storage.absolute(job.init_from) if job.init_from else None,
    public_base=public_folders.told(job.init_from) if job.init_from else None,
  )


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
  return {
    'format': decides['format'],
    'data': decides['source'],
    **({'vocabulary': decides['vocabulary']} if own else {}),
    **identity.of_task(name),
  }


def check_base(init_from: str, run: Any) -> None:
  """Raises UserError unless the run can begin from the parameters of INIT_FROM."""
  from flan_jax.model import adapters
  from flan_jax.training import checkpoint

  base = checkpoint.read_run(init_from)
  if base is None:
    hint = base_card.download_hint(init_from)
    raise UserError(f'INIT_FROM = {init_from!r} holds no run; name the MODEL_DIR of one, or a public model{hint}')
  checkpoint.check_step(init_from)
  if base.vocabulary.hash not in ('', run.vocabulary.hash):
    kept = kept_vocabulary.copy(init_from, base.vocabulary)
    copy = f', of which {kept} is a copy' if kept else ''
    raise UserError(
      f'INIT_FROM = {init_from!r} was trained with the vocabulary '
      f'{base.vocabulary.path}, this run uses {run.vocabulary.path}, which '
      f'is another; set VOCABULARY to the first{copy}'
    )
  checkpoint.check_same_model(base.model, run.model, init_from)
  if base.adapter and base.adapter.kind == adapters.PROMPT:
    raise UserError(
      f'INIT_FROM = {init_from!r} is a run of ADAPTER = {base.adapter.kind!r}, and a soft prompt is no part '
      f'of the parameters: begin from its base, {base.init_from}'
    )


def check_unseen_by_base(init_from: str, held_out: str | None) -> None:
  """The leak check of INIT_FROM: raises UserError if what is held out was trained on there."""
  from flan_jax.data import holdouts
  from flan_jax.training import checkpoint

  leaked = holdouts.seen(checkpoint.trained_tasks(init_from), held_out)
  if leaked:
    raise UserError(
      f'{held_out} is held out, yet INIT_FROM = {init_from!r} was trained on '
      f'{", ".join(dict.fromkeys(leaked))}; begin from another run'
    )


def summary(prepared: Any, schedule: Any) -> str:
  """What is printed before the run of a training.Prepared begins."""
  from flan_jax.model import decoder

  run, layout, rows = prepared.run, prepared.layout, prepared.run.rows
  count = decoder.count_parameters(decoder.abstract_params(run.model), embeddings=False)
  total = sum(run.tasks.values())
  sizes = ' x '.join(f'{axis} {size}' for axis, size in layout.shape.items())
  return '\n'.join(
    [
      f'data: {run.data} ({prepared.found.data_dir})',
      f'mixture: {run.mixture}, {len(run.tasks)} tasks, rates sum to {total:,.0f}; '
      f'held out: {run.held_out or "nothing"}',
      f'model: {count:,} parameters without embeddings, {run.model.vocab_size:,} token rows; '
      f'vocabulary: {run.vocabulary.path}',
      prepared.found.ends,
      f'mesh: {sizes}; {schedule.train_steps:,} steps of {rows.per_step} rows x '
      f'{rows.row_length:,} tokens, {rows.target_slots:,} targets a row',
      *[f'NOTE: {note}' for note in (layout.note, _unknown_base(run)) if note],
    ]
  )


def _unknown_base(run: Any) -> str | None:
  base = run.init_from
  if not (base and run.held_out) or evaluation_request.training(base) == groups.KNOWN:
    return None
  return (
    f'what the parameters of {base} were trained on is not known: '
    f'{run.held_out} is held out of this run, and may have been seen before it'
  )


def shares(tasks: Mapping[str, float], stores: Mapping[str, Any]) -> str:
  """The table of what each cluster gets of the prompts in the stores of tasks."""
  from flan_jax.data.mixing import table

  return table.text(tasks, {name: store.lengths for name, store in stores.items()})


def write(prepared: Any) -> None:
  """Writes what the run of a training.Prepared is into MODEL_DIR.

  run.json, copies of the vocabulary's files, config.gin: by the first process.
  """
  from flan_jax.training import checkpoint, multihost

  if not multihost.first():
    return
  folder, run = prepared.job.model_dir, prepared.run
  checkpoint.write_run(folder, run.to_json())
  kept_vocabulary.keep(folder, run.vocabulary)
  tokenizer_files.keep(folder, run.vocabulary.path, prepared.job.init_from)
  _write_operative_gin(folder)


def _write_operative_gin(model_dir: str) -> None:
  """The configuration as gin read it, for people; run.json is what programs read."""
  if 'gin' not in sys.modules:
    return
  import gin

  storage.write_whole(storage.join(model_dir, 'config.gin'), gin.config_str())
