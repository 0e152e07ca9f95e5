# SPDX-License-Identifier: Apache-2.0
"""MNLI, inference across ten genres of speech and writing, as in GLUE.

Source: Williams et al. 2018; Wang et al. 2019 (GLUE). Licence: by genre, mostly that of
the Open American National Corpus; see gluebenchmark.com. Splits: two tasks share one
training set, capped at 30,000 rows, and its last 200 rows for dev; they differ in the
test set, the validation split from the same genres (matched) or others (mismatched).
Premises are often transcribed speech, without capitals or full stops.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'premise': example['premise'],
    'hypothesis': example['hypothesis'],
    **choose(example['label'], ['yes', 'maybe', 'no']),
  }


TEMPLATES = templates("""
Premise: {premise}

Hypothesis: {hypothesis}

Does the premise entail the hypothesis?

{options}
---
{premise}

Is it safe to say the following?
{hypothesis}
{options}
---
Two remarks were recorded.

First remark: {premise}
Second remark: {hypothesis}

Would anyone who accepts the first remark accept the second one too?

{options}
---
I overheard this: {premise}

From that I gather: {hypothesis}

Do I gather rightly?

{options}
---
Answer "yes" if the sentence is certain, "no" if it is ruled out, "maybe" if it is open.

Known: {premise}
Sentence: {hypothesis}

{options}
---
Is the line in brackets true, given the line under it?

[{hypothesis}]
{premise}

{options}
---
A logic exercise.

Given: {premise}
In question: {hypothesis}

Is it the case?
{options}
Solution:
---
{premise}
{hypothesis}

Does the first of these two lines imply the second?
{options}
---
User: Imagine that someone says to you: {premise}
User: Would you then believe it if they added this? {hypothesis}
{options}
Assistant:
---
Here is what we have been told: {premise}

Now somebody asks whether it is also a fact that can be put like this: {hypothesis}

What should we reply?
{options}
""")

PLAIN = templates("""
{premise}
question: Yes, no or maybe? {hypothesis}
answer:
""")

ROWS = {
  'train': 392_702,
  'validation_matched': 9_815,
  'validation_mismatched': 9_832,
  'test_matched': 9_796,
  'test_mismatched': 9_847,
}
ORIGIN = Origin(
  hosts=('dl.fbaipublicfiles.com',),
  megabytes=313,
  rows=ROWS,
  hub=Hub('nyu-mll/glue', 'mnli', splits=tuple(ROWS), key='{idx}'),
)

for genres in ('matched', 'mismatched'):
  datasets.add(
    f'mnli_{genres}',
    tfds='glue/mnli:2.0.0',
    kind='classification',
    splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': f'validation_{genres}'},
    examples=392_500,
    fields=fields,
    templates=TEMPLATES,
    plain=PLAIN,
    metrics=['accuracy'],
    origin=ORIGIN,
  )
