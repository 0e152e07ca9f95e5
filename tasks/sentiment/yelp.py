# SPDX-License-Identifier: Apache-2.0
"""Yelp: reviews of restaurants and other businesses, one or two stars against more.

Source: Zhang, Zhao and LeCun 2015, Character-level Convolutional Networks for Text
Classification, from the Yelp Dataset Challenge. Licence: Yelp's dataset terms. Splits:
the first 30,000 training rows, the last 200 for dev. Class '1' is negative, '2'
positive. The texts are escaped as in the source's CSV file: a newline is a backslash
and an n, a quotation mark is doubled; both are undone here.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.fields import choose, undoubled
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  text = tf.strings.regex_replace(example['text'], r'(\\n)+', '\n')
  return {'review': undoubled(text), **choose(example['label'], ['bad', 'good'])}


TEMPLATES = templates("""
A customer writes: {review}

Was the experience good or bad?

{options}
---
Judge the following review of a business.

{review}

Is it a good review or a bad one?
{options}
---
# Review
{review}

# Rating
Stars were not shown. What kind of rating did this guest most likely leave?

{options}
---
Owner: What did our last guest have to say?
Assistant: {review}
Owner: And how would you describe a visit like that?

{options}
---
I am looking for a place for tonight and found this:

{review}

Going by it alone, what is the place like?

{options}
---
Two words are enough to sort what people say about a restaurant or a shop.

{options}

Choose one of them for this text: {review}
---
{review}

The person who wrote this would call the place
{options}
""")

INVERTED = templates("""
Your visit was {answer}. Write the review.
=> {review}
---
Rating: {answer}
A customer explains the rating in a few sentences.
=> {review}
---
What might somebody post online after a {answer} evening at a restaurant?
=> {review}
""")

PLAIN = templates("""
{review}
All in all, my experience was
""")

datasets.add(
  'yelp_polarity_reviews',
  tfds='yelp_polarity_reviews:0.2.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=559_800,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('s3.amazonaws.com',),
    megabytes=166,
    rows={'train': 560_000, 'test': 38_000},
    hub=Hub('fancyzhx/yelp_polarity', 'plain_text', splits=('train', 'test'), labels={'label': ('1', '2')}),
  ),
)
