# SPDX-License-Identifier: Apache-2.0
"""Gigaword: headlines for the first sentences of agency reports.

Source: Rush, Chopra and Weston 2015, from English Gigaword. Licence: none stated; the
text is the Linguistic Data Consortium's. Splits: the first 30,000 training rows, the
first 200 validation rows as dev, the test split as test set.

The text is tokenised and in lower case. Digits have been replaced by `#` and rare words
by `UNK`: rows with either are dropped, in every split.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'sentence': example['document'], 'answer': example['summary']}


def keep(example):
  both = tf.strings.join([example['document'], example['summary']], separator=' ')
  return ~tf.strings.regex_full_match(both, r'(?s).*(?:#|\bUNK\b|<unk>).*')


TEMPLATES = templates("""
{sentence}

Write a headline for this piece of news. Capital letters are not needed.
---
Give the agency report a title of a few words, all in lower case.

Report: {sentence}
Title:
---
News ticker, room for about ten words. Make the following fit:

{sentence}
---
Here is the first sentence of a news story: {sentence}

What might be printed above it in large type?
---
The reporter dictates: {sentence}
The headline writer types:
---
Boil it down, in lower case and with a space before every mark of punctuation.

Before: {sentence}
After:
---
A news app has just received this line from an agency:

{sentence}

Which few words should light up on the phones of its readers?
---
# opening sentence
{sentence}

# headline
""")

INVERTED = templates("""
headline: {answer}

With which sentence does the story begin?
=> {sentence}
---
Somebody reads out to you: "{answer}"

Invent the opening sentence of the report that belongs to this headline.
=> {sentence}
""")

PLAIN = templates("""
news: {sentence}
headline:
""")


def unknown(row, split):
  """TFDS writes UNK for <unk> in every split but test."""
  yield row if split == 'test' else {name: row[name].replace('<unk>', 'UNK') for name in ('document', 'summary')}


datasets.add(
  'gigaword',
  tfds='gigaword:1.2.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=2_044_370,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('drive.google.com',),
    megabytes=578,
    rows={'train': 3_803_957, 'validation': 189_651, 'test': 1_951},
    packages=('beautifulsoup4',),
    hub=Hub('Harvard/gigaword', revision='refs/convert/parquet', adapt=unknown),
  ),
)
