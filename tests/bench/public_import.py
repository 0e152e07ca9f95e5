# SPDX-License-Identifier: Apache-2.0
"""Reading a public model: the peak of the host's memory against the shards, and the time.

A random Llama of 376 million parameters, 28 layers in bfloat16, is read to float32 by
processes of their own: transformers' from_pretrained, our reading onto one device and onto
eight, Orbax's layout of safetensors, and an import that also writes the MODEL_DIR. The peak
is what a process added to its resident memory at any time, as the kernel noted it.
"""

import os
import pathlib
import sys
import tempfile
import time

from tests.bench import figures, sides

ABOVE = 0.6  # GB: the most that an import may hold besides the shards
DEVICES = (1, 8)
SIDES = ('theirs', 'orbax', 'import', *(f'read{count}' for count in DEVICES))


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    sides.Side('tests.bench.public_import', 'save', folder).end()
    found = {name: measured(folder, name) for name in SIDES}
  theirs = found['theirs']['seconds']
  for name in SIDES[1:]:
    one = found[name]
    above = (one['peak'] - one['shards']) / 1e9
    figures.report(
      f'public_{name}_memory', above, 'GB above the shards', 'allowed', ABOVE, ABOVE / max(above, 1e-3), **one
    )
    figures.report(
      f'public_{name}_time', one['seconds'], 's', 'from_pretrained', theirs, theirs / one['seconds'], **found['theirs']
    )


def measured(folder: str, name: str) -> dict:
  """What a process found that read the model: bytes at the peak and of the shards, seconds."""
  side = sides.Side('tests.bench.public_import', name, folder)
  found = side.ask('go')['value']
  side.end()
  return found


def save(folder: str):
  import torch
  import transformers

  torch.manual_seed(0)
  config = transformers.LlamaConfig(
    vocab_size=8_000,
    hidden_size=1_024,
    num_hidden_layers=28,
    num_attention_heads=16,
    num_key_value_heads=16,
    intermediate_size=2_816,
    bos_token_id=1,
    eos_token_id=2,
  )
  model = transformers.LlamaForCausalLM(config)
  model.to(torch.bfloat16).save_pretrained(os.path.join(folder, 'model'))
  (pathlib.Path(folder) / 'run').mkdir()
  return lambda _: None


def _timed(read):
  """A side whose answer is what reading took; read() -> the arrays."""

  def go(_):
    pathlib.Path('/proc/self/clear_refs').write_text('5')  # the peak begins anew
    before, start = sides.status('VmRSS'), time.perf_counter()
    shards = read()
    seconds = time.perf_counter() - start
    return {'peak': sides.status('VmHWM') - before, 'shards': shards, 'seconds': round(seconds, 3)}

  return go


def theirs(folder: str):
  import torch
  import transformers
  from transformers.models.llama import modeling_llama  # noqa: F401, not to be timed

  path = os.path.join(folder, 'model')

  def read():
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    return sum(value.numel() * value.element_size() for value in model.parameters())

  return _timed(read)


def ours(folder: str, devices: int):
  import jax

  jax.config.update('jax_num_cpu_devices', devices)
  from flan_jax.public_models import folder as folder_lib
  from flan_jax.public_models import reading
  from flan_jax.training import sharding

  mesh = sharding.mesh({'fsdp': devices}, jax.devices()[:devices])

  def read():
    params = reading.read_params(folder_lib.open_model(os.path.join(folder, 'model'), 'bytes'), mesh)
    jax.block_until_ready(params)
    return sum(shard.data.nbytes for leaf in jax.tree.leaves(params) for shard in leaf.addressable_shards)

  return _timed(read)


def whole_import(folder: str):
  import jax

  from flan_jax.public_models import importing

  jax.devices()

  def read():
    run = importing.import_folder(os.path.join(folder, 'model'), os.path.join(folder, 'run'), 'bytes')
    from flan_jax.model import decoder

    return sum(4 * leaf.size for leaf in jax.tree.leaves(decoder.abstract_params(run.model)))

  return _timed(read)


def orbax(folder: str):
  """Every tensor as the file has it, in float32; no parameter of ours is made of them."""
  import jax
  from orbax.checkpoint.experimental import v1

  jax.devices()
  path = os.path.join(folder, 'model', 'model.safetensors')

  def read():
    with v1.Context(checkpoint_layout=v1.options.CheckpointLayout.SAFETENSORS):
      shapes = v1.metadata(path).metadata
      device = jax.sharding.SingleDeviceSharding(jax.devices()[0])
      wanted = {name: jax.ShapeDtypeStruct(leaf.shape, 'float32', sharding=device) for name, leaf in shapes.items()}
      arrays = v1.load(path, abstract_state=wanted)
    jax.block_until_ready(arrays)
    return sum(leaf.nbytes for leaf in arrays.values())

  return _timed(read)


if __name__ == '__main__':
  if len(sys.argv) > 1:
    makers = {
      'save': save,
      'theirs': theirs,
      'orbax': orbax,
      'import': whole_import,
      **{f'read{count}': (lambda folder, count=count: ours(folder, count)) for count in DEVICES},
    }
    sides.serve(makers[sys.argv[1]], sys.argv[2])
  else:
    main()
