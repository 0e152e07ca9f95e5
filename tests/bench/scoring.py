# SPDX-License-Identifier: Apache-2.0
"""Multiple choice against lm-evaluation-harness's `hf` model: the same Llama, requests.

200 prompts of 300 random tokens, each with four options of eight, are asked as the
harness asks them: 800 requests. Both sides compute in float32, live in processes of
their own and take turns of 50 prompts; the peer at the best of some batch sizes. What
counts are the tokens that differ: a prompt once, and its options.
"""

import os
import statistics
import sys
import tempfile

import numpy as np

from tests.bench import figures, llama, sides

PROMPTS, OPTIONS, LENGTH, OPTION, TURNS = 200, 4, 300, 8, 4
ASKED = PROMPTS * OPTIONS // TURNS  # requests of a turn
TOKENS = PROMPTS // TURNS * (LENGTH + OPTIONS * OPTION)
SIZES = 1, 4, 16, 64
TRIED = 40  # requests that a batch size is tried on
PEER = "lm_eval's HFLM"


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    sides.Side('tests.bench.scoring', 'write', folder).end()
    peer, ours = (sides.Side('tests.bench.scoring', name, folder) for name in ('peer', 'ours'))
    ours.ask(0, 0, ASKED), peer.ask(SIZES[0], 0, TRIED)  # to warm up
    tried = {size: peer.ask(size, 0, TRIED)['seconds'] for size in SIZES}
    best = min(tried, key=tried.get)
    pairs = [(ours.ask(0, first, ASKED), peer.ask(best, first, ASKED)) for first in range(0, PROMPTS * OPTIONS, ASKED)]
    ours.end(), peer.end()
  scores = [np.reshape([side['value'] for side in turns], (PROMPTS, OPTIONS)) for turns in zip(*pairs)]
  speeds = [[TOKENS / side['seconds'] for side in pair] for pair in pairs]
  mine, theirs = map(statistics.median, zip(*speeds))
  turns = [a / b for a, b in speeds]
  figures.report(
    'scoring',
    mine,
    'distinct tokens/s',
    PEER,
    theirs,
    statistics.median(turns),
    threads=sides.THREADS,
    model=llama.PARAMETERS,
    peer_batch_size=best,
    same_answers=bool((scores[0].argmax(1) == scores[1].argmax(1)).all()),
    largest_difference=float(f'{np.abs(scores[0] - scores[1]).max():.2g}'),
    turns=[round(turn, 2) for turn in turns],
  )


def write(folder: str) -> None:
  """The Llama, with a tokenizer of no use: HFLM wants one, but is given ids."""
  import tokenizers
  import transformers

  theirs, _ = llama.write(folder)
  words = tokenizers.models.WordLevel({'<unk>': 0, '<s>': 1, '</s>': 2}, '<unk>')
  transformers.PreTrainedTokenizerFast(
    tokenizer_object=tokenizers.Tokenizer(words),
    unk_token='<unk>',
    bos_token='<s>',
    eos_token='</s>',
    pad_token='<unk>',
  ).save_pretrained(theirs)


def requests(first: str, count: str) -> list[tuple[list[int], list[int]]]:
  """Some of the (context, continuation), those of a prompt one after the other."""
  random = np.random.default_rng(0)
  contexts = random.integers(3, llama.VOCAB_SIZE, (PROMPTS, LENGTH)).tolist()
  options = random.integers(3, llama.VOCAB_SIZE, (PROMPTS, OPTIONS, OPTION)).tolist()
  made = [(context, one) for context, each in zip(contexts, options) for one in each]
  return made[int(first) : int(first) + int(count)]


def ours(folder: str):
  from flan_jax.inference import harness_requests as library

  loaded = llama.load(os.path.join(folder, 'run'))

  def score(_, *which):
    found = library.log_likelihoods(loaded.config, loaded.params, requests(*which), longest=llama.LONGEST)
    return [score for score, _ in found]

  return score


def peer(folder: str):
  import torch
  from lm_eval.models import huggingface

  torch.set_num_threads(sides.THREADS)
  model = huggingface.HFLM(pretrained=os.path.join(folder, 'llama'), device='cpu', dtype='float32')
  model.model.eval()

  def score(size, *which):
    model.batch_size_per_gpu = int(size)
    asked = [(('', ''), *pair) for pair in requests(*which)]
    return [score for score, _ in model._loglikelihood_tokens(asked, disable_tqdm=True)]

  return score


if __name__ == '__main__':
  if len(sys.argv) > 1:
    makers = {'write': write, 'ours': ours, 'peer': peer}
    sides.serve(makers[sys.argv[1]], sys.argv[2])
  else:
    main()
