# SPDX-License-Identifier: Apache-2.0
"""PIQA, physical interaction: an everyday goal and two ways that might lead to it.

Source: Bisk et al. 2020, arXiv 1911.11641. Licence: Academic Free License 3.0. Splits:
the test labels are not public, so the validation split is the test set and the last 100
training rows are dev. A goal may be a question, a command or half a sentence.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'goal': example['goal'], **choose(example['label'], [example['sol1'], example['sol2']])}


TEMPLATES = templates("""
{goal}

{options}

Which of the two would work?
---
Goal: {goal}
Pick the way that a practical person would go.

{options}
---
Somebody types this into a search box: {goal}

Two tips come up, and only one of them is any good.
{options}
The good one:
---
Choose the method by what you know of how things behave when you handle them.

What it is about: {goal}

Methods:
{options}
---
My neighbour and I had to deal with the following.

"{goal}"

Each of us made a proposal. Which proposal would not have been a waste of time?

{options}
---
# Household hints

{goal}

{options}

Print only the hint that does what the reader wants:
---
If you had tried both of these, which would you recommend?
{options}
Both were proposed to somebody who had written: {goal}
---
The kitchen robot has two plans and no common sense. Tell it which plan to carry out.

Order received: {goal}
{options}
Your reply:
""")

INVERTED = templates("""
What did somebody want who was given this advice?

{answer}
=> {goal}
---
Solution: {answer}
Problem:
=> {goal}
""")

PLAIN = templates("""
task: {goal}
solution:
""")


def named(row, split):
  yield {'id': '', **row}


datasets.add(
  'piqa',
  tfds='piqa:1.0.0',
  kind='classification',
  splits={'train': 'train[:-100]', 'validation': 'train[-100:]', 'test': 'validation'},
  examples=16_010,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    megabytes=1.8,
    rows={'train': 16_113, 'validation': 1_838},
    hub=Hub('baber/piqa', splits=('train', 'validation'), adapt=named, missing=('id, which no task reads',)),
  ),
)
