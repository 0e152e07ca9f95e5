# SPDX-License-Identifier: Apache-2.0
"""What a run is, how it is saved and resumed.

MODEL_DIR holds `run.json` (what the run is: model, vocabulary, mixture, lengths, seed,
optimizer), and `checkpoints/<step>/` with the items `params` and `progress` (step and
optimizer state), written by Orbax in the background. A run is resumed only as what it is.
A checkpoint that cannot be read is never deleted: who only reads uses the one before, a
run that goes on from the one before moves it to `checkpoints-unreadable/`.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
from typing import Any, Iterator, Mapping, Sequence

import jax
import orbax.checkpoint as ocp

from flan_jax.errors import notice, UserError
from flan_jax.model import decoder, losses
from flan_jax.settings import places
from flan_jax.training import differences, multihost, optim, reading, sharding
from flan_jax.training import state as state_lib
from flan_jax.training.run_file import lineage, read_run, Run, RUN_FILE, trained_tasks, write_run  # noqa: F401  a run and its checkpoints

FOLDER, UNREADABLE = places.RUN_FOLDERS  # the second is where Orbax does not look
_METADATA = '_CHECKPOINT_METADATA'  # of Orbax, in the folder of a step
_INDEX = 'manifest.ocdbt'  # of TensorStore, in the folder of an item
ITEMS = ('params', 'progress')  # apart, so that a model is loaded without its optimizer
# Of the model, what changes neither the parameters nor what they mean.
FREE = ('remat', 'scan', 'dtype', 'attention')


@dataclasses.dataclass(frozen=True)
class Loaded:
  """A checkpoint's parameters in their shards, with what they belong to."""

  config: decoder.DecoderConfig
  params: Any
  run: Run
  step: int


def manager(model_dir: str, keep: int | None = 3) -> ocp.CheckpointManager:
  """Orbax's manager of MODEL_DIR/checkpoints: asynchronous, keeps the last `keep`."""
  options = ocp.CheckpointManagerOptions(max_to_keep=keep, enable_async_checkpointing=True, create=True)
  return ocp.CheckpointManager(os.path.join(os.path.abspath(model_dir), FOLDER), options=options, item_names=ITEMS)


@contextlib.contextmanager
def opened(model_dir: str, keep: int | None) -> Iterator[ocp.CheckpointManager]:
  """The manager for a run; at the end waits until everything is written.

  Raises:
    UserError: what was being written could not be.
  """
  checkpoints = manager(model_dir, keep)
  try:
    yield checkpoints
  finally:
    with _write_errors_told(checkpoints):
      checkpoints.close()


def save(checkpoints: ocp.CheckpointManager, state: state_lib.State) -> None:
  """Starts writing the state under its step; returns once it may be overwritten.

  Raises:
    UserError: the step is not after those that are there, or a checkpoint cannot be
      written: this one, or the one before, which is waited for.
  """
  save_items(checkpoints, int(state.step), _items(state))


def save_items(checkpoints: ocp.CheckpointManager, step: int, items: Mapping) -> None:
  """`save` for other items than those of training."""
  args = {name: ocp.args.StandardSave(item) for name, item in items.items()}
  with _write_errors_told(checkpoints):
    accepted = checkpoints.save(step, args=ocp.args.Composite(**args))
  if not accepted:
    newest = checkpoints.latest_step()
    raise UserError(
      f'step {step} cannot be saved in {checkpoints.directory}: checkpoint {newest} is '
      'there, and only later steps are added. If it is of other work, move '
      f'{checkpoints.directory / str(newest)} elsewhere and run again'
    )


def finish(checkpoints: ocp.CheckpointManager, step: int) -> None:
  """Waits until everything is written.

  Raises:
    UserError: something could not be written, or the step is not there after all.
  """
  with _write_errors_told(checkpoints):
    checkpoints.wait_until_finished()
  folder = checkpoints.directory / str(step)
  if multihost.first() and not (folder / ITEMS[0]).is_dir():
    raise UserError(
      f'checkpoint {step} was written, yet there is no {folder}; see what else writes '
      f'or deletes there. The last one is {_last_step(checkpoints)}'
    )


def _last_step(checkpoints: ocp.CheckpointManager) -> str:
  there = steps(os.path.dirname(checkpoints.directory))
  return str(there[-1]) if there else 'not there either'


@contextlib.contextmanager
def _write_errors_told(checkpoints: ocp.CheckpointManager) -> Iterator[None]:
  try:
    yield
  except Exception as error:  # Orbax and TensorStore raise many types
    raise UserError(
      f'a checkpoint could not be written to {checkpoints.directory} '
      f'({reading.reason(error)}); see that the disk has room and can be written to, and '
      f'run again. The last checkpoint there is {_last_step(checkpoints)}'
    ) from error


def _items(state: state_lib.State) -> dict:
  return {'params': state.params, 'progress': {'step': state.step, 'optimizer': state.optimizer}}


def restore(checkpoints: ocp.CheckpointManager, target: state_lib.State) -> state_lib.State | None:
  """The last readable checkpoint, or None where there is none.

  target: shapes with shardings. A broken checkpoint is reported, the one before it
  serves, and the broken one is moved to `checkpoints-unreadable`, for the run will write
  its step again. Raises UserError if there are checkpoints but none is readable; then
  nothing is moved.
  """
  model_dir = os.path.dirname(checkpoints.directory)
  there = multihost.agreed(steps(model_dir))
  if not there:
    return None
  step, items = _newest(model_dir, there, _items(target))
  torn = [later for later in there if later > step]
  if torn:
    _set_aside(model_dir, torn)
    checkpoints.reload()
  return state_lib.State(params=items['params'], **items['progress'])


def _newest(model_dir: str, candidates: Sequence[int], targets: Mapping) -> tuple[int, dict]:
  """(step, items) of the last candidate that can be read; says which cannot be.

  Raises:
    UserError: none can be read.
  """
  why = ''
  for step in sorted(candidates, reverse=True):
    items, why = reading.items(_folder(model_dir, step), step, targets)
    if items is not None:
      if step < max(candidates):
        _tell(f'checkpoint {step} serves instead')
      return step, items
    _tell(f'checkpoint {step} in {os.path.join(model_dir, FOLDER)} cannot be read ({why})')
  raise UserError(
    f'none of the checkpoints {sorted(candidates)} in '
    f'{os.path.join(model_dir, FOLDER)} can be read ({why}); nothing was changed. Bring '
    'one back from a copy, or start in a new MODEL_DIR'
  )


def _tell(line: str) -> None:
  if multihost.first():
    notice(f'{line}')


def _set_aside(model_dir: str, torn: Sequence[int]) -> None:
  """Process 0 moves the checkpoints to where no step is looked for."""
  with multihost.first_goes_ahead(f'set aside {list(torn)}'):
    if not multihost.first():
      return
    for step in torn:
      source = _folder(model_dir, step)
      number, target = 1, os.path.join(model_dir, UNREADABLE, str(step))
      while os.path.lexists(target):
        number += 1
        target = os.path.join(model_dir, UNREADABLE, f'{step}-{number}')
      try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(source, target)
      except OSError as error:
        raise UserError(
          f'checkpoint {step} cannot be read, and {source} cannot be moved to {target} '
          f'({error.strerror}): step {step} could not be saved again. Move it away '
          'yourself, and run again'
        ) from None
      _tell(f'checkpoint {step} is now in {target}; nothing was deleted')


class Unreadable(UserError):
  """The very checkpoint that was asked for cannot be read."""


def load(path: str, step: int | None = None, mesh: jax.sharding.Mesh | None = None, fall_back: bool = False) -> Loaded:
  """Parameters of a run, in their shards.

  Args:
    path: a MODEL_DIR.
    step: of the checkpoint; None is the last that can be read, which is said where it is
      not the last.
    mesh: by default one device.
    fall_back: whether one before `step` may serve if that cannot be read.

  Raises:
    UserError: no run or no such checkpoint there, or none that can be read.
  """
  run = read_run(path)
  if run is None:
    raise UserError(f'{path} holds no run (no {RUN_FILE}); name the MODEL_DIR of one')
  last = check_step(path, step)
  mesh = mesh or sharding.mesh({}, jax.devices()[:1])
  config = run.model
  shapes = decoder.abstract_params(config)
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), shapes)
  targets = {'params': state_lib.abstract(shapes, placed)}
  if step is None or fall_back:
    candidates = multihost.agreed([one for one in steps(path) if one <= last])
    last, items = _newest(path, candidates, targets)
  else:
    found, why = reading.items(_folder(path, step), step, targets)
    if found is None:
      raise Unreadable(
        f'checkpoint {step} in {os.path.join(path, FOLDER)} cannot be read ({why}); '
        f'bring it back from a copy, or take another of {steps(path)}: leave the step '
        'out for the last one that can be read'
      )
    items = found
  return Loaded(config, items['params'], run, last)


def _folder(model_dir: str, step: int) -> str:
  return os.path.join(os.path.abspath(model_dir), FOLDER, str(step))


def steps(model_dir: str) -> list[int]:
  """Steps of the finished checkpoints, in order; needs no Orbax."""
  folder = os.path.join(model_dir, FOLDER)
  names = os.listdir(folder) if os.path.isdir(folder) else []
  return sorted(int(name) for name in names if name.isdecimal() and name == str(int(name)))


def kept(model_dir: str) -> str:
  """What there is to go on from, for people."""
  there = steps(model_dir)
  return f'{model_dir} has {f"checkpoint {there[-1]}" if there else "no checkpoint"}'


def looks_torn(model_dir: str, step: int) -> bool:
  """Whether a checkpoint is torn, at first sight; only reading it tells for sure."""
  sizes = [
    os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(_folder(model_dir, step)) for name in names
  ]
  return not sizes or 0 in sizes


def check_step(model_dir: str, step: int | None = None) -> int:
  """The step itself, or the last one. Raises UserError where there is none."""
  there = steps(model_dir)
  if not there or (step is not None and step not in there):
    wanted = 'no checkpoint' if step is None else f'no checkpoint of step {step}'
    problem = places.folder_problem(model_dir, False, places.RUN_FOLDERS)
    known = problem or f'it has {there or "none at all"}'
    raise UserError(f'{model_dir} has {wanted}; {known}')
  return there[-1] if step is None else step


def identity(model_dir: str, step: int) -> str:
  """Of a checkpoint, wherever its folder lies: what it is of, and when it was saved.

  Parameters can be read without Orbax's metadata, so if these are torn the index of the
  parameters tells the checkpoint from others.

  Raises:
    UserError: there is neither.
  """
  folder = _folder(model_dir, step)
  try:
    with open(os.path.join(folder, _METADATA), encoding='utf-8') as file:
      return f'{step} {json.load(file)["init_timestamp_nsecs"]}'
  except (OSError, ValueError, KeyError, TypeError):
    index = os.path.join(folder, ITEMS[0], _INDEX)
  try:
    with open(index, 'rb') as file:
      return f'{step} {hashlib.sha256(file.read()).hexdigest()[:16]}'
  except OSError as error:
    raise UserError(
      f'checkpoint {step} in {os.path.dirname(folder)} is torn: {index} cannot be read '
      f'({error.strerror}); bring it back from a copy, or name another step'
    ) from None


def check_same_model(base: decoder.DecoderConfig, model: decoder.DecoderConfig, base_dir: str) -> None:
  """Raises UserError unless the parameters of the base fit the model."""
  other = differences.settings(_shape(base), _shape(model))
  if other:
    raise UserError(
      f'the checkpoint in {base_dir} is of another model: {"; ".join(other)}. '
      'Choose the models/*.gin it was trained with'
    )


def _shape(model: decoder.DecoderConfig) -> dict:
  """What must agree; a field younger than the run has its default."""
  return {name: value for name, value in dataclasses.asdict(model).items() if name not in FREE}


def check_run(model_dir: str, run: Run) -> Run:
  """The run, with what a later version told of it in MODEL_DIR.

  Raises:
    UserError: MODEL_DIR belongs to a run of another configuration.
  """
  there = read_run(model_dir)
  if not there:
    return run
  changed = differences.prompts(there.prompts, run.prompts)
  data = {name for line, names in changed.items() if 'the data of' in line for name in names}
  other = differences.settings(_identity(there), _identity(run))
  other += differences.vocabulary(there.vocabulary, run.vocabulary)
  other += differences.tasks(there.tasks, run.tasks, data)
  prompts = differences.told(changed)
  if other or prompts:
    what = ['of another configuration: ' + '; '.join(other)] if other else []
    what += ['with other prompts: ' + '; '.join(prompts)] if prompts else []
    back = ['set the configuration as it was'] if other else []
    back += ['bring the text and the data back as they were'] if prompts else []
    begin = '' if other else (f', where INIT_FROM = {model_dir!r} begins with what this run has learnt')
    raise UserError(
      f'{model_dir} holds a run {"; and ".join(what)}. To go on with it, '
      f'{" and ".join(back)}; otherwise choose a new MODEL_DIR{begin}. Nothing was '
      'changed'
    )
  _tell_unknown(model_dir, there)
  return dataclasses.replace(run, others=there.others)


def _tell_unknown(model_dir: str, run: Run) -> None:
  """Runs of the first versions noted one digest a task, which tells nothing apart."""
  if any(not isinstance(told, Mapping) for told in run.prompts.values()):
    notice(
      f'the run in {model_dir} was begun by an earlier version of flan_jax, '
      'which did not note templates, code and data apart, so it cannot be checked '
      'that its prompts are still the same; it goes on with them as they are now'
    )


def _marks(run: Run) -> dict:
  """The tokens that end and begin a text; where they were read does not matter."""
  told = run.ends or {}
  ends = {'ends': list(told['ends'])} if told else {}
  return ends | {'beginning': list(told.get('beginning', []))}


def _identity(run: Run) -> dict:
  """The settings that must not change on resume. Paths may.

  What a run of an earlier version does not tell of was what is now the default.
  """
  names = 'data', 'mixture', 'held_out', 'seed', 'imported'
  return {
    'model': _shape(run.model),
    **{name: getattr(run, name) for name in names},
    'rows': dataclasses.asdict(run.rows),
    **_marks(run),
    'optimizer': optim.settings(run.optimizer),
    'loss': dataclasses.asdict(run.loss or losses.PLAIN),
  }
