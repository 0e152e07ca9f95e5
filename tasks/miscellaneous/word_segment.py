# SPDX-License-Identifier: Apache-2.0
"""Word segmentation: a text whose spaces are gone is parted into words again.

Source: the English side of ParaCrawl release 4, English-Danish, Bañón et al. 2020.
Licence: CC0. Splits: 30,000 training rows from row 60,400 on, the 200 after them as
dev, the last 3,000 as test set, which true_case and fix_punct share. Made from plain
text, as in FLAN's code. Texts of fewer than three words are dropped, as they pose no
task; FLAN keeps them.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import several_words, tidy
from flan_jax.data.templates import templates
from flan_jax.tasks.miscellaneous.fix_punct import ORIGIN


def fields(example):
  text = tidy(example['en'])
  return {'joined': tf.strings.regex_replace(text, r'\s+', ''), 'answer': text}


def keep(example):
  return several_words(tidy(example['en']))


TEMPLATES = templates("""
{joined}

The spaces are gone. Where did they stand? Give the text with all of them.
---
Break this string of characters up into English words: {joined}
---
Insert the missing blanks.

Without: {joined}
With:
---
A web address cannot hold spaces, so a joker has registered this one:

{joined}

How would one write it normally?
---
The space bar of my keyboard is stuck, and all I get is

{joined}

What was I trying to write?
---
On old parchment the words often run together. Copy out this line, parting the words:

{joined}
---
# Run together
{joined}

# Word by word
---
Scanner output: {joined}
The scanner has swallowed every gap between two words. Repair its output without \
altering a letter.
""")

INVERTED = templates("""
Write this again without any spaces: {answer}
=> {joined}
---
To make a puzzle for your friends, you push all the words of a text together.

The text: {answer}
The puzzle:
=> {joined}
""")

PLAIN = templates("""
no spaces: {joined}
with spaces:
""")

datasets.add(
  'word_segment',
  tfds='para_crawl/enda:1.2.0',
  kind='generation',
  clusters=('miscellaneous', 'text_formatting'),
  splits={'train': 'train[60400:90400]', 'validation': 'train[90400:90600]', 'test': 'train[-3000:]'},
  examples=30_000,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['word_edit_distance'],
  origin=ORIGIN,
)
