# SPDX-License-Identifier: Apache-2.0
"""E2E NLG: the attributes of a restaurant, put into words.

Source: Novikova et al. 2017; cleaned by Dusek et al. 2019; GEM edition: Gehrmann et al.
2021. Licence: CC BY-SA 4.0. Splits: the first 30,000 training rows, the last 200 of
them all as dev, TFDS's validation is the test set. Templates show the meaning
representation as it is, `name[Juniper], eatType[pub]`, or one attribute a line; FLAN's
code writes `name = Juniper`.
Training rows have no references, so the target is added to the references. Each row
has one text, also where several rows share a meaning representation.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

# Patterns in the meaning representation, and what they become in the list.
_LIST = (
  (r'\]\s*,\s*', '\n'),
  (r'\[', ': '),
  (r'\]', ''),
  ('eatType', 'type'),
  ('priceRange', 'price range'),
  ('familyFriendly', 'family-friendly'),
)


def fields(example):
  attributes = meaning = example['meaning_representation']
  for pattern, plain in _LIST:
    attributes = tf.strings.regex_replace(attributes, pattern, plain)
  return {
    'meaning': meaning,
    'attributes': attributes,
    'answer': example['target'],
    'references': tf.concat([example['references'], [example['target']]], axis=0),
  }


TEMPLATES = templates("""
{meaning}

Describe this place to somebody who is looking for somewhere to eat.
---
Write the entry that a travel guide might have for this place. Mention every point.

{attributes}
---
FACT SHEET

{attributes}

The fact sheet as a short text:
---
Friend: Have you found out anything about the place we talked about?
You look at your notes, which say: {meaning}
You: Yes.
---
A hotel porter is asked about a place in town. All he knows is this:

{attributes}

What can he tell the guest?
---
Convert the slots into natural language. No slot may be skipped.

Slots: {meaning}
Text:
---
{attributes}

These are the details of a listing. Compose a description of the place, and keep to \
the details.
---
A voice assistant has looked a place up for its user and has found {meaning}

Which words should it speak?
---
Would you please rewrite this register entry so that it reads like ordinary English?

{attributes}
---
The owner of a place has filled in a form for a website:

{attributes}

After that, the website had this to say about the place:
""")

PLAIN = templates("""
{attributes}
description:
""")

datasets.add(
  'e2e_nlg',
  tfds='gem/e2e_nlg:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=33_320,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('github.com', 'storage.googleapis.com'),
    rows={'train': 33_525, 'validation': 4_299, 'test': 4_693},
    hub=Hub('GEM/e2e_nlg', revision='refs/convert/parquet', missing=('the challenge splits, which no task reads',)),
  ),
)
