# SPDX-License-Identifier: Apache-2.0
"""ARC, school science questions with four answers to choose from: easy and challenge.

Source: Clark et al. 2018, arXiv 1803.05457. Licence: CC BY-SA 4.0. Splits: dev is the
last 200 training rows, test is TFDS's test; the validation split is not used. Rows with
three or five answers are dropped everywhere. Both variants share the templates.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

CHOICES = 4


def fields(example):
  choices = example['choices']
  fits = tf.cast(tf.equal(choices['label'], example['answerKey']), tf.int64)
  right = tf.where(tf.reduce_any(fits > 0), tf.argmax(fits), -1)
  return {'question': example['question'], **choose(right, choices['text'])}


def keep(example):
  sizes = [tf.size(example['choices'][part]) for part in ('text', 'label')]
  return tf.reduce_all(tf.equal(sizes, CHOICES))


TEMPLATES = templates("""
{question}

{options}
---
Pick the right answer to this question from a school test.

Question: {question}
{options}
Answer:
---
Here is a question for you, and the answers to choose from.

{options}

{question}
---
Teacher: {question}
Only one of these is correct, so think before you speak.
{options}
Pupil:
---
# Quiz

{question}

# Possible answers

{options}

# Correct answer
---
Four people were asked: {question}
Each said something else, and only one was right. Repeat what that person said.

{options}
---
I am stuck on an exercise: {question}
I know that three of the answers below are wrong. Which one should I mark?

{options}
""")

INVERTED = templates("""
Write a test question to which the right answer is "{answer}".
=> {question}
---
A quiz lists these answers:

{options}

The one that counts as correct is "{answer}". What might the question have been?
=> {question}
---
Pupil: The answer is {answer}.
Teacher: Well done! And can you say again what I asked you?
Pupil: You asked me this:
=> {question}
""")

PLAIN = templates("""
question: {question}
answer:
""")


NUMBERED = dict(zip('12345', 'ABCDE'))


def lettered(row, split):
  choices, right = row['choices'], row['answerKey']
  labels = [NUMBERED.get(label, label) for label in choices['label']]
  yield {**row, 'choices': {**choices, 'label': labels}, 'answerKey': NUMBERED.get(right, right)}


for _config, _examples, *_rows in (('Easy', 2_040, 2_251, 570, 2_376), ('Challenge', 910, 1_119, 299, 1_172)):
  datasets.add(
    f'arc_{_config.lower()}',
    tfds=f'ai2_arc/ARC-{_config}:1.0.0',
    kind='classification',
    examples=_examples,
    splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'test'},
    fields=fields,
    keep=keep,
    templates=TEMPLATES,
    inverted=INVERTED,
    plain=PLAIN,
    metrics=['accuracy'],
    origin=Origin(
      hosts=('ai2-public-datasets.s3-us-west-2.amazonaws.com',),
      megabytes=681,
      rows=dict(zip(('train', 'validation', 'test'), _rows)),
      hub=Hub('allenai/ai2_arc', f'ARC-{_config}', key='{id}', adapt=lettered),
    ),
  )
