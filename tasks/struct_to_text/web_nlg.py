# SPDX-License-Identifier: Apache-2.0
"""WebNLG, English: sets of triples from DBpedia, put into words.

Source: Gardent et al. 2017; GEM edition: Gehrmann et al. 2021, arXiv 2102.01672.
Licence: CC BY-NC-SA 4.0. Splits: the first 30,000 training rows, the last 200 of them
all as dev, TFDS's validation is the test set. A triple comes as
`Ada_Bell | food | "plum cake"` and is shown as `Ada Bell, food, plum cake`: FLAN's code
replaces bars and underscores likewise, but leaves quotation marks, and joins triples by
semicolons where ours stand on lines of their own. Training rows have one text each and
no references, so the target is added to the references.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import spaced
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  lines = tf.strings.regex_replace(spaced(example['input']), '"', '')
  lines = tf.strings.regex_replace(lines, r'\s*\|\s*', ', ')
  return {
    'triples': tf.strings.reduce_join(lines, separator='\n'),
    'answer': example['target'],
    'references': tf.concat([example['references'], [example['target']]], axis=0),
  }


TEMPLATES = templates("""
Each line below links a subject to an object by a relation.

{triples}

Put all of it into plain English prose.
---
{triples}

Someone who has never seen a database asks you what this says. Tell them in full \
sentences, leaving nothing out and adding nothing.
---
# Data
{triples}

# The same data as a text
---
An encyclopedia keeps its knowledge in this form:

{triples}

Write the passage of an article that conveys exactly this knowledge.
---
Which short text would tell a reader as much as these triples do?
{triples}
---
Editor: I need this as running text, please.
{triples}
Writer: Here you are.
---
Verbalise the following graph. Every edge is given as start, label, end.

{triples}
Verbalisation:
---
My notes for a talk are in shorthand:
{triples}

What I read out to the audience has to sound natural. I am going to say this:
""")

INVERTED = templates("""
Break this text up into its facts, one a line, in the form subject, relation, object.
{answer}
=> {triples}
---
{answer}

A program can store what you have just read only in lines of three parts, with a \
comma between one part and the next. Which lines does it need?
=> {triples}
""")

PLAIN = templates("""
triples:
{triples}

text:
""")

datasets.add(
  'web_nlg_en',
  tfds='gem/web_nlg_en:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=35_220,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    rows={'train': 35_426, 'validation': 1_667, 'test': 1_779},
    hub=Hub(
      'GEM/web_nlg', 'en', revision='refs/convert/parquet', missing=('the challenge splits, which no task reads',)
    ),
  ),
)
