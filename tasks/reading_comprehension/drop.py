# SPDX-License-Identifier: Apache-2.0
"""DROP, questions on a paragraph that take counting, adding, comparing or sorting.

Source: Dua et al. 2019, arXiv 1903.00161. Licence: CC BY-SA 4.0. Splits: the first
30,000 training rows, the last 200 of them all as dev, TFDS's dev split as test set.
The answer is a number, a date or words of the passage; other annotators' answers, where
there are any, count as right as well. FLAN's code scores against the answer alone.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  answer = example['answer']
  return {
    'passage': example['passage'],
    'question': example['question'],
    'answer': answer,
    'references': tf.concat([[answer], example['validated_answers']], axis=0),
  }


TEMPLATES = templates("""
{passage}

Work out the answer from these figures and facts: {question}
---
Read closely; you may have to count, add, subtract or compare.

Passage: {passage}

Question: {question}
Result:
---
{question}

All that is needed to find out is in this report:

{passage}
---
A journalist checks a story before it goes to print.

Story: {passage}
Editor: {question}
Journalist, after a moment with the calculator:
---
## Exercise

{passage}

{question}

## Solution
---
Grandfather reads aloud: {passage}
The children want to know: {question}
Grandfather has the answer at once:
---
Take the following text as your only source.

"{passage}"

Then reply with one number, or with the few words that are asked for.
{question}
""")

INVERTED = templates("""
{passage}

Set a question about this text that takes some thought and has the answer "{answer}".
=> {question}
---
The solution at the back of the workbook is just this: {answer}

The text of the exercise was as follows. {passage}

And what was the question?
=> {question}
---
Source: {passage}
Answer: {answer}
Quiz question that leads from the source to the answer:
=> {question}
""")

PLAIN = templates("""
{passage}

Q: {question}
A:
""")


def answered(row, split):
  answer, *validated = row['answers_spans']['spans'] or ['']
  yield {**row, 'answer': answer, 'validated_answers': validated}


datasets.add(
  'drop',
  tfds='drop:2.0.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'dev'},
  examples=77_200,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['squad_f1', 'squad_exact_match'],
  origin=Origin(
    hosts=('s3-us-west-2.amazonaws.com',),
    rows={'train': 77_409, 'dev': 9_536},
    hub=Hub(
      'ucinlp/drop',
      splits={'train': 'train', 'dev': 'validation'},
      keyed=False,
      adapt=answered,
      missing=('the few questions that it holds no answer of',),
    ),
  ),
)
