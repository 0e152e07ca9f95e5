# SPDX-License-Identifier: Apache-2.0
"""OpenBookQA, science questions with four answers and the fact that helps to find one.

Source: Mihaylov et al. 2018, arXiv 1809.02789. Licence: see
allenai.org/data/open-book-qa. Splits: the whole training split, the first 200
validation rows as dev, the test split as test set. Every prompt shows the fact behind
the question (`fact1`); something beyond it must be known as well. A question may also
be a sentence to complete.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

LETTERS = 'ABCD'


def fields(example):
  question = example['question']
  choices = tf.stack([question[f'choice_{letter}'] for letter in LETTERS])
  return {'fact': example['fact1'], 'question': question['stem'], **choose(example['answerKey'], choices)}


TEMPLATES = templates("""
Fact: {fact}

{question}

{options}
---
The open book lies on your desk, and this line is underlined:
{fact}

Now for the question on the test.
{question}

{options}
---
{question}

Hint: {fact}

{options}

Choice:
---
Here is something from science class: {fact}

With that in mind, and with what everybody knows, which of these fits?
{question}

{options}
---
Pupil: I do not get this one. {question}
Teacher: Remember what we said: {fact}
{options}
Pupil: Then it must be
---
### What the textbook says
{fact}

### Exercise
{question}

{options}

### Answer
---
Pick the answer that goes with the question. A fact stands at the end, to help you.

{question}
{options}

To help you: {fact}
""")

INVERTED = templates("""
Science fact: {fact}

Write a quiz item that calls for this fact and has the right answer "{answer}".
=> {question}
---
Which fact from the textbook does this exercise put to use?

{question}
Right answer: {answer}
=> {fact}
---
A class has just learned this: {fact}

To the teacher's next question, everybody shouted: {answer}!
Say what the teacher may have asked.
=> {question}
""")

PLAIN = templates("""
fact: {fact}
question: {question}
answer:
""")


def nested(row, split):
  choices = {f'choice_{letter}': text for letter, text in zip(LETTERS, row['choices']['text'])}
  yield {**row, 'question': {'stem': row['question_stem'], **choices}}


datasets.add(
  'openbookqa',
  tfds='openbookqa:0.1.0',
  kind='classification',
  splits={'train': 'train', 'validation': 'validation[:200]', 'test': 'test'},
  examples=4_950,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('s3-us-west-2.amazonaws.com',),
    megabytes=1.4,
    rows={'train': 4_957, 'validation': 500, 'test': 500},
    hub=Hub('allenai/openbookqa', 'additional', key='{id}', adapt=nested),
  ),
)
