# SPDX-License-Identifier: Apache-2.0
"""WSC273: 273 sentences of the Winograd schema challenge, with two continuations each.

Source: Levesque et al. 2012. Licence: CC BY 4.0, see cs.nyu.edu/faculty/davise/papers/
WinogradSchemas/WS.html. Splits: there is only a test split; nothing is trained on. The
paper counts it among the coreference datasets; FLAN's code evaluates it outside every
cluster and trains on SuperGLUE's WSC instead. Here it is held out with coreference. The
prompt has the text before the pronoun, an option is a candidate with all that follows
the pronoun. A candidate that replaces a possessive gets its 's: "his" -> "Paul's"; for
"her", the next word tells if it is one.
"""

import re

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

_CHARACTERS = 'UTF8_CHAR'  # the unit of the pronoun's place
_NO_NOUN = r'\W*| (a|an|the|to|for|from|with|and|in|on|at|that|because)\b.*'


def fields(example):
  text, pronoun = example['text'], tf.strings.lower(example['pronoun_text'])
  length = tf.strings.length(text, _CHARACTERS)
  start = tf.clip_by_value(example['pronoun_start'], 0, length)
  end = tf.clip_by_value(example['pronoun_end'], 0, length)
  rest = tf.strings.substr(text, end, length - end, _CHARACTERS)
  candidates = tf.stack([example['option1_normalized'], example['option2_normalized']])
  owners = tf.strings.regex_replace(candidates, '([^s])$', r"\1's")
  owners = tf.strings.regex_replace(owners, "([^'])s$", r"\1s'")
  owned = tf.strings.regex_full_match(pronoun, 'my|his|our|their') | (
    (pronoun == 'her') & ~tf.strings.regex_full_match(rest, _NO_NOUN)
  )
  return {
    'beginning': tf.strings.substr(text, 0, start, _CHARACTERS),
    **choose(example['label'], tf.strings.join([tf.where(owned, owners, candidates), rest])),
  }


TEMPLATES = templates("""
{beginning}

What comes next?

{options}
---
Complete the text so that it makes sense.

{options}

Text: {beginning}
---
In a letter you can read everything up to this point: {beginning}

The rest is smudged. Which of these was probably written there?

{options}
---
A riddle: one ending explains the story, the other one does not.

Story: {beginning}
{options}
Ending that explains it:
---
Grandfather dozed off in the middle of a tale. His last words were: {beginning}
How would he have gone on, had he stayed awake?

{options}
---
# Unfinished
{beginning}

# Two drafts of the remaining words
{options}

# Better draft
---
The two lines below differ in a name or a noun only.

{options}

Put the line that is more plausible after these words: {beginning}
---
Speaker A: {beginning}
Speaker A is cut off. Somebody who knows how the world works can supply the rest.
{options}
Supplied:
---
Think about who does what to whom, and then decide how to continue.

"{beginning} ..."

{options}
---
Of these two possibilities,
{options}
select the one that turns the following into a sensible whole.
{beginning}
""")

PLAIN = templates("""
{beginning}
""")


def located(row, split):
  pronoun, start, (first, second) = row['pronoun'], row['pronoun_loc'], row['options']
  yield {
    **row,
    'pronoun_text': pronoun,
    'pronoun_start': start,
    'pronoun_end': start + len(pronoun),
    'option1': first,
    'option1_normalized': _cased(first, pronoun),
    'option2': second,
    'option2_normalized': _cased(second, pronoun),
    'idx': -1,
  }


def _cased(option, pronoun):
  """'The trophy' -> 'the trophy', as what it replaces begins with a small letter."""
  case = str.lower if pronoun[0].islower() else str.capitalize
  return re.sub('(?i)^(the|his|my|her|their|an|a) ', lambda found: case(found[0]), option)


datasets.add(
  'wsc273',
  tfds='wsc273:1.0.0',
  kind='classification',
  splits={'test': 'test'},
  examples=0,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('cs.nyu.edu',),
    rows={'test': 273},
    packages=('beautifulsoup4', 'lxml'),
    hub=Hub('lighteval/winograd_wsc', 'wsc273', splits=('test',), adapt=located, missing=('idx, which no task reads',)),
  ),
)
