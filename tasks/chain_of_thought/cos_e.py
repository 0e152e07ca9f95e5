# SPDX-License-Identifier: Apache-2.0
"""CoS-E: questions of CommonsenseQA with the reason that somebody gave for the answer.

Source: Rajani et al. 2019, arXiv 1906.02361; Talmor et al. 2019. Licence: BSD 3-clause.
Splits: dev is the last 200 training rows, test is the validation split. No part of the paper's
mixtures; it asks for commonsense, so it belongs to that cluster as well.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'question': example['question'],
    'choices': tf.strings.reduce_join(tf.strings.join(['- ', example['choices']]), separator='\n'),
    'rationale': example['abstractive_explanation'],
    'answer': example['answer'],
    'references': example['answer'][None],
  }


TEMPLATES = templates("""
{question}

{choices}

Give your reason, then choose one.
=> {rationale}
The answer is {answer}.
---
Which of these fits best, and why?

{question}
{choices}
=> {rationale}
The answer is {answer}.
---
Question: {question}
Candidates:
{choices}
Think about everyday life before you decide.
=> {rationale}
The answer is {answer}.
---
Use common sense. First say what speaks for your choice.

{question}

{choices}
=> {rationale}
The answer is {answer}.
---
In a quiz, the host reads: {question}
On the screen stand
{choices}
Explain your thinking to the audience and name your pick.
=> {rationale}
The answer is {answer}.
---
# To decide
{question}

# Possible answers
{choices}

# Thoughts and decision
=> {rationale}
The answer is {answer}.
---
A child wants to know: {question} These were suggested:
{choices}
Tell the child how one can find out by thinking, and what comes out.
=> {rationale}
The answer is {answer}.
""")

INVERTED = templates("""
{question}
Most people say "{answer}". What makes them think so?
=> {rationale}
---
Ask something whose answer is "{answer}", because of this: {rationale}
=> {question}
---
Somebody answered "{answer}" and gave this reason: {rationale}

The question had been:
=> {question}
""")

PLAIN = templates("""
Q: {question}
A:
=> {rationale}
The answer is {answer}.
""")

datasets.add(
  'cos_e',
  tfds='cos_e:0.0.1',
  kind='generation',
  clusters=('commonsense', 'chain_of_thought'),
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=9_541,
  mixed=False,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['final_answer'],
  origin=Origin(
    hosts=('s3.amazonaws.com', 'raw.githubusercontent.com'),
    megabytes=6.5,
    rows={'train': 9_741, 'validation': 1_221},
    hub=Hub('Salesforce/cos_e', 'v1.11', splits=('train', 'validation'), key='{id}'),
  ),
)
