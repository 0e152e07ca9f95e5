# SPDX-License-Identifier: Apache-2.0
"""Newsroom: articles of 38 publications and how these described them to search engines.

Source: Grusky, Naaman and Artzi 2018, arXiv 1804.11283. Licence: on registration, see
summari.es. Splits: the first 30,000 training rows, the first 200 validation rows as
dev, the test split as test set. Rows without a title are dropped, since some templates
show it. How much a summary copies (density, coverage, compression) is not used.
"""

from flan_jax.data import datasets
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'article': example['text'], 'title': example['title'], 'answer': example['summary']}


TEMPLATES = templates("""
{title}

{article}

Describe this article in a sentence or two.
---
A search engine shows a line of description below each link. Write it for this page.

Title: {title}
Text: {article}
---
What is the article below about?

{article}
---
Write the teaser with which the front page sends its readers to this story.

### {title}
{article}
---
{article}

The same in brief, for the evening newsletter:
---
Librarian: The archive needs an abstract of every article. May I have one for this?

{article}

Assistant:
---
My grandmother holds up the newspaper and asks me what it says here:

{article}

I answer:
""")

INVERTED = templates("""
A newspaper describes one of its articles like this: {answer}

What would be a fitting title?
=> {title}
---
Write the news article "{title}". In short, it says: {answer}
=> {article}
---
Abstract: {answer}

Full text:
=> {article}
""")

PLAIN = templates("""
{title}

{article}

TL;DR:
""")

datasets.add(
  'newsroom',
  tfds='newsroom:1.0.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=994_560,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    rows={'train': 995_041, 'validation': 108_837, 'test': 108_862},
    by_hand='train.jsonl, dev.jsonl and test.jsonl (after registration at https://summari.es/download/)',
    closed='the files are given to those who register at https://summari.es/download/ and may not be passed on',
  ),
)
