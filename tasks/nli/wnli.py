# SPDX-License-Identifier: Apache-2.0
"""WNLI, Winograd schemas recast as inference, as in GLUE.

Source: Levesque et al. 2012; Wang et al. 2019 (GLUE). Licence: for research, see
gluebenchmark.com. Splits: the last 30 training rows are dev, the validation split is
the test set. The second sentence puts a name in the place of a pronoun of the first.
Unlike in RTE and QNLI, class 1 is the entailment.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'sentence1': example['sentence1'],
    'sentence2': example['sentence2'],
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{sentence1}

Think about who or what each pronoun stands for. Is the following then correct?
{sentence2}

{options}
---
If the first sentence is true, is the second one?

First sentence: {sentence1}
Second sentence: {sentence2}

{options}
---
Original: {sentence1}
Rewritten: {sentence2}

The pronoun was replaced by what it refers to. Was it replaced correctly?
{options}
---
{sentence1}
In other words: {sentence2}
Do you agree?
{options}
---
A child asks what a sentence in a book means.

Book: {sentence1}
Child: Does it mean this? {sentence2}

{options}
Parent:
---
Use common sense to find out whether the interpretation is the intended one.

# Sentence
{sentence1}

# Interpretation
{sentence2}

{options}
---
Is this part of what the writer wanted to say? {sentence2}

The writer's words: {sentence1}

{options}
---
Someone heard "{sentence1}" and understood it like this:
{sentence2}

Did they understand it as it was meant?

{options}
---
Pronoun puzzle. Read the puzzle, look at the proposed solution, and mark it.

Puzzle: {sentence1}
Proposed solution: {sentence2}

Is the solution right?
{options}
Mark:
---
We know that this happened: {sentence1}

Do we also know the following?
{sentence2}
{options}
""")

PLAIN = templates("""
{sentence1}
question: Is this what it says? {sentence2}
answer:
""")

datasets.add(
  'wnli',
  tfds='glue/wnli:2.0.0',
  kind='classification',
  splits={'train': 'train[:-30]', 'validation': 'train[-30:]', 'test': 'validation'},
  examples=600,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.03,
    rows={'train': 635, 'validation': 71, 'test': 146},
    hub=Hub('nyu-mll/glue', 'wnli', key='{idx}'),
  ),
)
