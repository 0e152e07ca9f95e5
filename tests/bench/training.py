# SPDX-License-Identifier: Apache-2.0
"""The training step against a plain PyTorch loop over transformers, on the same rows.

Both sides start from the same weights, take the same packed rows (prompts like FLAN's, a
fifth of the tokens targets), the same Adafactor and two threads each, in float32; each
lives in a process of its own, and they take turns of a few steps. Before anything is
timed, the losses of two steps must agree. A second line compares both with the loss of
every token.
"""

import dataclasses
import functools
import json
import statistics
import sys
import tempfile
import time

import numpy as np

from tests.bench import figures, sides

VOCAB_SIZE, WIDTH, LAYERS, HEADS, HIDDEN = 32_128, 512, 8, 8, 2_048
ROWS, LENGTH, SLOTS, RATE = 8, 512, 144, 1e-3
TURNS = {'targets': 5, 'full': 3}
# Steps of a turn: the first is not timed. While a process waits, the machine takes back
# memory that it has freed; training does not wait.
STEPS = 3
TOLERANCE = 1e-4  # of the losses of both sides, relative
CHECKED = 2
PEER = 'transformers, a plain PyTorch loop'


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    _write_rows(folder)
    peer = Side('peer', folder)  # writes the weights that both start from
    ours = Side('ours', folder)
    for loss, turns in TURNS.items():
      _compare(ours, peer, loss, turns)
    ours.end(), peer.end()


def _write_rows(folder: str) -> None:
  """The same rows twice: with their targets, and with every token a target."""
  for number in range(CHECKED):
    batch = figures.packed_batch(ROWS, LENGTH, SLOTS, VOCAB_SIZE, seed=number)
    np.savez(f'{folder}/targets_{number}.npz', **batch)
    np.savez(f'{folder}/full_{number}.npz', **(batch | _every_token(batch)))


def _every_token(batch) -> dict[str, np.ndarray]:
  segments, place = batch['segment_ids'], np.arange(LENGTH, dtype=np.int32)
  follows = np.zeros_like(segments, bool)
  follows[:, :-1] = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] > 0)
  return {
    'query_position': np.tile(place, (ROWS, 1)),
    'target_id': np.roll(batch['tokens'], -1, axis=1),
    'weight': follows.astype(np.float32),
  }


def _compare(ours: 'Side', peer: 'Side', loss: str, turns: int) -> None:
  found = [(ours.step(loss, number), peer.step(loss, number)) for number in range(CHECKED)]
  for mine, theirs in found:
    if abs(mine['loss'] / theirs['loss'] - 1) > TOLERANCE:
      raise SystemExit(f'the losses differ: {mine["loss"]} and {theirs["loss"]}')
  timed = [(ours.turn(loss), peer.turn(loss)) for _ in range(turns)]
  mine, theirs = ([ROWS * LENGTH / pair[side]['seconds'] for pair in timed] for side in (0, 1))
  figures.report(
    f'training_{loss}',
    statistics.median(mine),
    'tokens/s',
    PEER,
    statistics.median(theirs),
    statistics.median(a / b for a, b in zip(mine, theirs)),
    threads=sides.THREADS,
    loss=[round(found[-1][side]['loss'], 5) for side in (0, 1)],
    peak_mib=[round(pair['peak_mib']) for pair in timed[-1]],
    targets=timed[-1][0]['targets'],
    tokens=ROWS * LENGTH,
    turns=[round(a / b, 2) for a, b in zip(mine, theirs)],
  )


class Side(sides.Side):
  """A process that holds one side's model, and makes a step of it when asked."""

  def __init__(self, name: str, folder: str, module: str = 'tests.bench.training'):
    super().__init__(module, name, folder)

  def step(self, loss: str, number: int) -> dict:
    """{'loss', 'targets', 'seconds', 'peak_mib'} of a step on one of the batches."""
    return self.ask(loss, number)['value']

  def turn(self, loss: str) -> dict:
    """The last of some steps, with the median seconds of all but the first."""
    steps = [self.step(loss, number % CHECKED) for number in range(STEPS)]
    return steps[-1] | {'seconds': statistics.median(s['seconds'] for s in steps[1:])}


def answers(make_step, folder: str):
  """What a side answers; a step is timed without the reading of its batch."""
  step = make_step(folder)

  def answer(loss: str, number: str) -> dict:
    batch = dict(np.load(f'{folder}/{loss}_{number}.npz'))
    start = time.perf_counter()
    value = step(loss, batch)
    return {
      'loss': value,
      'targets': int((batch['weight'] > 0).sum()),
      'seconds': time.perf_counter() - start,
      'peak_mib': _peak_mib(),
    }

  return answer


def _peak_mib() -> float:
  with open('/proc/self/status', encoding='ascii') as file:
    [line] = [line for line in file if line.startswith('VmHWM')]
  return int(line.split()[1]) / 1024


def ours(folder: str):
  """(loss, batch) -> loss; the update of training.step, jitted as training.loop does."""
  import jax
  from safetensors import numpy as safetensors

  from flan_jax.model import families
  from flan_jax.training import optim, sharding, state, step

  with open(f'{folder}/config.json', encoding='utf-8') as file:
    config = families.read_config(json.load(file))
  config = dataclasses.replace(config, dtype='float32', remat='none', scan=False)
  mesh, rule = sharding.mesh({}, jax.devices()[:1]), optim.optimizer(RATE)
  _, placed = state.shardings(config, rule, mesh)
  tensors = safetensors.load_file(f'{folder}/model.safetensors')
  params = families.read_params('llama', config, placed.params, lambda name, at: tensors[name][at])
  update = jax.jit(step.make_step(config, rule), donate_argnums=0, out_shardings=(placed, None))
  current = state.fresh(config, rule, placed, 0, params)
  del tensors, params

  return stepping(update, current, mesh)


def stepping(update, current, mesh):
  """(loss, batch) -> loss of an update of training.step, which keeps its state."""
  import jax

  def take(loss, batch):
    nonlocal current
    with jax.set_mesh(mesh):
      current, sums = update(current, batch)
    return float(sums['loss'] / sums['weight'])

  return take


def peer(folder: str):
  """(loss, batch) -> loss; what one writes with transformers, packed rows included."""
  import torch
  import transformers
  from transformers.optimization import Adafactor

  torch.set_num_threads(sides.THREADS)
  torch.manual_seed(0)
  model = transformers.LlamaForCausalLM(
    transformers.LlamaConfig(  # type: ignore[call-arg]
      vocab_size=VOCAB_SIZE,
      hidden_size=WIDTH,
      num_hidden_layers=LAYERS,
      num_attention_heads=HEADS,
      num_key_value_heads=HEADS,
      intermediate_size=HIDDEN,
      tie_word_embeddings=True,
      max_position_embeddings=LENGTH,
      use_cache=False,
      attn_implementation='sdpa',
    )
  )
  model.save_pretrained(folder)
  rule = Adafactor(model.parameters(), lr=RATE, scale_parameter=True, relative_step=False, warmup_init=False)

  def take(loss, batch):
    batch = {name: torch.from_numpy(leaf) for name, leaf in batch.items()}
    value = torch_loss(model, batch)
    value.backward()
    rule.step()
    rule.zero_grad(set_to_none=True)
    return value.item()

  return take


def torch_loss(model, batch):
  import torch

  segments = batch['segment_ids']
  seen = (segments[:, :, None] == segments[:, None, :]).tril()[:, None]
  hidden = model.model(
    input_ids=batch['tokens'], position_ids=batch['positions'].long(), attention_mask=seen
  ).last_hidden_state
  row, slot = torch.nonzero(batch['weight'], as_tuple=True)
  queried = hidden[row, batch['query_position'][row, slot]]
  return torch.nn.functional.cross_entropy(model.lm_head(queried), batch['target_id'][row, slot].long())


if __name__ == '__main__':
  if len(sys.argv) > 1:
    make_step = {'ours': ours, 'peer': peer}[sys.argv[1]]
    sides.serve(functools.partial(answers, make_step), sys.argv[2])
  else:
    main()
