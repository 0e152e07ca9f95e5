# SPDX-License-Identifier: Apache-2.0
"""A step of LoRA against peft on transformers, on the same rows.

A Llama of 50 million parameters, rank 16 beside all linear kernels, float32, two threads each.
Both sides start from the same weights and the same A, take the same packed rows and Adam; each
lives in a process of its own, and they take turns of a few steps. Before anything is timed, the
losses of two steps must agree.
"""

import dataclasses
import functools
import statistics
import sys
import tempfile

import numpy as np

from tests.bench import figures, llama, sides, training

ROWS, LENGTH, SLOTS, RATE, RANK, ALPHA = 8, 512, 144, 1e-3, 16, 32.0
TURNS = 5
PEER = 'peft on transformers, a plain PyTorch loop'


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    for number in range(training.CHECKED):
      batch = figures.packed_batch(ROWS, LENGTH, SLOTS, llama.VOCAB_SIZE, seed=number)
      np.savez(f'{folder}/targets_{number}.npz', **batch)
    llama.write(folder)
    ours = training.Side('ours', folder, 'tests.bench.adapters')  # writes the A that both start from
    peer = training.Side('peer', folder, 'tests.bench.adapters')
    for number in range(training.CHECKED):
      mine, theirs = (side.step('targets', number)['loss'] for side in (ours, peer))
      if abs(mine / theirs - 1) > training.TOLERANCE:
        raise SystemExit(f'the losses differ: {mine} and {theirs}')
    timed = [(ours.turn('targets'), peer.turn('targets')) for _ in range(TURNS)]
    ours.end(), peer.end()
  _report(timed)


def _report(timed) -> None:
  mine, theirs = ([ROWS * LENGTH / pair[side]['seconds'] for pair in timed] for side in (0, 1))
  peaks = [pair['peak_mib'] for pair in timed[-1]]
  figures.report(
    'adapters',
    statistics.median(mine),
    'tokens/s',
    PEER,
    statistics.median(theirs),
    statistics.median(a / b for a, b in zip(mine, theirs)),
    model=llama.PARAMETERS,
    rank=RANK,
    threads=sides.THREADS,
    peak_mib=[round(peak) for peak in peaks],
    memory_ratio=round(peaks[0] / peaks[1], 2),
    turns=[round(a / b, 2) for a, b in zip(mine, theirs)],
  )


def ours(folder: str):
  """(loss, batch) -> loss; the update of training.step, jitted as training.loop does."""
  import jax
  from safetensors.numpy import save_file

  from flan_jax.model import adapters, peft
  from flan_jax.training import checkpoint, compiled_step, optim, sharding, state

  adapter = adapters.Adapter(rank=RANK, alpha=ALPHA, base_dtype='float32')
  loaded = checkpoint.load(f'{folder}/run')
  config = dataclasses.replace(loaded.config, dtype='float32', remat='none', scan=False)
  mesh, rule = sharding.mesh({}, jax.devices()[:1]), optim.optimizer(RATE, name='adam')
  program = compiled_step.Program(config, rule, mesh, adapter=adapter)
  _, placed = state.shardings(config, rule, mesh, adapter)
  current = state.fresh(config, rule, placed, 0, loaded.params, adapter)
  save_file(dict(peft.written('llama', config, adapter, current.params)), f'{folder}/fresh.safetensors')
  del loaded
  return training.stepping(program.jitted(), current, mesh)


def peer(folder: str):
  """(loss, batch) -> loss; what one writes with peft, packed rows included."""
  import peft
  import torch
  import transformers
  from safetensors.torch import load_file

  torch.set_num_threads(sides.THREADS)
  model = transformers.AutoModelForCausalLM.from_pretrained(
    f'{folder}/llama', dtype=torch.float32, attn_implementation='sdpa', use_cache=False
  )
  told = peft.LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules='all-linear', task_type='CAUSAL_LM')
  adapted = peft.get_peft_model(model, told)
  found = peft.set_peft_model_state_dict(adapted, load_file(f'{folder}/fresh.safetensors'))
  assert not found.unexpected_keys  # type: ignore[attr-defined]
  rule = torch.optim.Adam([leaf for leaf in adapted.parameters() if leaf.requires_grad], lr=RATE)

  def take(_, batch):
    value = training.torch_loss(model, {name: torch.from_numpy(leaf) for name, leaf in batch.items()})
    value.backward()
    rule.step()
    rule.zero_grad(set_to_none=True)
    return value.item()

  return take


if __name__ == '__main__':
  if len(sys.argv) > 1:
    make_step = {'ours': ours, 'peer': peer}[sys.argv[1]]
    sides.serve(functools.partial(training.answers, make_step), sys.argv[2])
  else:
    main()
