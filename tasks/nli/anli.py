# SPDX-License-Identifier: Apache-2.0
"""ANLI, adversarial inference in three rounds of rising difficulty: anli_r1 to anli_r3.

Source: Nie et al. 2020. Licence: CC BY-NC 4.0. Splits: rounds 2 and 3 are capped at
30,000 training rows; the first 200 validation rows are dev, the test split is the test
set. The three rounds share their templates. The classes are worded as in FLAN's code;
no letter strays behind the hypothesis, as in three of its templates.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'context': example['context'],
    'hypothesis': example['hypothesis'],
    **choose(example['label'], ['Yes', "It's impossible to say", 'No']),
  }


TEMPLATES = templates("""
{context}

Based on this paragraph alone, is the sentence below correct?
{hypothesis}

{options}
---
Here is some background, and a guess that somebody made after reading it.

Background: {context}
Guess: {hypothesis}

Did they guess right?
{options}
---
Somebody is trying to trick you, so read closely before you answer.

"{context}"

According to the passage, is this so? {hypothesis}

{options}
---
Claim: {hypothesis}

Going by the source that follows, would you confirm the claim?

Source: {context}

{options}
---
Reading test, section two

Read this extract:
{context}

Is this what the extract says?
{hypothesis}

{options}
Your answer:
---
{context}
Teacher: What do you say to this, is it right? {hypothesis}
{options}
Pupil:
---
Take every word of the following as fact, and assume nothing else.

{context}

Is it then the case as stated here? {hypothesis}

{options}
---
## Context
{context}

## Hypothesis
{hypothesis}

## Does the hypothesis hold in this context?
{options}
---
I need a fact checker. My draft says: {hypothesis}

The only material I have is this:
{context}

Is my draft right, as far as the material goes?

{options}
""")

INVERTED = templates("""
{context}

Think of a statement about this passage. If I ask whether it is true, the right reply \
should be "{answer}".
=> {hypothesis}
""")

PLAIN = templates("""
{context}
question: {hypothesis} Is that right?
answer:
""")


def contexts(row, split):
  yield {**row, 'context': row['premise']}


for number, train, examples, rows, others in (
  (1, 'train', 16_940, 16_946, 1_000),
  (2, 'train[:30000]', 45_460, 45_460, 1_000),
  (3, 'train[:30000]', 100_450, 100_459, 1_200),
):
  datasets.add(
    f'anli_r{number}',
    tfds=f'anli/r{number}:0.1.0',
    kind='classification',
    splits={'train': train, 'validation': 'validation[:200]', 'test': 'test'},
    examples=examples,
    fields=fields,
    templates=TEMPLATES,
    inverted=INVERTED,
    plain=PLAIN,
    metrics=['accuracy'],
    origin=Origin(
      hosts=('dl.fbaipublicfiles.com',),
      megabytes=18.6,
      rows={'train': rows, 'validation': others, 'test': others},
      hub=Hub(
        'facebook/anli',
        'plain_text',
        splits={'train': f'train_r{number}', 'validation': f'dev_r{number}', 'test': f'test_r{number}'},
        key='{uid}',
        labels={'label': {'entailment': 'e', 'neutral': 'n', 'contradiction': 'c'}},
        adapt=contexts,
      ),
    ),
  )
