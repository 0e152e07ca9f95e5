# SPDX-License-Identifier: Apache-2.0
"""DART: facts from tables, from WebNLG and from E2E, put into words.

Source: Nan et al. 2021, arXiv 2007.02871; GEM edition: Gehrmann et al. 2021. Licence:
MIT. Splits: the first 30,000 training rows, the last 200 of them all as dev, TFDS's
validation is the test set. TFDS joins the three parts of a triple by spaces, as in
`Ada Bell BIRTH_PLACE Toldrel`, and which part is which cannot be told any more. The
subject `[TABLECONTEXT]`, which stands for the table, and the relation `[TITLE]` are
markers and no words: both are removed, as in FLAN's code. Training rows have one text
each and no references, so the target is added to the references. Signs that stand apart
in a text are joined to its words.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import untokenized
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

MARKER = r'\[[A-Z_]+\] ?'


def fields(example):
  text = untokenized(example['target'])
  facts = tf.strings.regex_replace(example['tripleset'], MARKER, '')
  return {
    'facts': tf.strings.reduce_join(facts, separator='\n'),
    'answer': text,
    'references': tf.concat([untokenized(example['references']), [text]], axis=0),
  }


TEMPLATES = templates("""
These entries were taken from a table. Each names a thing, one of its properties, and \
the value of that property.

{facts}

Say in words what the entries record.
---
{facts}

Turn the records above into something that a person would say.
---
Records:
{facts}

Report:
---
A spreadsheet was exported without its layout, and this is all that is left:

{facts}

What did it say? Answer in sentences.
---
The visitor at the counter has been handed a printout.

{facts}

Visitor: I cannot make sense of that. What does it mean?
Clerk: In plain words:
---
Make a fluent description out of the facts in this list. Use every one; invent none.

{facts}

Description:
---
How would a reporter phrase the information given here?

{facts}
---
## What we know

{facts}

## The same in good English
""")

INVERTED = templates("""
{answer}

List what this says as the entries of a database: first what the entry is about, then \
the property in capitals, then its value. One entry a line.
=> {facts}
---
A table is being filled from texts, and it is the turn of this one:

"{answer}"

Rows to add to the table:
=> {facts}
""")

PLAIN = templates("""
table rows:
{facts}

in plain words:
""")


def joined(row, split):
  yield {**row, 'tripleset': [' '.join(triple) for triple in row['tripleset']]}


datasets.add(
  'dart',
  tfds='gem/dart:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=62_450,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    rows={'train': 62_659, 'validation': 2_768, 'test': 6_959},
    hub=Hub('GEM/dart', revision='refs/convert/parquet', adapt=joined),
  ),
)
