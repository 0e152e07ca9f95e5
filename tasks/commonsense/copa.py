# SPDX-License-Identifier: Apache-2.0
"""COPA, choice of plausible alternatives: causes and effects, as in SuperGLUE.

Source: Roemmele et al. 2011; Wang et al. 2019 (SuperGLUE). Licence: BSD 2-Clause.
Splits: the test labels are not public, so the validation split is the test set and the
last 50 training rows are dev. `question`, which is 'cause' or 'effect' there, is put
into words.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  cause = tf.equal(example['question'], 'cause')
  why, what = 'What was the cause of this?', 'What happened as a result?'
  return {
    'premise': example['premise'],
    'sought': tf.where(cause, 'cause', 'effect'),
    'question': tf.where(cause, why, what),
    'reverse': tf.where(cause, what, why),
    **choose(example['label'], [example['choice1'], example['choice2']]),
  }


TEMPLATES = templates("""
{premise}

{question} Choose the more likely of the two.

{options}
---
Here is something that happened: {premise}
Which of these sentences tells its {sought}?

{options}
---
Mia: {premise}
Ali: {question}
Mia: Guess! I give you two possibilities.
{options}
Ali: Then I think it is this:
---
Match the sentence with its {sought}.

Sentence: {premise}

{options}
---
{options}

One of the sentences above goes with the next one as its {sought}. Which?

{premise}
---
A detective's notebook says: "{premise}"
Below that stand a question and two theories. Underline the theory that makes sense.

{question}
{options}
---
### Event
{premise}

### Question
{question}

{options}

### Most plausible {sought}
---
In this game a card lies on the table, and you add the card that shows its {sought}.

On the table: {premise}
In your hand:
{options}
You add:
""")

INVERTED = templates("""
{answer}

{reverse} Make up one sentence.
=> {premise}
---
Overheard on the stairs:
"{question}"
"{answer}"

What event were the two talking about?
=> {premise}
""")

PLAIN = templates("""
{premise} The {sought} was this:
""")

datasets.add(
  'copa',
  tfds='super_glue/copa:1.0.2',
  kind='classification',
  splits={'train': 'train[:-50]', 'validation': 'train[-50:]', 'test': 'validation'},
  examples=350,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.04,
    rows={'train': 400, 'validation': 100, 'test': 500},
    hub=Hub('aps/super_glue', 'copa', key='{idx}'),
  ),
)
