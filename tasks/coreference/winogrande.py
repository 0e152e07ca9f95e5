# SPDX-License-Identifier: Apache-2.0
"""WinoGrande: sentences with a blank that one of two mentions fills sensibly.

Source: Sakaguchi et al. 2019, arXiv 1907.10641. Licence: CC BY, see
github.com/allenai/winogrande. Splits: the largest training set (xl), its first 30,000
rows; its last 200 are dev; the test labels are not public, so the validation split is
the test set. FLAN's version, 1.1.0, is gone from TFDS; 1.2.0 has more data, says TFDS.
Recast as choosing the continuation, as in FLAN's code: the prompt has the text before
the blank, an option is a mention with all that follows. Where nothing precedes the
blank, "..." stands for it. Five of FLAN's ten templates have no options; all of ours
have them.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose, first
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  parts = tf.strings.split(example['sentence'], '_', maxsplit=1)
  beginning, rest = tf.strings.strip(first(parts)), first(parts[1:])
  rest = tf.strings.regex_replace(rest, r'^(\w)', r' \1')  # 'the _was'
  mentions = tf.stack([example['option1'], example['option2']])
  return {
    'beginning': tf.where(beginning == '', '...', beginning),
    **choose(example['label'], tf.strings.join([mentions, rest])),
  }


TEMPLATES = templates("""
How does this sentence go on?

{beginning}
{options}
---
Use common sense to pick the ending.

Beginning: {beginning}
{options}
Ending:
---
Only one of the two continuations fits what is said at the start.
{options}

The start: {beginning}
---
A page of the book is torn. All that is left of one passage is this: {beginning}

Two readers remember how it went on, but not in the same way. Who is right?
{options}
---
Finish what I am saying.
{options}

{beginning}
---
# First part
{beginning}
# Candidates for the second part
{options}
# Second part
---
I typed "{beginning}" and my telephone proposed two ways to go on. Choose the one that \
says something sensible.
{options}
---
Both completions are good English, yet one of them is hard to believe. Give the other \
one.

Incomplete: {beginning}
{options}
---
Storyteller: {beginning}
Here the storyteller pauses and lets the children choose.
{options}
The cleverest child says:
---
Exercise: join the halves.

Left half: {beginning}
{options}
Which right half belongs to it?
""")

PLAIN = templates("""
{beginning}
""")


def labelled(row, split):
  yield {**row, 'label': str(row['answer'] or -1)}


datasets.add(
  'winogrande',
  tfds='winogrande:1.2.0',
  kind='classification',
  splits={'train': 'train_xl[:30000]', 'validation': 'train_xl[-200:]', 'test': 'validation'},
  examples=40_190,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    megabytes=3.4,
    rows={'train_xl': 40_398, 'validation': 1_267, 'test': 1_767},
    hub=Hub(
      'allenai/winogrande',
      'winogrande_xl',
      splits={'train_xl': 'train', 'validation': 'validation', 'test': 'test'},
      keyed=False,
      adapt=labelled,
    ),
  ),
)
