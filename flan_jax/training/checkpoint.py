"""What a run is, how it is saved and resumed.

MODEL_DIR holds `run.json` (what the run is: model, vocabulary, mixture, lengths, seed,
optimizer), and `checkpoints/<step>/` with the items `params` and `progress` (step and
optimizer state), written by Orbax in the background. A run is resumed only as what it is.
"""

import dataclasses
import json
import os
import sys
from typing import Any, Mapping

import jax
import orbax.checkpoint as ocp

from flan_jax import files
from flan_jax.errors import UserError
from flan_jax.model import decoder
from flan_jax.model import losses
from flan_jax.training import differences
from flan_jax.training import optim
from flan_jax.training import sharding
from flan_jax.training import state as state_lib

RUN_FILE = 'run.json'
FOLDER = 'checkpoints'
_METADATA = '_CHECKPOINT_METADATA'  # of Orbax, in the folder of a step
ITEMS = ('params', 'progress')  # apart, so that a model is loaded without its optimizer
# Of the model, what changes neither the parameters nor what they mean.
FREE = ('remat', 'scan', 'dtype', 'attention')


@dataclasses.dataclass(frozen=True)
class Loaded:
  """A checkpoint's parameters in their shards, with what they belong to."""

  config: decoder.DecoderConfig
  params: Any
  run: dict
  step: int


def manager(model_dir: str, keep: int | None = 3) -> ocp.CheckpointManager:
  """Orbax's manager of MODEL_DIR/checkpoints: asynchronous, keeps the last `keep`."""
  options = ocp.CheckpointManagerOptions(
      max_to_keep=keep, enable_async_checkpointing=True, create=True)
  return ocp.CheckpointManager(
      os.path.join(os.path.abspath(model_dir), FOLDER), options=options,
      item_names=ITEMS)


def save(checkpoints: ocp.CheckpointManager, state: state_lib.State) -> None:
  """Starts writing the state under its step; returns once it may be overwritten."""
  step = int(state.step)
  if step not in checkpoints.all_steps():
    items = {name: ocp.args.StandardSave(item) for name, item in _items(state).items()}
    checkpoints.save(step, args=ocp.args.Composite(**items))


def _items(state: state_lib.State) -> dict:
  return {'params': state.params,
          'progress': {'step': state.step, 'optimizer': state.optimizer}}


def restore(
    checkpoints: ocp.CheckpointManager, target: state_lib.State
) -> state_lib.State | None:
  """The last readable checkpoint, or None where there is none.

  target: shapes with shardings. A broken checkpoint is reported and the one before it
  serves; nothing is deleted. Raises UserError if there are checkpoints but none is
  readable.
  """
  steps = sorted(checkpoints.all_steps(), reverse=True)
  items = {name: ocp.args.StandardRestore(item) for name, item in _items(target).items()}
  for step in steps:
    try:
      restored = checkpoints.restore(step, args=ocp.args.Composite(**items))
      return state_lib.State(params=restored['params'], **restored['progress'])
    except Exception as error:  # Orbax and TensorStore raise many types for torn files
      print(f'notice: checkpoint {step} in {checkpoints.directory} cannot be read '
            f'({type(error).__name__}: {str(error).splitlines()[0][:200]}); '
            'trying the one before', file=sys.stderr)
  if steps:
    raise UserError(
        f'none of the checkpoints {sorted(steps)} in {checkpoints.directory} can be read; '
        'restore one from a copy, or start in a new MODEL_DIR')
  return None


def load(
    path: str, step: int | None = None, mesh: jax.sharding.Mesh | None = None
) -> Loaded:
  """Parameters of a run (its last checkpoint unless `step` is given), in their shards.

  Args:
    path: a MODEL_DIR.
    mesh: by default one device.

  Raises:
    UserError: no run or no such checkpoint there.
  """
  run = read_run(path)
  if run is None:
    raise UserError(f'{path} holds no run (no {RUN_FILE}); name the MODEL_DIR of one')
  chosen = check_step(path, step)
  mesh = mesh or sharding.mesh({}, jax.devices()[:1])
  config = decoder.DecoderConfig(**run['model'])
  shapes = decoder.abstract_params(config)
  placed = sharding.param_shardings(mesh, decoder.parameter_axes(config), shapes)
  target = state_lib.abstract(shapes, placed)
  with manager(path, keep=None) as checkpoints:
    restored = checkpoints.restore(
        chosen, args=ocp.args.Composite(params=ocp.args.StandardRestore(target)))
  return Loaded(config, restored['params'], run, chosen)


def steps(model_dir: str) -> list[int]:
  """Steps of the finished checkpoints, in order; needs no Orbax."""
  folder = os.path.join(model_dir, FOLDER)
  names = os.listdir(folder) if os.path.isdir(folder) else []
  return sorted(int(name) for name in names if name.isdigit())


def check_step(model_dir: str, step: int | None = None) -> int:
  """The step itself, or the last one. Raises UserError where there is none."""
  there = steps(model_dir)
  if not there or (step is not None and step not in there):
    wanted = 'no checkpoint' if step is None else f'no checkpoint of step {step}'
    raise UserError(f'{model_dir} has {wanted}; it has {there or "none at all"}')
  return there[-1] if step is None else step


def identity(model_dir: str, step: int) -> str:
  """Of a checkpoint, wherever its folder lies: what it is of, and when it was saved."""
  path = os.path.join(model_dir, FOLDER, str(step), _METADATA)
  with open(path, encoding='utf-8') as file:
    saved = json.load(file)['init_timestamp_nsecs']
  return f'{step} {saved}'


def read_run(model_dir: str) -> dict | None:
  """run.json of a MODEL_DIR, or None where no run has started."""
  try:
    with open(os.path.join(model_dir, RUN_FILE), encoding='utf-8') as file:
      return json.load(file)
  except FileNotFoundError:
    return None


def lineage(model_dir: str | None) -> list[dict]:
  """The run, the run it began from, and so on, as far as they can be read."""
  runs = []
  while model_dir and (run := read_run(model_dir)):
    runs.append(run)
    model_dir = run['init_from']
  return runs


def write_run(model_dir: str, run: Mapping) -> None:
  """Writes run.json, whole or not at all."""
  path = os.path.join(model_dir, RUN_FILE)
  os.makedirs(model_dir, exist_ok=True)
  files.write_whole(path, json.dumps(run, indent=1))


def check_same_model(base: Mapping, model: Mapping, base_dir: str) -> None:
  """Raises UserError unless the parameters of the base fit the model."""
  other = differences.settings(_shape(base), _shape(model))
  if other:
    raise UserError(
        f'the checkpoint in {base_dir} is of another model: {"; ".join(other)}. '
        'Choose the models/*.gin it was trained with')


def _shape(model: Mapping) -> dict:
  """What must agree; a field younger than the run has its default."""
  fields = dataclasses.fields(decoder.DecoderConfig)
  defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
  whole = json.loads(json.dumps({**defaults, **model}))  # tuples as run.json has them
  return {key: value for key, value in whole.items() if key not in FREE}


def check_run(model_dir: str, run: Mapping) -> None:
  """Raises UserError if MODEL_DIR belongs to a run of another configuration."""
  there = read_run(model_dir)
  if not there:
    return
  changed = differences.prompts(there.get('prompts', {}), run.get('prompts', {}))
  data = {name for line, names in changed.items() if 'the data of' in line
          for name in names}
  other = differences.settings(_identity(there), _identity(run))
  other += differences.vocabulary(there['vocabulary'], run['vocabulary'])
  other += differences.tasks(there.get('tasks', {}), run.get('tasks', {}), data)
  prompts = differences.told(changed)
  if other or prompts:
    what = ['of another configuration: ' + '; '.join(other)] if other else []
    what += ['with other prompts: ' + '; '.join(prompts)] if prompts else []
    back = ['set the configuration as it was'] if other else []
    back += ['bring the text and the data back as they were'] if prompts else []
    begin = '' if other else (f', where INIT_FROM = {model_dir!r} begins with what this '
                              'run has learnt')
    raise UserError(
        f'{model_dir} holds a run {"; and ".join(what)}. To go on with it, '
        f'{" and ".join(back)}; otherwise choose a new MODEL_DIR{begin}. Nothing was '
        'changed')
  _tell_unknown(model_dir, there)


def _tell_unknown(model_dir: str, run: Mapping) -> None:
  """Runs of the first versions noted one digest a task, which tells nothing apart."""
  if any(not isinstance(told, Mapping) for told in run.get('prompts', {}).values()):
    print(f'notice: the run in {model_dir} was begun by an earlier version of flan_jax, '
          'which did not note templates, code and data apart, so it cannot be checked '
          'that its prompts are still the same; it goes on with them as they are now',
          file=sys.stderr)


def _identity(run: Mapping) -> dict:
  """The settings that must not change on resume. Paths may.

  What a run of an earlier version does not tell of was what is now the default.
  """
  rest = {key: value for key, value in run.items() if key not in (
      'model', 'vocabulary', 'version', 'init_from', 'prompts', 'tasks')}
  plain = dataclasses.asdict(losses.PLAIN)
  return {
      'model': _shape(run['model']), **rest, 'optimizer': optim.settings(run['optimizer']),
      'loss': plain | run.get('loss', {})}
