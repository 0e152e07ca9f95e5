# SPDX-License-Identifier: Apache-2.0
"""WSC, the Winograd schema challenge as SuperGLUE has it: does a pronoun mean a phrase?

Source: Levesque et al. 2012; Wang et al. 2019 (SuperGLUE). Licence: for research, see
super.gluebenchmark.com. Splits: the test labels are not public, so the validation split
is the test set and the last 50 training rows are dev. The same pronoun often stands in
a text several times, so the one in question, known by the number of its word, is shown
between asterisks.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  words = tf.strings.split(example['text'])
  marked = tf.strings.regex_replace(words, r'^(\W*)(\w+)', r'\1*\2*')
  here = tf.equal(tf.range(tf.size(words)), example['span2_index'])
  return {
    'text': tf.strings.reduce_join(tf.where(here, marked, words), separator=' '),
    'phrase': tf.strings.regex_replace(example['span1_text'], r'\s+', ' '),
    'pronoun': example['span2_text'],
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{text}

Does the word between asterisks, "{pronoun}", refer to "{phrase}"?

{options}
---
One word of the passage is marked with asterisks.

Passage: {text}
Marked word: {pronoun}
Proposed meaning: {phrase}
Is the proposal right?
{options}
---
Suppose we write "{phrase}" in the place of *{pronoun}*. Would the text below still \
say what its author meant?

{text}

{options}
---
{text}

Ben: By "*{pronoun}*" the writer means "{phrase}", of course.
Does Ben read it correctly?

{options}
Reply:
---
Work out what *{pronoun}* stands for here:
{text}

Now tell me if it is the same as what "{phrase}" stands for.
{options}
---
A program links pronouns to the expressions that they go back to. It has made the \
following link.

Input: {text}
Link: *{pronoun}* -> {phrase}

Should the link be kept?
{options}
---
Question for attentive readers: is "{phrase}" what is meant by the starred *{pronoun}*?

{options}

{text}
---
### Pronoun
*{pronoun}*

### Found in
{text}

### Refers to "{phrase}"
{options}
---
{text}
"{phrase}" and "{pronoun}" (the one with the asterisks): are these one and the same?
{options}
---
The stars in the next text mark the pronoun that gave a student trouble.

{text}

In the end the student noted in the margin: {pronoun} = {phrase}
Would you give a point for that?

{options}
""")

PLAIN = templates("""
{text}
question: Does *{pronoun}* mean "{phrase}" here?
answer:
""")

datasets.add(
  'wsc',
  tfds='super_glue/wsc:1.0.2',
  kind='classification',
  splits={'train': 'train[:-50]', 'validation': 'train[-50:]', 'test': 'validation'},
  examples=500,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.03,
    rows={'train': 554, 'validation': 104, 'test': 146},
    hub=Hub('aps/super_glue', 'wsc', key='{idx}'),
  ),
)
