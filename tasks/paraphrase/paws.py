# SPDX-License-Identifier: Apache-2.0
"""PAWS, paraphrases and their look-alikes: the same words, not always the same meaning.

Source: Zhang et al. 2019, the part from Wikipedia. Licence: free to use for any
purpose, with attribution. Splits: the first 30,000 training rows, the first 200
validation rows as dev, the test split as test set. TFDS's default config, named here
because SeqIO wants a full name: its text is tokenised, with spaces before punctuation.
One of FLAN's ten templates has no options; all of ours have them.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'sentence1': example['sentence1'],
    'sentence2': example['sentence2'],
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{sentence1}
{sentence2}

These lines use nearly the same words. Do they also have the same meaning?

{options}
---
Sentence 1: {sentence1}
Sentence 2: {sentence2}

Is sentence 2 a faithful rewording of sentence 1?
{options}
---
Watch the order of the words: a small change may turn the meaning round.

Before: {sentence1}
After: {sentence2}

Has the meaning stayed as it was?

{options}
---
An article contains this sentence: {sentence1}

A volunteer wants to change it to: {sentence2}

The change is accepted only if the facts remain the same. Is it accepted?

{options}
---
Do the following two sentences describe exactly the same state of affairs?

- {sentence1}
- {sentence2}

{options}
---
Claim: the two texts below are paraphrases.

Text one
{sentence1}

Text two
{sentence2}

Is the claim right?
{options}
---
Whenever one of these is true, must the other be true as well?

{sentence1}

{sentence2}

{options}
---
Student's exercise: "Rewrite the sentence without changing what it says."

Given: {sentence1}
Rewritten by the student: {sentence2}

Does the student pass?
{options}
Result:
---
A: {sentence1}
B: I would say it like this. {sentence2}
C: Are you two saying the same?
{options}
---
Spot the difference. Original and copy may differ in who did what, when or where.

Original: {sentence1}
Copy: {sentence2}

Is the copy true to the original?
{options}
""")

PLAIN = templates("""
1. {sentence1}
2. {sentence2}
question: Do 1 and 2 mean the same?
answer:
""")

datasets.add(
  'paws_wiki',
  tfds='paws_wiki/labeled_final_tokenized:1.1.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=49_400,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    megabytes=60.3,
    rows={'train': 49_401, 'validation': 8_000, 'test': 8_000},
    hub=Hub(
      'google-research-datasets/paws',
      'labeled_final',
      key='{id}',
      labels={'label': {'0': 'different_meaning', '1': 'paraphrase'}},
    ),
  ),
)
