# SPDX-License-Identifier: Apache-2.0
"""True case: capital letters put back into a text that has lost them.

Source: the English side of ParaCrawl release 4, English-Danish, Bañón et al. 2020.
Licence: CC0. Splits: the first 30,000 training rows, the 200 after them as dev, the
last 3,000 as test set, which fix_punct and word_segment share. Made from plain text, as
in FLAN's code. Texts of fewer than three words, and those in which nothing is to be
restored, are dropped; FLAN drops the latter only.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import several_words, tidy
from flan_jax.data.templates import templates
from flan_jax.tasks.miscellaneous.fix_punct import ORIGIN


def fields(example):
  text = tidy(example['en'])
  return {'lower': _lower(text), 'answer': text}


def keep(example):
  text = tidy(example['en'])
  return several_words(text) & (_lower(text) != text)


def _lower(text):
  return tf.strings.lower(text, encoding='utf-8')


TEMPLATES = templates("""
{lower}

Rewrite this with capital letters wherever English spelling asks for them.
---
Somebody's shift key is broken. Here is what they typed:

{lower}

Here is what they would have typed with a working one:
---
Restore the upper case in the following text. Leave all the words and signs as they are.

Text: {lower}
Restored:
---
What does this look like with names and the beginnings of sentences capitalised?

{lower}
---
Before: {lower}
After correcting the use of capitals:
---
An old teleprinter knew only small letters, and this message came out of it:
{lower}
Prepare the message for print.
---
The text in the box was converted to lower case by mistake. Undo that.

[ {lower} ]
---
# Small letters only
{lower}

# As it should be written
---
Pupil: Is my sentence all right? "{lower:verbatim}"
Teacher: The words are, but you forgot the capital letters. Write it properly, please.
Pupil:
""")

INVERTED = templates("""
Put every letter of this text into lower case and change nothing else.

{answer}
=> {lower}
""")

PLAIN = templates("""
in lower case: {lower}
with capitals:
""")

datasets.add(
  'true_case',
  tfds='para_crawl/enda:1.2.0',
  kind='generation',
  clusters=('miscellaneous', 'text_formatting'),
  splits={'train': 'train[:30000]', 'validation': 'train[30000:30200]', 'test': 'train[-3000:]'},
  examples=29_260,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['word_edit_distance'],
  origin=ORIGIN,
)
