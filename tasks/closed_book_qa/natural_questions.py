# SPDX-License-Identifier: Apache-2.0
"""Natural Questions, open: what people asked a search engine, answered from memory.

Source: Kwiatkowski et al. 2019; the open version is Lee et al. 2019, arXiv 1906.00300.
Licence: CC BY-SA 3.0. Splits: dev is the last 200 training rows, TFDS's validation is
the test set. Questions come in lower case without a question mark; `fields` adds it, so
no template has one. The first answer is the target, any answer counts as right.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import first
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  typed = tf.strings.regex_replace(example['question'], r'[\s?]+$', '')
  return {'question': typed + '?', 'answer': first(example['answer']), 'references': example['answer']}


TEMPLATES = templates("""
{question}
---
Question: {question}
Answer:
---
Answer from memory, in as few words as you can: {question}
---
Someone types this into a search engine:

{question}

The short answer at the top of the page reads:
---
Please settle a bet for us. {question}
---
{question}

Give a name, a date, a number or a short phrase, nothing else.
---
A: {question}
B: I happen to know that! It is
---
# Frequently asked

{question}

# In brief
---
My daughter asked me over breakfast: "{question}"
I had no idea. Tell me what I should have said to her.
---
You are on a quiz show with no time left. The host repeats: {question}
You press the button and say:
""")

PLAIN = templates("""
Q: {question}
A:
""")

datasets.add(
  'natural_questions',
  tfds='natural_questions_open:1.0.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=87_720,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['trivia_exact_match', 'trivia_f1'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    megabytes=8.9,
    rows={'train': 87_925, 'validation': 3_610},
    hub=Hub('google-research-datasets/nq_open', 'nq_open', splits=('train', 'validation')),
  ),
)
