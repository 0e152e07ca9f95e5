# SPDX-License-Identifier: Apache-2.0
"""WikiLingua, its English part: how-to articles from wikiHow and their steps in short.

Source: Ladhak et al. 2020, arXiv 2010.03093; as in GEM. Licence: CC BY-NC-SA 3.0.
Splits: the first 30,000 training rows, the first 200 validation rows as dev, the test
split as test set. An article holds the explanations of its steps, its summary their
headings in a row. The target is added to the references: training rows have no others.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  summary = example['target_aligned']['en']
  return {
    'article': example['source_aligned']['en'],
    'answer': summary,
    'references': tf.concat([example['references'], [summary]], axis=0),
  }


TEMPLATES = templates("""
{article}

List the steps of this guide in short sentences, one after the other.
---
Sum up the how-to article below. Each step becomes one brief instruction.

{article}
---
This is the text of a page with practical advice:

{article}

What headings would you give to its steps?
---
I have no time to read all of this:

{article}

Just tell me what to do.
---
# Instructions
{article}

# The same instructions at a glance
---
Daughter (reading aloud): {article}
Father: That is too much for me. Can you leave out the explanations?
Daughter:
---
A card that fits on the door of a cupboard should say what has to be done, but not why \
or how.

Long version: {article}
Text for the card:
---
Which actions does the text recommend? Name them in order, as commands.

Text: {article}
""")

INVERTED = templates("""
{answer}

Explain these steps so that a beginner can follow them.
=> {article}
---
The editors of a how-to website have only got as far as the headings:

{answer}

Write the text that goes with them, without repeating the headings.
=> {article}
""")

PLAIN = templates("""
{article}

the steps in short:
""")


def aligned(row, split):
  yield {'source_aligned': {'en': row['source']}, 'target_aligned': {'en': row['target']}, **row}


datasets.add(
  'wiki_lingua_english_en',
  tfds='gem/wiki_lingua_english_en:1.1.0',
  kind='generation',
  examples=99_000,
  fields=fields,
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('storage.googleapis.com',),
    rows={'train': 99_020, 'validation': 13_823, 'test': 28_614},
    hub=Hub(
      'GEM/wiki_lingua',
      'en',
      revision='refs/convert/parquet',
      keyed=False,
      adapt=aligned,
      missing=('the first edition: this is the second, with other rows in its splits',),
    ),
  ),
)
