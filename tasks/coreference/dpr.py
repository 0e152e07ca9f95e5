# SPDX-License-Identifier: Apache-2.0
"""DPR, definite pronoun resolution: which of two candidates does a pronoun mean?

Source: Rahman and Ng 2012. Licence: none stated, see www.hlt.utdallas.edu/~vince/data/
emnlp12. Splits: the last 200 training rows are dev, the test split is the test set.
The options are the two candidates as the sentence mentions them. Where the pronoun
stands more than once in a sentence, the first one is meant.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'sentence': example['sentence'],
    'pronoun': example['pronoun'],
    **choose(example['label'], example['candidates']),
  }


TEMPLATES = templates("""
{sentence}

Who or what is meant by "{pronoun}"?
{options}
---
Find the antecedent of the pronoun.

Sentence: {sentence}
Pronoun: {pronoun}
{options}
Antecedent:
---
A listener interrupts you after this sentence: {sentence}
"Stop," the listener says, "I did not get what you mean by '{pronoun}'."
How do you answer?
{options}
---
In the sentence below, "{pronoun}" could stand for either of two things, but only one \
makes sense. Which one?
{sentence}

{options}
---
# Text
{sentence}

# Task
The word "{pronoun}" is to be replaced by one of these expressions, so that the text \
says the same as before.

{options}

# Replacement
---
Teacher: I read to you: {sentence}
Teacher: What does the word "{pronoun}" point back to?
{options}
Pupil:
---
Here are two expressions:
{options}

Both occur in the next sentence, and so does "{pronoun}". Which of the two does it \
refer to?

{sentence}
---
Before this line can be translated, one must know what "{pronoun}" refers to, since \
the other language has several words for it.

{sentence}
{options}
---
{sentence}
When I say "{pronoun}" here, I am talking about one of the following.
{options}
Your guess:
---
An editor has underlined the pronoun "{pronoun}" in a manuscript and asks for the word \
that it stands in for.

The line reads: {sentence}
{options}
""")

PLAIN = templates("""
{sentence}
Here "{pronoun}" means
""")

datasets.add(
  'definite_pronoun_resolution',
  tfds='definite_pronoun_resolution:1.1.0',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=1_120,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('s3.amazonaws.com',),
    megabytes=0.23,
    rows={'train': 1_322, 'test': 564},
    hub=Hub('community-datasets/definite_pronoun_resolution', 'plain_text', splits=('train', 'test')),
  ),
)
