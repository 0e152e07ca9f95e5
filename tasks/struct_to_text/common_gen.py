# SPDX-License-Identifier: Apache-2.0
"""CommonGen: a few everyday words, put together in a sensible sentence.

Source: Lin et al. 2020; GEM edition: Gehrmann et al. 2021, arXiv 2102.01672. Licence:
MIT. Splits: the first 30,000 training rows, the last 200 of them all as dev, TFDS's
validation is the test set (its own test split has no texts). Concepts are dictionary
forms, which a sentence may inflect. Training rows have no references, so the target is
added to the references. FLAN's code turns four templates around, this file three: the
paper's limit. Signs that stand apart in a text are joined to its words.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import untokenized
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  text = untokenized(example['target'])
  return {
    'concepts': tf.strings.reduce_join(example['concepts'], separator=', '),
    'answer': text,
    'references': tf.concat([untokenized(example['references']), [text]], axis=0),
  }


TEMPLATES = templates("""
Make one simple sentence in which these words all occur: {concepts}
---
{concepts}

Imagine an everyday scene that has all of this in it, and describe it in a sentence.
---
Words to use: {concepts}
Sentence:
---
Teacher: Who can think of a sentence with the words on the blackboard?

The blackboard says "{concepts}".

Pupil:
---
What might be going on where these things come together?

{concepts}

Give a short answer that leaves none of them out.
---
You are playing a game. From the bag you have drawn some cards, each with a word on \
it, and now you must say something sensible with all of the words. You may change \
their forms.

Your cards: {concepts}
You say:
---
Write the caption of a picture that goes with every one of the following keywords.

Keywords: {concepts}
Caption:
""")

INVERTED = templates("""
{answer}

Which few words carry the meaning of this sentence? Give their dictionary forms, \
separated by commas.
=> {concepts}
---
Somebody was given a handful of words to use in a sentence, and wrote: {answer}

Guess the words.
=> {concepts}
---
A photo is stored under its caption, "{answer}", and under some keywords, so that it \
will be found again. List keywords that would serve.
=> {concepts}
""")

PLAIN = templates("""
keywords: {concepts}
a sentence with all of them:
""")

datasets.add(
  'common_gen',
  tfds='gem/common_gen:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=67_180,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    rows={'train': 67_389, 'validation': 993, 'test': 1_497},
    hub=Hub('GEM/common_gen', revision='refs/convert/parquet', missing=('the challenge splits, which no task reads',)),
  ),
)
