# SPDX-License-Identifier: Apache-2.0
"""Saving and resuming a run.

MODEL_DIR holds `run.json` (the run's definition: model, vocabulary, mixture, lengths,
seed, optimizer), and `checkpoints/<step>/` with the items `params` and `progress` (step
and optimizer state) and the checksums of their files, written by Orbax in the background.
A run resumes only if its definition is unchanged. A checkpoint that is unreadable, or
whose checksums differ, is never deleted: readers use the previous one; a run that resumes
from the previous one moves it to `checkpoints-unreadable/`. MODEL_DIR may be gs://bucket/run.
"""

import contextlib
import dataclasses
import functools
from typing import Any, Iterator, Mapping, Sequence

import jax
import orbax.checkpoint as ocp
from etils import epath

from flan_jax import storage
from flan_jax.errors import notice, UserError
from flan_jax.model import adapters, decoder, losses
from flan_jax.training import arrays, checksums, differences, multihost, optim, reading, sharding, step_folders
from flan_jax.training import state as state_lib
from flan_jax.training.formats import foreign
from flan_jax.training.run_file import lineage, read_run, Run, RUN_FILE, trained_tasks, write_run  # noqa: F401  a run and its checkpoints
from flan_jax.training.step_folders import check_step, FOLDER, identity, ITEMS, kept, looks_torn, steps, UNREADABLE  # noqa: F401

# Model settings that change neither the parameters nor their meaning.
FREE = ('remat', 'scan', 'dtype', 'attention')


@dataclasses.dataclass(frozen=True)
class Loaded:
  """A checkpoint's sharded parameters, with the settings that belong to them."""

  config: decoder.DecoderConfig
  params: Any
  run: Run
  step: int


class _Manager(ocp.CheckpointManager):
  """Adds checksums to each checkpoint before it is committed."""

  def __init__(self, folder: epath.Path, keep: int | None, at_once: int | None):
    options = ocp.CheckpointManagerOptions(
      max_to_keep=keep,
      enable_async_checkpointing=True,
      create=True,
      async_options=ocp.AsyncOptions(post_finalization_callback=self._add_checksums),
    )
    self._writing, self._first_asked = -1, -1
    told = {'handler_registry': arrays.handlers(ITEMS, at_once)} if at_once else {'item_names': ITEMS}
    super().__init__(folder, options=options, **told)

  def reached_preemption(self, step: int) -> bool:
    """Whether all processes save this step and stop; the first step asked counts as 1.

    jax stops them after the highest number asked so far, which is 0 if a signal comes
    before the first step; a resumed run has no step with the number 1.
    """
    if self._first_asked < 0:
      self._first_asked = step
    return super().reached_preemption(step - self._first_asked + 1)

  def save(self, step: int, *args, **kwargs) -> bool:
    self.wait_until_finished()  # for the previous step, which uses _writing until then
    self._writing = step
    return super().save(step, *args, **kwargs)

  def _add_checksums(self) -> None:
    """Runs on process 0, in Orbax's thread, once all processes have written their files."""
    step, folder = self._writing, str(self.directory)
    place = storage.join(folder, f'{step}{ocp.utils.TMP_DIR_SUFFIX}')
    if not storage.exists(place):  # a bucket has no separate name for unfinished checkpoints
      place = storage.join(folder, str(step))
    checksums.write(place, step, step_folders.saved_at(place))


def manager(model_dir: str, keep: int | None = 3, at_once: int | None = None) -> ocp.CheckpointManager:
  """Orbax's manager of MODEL_DIR/checkpoints: asynchronous, keeps the last `keep`.

  at_once: the bytes that may be written at a time, more than those of the largest array;
  what is being written is in memory a second time. None: all of them.

  Raises:
    UserError: the folder cannot be created.
  """
  folder = storage.join(storage.absolute(model_dir), FOLDER)
  try:
    return _Manager(storage.path(folder), keep, at_once)
  except Exception as error:  # Orbax and a bucket raise many types
    raise UserError(
      f'{folder} cannot be made or read ({reading.reason(error)}): make its disk or bucket '
      'writable, or choose another MODEL_DIR'
    ) from error


def _model_dir(checkpoints: ocp.CheckpointManager) -> str:
  return str(checkpoints.directory.parent)


@contextlib.contextmanager
def opened(model_dir: str, keep: int | None) -> Iterator[ocp.CheckpointManager]:
  """Yields the manager for a run; at the end waits until everything is written.

  Raises:
    UserError: a pending write failed.
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
    UserError: the step is not after the existing ones, or a checkpoint cannot be
      written: this one, or the previous one, which is waited for.
  """
  save_items(checkpoints, int(state.step), _items(state))


def save_items(checkpoints: ocp.CheckpointManager, step: int, items: Mapping) -> None:
  """As `save`, for items other than those of training."""
  args = {name: ocp.args.StandardSave(item, arrays.save_args(item)) for name, item in items.items()}
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
    UserError: a write failed, or the step is missing afterwards.
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
  there = steps(_model_dir(checkpoints))
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
  """Returns the last readable checkpoint, or None if there is none.

  target: shapes with shardings. An unreadable checkpoint is reported, the previous one is
  used, and the unreadable one is moved to `checkpoints-unreadable`, because the run will
  write its step again. Raises UserError if there are checkpoints but none is readable;
  then nothing is moved.
  """
  model_dir = _model_dir(checkpoints)
  there = multihost.agreed(steps(model_dir))
  if not there:
    return None
  step, items = _newest(model_dir, there, _items(target))
  torn = [later for later in there if later > step]
  if torn:
    step_folders.set_aside(model_dir, torn)
    checkpoints.reload()
  return state_lib.State(params=items['params'], **items['progress'])


def _newest(model_dir: str, candidates: Sequence[int], targets: Mapping) -> tuple[int, dict]:
  """Returns (step, items) of the last readable candidate; reports the unreadable ones.

  Raises:
    UserError: none is readable.
  """
  why = ''
  for step in sorted(candidates, reverse=True):
    items, why = reading.items(step_folders.folder(model_dir, step), step, targets)
    if items is not None:
      if step < max(candidates):
        multihost.tell(f'checkpoint {step} serves instead')
      return step, items
    multihost.tell(f'checkpoint {step} in {storage.join(model_dir, FOLDER)} cannot be read ({why})')
  raise UserError(
    f'none of the checkpoints {sorted(candidates)} in '
    f'{storage.join(model_dir, FOLDER)} can be read ({why}); nothing was changed. Bring '
    'one back from a copy, or start in a new MODEL_DIR'
  )


class Unreadable(UserError):
  """The requested checkpoint is unreadable."""


def load(
  path: str,
  step: int | None = None,
  mesh: jax.sharding.Mesh | None = None,
  fall_back: bool = False,
  dtype: str = 'float32',
) -> Loaded:
  """Returns the sharded parameters of a run; those of an adapter merged with its base.

  Args:
    path: a MODEL_DIR, or a folder of another format, see formats.foreign.
    step: of the checkpoint; None is the last that can be read, which is said where it is
      not the last.
    mesh: by default one device.
    fall_back: use an earlier checkpoint if that of `step` is unreadable.
    dtype: of the parameters.

  Raises:
    UserError: no run or no such checkpoint there, or no readable one.
  """
  mesh = mesh or sharding.mesh({}, jax.devices()[:1])
  run, last, params = load_trained(path, step, mesh, fall_back, dtype)
  if run.adapter:
    base = load_base(run, mesh, path)
    whole = base | params if run.adapter.kind == adapters.PROMPT else base
    placed = jax.tree.map(lambda leaf: leaf.sharding, whole)
    merge = jax.jit(functools.partial(adapters.merged, run.model, run.adapter), out_shardings=placed)
    params = jax.tree.map(lambda leaf: leaf.astype(dtype), merge(base, params))
  return Loaded(run.model, params, run, last)


def load_base(run: Run, mesh: jax.sharding.Mesh, path: str) -> Any:
  """Returns the base parameters of a run's adapter, in their training storage type.

  path: MODEL_DIR of the run, for messages. Raises UserError if they are missing or have changed.
  """
  assert run.adapter and run.base and run.init_from
  place = f'the base of the adapter in {path}, checkpoint {run.base.step} of {run.init_from},'
  if read_run(run.init_from) is None or run.base.step not in steps(run.init_from):
    raise UserError(f'{place} is not there; bring it back. An adapter is nothing without it')
  params = load(run.init_from, run.base.step, mesh, dtype=run.adapter.base_dtype).params
  if adapters.digest(params) != run.base.digest:
    raise UserError(
      f'{place} has other parameters than the adapter was trained beside; bring those back, or '
      'set INIT_FROM to the folder that has them'
    )
  return params


def load_trained(path: str, step: int | None, mesh: jax.sharding.Mesh, fall_back: bool, dtype: str) -> tuple:
  """Returns (run, step, the checkpoint's parameters: all, or the adapter's); see `load`."""
  run = read_run(path)
  if run is None:
    raise UserError(f'{path} holds no run (no {RUN_FILE}); name the MODEL_DIR of one')
  last = check_step(path, step)
  other = foreign.reader_of(path)
  if other:
    return run, last, other.params(path, mesh, dtype)
  shapes, axes = decoder.abstract_params(run.model), decoder.parameter_axes(run.model)
  if run.adapter:
    shapes, axes = adapters.abstract(run.model, run.adapter), adapters.axes(run.model, run.adapter)
  wanted = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, 'float32' if run.adapter else dtype), shapes)
  targets = {'params': state_lib.abstract(wanted, sharding.param_shardings(mesh, axes, shapes))}
  if step is None or fall_back:
    candidates = multihost.agreed([one for one in steps(path) if one <= last])
    last, items = _newest(path, candidates, targets)
  else:
    found, why = reading.items(step_folders.folder(path, step), step, targets)
    if found is None:
      raise Unreadable(
        f'checkpoint {step} in {storage.join(path, FOLDER)} cannot be read ({why}); '
        f'bring it back from a copy, or take another of {steps(path)}: leave the step '
        'out for the last one that can be read'
      )
    items = found
  return run, last, items['params']


def check_same_model(base: decoder.DecoderConfig, model: decoder.DecoderConfig, base_dir: str) -> None:
  """Raises UserError unless the parameters of the base fit the model."""
  other = differences.settings(_shape(base), _shape(model))
  if other:
    raise UserError(
      f'the checkpoint in {base_dir} is of another model: {"; ".join(other)}. '
      'Choose the models/*.gin it was trained with'
    )


def _shape(model: decoder.DecoderConfig) -> dict:
  """The settings that must agree; a field newer than the run has its default."""
  return {name: value for name, value in dataclasses.asdict(model).items() if name not in FREE}


def check_run(model_dir: str, run: Run) -> Run:
  """Returns the run, with the fields that a later version wrote in MODEL_DIR.

  Raises:
    UserError: MODEL_DIR belongs to a run with another configuration.
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
  return dataclasses.replace(run, others=there.others, base=there.base, public_base=there.public_base)


def _tell_unknown(model_dir: str, run: Run) -> None:
  """Reports runs of the first versions: they recorded one digest per task, without details."""
  if any(not isinstance(told, Mapping) for told in run.prompts.values()):
    notice(
      f'the run in {model_dir} was begun by an earlier version of flan_jax, '
      'which did not note templates, code and data apart, so it cannot be checked '
      'that its prompts are still the same; it goes on with them as they are now'
    )


def _marks(run: Run) -> dict:
  """The tokens that end and begin a text; their source does not matter."""
  told = run.ends or {}
  ends = {'ends': list(told['ends'])} if told else {}
  return ends | {'beginning': list(told.get('beginning', []))}


def _identity(run: Run) -> dict:
  """The settings that must not change on resume. Paths may.

  A setting that an earlier version did not record had the value that is now the default.
  """
  names = 'data', 'mixture', 'held_out', 'seed', 'imported'
  return {
    'model': _shape(run.model),
    **{name: getattr(run, name) for name in names},
    'rows': dataclasses.asdict(run.rows),
    **_marks(run),
    'optimizer': optim.settings(run.optimizer),
    'loss': dataclasses.asdict(run.loss or losses.PLAIN),
    'adapter': dataclasses.asdict(run.adapter) if run.adapter else None,
  }
