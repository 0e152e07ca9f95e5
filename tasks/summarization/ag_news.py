# SPDX-License-Identifier: Apache-2.0
r"""AG News: is a piece of news about the world, sports, business or science?

Source: Zhang, Zhao and LeCun 2015, arXiv 1509.01626, from the corpus of A. Gulli.
Licence: for research and "any other non-commercial activity". Splits: the first 30,000
training rows, the last 200 for dev, the test split as test set.

In the paper it stands among the summarization datasets: the topic is the shortest
summary. Remains of HTML and the backslashes that stand for line breaks are removed.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

TOPICS = ['world', 'sports', 'business', 'science and technology']
REMAINS = {  # in this order
  r'\\+': ' ',
  ' ?#39;': "'",
  '#36;': '$',
  '&lt;.*?&gt;|<.*?>': ' ',
  '&?quot;': '"',
  '&?amp;': '&',
}


def fields(example):
  return {
    'title': _cleaned(example['title']),
    'text': _cleaned(example['description']),
    **choose(example['label'], TOPICS),
  }


def _cleaned(text):
  for remains, character in REMAINS.items():
    text = tf.strings.regex_replace(text, remains, character)
  return text


TEMPLATES = templates("""
{title}
{text}

In which section of a newspaper would you look for this?

{options}
---
Sort the news item by its topic.

Headline: {title}
Item: {text}
{options}
Topic:
---
Four editors share the news, each with a field of their own. Who gets this story?

"{title}"
{text}

{options}
---
What is this piece of news about, in the broadest terms?
{options}

{text}
---
# {title}

{text}

Filed under one of these:
{options}
---
I subscribe to the alerts for one topic only, and today I received the following. \
Which topic is it?

{title}
{text}

{options}
---
Listener: I switched on in the middle of the news. They had just said this: {text}
Friend: Then you know which part of the programme it was!
{options}
Listener:
---
Label the text for a collection of articles.

Text: {text}
Title: {title}
Labels:
{options}
""")

INVERTED = templates("""
Write a short news item for the {answer} pages, with its title on the first line.
=> {title}
{text}
---
Section: {answer}
Text: {text}

The headline is still missing. Propose one.
=> {title}
""")

PLAIN = templates("""
title: {title}
text: {text}
news section:
""")


CLASSES = ['World', 'Sports', 'Business', 'Sci/Tech']  # counted from 1 in the copy


def named(row, split):
  yield {**row, 'label': CLASSES[int(row['label']) - 1]}


datasets.add(
  'ag_news_subset',
  tfds='ag_news_subset:1.0.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=119_800,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('drive.google.com',),
    megabytes=11.8,
    rows={'train': 120_000, 'test': 7_600},
    # fancyzhx/ag_news has title and text in one string, which cannot be parted again.
    hub=Hub('sh0416/ag_news', splits=('train', 'test'), adapt=named),
  ),
)
