"""Multiple choice against lm-evaluation-harness's `hf` model: the same Llama, requests.

200 prompts of 300 random tokens, each with four options of eight, are asked as the
harness asks them: 800 requests. Both sides compute in float32 and live in processes of
their own that take turns; the peer at the best of some batch sizes. What counts are the
tokens that differ: a prompt once, and its options.
"""

import os
import statistics
import sys
import tempfile

import numpy as np

from tests.bench import figures, llama, sides

PROMPTS, OPTIONS, LENGTH, OPTION, TURNS = 200, 4, 300, 8, 3
TOKENS = PROMPTS * (LENGTH + OPTIONS * OPTION)
SIZES = 1, 4, 16, 64
TRIED = 40  # requests that a batch size is tried on
PEER = "lm_eval's HFLM"


def main() -> None:
  with tempfile.TemporaryDirectory() as folder:
    sides.Side('tests.bench.scoring', 'write', folder).end()
    peer, ours = (sides.Side('tests.bench.scoring', name, folder)
                  for name in ('peer', 'ours'))
    peer.ask(SIZES[0], TRIED), ours.ask(0, PROMPTS * OPTIONS)  # to warm up
    tried = {size: peer.ask(size, TRIED)['seconds'] for size in SIZES}
    best = min(tried, key=tried.get)
    pairs = [(ours.ask(0, PROMPTS * OPTIONS), peer.ask(best, PROMPTS * OPTIONS))
             for _ in range(TURNS)]
    ours.end(), peer.end()
  scores = [np.reshape(side['value'], (PROMPTS, OPTIONS)) for side in pairs[-1]]
  speeds = [[TOKENS / side['seconds'] for side in pair] for pair in pairs]
  mine, theirs = map(statistics.median, zip(*speeds))
  turns = [a / b for a, b in speeds]
  figures.report(
      'scoring', mine, 'distinct tokens/s', PEER, theirs, statistics.median(turns),
      threads=sides.THREADS, model=llama.PARAMETERS, peer_batch_size=best,
      same_answers=bool((scores[0].argmax(1) == scores[1].argmax(1)).all()),
      largest_difference=float(f'{np.abs(scores[0] - scores[1]).max():.2g}'),
      turns=[round(turn, 2) for turn in turns])


def write(folder: str) -> None:
  """The Llama, with a tokenizer of no use: HFLM wants one, but is given ids."""
  import tokenizers
  import transformers
  theirs, _ = llama.write(folder)
  words = tokenizers.models.WordLevel({'<unk>': 0, '<s>': 1, '</s>': 2}, '<unk>')
  transformers.PreTrainedTokenizerFast(
      tokenizer_object=tokenizers.Tokenizer(words), unk_token='<unk>', bos_token='<s>',
      eos_token='</s>', pad_token='<unk>').save_pretrained(theirs)


def requests() -> list[tuple[list[int], list[int]]]:
  """(context, continuation), those of a prompt one after the other."""
  random = np.random.default_rng(0)
  contexts = random.integers(3, llama.VOCAB_SIZE, (PROMPTS, LENGTH)).tolist()
  options = random.integers(3, llama.VOCAB_SIZE, (PROMPTS, OPTIONS, OPTION)).tolist()
  return [(context, one) for context, each in zip(contexts, options) for one in each]


def ours(folder: str):
  from flan_jax.evaluation import requests as library
  loaded = llama.load(os.path.join(folder, 'run'))

  def score(_, count):
    found = library.log_likelihoods(
        loaded.config, loaded.params, requests()[:int(count)], longest=llama.LONGEST)
    return [score for score, _ in found]
  return score


def peer(folder: str):
  import torch
  from lm_eval.models import huggingface
  torch.set_num_threads(sides.THREADS)
  model = huggingface.HFLM(
      pretrained=os.path.join(folder, 'llama'), device='cpu', dtype='float32')
  model.model.eval()

  def score(size, count):
    model.batch_size_per_gpu = int(size)
    asked = [(('', ''), *pair) for pair in requests()[:int(count)]]
    return [score for score, _ in model._loglikelihood_tokens(asked, disable_tqdm=True)]
  return score


if __name__ == '__main__':
  if len(sys.argv) > 1:
    makers = {'write': write, 'ours': ours, 'peer': peer}
    sides.serve(makers[sys.argv[1]], sys.argv[2])
  else:
    main()
