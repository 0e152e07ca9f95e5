# SPDX-License-Identifier: Apache-2.0
"""IMDB: long film reviews, for or against.

Source: Maas et al. 2011, Learning Word Vectors for Sentiment Analysis. Licence: none
stated; see ai.stanford.edu/~amaas/data/sentiment. Splits: the last 200 training rows
are dev; the 50,000 unlabelled reviews (split 'unsupervised') are not used. The texts
hold HTML line breaks, which become newlines here.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'text': example['text'], **choose(example['label'], ['negative', 'positive'])}


TEMPLATES = templates("""
{text}

Did this viewer like the film?
Say whether the review is positive or negative.

{options}
---
Read the film review below and name its overall sentiment.

Review: {text}

{options}
Sentiment:
---
# A review from a film website
{text}

# How does the reviewer feel about the film?
{options}
---
What is the verdict of this review, once everything has been weighed?

"{text}"

{options}
---
A critic may praise one thing and fault another, but in the end takes a side.
Which side does the writer of these lines take?

{text}

{options}
---
Moderator: Please sort this user review for our film page.
User review: {text}
Moderator: In which pile does it belong?

{options}
---
Someone asked whether the film was any good and was sent this answer:

{text}

{options}

Pick the option that describes the answer. It is
""")

INVERTED = templates("""
Write a {answer} film review.
=> {text}
---
You have just left the cinema, and your opinion of the film is {answer}.
Tell the readers of a film website about it.
=> {text}
---
Sentiment: {answer}
Kind of text: review of a film, several sentences
Text:
=> {text}
""")

PLAIN = templates("""
film review: {text}
sentiment:
""")

datasets.add(
  'imdb_reviews',
  tfds='imdb_reviews/plain_text:1.0.0',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'test'},
  examples=24_800,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('ai.stanford.edu',),
    megabytes=84.1,
    rows={'train': 25_000, 'test': 25_000, 'unsupervised': 50_000},
    hub=Hub('stanfordnlp/imdb', 'plain_text', splits=('train', 'test'), keyed=False),
  ),
)
