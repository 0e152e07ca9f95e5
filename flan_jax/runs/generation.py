# SPDX-License-Identifier: Apache-2.0
"""Continuations of prompts by a run: the model that is opened, and files that are written."""

import contextlib
import dataclasses
import sys
from typing import Any, Mapping, Sequence

from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request, progress


@dataclasses.dataclass(frozen=True)
class Model:
  """What continues prompts.

  run: that of MODEL_DIR, which says how prompts become tokens. path, step: of the
  parameters, which may be those the run began from. mesh: to spread them over. asked:
  whether this very step was asked for; else one before it may serve.
  """

  run: Any
  path: str
  step: int
  mesh: Any = None
  asked: bool = False

  def load(self) -> Any:
    from flan_jax.training import checkpoint

    return checkpoint.load(self.path, self.step, self.mesh, not self.asked)

  def encoding(self) -> Any:
    from flan_jax.data.encoding import Encoding

    return Encoding.of(self.run)


def open_model(
  model_dir: str,
  *,
  step: int | None = None,
  untuned: bool = False,
  vocabulary: str | None = None,
  mesh: Mapping[str, int] | None = None,
  host_devices: int | None = None,
  begin: bool | None = None,
  compilation_cache: str | None = 'auto',
) -> Model:
  """Checks all but the parameters of a run, whose vocabulary is then in force.

  Args:
    step: of the checkpoint, None for the last.
    untuned: the run's INIT_FROM instead; a model that was never tuned is that itself.
    vocabulary: file; None is the one the run was trained with.
    mesh: sizes of the axes data, fsdp and tensor; None: all devices have rows of their
      own. host_devices: made of the processor.
    begin: whether a token begins each text; None: as the run was trained.
    compilation_cache: folder of compiled programs, see compilation.keep.

  Raises:
    UserError: no such run, step or vocabulary, or a mesh that the devices do not make.
  """
  from flan_jax.runs import compilation
  from flan_jax.training import checkpoint

  run, path = evaluation_request.read_run(model_dir, f'--model_dir={model_dir}'), model_dir
  if untuned and not evaluation_request.never_tuned(model_dir):
    path = _begun_from(run, model_dir)
  chosen = checkpoint.check_step(path, step)
  run = evaluation_request.use_vocabulary(vocabulary, run, model_dir, '--vocabulary=FILE', begin)
  devices = _devices(mesh, host_devices)
  compilation.keep(compilation_cache, model_dir)
  run = run if path == model_dir else run.without_soft_prompt()
  return Model(run, path, chosen, devices, step is not None)


def _begun_from(run: Any, model_dir: str) -> str:
  from flan_jax.training import checkpoint

  if not run.init_from:
    raise UserError(
      f'the run in {model_dir} began from scratch (no INIT_FROM), so there is no untuned model; leave --untuned out'
    )
  if checkpoint.read_run(run.init_from) is None:
    raise UserError(
      f'INIT_FROM of the run in {model_dir} was {run.init_from!r}, which holds '
      'no run any more; bring it back, or leave --untuned out'
    )
  return run.init_from


def _devices(mesh: Mapping[str, int] | None, host_devices: int | None):
  from flan_jax.training import sharding

  sharding.host_devices(host_devices)
  return sharding.mesh_where_asked(mesh)


def write(model: Model, prompts: Any, output: str, asked: Any, overwrite: bool = False) -> None:
  """Continues the prompts of a file, or those that the output does not have yet.

  Args:
    prompts: as prompt_files.read gives them.
    output: file; see inference.prompt_files.
    asked: text_generation.Asked; plain None: if the model was never tuned.
    overwrite: begin the file again.

  Raises:
    UserError: whatever is wrong, before the model is loaded.
  """
  from flan_jax.training import multihost

  asked = settled(model, asked)
  ids, shortened = tokens(model, prompts.texts, asked, f'{prompts.name}, line')
  model, loaded = (model, None) if overwrite else _opened(model, output)
  if not (loaded or _is_known(model)):
    loaded = model.load()
    model = dataclasses.replace(model, step=loaded.step)
  told = _told(model, prompts, asked)
  done = _written(output, told, len(ids), overwrite)
  if done < len(ids):
    loaded = loaded or model.load()  # before the file is touched
    if loaded.step != model.step:  # which cannot be read
      told = _told(dataclasses.replace(model, step=loaded.step), prompts, asked)
      done = _written(output, told, len(ids), overwrite)
    with _grown(output, told, done) as file:
      _grow(model, loaded, prompts.records, ids, asked, done, file)
  if multihost.first():
    _report(output, len(ids), done, shortened, model.encoding().inputs_length)


def settled(model: Model, asked: Any) -> Any:
  """With `plain` decided: a model that never saw a separator is not asked with one."""
  from flan_jax.training import multihost

  if asked.plain is not None:
    return asked
  plain = evaluation_request.never_tuned(model.path)
  if plain and multihost.first():
    print(
      f'NOTE: the model in {model.path} was never tuned on prompts, so it goes on with '
      'the text itself (plain); --no-plain asks it with the separator of tuned models',
      file=sys.stderr,
    )
  return dataclasses.replace(asked, plain=plain)


def tokens(model: Model, texts: Sequence[str], asked: Any, name: str = 'prompt') -> Any:
  """Returns the ids of the prompts, and how many were shortened."""
  from flan_jax.inference import text_generation

  return text_generation.tokens(texts, model.encoding(), asked.plain, name)


def _opened(model: Model, output: str) -> tuple[Model, Any]:
  """(the model at the step that serves, its parameters or None while nobody asked).

  The parameters are only read if the output was begun with an older checkpoint: the
  last one may not be readable, and then the file is gone on with as it was begun.
  """
  from flan_jax.inference import prompt_files
  from flan_jax.training import checkpoint, multihost

  begun = prompt_files.step(output)
  [begun] = multihost.agreed([model.step if begun is None else begun])
  if model.asked or begun >= model.step or begun not in checkpoint.steps(model.path):
    return model, None
  loaded = model.load()
  return dataclasses.replace(model, step=loaded.step), loaded


def _is_known(model: Model) -> bool:
  """Whether `_told` can name the checkpoint, on every process.

  Of an empty folder it cannot. If that very step was asked for, `_told` says why; else
  the checkpoint that serves instead is known once it is loaded.
  """
  from flan_jax.training import checkpoint, multihost

  if model.asked:
    return True
  try:
    checkpoint.identity(model.path, model.step)
  except UserError:
    return multihost.everywhere(False)
  return multihost.everywhere(True)


def _told(model: Model, prompts, asked) -> dict:
  """What the continuations depend on; not where the files lie."""
  from flan_jax.training import checkpoint

  beginning = list(model.encoding().beginning)
  plain = {'blanks': 'kept'} if asked.plain else {}
  plain |= {'beginning': beginning} if asked.plain or beginning else {}
  return {
    'step': model.step,
    'checkpoint': checkpoint.identity(model.path, model.step),
    'prompt_tokens': model.encoding().inputs_length,
    'separator': '' if asked.plain else model.encoding().separators[0],
    'input_sha256': prompts.digest,
    'field': prompts.field,
    'samples': asked.samples,
    **dataclasses.asdict(asked.settings),
    **plain,
  }


def _written(output: str, told: Mapping, total: int, overwrite: bool) -> int:
  """How many process 0 finds written. A mistake ends all: one would wait for others."""
  from flan_jax.inference import prompt_files
  from flan_jax.training import multihost

  done, mistake = 0, None
  with multihost.first_goes_ahead('generate'):
    if multihost.first() and not overwrite:
      try:
        done = prompt_files.written(output, told, total)
      except UserError as error:
        done, mistake = -1, error
  mine = list(bytes.fromhex(told['input_sha256']))
  if not multihost.everywhere(multihost.agreed(mine) == mine):
    raise UserError('--input is not the same file for all processes; copy it to every host')
  [done] = multihost.agreed([done])
  if done < 0:
    raise mistake or UserError(f'process 0 does not go on with {output}, and says why')
  return done


def _grown(output: str, told: Mapping, done: int):
  from flan_jax.inference import prompt_files
  from flan_jax.training import multihost

  return prompt_files.grown(output, told, done) if multihost.first() else contextlib.nullcontext()


def _grow(model, loaded, records, ids, asked, done: int, file) -> None:
  """Group by group, each written as soon as it is there."""
  from flan_jax.inference import prompt_files, scoring, text_generation

  size = text_generation.group(ids, asked, scoring.row_parts(model.mesh))
  end_ids = model.encoding().end_ids()
  with _progress(done * asked.samples, len(ids) * asked.samples) as advance:
    for start in range(done, len(ids), size):
      outputs = text_generation.continued(loaded, ids[start : start + size], asked, end_ids, start, advance)
      if file:
        prompt_files.append(file, records[start : start + size], outputs, start)


@contextlib.contextmanager
def _progress(done: int, total: int):
  from flan_jax.training import multihost

  if not multihost.first():
    yield None
    return
  with progress.progress('continuations', total) as advance:
    if done:
      advance(done, 'were there')
    yield advance


def _report(output: str, total: int, done: int, shortened: int, length: int) -> None:
  there = f', {done:,} of them were there' if done else ''
  print(f'{output}: continuations of {total:,} prompts{there}')
  if shortened:
    print(
      f'NOTE: of {shortened:,} prompts only the end was read; the run takes at most {length:,} tokens', file=sys.stderr
    )
