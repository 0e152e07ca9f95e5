# SPDX-License-Identifier: Apache-2.0
"""Greedy decoding against transformers' `generate`: the same Llama, the same tokens.

Eight prompts of 256 random tokens are continued by 128 tokens in one batch, in float32;
each side lives in a process of its own, and they take turns.
"""

import os
import statistics
import sys
import tempfile

import numpy as np

from tests.bench import figures, llama, sides

ROWS, PROMPT, NEW, TURNS = 8, 256, 128, 5
NEVER = 40_000  # a token that the model does not have, as the end
PEER = 'transformers generate'


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    sides.Side('tests.bench.decoding', 'write', folder).end()
    peer, ours = (sides.Side('tests.bench.decoding', name, folder) for name in ('peer', 'ours'))
    pairs = [(ours.ask('go'), peer.ask('go')) for _ in range(1 + TURNS)]
    ours.end(), peer.end()
  for mine, theirs in pairs:
    if mine['value'] != theirs['value']:
      raise SystemExit('the two sides wrote different tokens')
  speeds = [[ROWS * NEW / side['seconds'] for side in pair] for pair in pairs[1:]]
  mine, theirs = map(statistics.median, zip(*speeds))
  turns = [a / b for a, b in speeds]
  figures.report(
    'decoding',
    mine,
    'new tokens/s',
    PEER,
    theirs,
    statistics.median(turns),
    threads=sides.THREADS,
    model=llama.PARAMETERS,
    rows=ROWS,
    prompt=PROMPT,
    new=NEW,
    same_tokens=True,
    turns=[round(turn, 2) for turn in turns],
  )


def prompts() -> list[list[int]]:
  return np.random.default_rng(0).integers(3, llama.VOCAB_SIZE, (ROWS, PROMPT)).tolist()


def ours(folder: str):
  from flan_jax.inference import decoding

  loaded = llama.load(os.path.join(folder, 'run'))
  return lambda _: decoding.generate(loaded.config, loaded.params, prompts(), decoding.Settings(NEW), NEVER)


def peer(folder: str):
  import torch
  import transformers

  torch.set_num_threads(sides.THREADS)
  model = transformers.LlamaForCausalLM.from_pretrained(os.path.join(folder, 'llama'), dtype=torch.float32)
  read = torch.tensor(prompts())

  def go(_):
    written = model.generate(
      read,
      attention_mask=torch.ones_like(read),
      min_new_tokens=NEW,
      max_new_tokens=NEW,
      do_sample=False,
      pad_token_id=0,
    )
    return written[:, PROMPT:].tolist()

  return go


if __name__ == '__main__':
  if len(sys.argv) > 1:
    makers = {'write': llama.write, 'ours': ours, 'peer': peer}
    sides.serve(makers[sys.argv[1]], sys.argv[2])
  else:
    main()
