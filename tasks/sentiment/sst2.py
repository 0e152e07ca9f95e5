# SPDX-License-Identifier: Apache-2.0
"""SST-2: sentences and phrases from film reviews, as in GLUE.

Source: Socher et al. 2013 (the Stanford Sentiment Treebank); Wang et al. 2018 (GLUE).
Licence: see gluebenchmark.com. Splits: the test labels are not public, so the
validation split is the test set; the first 30,000 training rows are used, the last 200
are dev.
Training rows are phrases of any length, in lower case, punctuation set apart; the
backslash before a slash or an asterisk is removed.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  phrase = tf.strings.regex_replace(example['sentence'], r'\\([/*])', r'\1')
  return {'phrase': phrase, **choose(example['label'], ['negative', 'positive'])}


TEMPLATES = templates("""
"{phrase}"

Do these words from a film review count for the film or against it?

{options}
---
Classify the sentiment of the phrase.

{phrase}

{options}
---
A poster quotes the critics. One line reads: {phrase}
Is the quotation positive or negative about the movie?

{options}
---
Phrase: {phrase}
{options}
Polarity of the phrase:
---
If a critic wrote the line below, would you expect a positive or a negative review?

> {phrase}

{options}
---
Critic: {phrase}
Reader: So what you think of it is...

{options}
---
A film site turns every line of a critic into a plain verdict.

Line: {phrase}

Which verdict should it print?
{options}
---
Here is a snippet of film criticism.
{phrase}
Which of these words sums up its attitude?
{options}
""")

INVERTED = templates("""
Give me a {answer} phrase, all in lower case, such as a film critic might use.
=> {phrase}
---
Complete the entry of a sentiment treebank.
label: {answer}
phrase:
=> {phrase}
""")

PLAIN = templates("""
critic: {phrase}
question: Is this positive or negative?
answer:
""")

datasets.add(
  'sst2',
  tfds='glue/sst2:2.0.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=67_140,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=7.4,
    rows={'train': 67_349, 'validation': 872, 'test': 1_821},
    hub=Hub('nyu-mll/glue', 'sst2', key='{idx}'),
  ),
)
