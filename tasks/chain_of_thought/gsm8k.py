# SPDX-License-Identifier: Apache-2.0
"""GSM8K: word problems of primary school, solved step by step.

Source: Cobbe et al. 2021, arXiv 2110.14168. Licence: MIT. Splits: dev is the last 200 training
rows, test is the published one. The solutions mark every sum for a calculator,
'<<3*4=12>>'; the marks are taken out. No part of the paper's mixtures.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'question': example['question'],
    'rationale': tf.strings.regex_replace(example['annotation'], r'<<[^<>]*>>', ''),
    'answer': example['short_answer'],
    'references': example['short_answer'][None],
  }


def parted(row, split):
  """The copy has the steps and the result in one text, as the published files do."""
  annotation, short_answer = row['answer'].split('#### ')
  yield {**row, 'annotation': annotation, 'short_answer': short_answer}


TEMPLATES = templates("""
{question}

Think step by step, then give the answer.
=> {rationale}
The answer is {answer}.
---
Solve the problem below. Write down each step before the result.

{question}
=> {rationale}
The answer is {answer}.
---
Q: {question} Show how you get there.
A:
=> {rationale}
The answer is {answer}.
---
Here is an exercise from a maths lesson. Work through it line by line.

{question}

Solution:
=> {rationale}
The answer is {answer}.
---
A pupil asks: {question}

Explain the calculation to the pupil and finish with the number.
=> {rationale}
The answer is {answer}.
---
# Word problem
{question}

# Reasoning and answer
=> {rationale}
The answer is {answer}.
---
What number answers this question, and which sums lead to it?

{question}
=> {rationale}
The answer is {answer}.
---
Read carefully and reason aloud before you answer: {question}
=> {rationale}
The answer is {answer}.
""")

INVERTED = templates("""
Invent a word problem that is solved like this:

{rationale}
=> {question}
---
The steps of a solution are given. Which question do they answer?

{rationale}
Result: {answer}
=> {question}
""")

PLAIN = templates("""
Q: {question}
A:
=> {rationale}
The answer is {answer}.
""")

datasets.add(
  'gsm8k',
  tfds='gsm8k:1.0.0',
  kind='generation',
  clusters=('math', 'chain_of_thought'),
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=7_273,
  mixed=False,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['final_answer'],
  origin=Origin(
    hosts=('raw.githubusercontent.com',),
    rows={'train': 7_473, 'test': 1_319},
    hub=Hub(
      'openai/gsm8k',
      'main',
      splits=('train', 'test'),
      adapt=parted,
      missing=('the splits train_socratic and test_socratic',),
    ),
  ),
)
