# SPDX-License-Identifier: Apache-2.0
"""STS-B, how alike are two sentences in meaning, from 0 to 5? As in GLUE.

Source: Cer et al. 2017; Wang et al. 2019 (GLUE). Licence: by source of the text, mostly
CC BY-SA; see the STS wiki. Splits: the last 100 training rows are dev, the validation
split is the test set. The scores are means over annotators; the answer is the nearest
whole number, and the metrics are correlations.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  nearest = tf.cast(tf.round(example['label']), tf.int64)
  return {
    'sentence1': example['sentence1'],
    'sentence2': example['sentence2'],
    **choose(nearest, ['0', '1', '2', '3', '4', '5']),
  }


TEMPLATES = templates("""
{sentence1}
{sentence2}

On a scale from 0 to 5, where 5 is "means the same", how similar are these sentences?

{options}
---
Grade how alike the two are, from 0 (nothing in common) to 5 (only the words differ).

Sentence one: {sentence1}
Sentence two: {sentence2}

{options}
Grade:
---
How close in content is the text on the right to the text on the left?

Left: {sentence1}
Right: {sentence2}

0 stands for unrelated, 5 for identical.
{options}
---
Two people describe what they saw.

The first: {sentence1}
The second: {sentence2}

Give 5 points if they saw the very same thing, 0 if they saw quite different things, \
and something between if their accounts overlap.

{options}
---
Reference: {sentence1}
Translation to be marked: {sentence2}

How many of five points for preserving the sense?
{options}
---
To what degree is the meaning of "{sentence1}" kept in the line that comes next?
{sentence2}

{options}
---
## Similarity rating
Item 1: {sentence1}
Item 2: {sentence2}

## Key
5 equivalent, 4 minor details differ, 3 important details differ,
2 only details shared, 1 only the topic shared, 0 no relation

## Score
{options}
---
A: {sentence1}
B: {sentence2}
How strongly do A and B agree in what they tell us? Pick a whole number.
{options}
""")

INVERTED = templates("""
Write a sentence whose similarity in meaning to the one below is {answer} out of 5.

{sentence1}
=> {sentence2}
---
For a test of reading, produce two sentences on separate lines. Asked how similar they \
are, from 0 to 5, people should say {answer}.
=> {sentence1}
{sentence2}
""")

PLAIN = templates("""
sentence 1: {sentence1}
sentence 2: {sentence2}
similarity (0 to 5):
""")

datasets.add(
  'stsb',
  tfds='glue/stsb:2.0.0',
  kind='classification',
  splits={'train': 'train[:-100]', 'validation': 'train[-100:]', 'test': 'validation'},
  examples=5_640,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['pearson', 'spearman'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.8,
    rows={'train': 5_749, 'validation': 1_500, 'test': 1_379},
    hub=Hub('nyu-mll/glue', 'stsb', key='{idx}'),
  ),
)
