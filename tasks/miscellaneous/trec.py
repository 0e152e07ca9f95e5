# SPDX-License-Identifier: Apache-2.0
"""TREC, what kind of answer a question asks for: one of six classes.

Source: Li and Roth 2002; Hovy et al. 2001. Licence: none stated, see
cogcomp.seas.upenn.edu/Data/QA/QC. Splits: dev is the last 200 training rows, test is
TFDS's test, the questions of TREC 10. Only the coarse class is asked for, as in FLAN's
code. Signs, which stand apart from the words in the source, are joined to them.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose, untokenized
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

# In the order of TFDS's labels: DESC, ENTY, ABBR, HUM, NUM, LOC.
CLASSES = ['description', 'entity', 'abbreviation', 'person or group', 'number', 'location']


def fields(example):
  return {'question': untokenized(example['text']), **choose(example['label-coarse'], CLASSES)}


TEMPLATES = templates("""
{question}

What is this question after?

{options}
---
Sort the question into one of the drawers.

Question: {question}
{options}
Drawer:
---
You need not answer the following. Say only what type of answer it calls for.

{question}

{options}
---
A quiz book has a chapter for each kind of answer. In which chapter would you print \
this? {question}

{options}
---
Q: {question}

A good answer to Q would have to name or give a certain kind of thing. Which kind?
{options}
---
# Incoming question
{question}

# Types of answer
{options}

# Expected type
---
Before a program can look up the answer to "{question}" it has to know what it is \
looking for. Help it with a label.

{options}
---
Ada: {question}
Ben: I don't know, but I do know what sort of answer you want.
{options}
Ben says:
---
Imagine the reply to this question, without giving it: {question}
Under which heading does the reply fall?

{options}
""")

INVERTED = templates("""
A question database is sorted by what people want to know. Write an entry for the part \
with the label "{answer}".
=> {question}
""")

PLAIN = templates("""
question: {question}
answer type:
""")


def classes(row, split):
  """The copy calls a fine class ENTY:animal, TFDS animal."""
  fine = str(row['fine_label']).partition(':')[2] or -1
  yield {**row, 'label-coarse': row['coarse_label'], 'label-fine': fine}


datasets.add(
  'trec',
  tfds='trec:1.0.0',
  kind='classification',
  clusters=('miscellaneous', 'question_classification'),
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=5_250,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('cogcomp.org',),
    megabytes=0.36,
    rows={'train': 5_452, 'test': 500},
    hub=Hub(
      'CogComp/trec',
      revision='refs/convert/parquet',
      splits=('train', 'test'),
      labels={'coarse_label': ('ABBR', 'ENTY', 'DESC', 'HUM', 'LOC', 'NUM')},  # another order than TFDS's
      adapt=classes,
    ),
  ),
)
