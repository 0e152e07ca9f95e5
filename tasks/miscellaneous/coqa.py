# SPDX-License-Identifier: Apache-2.0
"""CoQA, a conversation about a text: one asks, the other answers, and on it goes.

Source: Reddy et al. 2019, arXiv 1808.07042. Licence: by origin of the text, CC BY-SA
4.0, Apache 2.0, MSR-LA or RACE's own, see stanfordnlp.github.io/coqa. Splits: dev is
the last 100 training rows, TFDS's test is CoQA's development set. All questions about a
text are numbered in one prompt and all answers in one target, as in FLAN's code. What the
text leaves open is answered 'unknown'.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import numbered
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'story': example['story'],
    'questions': numbered(example['questions']),
    'answer': numbered(example['answers']['input_text']),
  }


def keep(example):
  questions, answers = example['questions'], example['answers']['input_text']
  said = tf.reduce_all(tf.strings.regex_full_match(answers, r'(?s).*\S.*'))
  return tf.equal(tf.size(questions), tf.size(answers)) & said


TEMPLATES = templates("""
{story}

Answer the questions about the text, one after the other. Where the text does not \
tell, say "unknown".

{questions}
---
Two friends have read the same story: {story}

Now one of them wants to know this from the other:
{questions}
Give the other one's replies, numbered in the same way.
---
# Story
{story}

# Conversation: questions
{questions}

# Conversation: answers
---
These questions belong together, and a later one may refer to an earlier one.
{questions}

Find the answers in the following passage and list them by number; if it has none, put \
"unknown".
{story}
---
Text: {story}
Questions:
{questions}
Short answers, or "unknown":
---
Reader: I have just finished this. {story}

Listener: Then let me see what you remember.
{questions}

Reader:
---
A teacher reads a text to the class and asks a few things about it. Write what a pupil \
who has listened well would note down, a line for each question.

The text: {story}

{questions}
---
Interview the text! It says:
{story}

You ask:
{questions}

It answers, in as few words as possible:
---
Go through the list with the story beside you. A few words are enough for each number.

Story: {story}

List:
{questions}
""")

INVERTED = templates("""
{story}

Somebody was questioned about this text and gave these answers:
{answer}

Reconstruct the questions, with the same numbers.
=> {questions}
""")

PLAIN = templates("""
{story}

questions:
{questions}

answers:
""")

datasets.add(
  'coqa',
  tfds='coqa:1.0.0',
  kind='generation',
  clusters=('miscellaneous', 'conversational_qa'),
  splits={'train': 'train[:-100]', 'validation': 'train[-100:]', 'test': 'test'},
  examples=7_090,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['squad_f1', 'squad_exact_match'],
  origin=Origin(
    hosts=('nlp.stanford.edu',),
    rows={'train': 7_199, 'test': 500},
    hub=Hub('stanfordnlp/coqa', splits={'train': 'train', 'test': 'validation'}, keyed=False),
  ),
)
