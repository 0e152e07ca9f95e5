# SPDX-License-Identifier: Apache-2.0
"""XSum: BBC articles without their first sentence, which has to be supplied.

Source: Narayan, Cohen and Lapata 2018, arXiv 1808.08745. Licence: none stated; the
articles are the BBC's. Splits: the first 30,000 training rows, the first 200 validation
rows as dev, the test split as test set. The introductory sentence, written by the
article's author, serves as its summary. FLAN reads `huggingface:xsum`, which has no
version and needs another package and the network even to be declared; TFDS's own xsum
has the same two features.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

# Of the player that the web page had in this place.
NOTE = r'(?m)^Media playback is (?:unsupported|not supported) on (?:your|this) device\s*'


def fields(example):
  return {'article': tf.strings.regex_replace(example['document'], NOTE, ''), 'answer': example['summary']}


TEMPLATES = templates("""
{article}

Say it in one sentence.
---
In a single sentence, what does the following report tell us?

{article}
---
The broadcaster puts one sentence in bold type before each story. Here it is missing.

{article}

Supply it.
---
Editor: We go on air at once, and there are five seconds left for this one:
{article}
Newsreader:
---
Article:
{article}

Summary in one sentence:
---
Never mind the details of this story. What does it come to?

{article}
---
{article}

A friend who looks over my shoulder asks what happened. In one breath, I say:
---
# Task
Find one sentence that could stand for the whole text.

# Text
{article}

# Sentence
""")

INVERTED = templates("""
A news story begins with this sentence: {answer}

Continue the story.
=> {article}
---
All that is known so far is this: {answer}
Write a report that adds the details.
=> {article}
""")

PLAIN = templates("""
{article}

TL;DR:
""")

datasets.add(
  'xsum',
  tfds='xsum:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=203_560,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    megabytes=2.7,
    rows={'train': 203_577, 'validation': 11_305, 'test': 11_301},
    by_hand='xsum-extracts-from-downloads.tar.gz (made as described at '
    'https://github.com/EdinburghNLP/XSum/blob/master/XSum-Dataset/README.md)',
    hub=Hub('EdinburghNLP/xsum', key='{id}'),
  ),
)
