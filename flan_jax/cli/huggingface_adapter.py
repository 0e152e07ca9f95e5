# SPDX-License-Identifier: Apache-2.0
"""Adapters in and out, as folders of the peft package; see cli.huggingface."""

import dataclasses
import json
import os
from typing import Any

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.runs import evaluation_request

CONFIG = 'adapter_config.json'
# Of the tensors' file, which peft passes over: what the adapter was trained beside.
_DIGEST, _DTYPE = 'base_digest', 'base_dtype'


def is_folder(path: str) -> bool:
  """Whether it is one of peft."""
  return os.path.exists(os.path.join(path, CONFIG))


def convert(flags: Any) -> None:
  """Does what the flags of cli.huggingface ask, of an adapter."""
  if flags.direction == 'import':
    import_adapter(flags.src, flags.dst, flags.base)
  else:
    export_adapter(flags.src, flags.dst, flags.step)


def exported(src: str) -> Any:
  """run.json of what is exported; a soft prompt has no place in a folder."""
  from flan_jax.model import adapters
  from flan_jax.training import checkpoint

  run = checkpoint.read_run(src)
  if run is None:
    raise UserError(f'{src} holds no run (no {checkpoint.RUN_FILE}); name a MODEL_DIR')
  if run.adapter and run.adapter.kind == adapters.PROMPT:
    raise UserError(f'{src} is a run of ADAPTER = {run.adapter.kind!r}: no family has a place for a soft prompt')
  return run


def export_adapter(src: str, dst: str, step: int | None = None) -> None:
  """Writes the LoRA of a run, without its base, as a folder of peft.

  Raises:
    UserError: SRC is no run of ADAPTER = 'lora', or has no such checkpoint.
  """
  import jax
  from safetensors.numpy import save_file

  from flan_jax.model import adapters, peft
  from flan_jax.training import checkpoint, sharding

  mesh = sharding.mesh({}, jax.devices()[:1])
  run, step, params = checkpoint.load_trained(src, step, mesh, False, 'float32')
  if not run.adapter or run.adapter.kind != adapters.LORA:
    told = repr(run.adapter.kind) if run.adapter else 'None'
    raise UserError(f'{src} is a run of ADAPTER = {told}; a folder of peft is written of one of {adapters.LORA!r}')
  base = checkpoint.read_run(run.init_from)
  named = base and base.imported_from or run.init_from
  family = _family(src, run)
  values = peft.write_config(family, run.model, run.adapter, named)
  os.makedirs(dst, exist_ok=True)
  told = {'format': 'pt', _DIGEST: run.base.digest, _DTYPE: run.adapter.base_dtype}
  save_file(dict(peft.written(family, run.model, run.adapter, params)), os.path.join(dst, peft.TENSORS), metadata=told)
  with open(os.path.join(dst, CONFIG), 'w', encoding='utf-8') as file:
    json.dump(values, file, indent=2)
  print(f'exported the adapter of step {step} of {src}: {dst}; its base is {named}')


def import_adapter(src: str, dst: str, base_dir: str | None) -> None:
  """Writes a MODEL_DIR at step 0 of a folder of peft, beside the last checkpoint of a base.

  Raises:
    UserError: no base is named, the adapter is not of it, or has what is not read here.
  """
  import jax

  from flan_jax.model import adapters, peft
  from flan_jax.training import checkpoint, run_file, sharding

  if not base_dir:
    raise UserError(f'{src} holds an adapter: name the MODEL_DIR that its base was imported to with --base=MODEL_DIR')
  path = os.path.join(src, peft.TENSORS)
  tensors, told = _opened(path)
  values = storage.read_object(os.path.join(src, CONFIG))
  family = _family(base_dir, evaluation_request.read_run(base_dir, f'--base={base_dir}'))
  adapter = peft.read_config(family, values, told.get(_DTYPE, 'float32'))
  loaded = checkpoint.load(base_dir, mesh=sharding.mesh({}, jax.devices()[:1]), dtype=adapter.base_dtype)
  digest = adapters.digest(loaded.params)
  if told.get(_DIGEST, digest) != digest:
    raise UserError(f'{path} has {_DIGEST} {told[_DIGEST]}: it was trained beside other parameters than {base_dir} has')
  params = peft.read(family, loaded.config, adapter, tensors)
  base = run_file.Base(loaded.step, digest)
  changes = {'adapter': adapter, 'base': base, 'init_from': os.path.abspath(base_dir)}
  _write_imported(dst, params, dataclasses.replace(loaded.run, **changes, imported_from=os.path.abspath(src)))
  print(f'imported the adapter {src}, rank {adapter.rank}, beside {base_dir}: MODEL_DIR {dst}')


def _write_imported(dst: str, params: Any, run: Any) -> None:
  """A MODEL_DIR at step 0; run: what else it is, a run_file.Run."""
  from flan_jax.training import checkpoint

  with checkpoint.manager(dst) as checkpoints:
    checkpoint.save_items(checkpoints, 0, {'params': params})
    checkpoint.finish(checkpoints, 0)
  run = dataclasses.replace(run, mixture='imported', tasks={}, imported=run.imported or {})
  checkpoint.write_run(dst, run.to_json())


def _family(model_dir: str, run: Any) -> str:
  """The model_type that a folder of the parameters has, or would have."""
  from flan_jax.model import families
  from flan_jax.training import checkpoint

  known = [one.imported['model_type'] for one in checkpoint.lineage(model_dir) if 'model_type' in (one.imported or {})]
  return families.write_config(run.model, run.rows.row_length, next(iter(known), None))['model_type']


def _opened(path: str) -> tuple[dict[str, Any], dict[str, str]]:
  """(name -> what gives the tensor, what the file tells besides)."""
  import jax  # noqa: F401, makes bfloat16 a type of numpy
  import safetensors

  try:
    file = safetensors.safe_open(path, 'np')
  except FileNotFoundError:
    raise UserError(f'{path} is missing; save the adapter again with safe_serialization') from None
  except (OSError, safetensors.SafetensorError) as error:
    raise UserError(f'{path} is broken ({error}); bring it back from a copy') from None
  return {name: lambda name=name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
