# SPDX-License-Identifier: Apache-2.0
"""Adapters in and out, as folders of the peft package; see cli.huggingface."""

import dataclasses
import json
import os
from typing import Any

from flan_jax import storage
from flan_jax.errors import UserError

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
  os.makedirs(dst, exist_ok=True)
  told = {'format': 'pt', _DIGEST: run.base.digest, _DTYPE: run.adapter.base_dtype}
  save_file(dict(peft.written(run.model, run.adapter, params)), os.path.join(dst, peft.TENSORS), metadata=told)
  with open(os.path.join(dst, CONFIG), 'w', encoding='utf-8') as file:
    json.dump(peft.write_config(run.model, run.adapter, named), file, indent=2)
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
  adapter = peft.read_config(storage.read_object(os.path.join(src, CONFIG)), told.get(_DTYPE, 'float32'))
  loaded = checkpoint.load(base_dir, mesh=sharding.mesh({}, jax.devices()[:1]), dtype=adapter.base_dtype)
  digest = adapters.digest(loaded.params)
  if told.get(_DIGEST, digest) != digest:
    raise UserError(f'{path} has {_DIGEST} {told[_DIGEST]}: it was trained beside other parameters than {base_dir} has')
  params = peft.read(loaded.config, adapter, tensors)
  with checkpoint.manager(dst) as checkpoints:
    checkpoint.save_items(checkpoints, 0, {'params': params})
    checkpoint.finish(checkpoints, 0)
  run = dataclasses.replace(
    loaded.run,
    mixture='imported',
    tasks={},
    init_from=os.path.abspath(base_dir),
    imported_from=os.path.abspath(src),
    imported=loaded.run.imported or {},
    adapter=adapter,
    base=run_file.Base(loaded.step, digest),
  )
  checkpoint.write_run(dst, run.to_json())
  print(f'imported the adapter {src}, rank {adapter.rank}, beside {base_dir}: MODEL_DIR {dst}')


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
