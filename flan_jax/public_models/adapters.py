# SPDX-License-Identifier: Apache-2.0
"""Adapters in and out, as folders of the peft package."""

import dataclasses
import json
import os
from typing import Any

import jax
import safetensors

from flan_jax import storage
from flan_jax.errors import UserError
from flan_jax.model import adapters, families, peft
from flan_jax.public_models import folder, importing, safetensors_files
from flan_jax.training import checkpoint, run_file, sharding

CONFIG = 'adapter_config.json'
# Of the tensors' file, which peft passes over: what the adapter was trained beside.
_DIGEST, _DTYPE = 'base_digest', 'base_dtype'


def is_folder(path: str) -> bool:
  """Whether it is one of peft."""
  return os.path.exists(os.path.join(path, CONFIG))


def export_adapter(src: str, dst: str, step: int | None = None, base_name: str | None = None) -> tuple[int, str | None]:
  """Writes the LoRA of a run, without its base, as a folder of peft.

  base_name: what the base is called there, by default the folder that it was imported from.

  Returns:
    (the step of its checkpoint, what its base is called in the folder).

  Raises:
    UserError: SRC is no run of ADAPTER = 'lora', or has no such checkpoint, DST exists.
  """
  folder.check_new(dst)
  mesh = sharding.mesh({}, jax.devices()[:1])
  run, step, params = checkpoint.load_trained(src, step, mesh, False, 'float32')
  if not run.adapter or run.adapter.kind != adapters.LORA:
    kind = repr(run.adapter.kind) if run.adapter else 'None'
    raise UserError(f'{src} is a run of ADAPTER = {kind}; a folder of peft is written of one of {adapters.LORA!r}')
  base = checkpoint.read_run(run.init_from)
  named = base_name or (base and base.imported_from) or run.init_from
  family = _family(src, run)
  values = peft.write_config(family, run.model, run.adapter, named)
  os.makedirs(dst, exist_ok=True)
  told = {'format': 'pt', _DIGEST: run.base.digest, _DTYPE: run.adapter.base_dtype}
  written = dict(peft.written(family, run.model, run.adapter, params))
  safetensors_files.save(written, os.path.join(dst, peft.TENSORS), told)
  with open(os.path.join(dst, CONFIG), 'w', encoding='utf-8') as file:
    json.dump(values, file, indent=2)
  return step, named


def import_adapter(src: str, dst: str, base_dir: str | None) -> checkpoint.Run:
  """Writes a MODEL_DIR at step 0 of a folder of peft, beside the last checkpoint of a base.

  Raises:
    UserError: no base is named, the adapter is not of it, or has what is not read here,
      DST exists.
  """
  folder.check_new(dst)
  if not base_dir:
    raise UserError(f'{src} holds an adapter: name the MODEL_DIR that its base was imported to with --base=MODEL_DIR')
  path = os.path.join(src, peft.TENSORS)
  tensors, told = _opened(path)
  values = storage.read_object(os.path.join(src, CONFIG))
  family = _family(base_dir, folder.run_of(base_dir, f'--base={base_dir}'))
  adapter = peft.read_config(family, values, told.get(_DTYPE, 'float32'))
  loaded = checkpoint.load(base_dir, mesh=sharding.mesh({}, jax.devices()[:1]), dtype=adapter.base_dtype)
  digest = adapters.digest(loaded.params)
  if told.get(_DIGEST, digest) != digest:
    raise UserError(f'{path} has {_DIGEST} {told[_DIGEST]}: it was trained beside other parameters than {base_dir} has')
  params = peft.read(family, loaded.config, adapter, tensors)
  base = run_file.Base(loaded.step, digest)
  changes: dict[str, Any] = {'adapter': adapter, 'base': base, 'init_from': os.path.abspath(base_dir)}
  changes |= {'mixture': 'imported', 'tasks': {}, 'imported': loaded.run.imported or {}}
  run = dataclasses.replace(loaded.run, **changes, imported_from=os.path.abspath(src))
  importing.save(dst, params)
  checkpoint.write_run(dst, run.to_json())
  return run


def _family(model_dir: str, run: checkpoint.Run) -> str:
  """The model_type that a folder of the parameters has, or would have."""
  known = [one.origin['model_type'] for one in checkpoint.lineage(model_dir) if 'model_type' in one.origin]
  return families.write_config(run.model, run.rows.row_length, next(iter(known), None))['model_type']


def _opened(path: str) -> tuple[dict[str, Any], dict[str, str]]:
  """(name -> what gives the tensor, what the file tells besides)."""
  try:
    file = safetensors.safe_open(path, 'np')
  except FileNotFoundError:
    raise UserError(f'{path} is missing; save the adapter again with safe_serialization') from None
  except (OSError, safetensors.SafetensorError) as error:
    raise UserError(f'{path} is broken ({error}); bring it back from a copy') from None
  return {name: lambda name=name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
