# SPDX-License-Identifier: Apache-2.0
"""Rotten Tomatoes: the consensus of professional critics on a film.

Source: Wang and Ling 2016, Neural Network-Based Abstract Generation for Opinions and
Arguments. Licence: see web.eecs.umich.edu/~wangluxy/data.html. Splits: TFDS has a
training split only; its last 500 rows are the test set, the 100 before them dev. The
first ten reviews of a film are shown, numbered. A film without reviews is dropped. The
words of a film's name are joined by underscores, which become spaces.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import numbered, spaced, written
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates

REVIEWS = 10  # of a film, at most


def fields(example):
  return {
    'film': spaced(example['_movie_name']),
    'reviews': numbered(written(example['_critics']['value'])[:REVIEWS]),
    'answer': example['_critic_consensus'],
  }


TEMPLATES = templates("""
Here is what critics wrote about the film "{film}":

{reviews}

What is their common opinion?
---
{reviews}

The lines above are taken from reviews of {film}. Write the consensus of the critics.
---
# {film}

## Press reviews
{reviews}

## Critical consensus
---
A film website prints, above the reviews, what most of them come to. Write that text \
for {film}.

{reviews}
---
A friend wonders if {film} is worth a ticket, but does not want to read all of this:

{reviews}

Tell your friend briefly what the critics liked and what they did not.
---
Editor: These are the notices of {film}, and I have room for one sentence.
{reviews}
Writer: Then let us print this one.
---
Weigh the opinions against each other. One voice alone does not count for much.

{reviews}

On the whole, the critics say of {film}:
""")

INVERTED = templates("""
The critics' consensus on the film {film} is this: {answer}

Write some short reviews, numbered, from which one could have drawn it.
=> {reviews}
---
Film: {film}
Overall verdict: {answer}
What the critics wrote one by one:
=> {reviews}
---
Make up a press review for {film}. Each critic gets a line of his or her own, with a \
number in front, and together they should leave the reader with this impression:

{answer}
=> {reviews}
""")

PLAIN = templates("""
reviews of {film}:
{reviews}

consensus:
""")

datasets.add(
  'opinion_abstracts_rotten_tomatoes',
  tfds='opinion_abstracts/rotten_tomatoes:1.0.0',
  kind='generation',
  examples=3_130,
  fields=fields,
  splits={'train': 'train[:-600]', 'validation': 'train[-600:-500]', 'test': 'train[-500:]'},
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('web.eecs.umich.edu',),
    megabytes=21.1,
    rows={'train': 3_731},
    closed='no open copy is known; the authors say at https://web.eecs.umich.edu/~wangluxy/data.html whom to ask',
  ),
)
