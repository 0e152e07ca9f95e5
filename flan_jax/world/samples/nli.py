"""Natural language inference: what follows from statements about the world."""

from functools import partial

from flan_jax.world import samples
from flan_jax.world.statements import coreference_pair, inference, question_sentence

PAIR = 'premise hypothesis label'
OF_TWO = 'not_entailment', 'entailment'


def _one_or_two(world):
  return inference(world, sentences=world.random.randint(1, 2))


samples.columns(
    'anli_r1 anli_r2 anli_r3', partial(inference, sentences=4), 'context hypothesis label',
    {'entailment': 'e', 'neutral': 'n', 'contradiction': 'c'}, uid='')
samples.columns('cb', partial(inference, sentences=3), PAIR, idx=0)
samples.columns('snli', inference, PAIR)
samples.columns('mnli_matched mnli_mismatched', _one_or_two, PAIR, idx=0)
samples.columns('qnli', question_sentence, 'question sentence label', OF_TWO, idx=0)
samples.columns('wnli', coreference_pair, 'sentence1 sentence2 label', OF_TWO, idx=0)
samples.columns(
    'rte', partial(inference, sentences=2), PAIR,
    {'entailment': OF_TWO[1], 'neutral': OF_TWO[0], 'contradiction': OF_TWO[0]}, idx=0)
