# SPDX-License-Identifier: Apache-2.0
"""Fix punctuation: commas, full stops, brackets and the like put back into a text.

Source: the English side of ParaCrawl release 4, English-Danish, Bañón et al. 2020.
Licence: CC0. Splits: 30,000 training rows from row 30,200 on, the 200 after them as
dev, the last 3,000 as test set, which true_case and word_segment share. Made from plain
text, as in FLAN's code. Taken away is what stands before or after a word; what stands
inside one, as in don't, 3.5 or e-mail, is part of it and stays, while FLAN takes every
sign. Texts of fewer than three words, and those without punctuation, are dropped.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import several_words, tidy
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates


def fields(example):
  text = tidy(example['en'])
  return {'bare': _bare(text), 'answer': text}


def keep(example):
  text = tidy(example['en'])
  bare = _bare(text)
  return several_words(bare) & (bare != text)


def _bare(text):
  """Well, "don't" run. -> Well don't run"""
  return tf.strings.regex_replace(text, r'\pP*(^|\s|$)\pP*', r'\1')


TEMPLATES = templates("""
{bare}

Add the punctuation that is missing above.
---
Someone writes to you without a single comma or full stop:

{bare}

Copy the message with all its punctuation marks.
---
Unpunctuated: {bare}
Punctuated:
---
Where do the punctuation marks belong in this text? Write it out with them.

{bare}
---
A speech recogniser has turned a recording into words, but it does not hear any pauses.

Its output: {bare}

Make a readable transcript of it.
---
As a proofreader you may insert signs such as . , ? ! : ; and quotation marks, but you \
must not touch the words.

{bare}
---
# Draft
{bare}

# The draft with correct punctuation
---
My grandmother's telegram says: {bare}
Signs cost extra in her day, so she left them out. Put them in for her.
---
Please mend the punctuation of the words between the lines.

-----
{bare}
-----
---
Student: I never know where the dots and commas go. Could you do this one for me?
{bare}
Tutor: Gladly. It goes like this:
""")

PLAIN = templates("""
without punctuation: {bare}
with punctuation:
""")

# Of true_case and word_segment, too.
ORIGIN = Origin(
  hosts=('s3.amazonaws.com',),
  megabytes=183,
  rows={'train': 2_414_895},
  closed='no open copy of release 4 is known; if its archive is gone from '
  'https://s3.amazonaws.com/web-language-models/paracrawl/release4/en-da.bicleaner07.txt.gz, ask at https://paracrawl.eu',
)

datasets.add(
  'fix_punct',
  tfds='para_crawl/enda:1.2.0',
  kind='generation',
  clusters=('miscellaneous', 'text_formatting'),
  splits={'train': 'train[30200:60200]', 'validation': 'train[60200:60400]', 'test': 'train[-3000:]'},
  examples=28_070,
  fields=fields,
  keep=keep,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['word_edit_distance'],
  origin=ORIGIN,
)
