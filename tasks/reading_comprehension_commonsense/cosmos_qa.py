# SPDX-License-Identifier: Apache-2.0
"""Cosmos QA, questions on what a narrative from a blog does not say outright.

Source: Huang et al. 2019, arXiv 1909.00277. Licence: CC BY 4.0. Splits: the test labels
are not public, so the validation split is the test set and the last 200 training rows
are dev. One of the four answers may be 'None of the above choices.', so the templates
that turn the task around do not show the answer. Signs, which stand apart from the words
in the source, are joined to them.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose, untokenized
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

ANSWERS = [f'answer{number}' for number in range(4)]


def fields(example):
  return {
    'passage': untokenized(example['context']),
    'question': untokenized(example['question']),
    **choose(example['label'], [untokenized(example[name]) for name in ANSWERS]),
  }


TEMPLATES = templates("""
{passage}

{question}

{options}
---
Read between the lines of this text, then answer the question that follows it.

{passage}

Question: {question}
{options}
Answer:
---
From somebody's diary:

"{passage}"

A reader wonders: {question}
Which reply is the most plausible?

{options}
---
{question}

The lines below do not spell out the answer, but they let you work it out.

{passage}

{options}
---
### Text
{passage}

### For the reading circle
{question}

### Choices
{options}

### Choice that the text supports
---
Lena read this text aloud, while Tom was looking out of the window.

{passage}

Lena: So, Tom, tell me. {question}
Tom: Will you give me some choices?
Lena: Here they are.
{options}
Tom:
---
What you know of people and of everyday life will help you here.

{options}

One of these statements is the right answer to "{question}" if it is asked about the \
following events: {passage}
---
Listening test, part B. You hear the text once. Mark one answer.

{passage}

B1. {question}
{options}
""")

INVERTED = templates("""
{passage}

Think of a question on this text for readers who can read between the lines.
=> {question}
---
Someone asked: "{question}"

Write a few sentences about an event in somebody's life to which this question belongs.
=> {passage}
""")

PLAIN = templates("""
{passage}

question: {question}
answer:
""")

datasets.add(
  'cosmos_qa',
  tfds='cosmos_qa:1.0.0',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=25_060,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    megabytes=24.4,
    rows={'train': 25_262, 'validation': 2_985, 'test': 6_963},
    hub=Hub('allenai/cosmos_qa', revision='refs/convert/parquet', key='{id}'),
  ),
)
