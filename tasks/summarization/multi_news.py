# SPDX-License-Identifier: Apache-2.0
"""Multi-News: several articles on one event, summed up by the editors of newser.com.

Source: Fabbri et al. 2019, arXiv 1906.01749. Licence: "For non-commercial research and
educational purposes only". Splits: the first 30,000 training rows, the first 200
validation rows as dev, the test split as test set. FLAN's version, 1.0.0, is gone from
TFDS; 2.1.0 has the same two features and takes the files from another address.

The articles come in one text, parted by `|||||`; here an empty line parts them, and
there is none within an article. The dash before each summary is dropped. FLAN's code
leaves both as they come.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  texts = tf.strings.strip(tf.strings.split(example['document'], '|||||'))
  texts = tf.boolean_mask(texts, tf.strings.length(texts) > 0)
  texts = tf.strings.regex_replace(texts, r'\s*\n\s*', '\n')
  return {
    'articles': tf.strings.reduce_join(texts, separator='\n\n'),
    'answer': tf.strings.regex_replace(example['summary'], r'^\s*[–—-]+\s*', ''),
  }


TEMPLATES = templates("""
{articles}

All of these texts report the same event. Sum them up in one paragraph.
---
Several newspapers wrote about one event. Combine what they say into a single summary.

{articles}
---
What happened, if you put the following accounts together?

{articles}
---
The editor has left these clippings on your desk:

{articles}

Write one short text for tomorrow's page that says nothing twice.
---
# Coverage

{articles}

# Digest
---
My sister has no time to read all this, but she would like to know about it.

{articles}

Here is what I tell her:
---
Read every account, then tell the story once.

{articles}

The story:
---
Write an entry for a news digest. Whatever stands between the two rows of stars may \
be used, no matter which paper it comes from.

***
{articles}
***
""")

INVERTED = templates("""
This summary rests on several newspaper articles: {answer}

Write these articles, with an empty line between them.
=> {articles}
---
In the digest one could read this:

{answer}

What did each of the original reports say?
=> {articles}
""")

PLAIN = templates("""
{articles}

summary:
""")

datasets.add(
  'multi_news',
  tfds='multi_news:2.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=44_960,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('huggingface.co',),
    megabytes=757,
    rows={'train': 44_972, 'validation': 5_622, 'test': 5_622},
    hub=Hub('alexfabbri/multi_news', revision='refs/convert/parquet'),
  ),
)
