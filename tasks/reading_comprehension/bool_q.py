# SPDX-License-Identifier: Apache-2.0
"""BoolQ, yes/no questions that people typed into a search engine, with a paragraph.

Source: Clark et al. 2019, arXiv 1905.10044. Licence: CC BY-SA 3.0. Splits: dev is the
last 200 training rows, the validation split is the test set. The questions come in
lower case and without a question mark; both are put right here.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'title': example['title'],
    'passage': example['passage'],
    'question': _as_sentence(example['question']),
    **choose(tf.cast(example['answer'], tf.int32), ['no', 'yes']),
  }


def _as_sentence(question):
  """'is lace made in toldrel' -> 'Is lace made in toldrel?'."""
  question = tf.strings.strip(question)
  initial = tf.strings.regex_replace(question, '(?s)^(.).*', r'\1')
  initial = tf.strings.upper(initial, encoding='utf-8')
  rest = tf.strings.regex_replace(question, '(?s)^.', '')
  question = tf.strings.join([initial, rest])
  return tf.strings.regex_replace(question, r'([^\s?])[\s?]*$', r'\1?', False)


TEMPLATES = templates("""
{passage}

{question}

{options}
---
Title: {title}
Passage: {passage}

Can you settle this one with a single word? {question}

{options}
---
Somebody typed a question into a search engine: {question}

The first page it found was called "{title}" and said:
{passage}

Which short reply should be shown above the results?
{options}
---
Go by the text, even where you believe that you know better.

Text: {passage}
What is asked: {question}
{options}
Reply:
---
Two friends have a bet about this: {question}

They open a reference book at "{title}" and read:
{passage}

The bet is won by the friend who said

{options}
---
## Article
{passage}

## Yes or no?
{question}

{options}
---
Your grandmother wants to know: {question}

You read to her from the article on {title}.
"{passage}"

She did not quite follow. Tell her in one word.
{options}
---
{question}

{options}

Choose after reading these lines:
{passage}
---
A quiz on the radio. The presenter has this card on {title} before her:

{passage}

Caller number three has to answer the following. {question}
What must the caller say to get the point?

{options}
---
Fact sheet: {passage}

Customer: {question}
{options}
Clerk, with a look at the fact sheet:
""")

PLAIN = templates("""
{title}
{passage}

question: {question}
answer:
""")


def titled(row, split):
  title, _, passage = row['passage'].partition(' -- ')
  if not passage:
    title, passage = '', title
  yield {'title': title, 'passage': passage, 'question': row['question'], 'answer': row['label']}


datasets.add(
  'bool_q',
  tfds='bool_q:1.0.0',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=9_220,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    megabytes=8.8,
    rows={'train': 9_427, 'validation': 3_270},
    # SuperGLUE's edition, which has the titles; google/boolq does not.
    hub=Hub('aps/super_glue', 'boolq', splits=('train', 'validation'), keyed=False, adapt=titled),
  ),
)
