# SPDX-License-Identifier: Apache-2.0
"""WiC, words in context: does a word have the same sense in two sentences?

Source: Pilehvar and Camacho-Collados 2019; Wang et al. 2019 (SuperGLUE). Licence: CC
BY-NC 4.0, see pilehvar.github.io/wic. Splits: the test labels are not public, so the
validation split is the test set and the last 200 training rows are dev. The word is
given in its dictionary form; in the sentences it may be inflected.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'word': example['word'],
    'sentence1': example['sentence1'],
    'sentence2': example['sentence2'],
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{sentence1}
{sentence2}

Does the word "{word}" mean the same thing in both sentences?

{options}
---
Word: {word}
First example: {sentence1}
Second example: {sentence2}
Would a dictionary list the two examples under one and the same sense?
{options}
---
Many words have several meanings. Decide if the one below keeps its meaning.

# Word
{word}

# Here
{sentence1}

# And here
{sentence2}

# Is the meaning the same?
{options}
---
Learner: I know what "{word}" means in this sentence: {sentence1}
Learner: Then do I also know what it means in the next one? {sentence2}
{options}
Teacher:
---
Is "{word}" used alike in sentence A and in sentence B, as far as its sense goes?

A) {sentence1}
B) {sentence2}

{options}
---
A pun plays with two senses of a word. These sentences share the word "{word}":

- {sentence1}
- {sentence2}

Before you make a pun of them, answer this: is the sense the same in the two?

{options}
---
Picture what "{word}" stands for as you read this: {sentence1}

Now read on: {sentence2}

Can you keep the picture, or at least the idea behind it?

{options}
---
To translate "{word}" into another language, one has to know its sense. Suppose that \
you have found the right translation for the first case. Will it do for the second, too?

First case: {sentence1}
Second case: {sentence2}

{options}
---
{sentence2}
Compare that with this: {sentence1}
One meaning of "{word}", twice?
{options}
---
Two cards lie on the table, each with a sentence on it.

Card 1: {sentence1}
Card 2: {sentence2}

They make a pair if "{word}" has one sense on both. Do they make a pair?
{options}
""")

PLAIN = templates("""
{sentence1}
{sentence2}
question: Is "{word}" meant in the same sense both times?
answer:
""")

datasets.add(
  'wic',
  tfds='super_glue/wic:1.0.2',
  kind='classification',
  clusters=('miscellaneous', 'word_disambiguation'),
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=5_220,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.4,
    rows={'train': 5_428, 'validation': 638, 'test': 1_400},
    hub=Hub('aps/super_glue', 'wic', key='{idx}'),
  ),
)
