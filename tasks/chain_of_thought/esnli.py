# SPDX-License-Identifier: Apache-2.0
"""e-SNLI: the pairs of SNLI with an explanation in words.

Source: Camburu et al. 2018, arXiv 1812.01193. Licence: MIT. Splits: the first 30,000 training
rows, dev is the first 200 validation rows, test is the published one. The explanation is the
first of up to three. No part of the paper's mixtures; its texts are SNLI's, so it belongs to
nli as well.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

_ANSWERS = ['yes', 'it is not possible to tell', 'no']


def fields(example):
  chosen = choose(example['label'], _ANSWERS)
  return {
    'premise': example['premise'],
    'hypothesis': example['hypothesis'],
    'rationale': example['explanation_1'],
    'answer': chosen['answer'],
    'references': chosen['answer'][None],
  }


TEMPLATES = templates("""
{premise}

Does it follow that "{hypothesis}"? Explain, then answer yes, no, or it is not possible to tell.
=> {rationale}
The answer is {answer}.
---
Text: {premise}
Claim: {hypothesis}

Is the claim true, false, or open? Give your reason first; then yes, no, or it is not possible to tell.
=> {rationale}
The answer is {answer}.
---
Somebody describes a picture: {premise}
Somebody else says: {hypothesis}

If the first is right, is the second? Reason before you decide (yes, no, it is not possible to tell).
=> {rationale}
The answer is {answer}.
---
Premise: {premise}
Hypothesis: {hypothesis}
Why does the hypothesis follow or not, and what do you conclude: yes, no, or it is not possible to tell?
=> {rationale}
The answer is {answer}.
---
Consider this sentence first.
{premise}
And now this one.
{hypothesis}

Say how they relate, and whether the first makes the second true. End with yes, no, or it is not \
possible to tell.
=> {rationale}
The answer is {answer}.
---
We know: {premise}
We ask: is it so that {hypothesis}
Argue in a sentence and close with yes, no, or it is not possible to tell.
=> {rationale}
The answer is {answer}.
---
Judge the second line by the first, step by step. Verdicts: yes, no, it is not possible to tell.

1. {premise}
2. {hypothesis}
=> {rationale}
The answer is {answer}.
""")

INVERTED = templates("""
"{premise}" Asked whether "{hypothesis}" follows, people say: {answer}. Why?
=> {rationale}
---
Write a sentence about this scene: {premise}
Someone should be able to say of it: {rationale}
=> {hypothesis}
---
Explanation: {rationale}
Conclusion about "{hypothesis}": {answer}

What could the text have been?
=> {premise}
""")

PLAIN = templates("""
{premise}
question: Is it true that {hypothesis} Why?
answer:
=> {rationale}
The answer is {answer}.
""")

datasets.add(
  'esnli',
  tfds='esnli:0.1.0',
  kind='generation',
  clusters=('nli', 'chain_of_thought'),
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=549_367,
  mixed=False,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['final_answer'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    megabytes=204.5,
    rows={'train': 549_367, 'validation': 9_842, 'test': 9_824},
    hub=Hub('esnli/esnli', 'plain_text', revision='refs/convert/parquet', keyed=False),
  ),
)
