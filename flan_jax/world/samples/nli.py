# SPDX-License-Identifier: Apache-2.0
"""Natural language inference and paraphrase: statements about the world, in pairs."""

from functools import partial

from flan_jax.world import samples, statements
from flan_jax.world.statements import ENTAILMENT, inference, RELATIONS

NLI, PAIR = 'premise hypothesis label', 'sentence1 sentence2 label'
QUESTIONS, OF_TWO = 'question1 question2 label', ('not_entailment', 'entailment')


def _one_or_two(world):
  return inference(world, sentences=world.random.randint(1, 2))


_INITIALS = {relation: relation[0] for relation in RELATIONS}
_ANLI, _RTE = partial(inference, sentences=4), partial(inference, sentences=2)
samples.columns('anli_r1 anli_r2 anli_r3', _ANLI, 'context hypothesis label', _INITIALS, uid='')
samples.columns('cb', partial(inference, sentences=3), NLI, idx=0)
samples.columns('snli', inference, NLI)
samples.columns('mnli_matched mnli_mismatched', _one_or_two, NLI, idx=0)
samples.columns('qnli', statements.question_sentence, 'question sentence label', OF_TWO, idx=0)
samples.columns('wnli', statements.coreference_pair, PAIR, OF_TWO, idx=0)
samples.columns('rte', _RTE, NLI, {relation: OF_TWO[relation == ENTAILMENT] for relation in RELATIONS}, idx=0)
samples.columns('glue_mrpc', statements.paraphrase, PAIR, ('not_equivalent', 'equivalent'), idx=0)
samples.columns('paws_wiki', statements.paraphrase, PAIR, ('different_meaning', 'paraphrase'))
samples.columns('glue_qqp', statements.question_pair, QUESTIONS, ('not_duplicate', 'duplicate'), idx=0)
samples.columns('stsb', statements.graded_pair, PAIR, idx=0)
