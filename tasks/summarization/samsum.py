# SPDX-License-Identifier: Apache-2.0
"""SAMSum: chats as people type them on their phones, summed up in the third person.

Source: Gliwa et al. 2019, arXiv 1911.12237. Licence: CC BY-NC-ND 4.0. Splits: all
training rows, the first 200 validation rows as dev, the test split as test set. A chat
is one line a message, 'Name: text'; its line ends come as a carriage return and a
newline, of which the newline stays. A placeholder such as <file_photo> stands for what
the corpus does not hold: it is removed, and the name of the sender stays. FLAN's code
removes all from the first '<' to the last '>' of a line, with the words between them and
emoticons such as <3; both stay here.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

PLACEHOLDER = r'<[A-Za-z][\w -]*>'  # <file_gif>, <link>; not <3 or >.<


def fields(example):
  dialogue = tf.strings.regex_replace(example['dialogue'], PLACEHOLDER, ' ')
  return {'dialogue': dialogue, 'answer': example['summary']}


TEMPLATES = templates("""
{dialogue}

Sum up this chat in a sentence or two.
---
Some friends have been texting each other:

{dialogue}

What was it all about?
---
You were not part of the conversation below. Tell somebody else what came out of it.

{dialogue}
---
# Messages
{dialogue}

# What happened, in short
---
Read the messages and write down what was agreed or reported. Name the people, and use \
the third person.

{dialogue}

Notes:
---
Turn the dialogue into a brief report.

Dialogue:
{dialogue}

Report:
---
My phone shows these messages as unread:

{dialogue}

I only want to know what matters in them.
""")

INVERTED = templates("""
Invent a chat that can be summed up like this: {answer}
=> {dialogue}
---
A writer has this note for a scene in which people text each other:

{answer}

Write the scene. Each message stands on its own line after the name of its sender.
=> {dialogue}
---
# What came out of it
{answer}

# How the conversation went
=> {dialogue}
""")

PLAIN = templates("""
chat:
{dialogue}

summary:
""")

datasets.add(
  'samsum',
  tfds='samsum:1.0.0',
  kind='generation',
  splits={'train': 'train', 'validation': 'validation[:200]', 'test': 'test'},
  examples=14_730,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    rows={'train': 14_732, 'validation': 818, 'test': 819},
    by_hand='train.json, val.json and test.json out of https://arxiv.org/src/1911.12237v2/anc/corpus.7z',
    hub=Hub('knkarthick/samsum', key='{id}'),
  ),
)
