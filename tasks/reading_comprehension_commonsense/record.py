# SPDX-License-Identifier: Apache-2.0
"""ReCoRD, news stories and a sentence about them with a name left out, in SuperGLUE.

Source: Zhang et al. 2018, arXiv 1810.12885; Wang et al. 2019 (SuperGLUE). Licence: for
research, see super.gluebenchmark.com. Splits: the first 30,000 training rows, the last
200 of them all as dev, the validation split as test set; the test split has no answers.
The task is to go on with a sentence: what stands before the gap belongs to the prompt,
an option is a name from the story with the rest of the sentence. Several names may be
right. The highlights, which follow the story after '@highlight', are cut off as in
FLAN's code: they sum the story up and may tell what fills the gap. For an untuned model
the sentence is one more item of a list, without the dots: its first words may be none
at all.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import first
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  query, names = example['query'], tf.unique(example['entities']).y
  before = tf.strings.regex_replace(query, r'(?s)@placeholder.*', '')
  after = tf.strings.regex_replace(query, r'(?s)^.*?@placeholder', '')
  options = tf.strings.join([names, after])
  fitting = tf.reduce_any(names[:, None] == example['answers'][None], axis=1)
  right = tf.boolean_mask(options, fitting)
  return {
    'passage': tf.strings.regex_replace(example['passage'], '(?s)@highlight.*', ''),
    'opening': tf.strings.join([before, '...'], separator=' '),
    'item': tf.strings.join(['-', before], separator=' '),
    'options': options,
    'answer': first(right),
    'references': right,
  }


def keep(example):
  return tf.strings.regex_full_match(example['query'], r'(?s).*@placeholder.*')


TEMPLATES = templates("""
{passage}

{opening}

{options}
---
A news agency sends this report:

{passage}

Of the next sentence, no more than this came through: {opening}

How must it go on?
{options}
---
Finish the sentence so that it agrees with the story.

Story: {passage}
Sentence: {opening}

{options}
---
{options}

Which of these pieces belongs where the text breaks off?

{passage}
{opening}
---
Newsreader: {passage}
Newsreader: {opening}
The screen with the text goes black. What was the newsreader about to say?

{options}
---
## News
{passage}
## Continued on page two
{opening}

{options}
---
Readers of this article can guess the name that the last sentence needs.

{passage}

Last sentence: {opening}
{options}
Its missing part:
---
You translate articles. In the last line a smudge hides what follows the first words.

Article: {passage}
Last line: {opening}

Which of these did the author most likely write?

{options}
---
Use common sense and the text to decide whom or what the sentence at its end concerns.

{passage}

{opening}

{options}
---
Somebody reads the paper to a friend over the telephone.

{passage}
{opening}
Here the line goes dead. Which words did the friend miss?
{options}
""")

PLAIN = templates("""
{passage}
{item}
""")

datasets.add(
  'record',
  tfds='super_glue/record:1.0.2',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=100_520,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['squad_f1', 'squad_exact_match'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=51.8,
    rows={'train': 100_730, 'validation': 10_000, 'test': 10_000},
    hub=Hub('aps/super_glue', 'record', key='{idx[query]}'),
  ),
)
