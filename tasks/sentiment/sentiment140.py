# SPDX-License-Identifier: Apache-2.0
"""Sentiment140: short messages from Twitter, happy or unhappy.

Source: Go, Bhayani and Huang 2009, Twitter Sentiment Classification using Distant
Supervision. Licence: none stated; see help.sentiment140.com. Splits: the first 30,000
training rows, the last 200 for dev, and the 498 hand-labelled test rows.

`polarity` is 0, 2 or 4. The test split holds 139 neutral messages (2), which FLAN's
code takes for negative ones; here they are dropped. FLAN's code turns four templates
around, this file three: the paper's limit.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'text': example['text'], **choose(example['polarity'] // 4, ['negative', 'positive'])}


def keep(example):
  return example['polarity'] != 2


TEMPLATES = templates("""
Tweet: {text}

Is the mood of this tweet positive or negative?

{options}
---
{text}

How did the person who posted this feel?
{options}
---
Label the message by its tone.

Message: {text}
Labels to choose from:
{options}
Label:
---
My friend just sent me this: "{text}"
Should I be glad for them or sorry for them? Name the feeling behind it.

{options}
---
What sentiment does the following post express?

{options}

Post: {text}
---
A: Have you seen what they posted? {text}
B: I have. And what would you call it?

{options}
---
A social media team sorts mentions into two folders.
This one came in today: {text}
Which folder is the right one?

{options}
""")

INVERTED = templates("""
Post a tweet in a {answer} mood.
=> {text}
---
The sentiment of the next message is {answer}. It has at most 140 characters.
=> {text}
---
Make up an example for a sentiment classifier of short messages.
Class: {answer}
Example:
=> {text}
""")

PLAIN = templates("""
tweet: {text}
sentiment:
""")


def polar(row, split):
  yield {**row, 'polarity': row['sentiment']}


datasets.add(
  'sentiment140',
  tfds='sentiment140:1.0.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=1_599_800,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('cs.stanford.edu',),
    megabytes=81.4,
    rows={'train': 1_600_000, 'test': 498},
    hub=Hub(
      'stanfordnlp/sentiment140',
      'sentiment140',
      revision='refs/convert/parquet',
      splits=('train', 'test'),
      keyed=False,
      adapt=polar,
    ),
  ),
)
