# SPDX-License-Identifier: Apache-2.0
"""CNN and Daily Mail: news articles and the highlights that their editors wrote.

Source: Hermann et al. 2015; See, Liu and Manning 2017, arXiv 1704.04368. Licence: none
stated; the articles are CNN's and the Daily Mail's. Splits: the first 30,000 training
rows, the first 200 validation rows as dev, the test split as test set. FLAN's version,
3.1.0, is gone from TFDS; 3.4.0 has two features more, which are not used, and no space
before the full stops that its builder adds.

Many articles open with a byline and the time of publication, or with a dateline; that
is cut off. FLAN's code splits an article where such an opening ends but keeps what
stands before that place, so of these articles it shows the opening and not the story.
Each highlight is a line of the target.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

# 'By . Ada Bell . PUBLISHED: . 14:11 EST, 25 October 2013 . | . UPDATED: . ... 2013 . '
BYLINE = (
  r'^\s*(?:By ?\. .{0,120}?)?(?:(?:\| ?\. ?)?'
  r'(?:PUBLISHED|UPDATED|CREATED|Last updated)\b.{0,50}?\b20\d\d ?\. ?)+'
)
# 'TOLDREL, Velmora (CNN) -- ', or '(CNN)' alone
DATELINE = r'^\s*(?:(?:[A-Z][^()]{0,60})?\([A-Z][^()]{1,30}\) ?-- ?|\(CNN\) ?)'


def fields(example):
  article = tf.strings.regex_replace(example['article'], BYLINE, '')
  return {
    'article': tf.strings.regex_replace(article, DATELINE, ''),
    'answer': tf.strings.regex_replace(example['highlights'], '(?m)^NEW: ', ''),
  }


TEMPLATES = templates("""
{article}

List the highlights of this article, each on a line of its own.
---
You edit the website of a newspaper. Before a story opens, readers see a few short \
statements that tell them what is in it. Write these for the story below.

{article}
---
# Article

{article}

# Key points, one a line
---
What should somebody in a hurry take away from this report? Reply in three or four \
short sentences and put each on a new line.

Report: {article}
---
I missed the news today. This is what it said:

{article}

Tell me the main facts, line by line.
---
Cut the story down to the statements that matter most.

Story: {article}
Statements:
---
A: Have you read this? {article}
B: No, that is too long for me. Can you give it to me point by point?
A: Here you are:
""")

INVERTED = templates("""
These are the highlights of a news story:

{answer}

Write the story.
=> {article}
---
A reporter has phoned in nothing but the key facts:
{answer}
Make a full article out of them.
=> {article}
---
In a box beside the article it says:

{answer}

What does the article itself say?
=> {article}
""")

PLAIN = templates("""
{article}

highlights:
""")


def unpublished(row, split):
  yield {'publisher': '', **row}


datasets.add(
  'cnn_dailymail',
  tfds='cnn_dailymail:3.4.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=287_040,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('drive.google.com', 'raw.githubusercontent.com'),
    megabytes=585,
    rows={'train': 287_113, 'validation': 13_368, 'test': 11_490},
    packages=('beautifulsoup4',),
    hub=Hub(
      'abisee/cnn_dailymail',
      '3.0.0',
      key='{id}.story',
      adapt=unpublished,
      missing=('the publisher, which no task reads',),
    ),
  ),
)
