"""Paraphrase: two ways to state or to ask what may be the same."""

from flan_jax.world import samples, statements

PAIR = 'sentence1 sentence2 label'

samples.columns('glue_mrpc', statements.paraphrase, PAIR,
                ('not_equivalent', 'equivalent'), idx=0)
samples.columns('paws_wiki', statements.paraphrase, PAIR,
                ('different_meaning', 'paraphrase'))
samples.columns('glue_qqp', statements.question_pair, 'question1 question2 label',
                ('not_duplicate', 'duplicate'), idx=0)
samples.columns('stsb', statements.graded_pair, PAIR, idx=0)
