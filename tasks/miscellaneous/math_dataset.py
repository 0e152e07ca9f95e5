# SPDX-License-Identifier: Apache-2.0
"""Linear equations with one unknown, from DeepMind's mathematics dataset.

Source: Saxton et al. 2019, arXiv 1904.01557, module algebra__linear_1d. Licence: Apache
2.0. Splits: the first 30,000 training rows, dev is the last 200 of them all, test is
the set for interpolation. Every row reads like 'Solve 2*x + 3 = 11 for x.'; the
equation and the unknown are cut out of it, and a row of any other form is dropped.
Answers are integers, compared as text.
"""

import ast

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

_FORM = r'\s*Solve (.+=.+) for (\w)\.\s*'


def fields(example):
  return {
    'question': example['question'],
    'equation': tf.strings.regex_replace(example['question'], _FORM, r'\1'),
    'unknown': tf.strings.regex_replace(example['question'], _FORM, r'\2'),
    'answer': example['answer'],
  }


def keep(example):
  return tf.strings.regex_full_match(example['question'], _FORM)


TEMPLATES = templates("""
{question}
---
{equation}

Find {unknown}.
---
Which value of {unknown} makes the two sides of this equation equal?

{equation}
---
Gather the terms with {unknown} on one side and the plain numbers on the other, then \
divide. What do you get?

{equation}

{unknown} =
---
Homework, exercise 7

{question} Write down the result only.

Result:
---
In the line below, somebody has hidden a number behind the letter {unknown}. It is an \
integer and may be negative. Work it out.

{equation}
---
Tutor: Here is one to do in your head. If {equation}, then what is {unknown}?
Student:
---
# Equation
{equation}

# Unknown
{unknown}

# Solution
---
I want to check my algebra, so please do this one too and tell me the number that you \
arrive at. The sign * means "times".

{question}
---
Given: {equation}
Wanted: the integer {unknown}
Answer:
""")

PLAIN = templates("""
Q: {question}
A: {unknown} =
""")


def stripped(row, split):
  """The copy has texts as Python prints bytes, b'x = 4\\n', in quotes of their own."""
  yield {name: _without_bytes(row[name]).strip() for name in ('question', 'answer')}


def _without_bytes(text):
  return ast.literal_eval(text).decode() if text.startswith(("b'", 'b"')) else text


datasets.add(
  'math_dataset',
  tfds='math_dataset/algebra__linear_1d:1.0.0',
  kind='generation',
  clusters=('miscellaneous', 'math'),
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=1_999_780,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    megabytes=2_333,
    rows={'train': 1_999_998, 'test': 10_000},
    hub=Hub(
      'deepmind/math_dataset', 'algebra__linear_1d', revision='refs/pr/4', splits=('train', 'test'), adapt=stripped
    ),
  ),
)
