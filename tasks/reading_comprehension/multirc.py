# SPDX-License-Identifier: Apache-2.0
"""MultiRC, questions on a paragraph with several right answers, as in SuperGLUE.

Source: Khashabi et al. 2018; Wang et al. 2019 (SuperGLUE). Licence: for research, see
super.gluebenchmark.com. Splits: the test labels are not public, so the validation split
is the test set and the last 200 training rows are dev. A row is one proposed answer,
judged by itself; the rows of a question share their `group`.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  numbers = [example['idx'][part] for part in ('paragraph', 'question')]
  return {
    'paragraph': example['paragraph'],
    'question': example['question'],
    'candidate': example['answer'],
    'group': tf.strings.reduce_join(tf.strings.as_string(numbers), separator='/'),
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{paragraph}

Question: {question}
Suggested answer: {candidate}

Is the suggestion right, according to the paragraph?

{options}
---
You are marking a reading test. A question can have several right answers.

Text of the test: {paragraph}
Question: {question}
A pupil has written: {candidate}

Does the pupil get the mark?
{options}
---
{question}

One possible reply is this: {candidate}
May it stand, given what the following text tells us? {paragraph}

{options}
---
Story: {paragraph}

Quizmaster: {question}
Team: This is our answer: {candidate}
Does the story bear the team out?
{options}
---
{paragraph}

{question}
[ ] {candidate}

Should the box be ticked?
{options}
---
# Reading
{paragraph}
# Task
{question}
# Proposal
{candidate}
# Correct?
{options}
---
Only the elder of two sisters has read the text. It goes: {paragraph}

Younger sister: {question} My guess is as follows: {candidate}
Will the elder sister agree?
{options}
---
Someone made a question and an answer out of what they had read.

Question: {question}
Answer: {candidate}
What they had read: {paragraph}

Did they understand it?
{options}
""")

INVERTED = templates("""
{paragraph}

Question: {question}

Propose an answer. To whether yours is a right one, the text should say: {answer}
=> {candidate}
---
A page from a workbook: {paragraph}

A pupil answered: "{candidate}" Is that right? The teacher's note says: {answer}
Which question was the pupil answering?
=> {question}
""")

PLAIN = templates("""
{paragraph}

question: {question}
proposed answer: {candidate}
correct (yes or no):
""")

datasets.add(
  'multirc',
  tfds='super_glue/multirc:1.0.2',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=27_040,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['f1a', 'question_exact_match'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=1.1,
    rows={'train': 27_243, 'validation': 4_848, 'test': 9_693},
    hub=Hub('aps/super_glue', 'multirc', key='{idx[paragraph]}_{idx[question]}_{idx[answer]}'),
  ),
)
