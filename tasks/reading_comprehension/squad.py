# SPDX-License-Identifier: Apache-2.0
"""SQuAD, questions on paragraphs of Wikipedia: 1.1, and 2.0 with unanswerable ones.

Source: Rajpurkar et al. 2016, arXiv 1606.05250; 2018, arXiv 1806.03822. Licence: CC
BY-SA 4.0. Splits: the first 30,000 training rows, the last 200 of them all as dev, the
validation split as test set. The first answer is the target, all of them count as
right. In 2.0 a question that the paragraph does not answer has "unanswerable" as its
target. Both versions share eight templates; two of 2.0 speak of such questions.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import first, spaced
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  texts = example['answers']['text']
  if 'is_impossible' in example:  # version 2.0; such a question has no answers
    impossible = tf.cast(example['is_impossible'], tf.int32)
    texts = tf.concat([texts, tf.fill([impossible], 'unanswerable')], axis=0)
  return {
    'title': spaced(example['title']),
    'passage': example['context'],
    'question': example['question'],
    'answer': first(texts),
    'references': texts,
  }


TEMPLATES = templates("""
{passage}

{question} Answer in as few words as the passage allows.
---
Article: {title}
{passage}
A reader has pencilled into the margin: {question}
And below, in another hand, the answer:
---
Use the words of this paragraph to answer a question: {passage}

The question is: {question}
---
{question}
Look it up in the lines below and copy out no more than you need.

{passage}
---
# {title}
{passage}

# Comprehension check
{question}

# Your answer
---
I have this text about {title} in front of me: "{passage}"

My little brother now asks me this: {question}
What shall I tell him?
---
Assistant, read this page to yourself: {passage}
Assistant, here is my question: {question}
The assistant says only:
---
Fill in the third column of the table with a short answer.
Text: {passage}
Question: {question}
Third column:
""")

MAYBE_UNANSWERABLE = templates("""
{passage}

{question} Should the passage be silent about this, write "unanswerable".
---
Some of our questions are traps: the text does not tell what they ask for. Reply to a \
trap with the word unanswerable, and to any other question with words from the text.

Text: {passage}
Trap or not? {question}
""")

INVERTED = templates("""
{passage}

Make up a question on this passage to which "{answer}" is the answer.
=> {question}
---
Somebody took notes while reading about {title}, but wrote down answers only.

The page said: {passage}
The note says: {answer}
Restore the question that belongs to the note.
=> {question}
""")

PLAIN = templates("""
title: {title}
text: {passage}

Q: {question}
A:
""")

SPLITS = dict(train='train[:30000]', validation='train[-200:]', test='validation')


def answerable(row, split):
  yield {**row, 'is_impossible': not row['answers']['text'], 'plausible_answers': []}


datasets.add(
  'squad_v1',
  tfds='squad/v1.1:3.0.0',
  kind='generation',
  splits=SPLITS,
  examples=87_390,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['squad_f1', 'squad_exact_match'],
  origin=Origin(
    hosts=('rajpurkar.github.io',),
    megabytes=35.1,
    rows={'train': 87_599, 'validation': 10_570},
    hub=Hub('rajpurkar/squad', 'plain_text', splits=('train', 'validation'), key='{id}'),
  ),
)
datasets.add(
  'squad_v2',
  tfds='squad/v2.0:3.0.0',
  kind='generation',
  splits=SPLITS,
  examples=130_110,
  fields=fields,
  templates=TEMPLATES + MAYBE_UNANSWERABLE,
  plain=PLAIN,
  metrics=['squad_f1', 'squad_exact_match'],
  origin=Origin(
    hosts=('rajpurkar.github.io',),
    megabytes=46.5,
    rows={'train': 130_319, 'validation': 11_873},
    hub=Hub(
      'rajpurkar/squad_v2',
      'squad_v2',
      splits=('train', 'validation'),
      key='{id}',
      adapt=answerable,
      missing=('plausible answers, which no task reads',),
    ),
  ),
)
