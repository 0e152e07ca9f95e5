# SPDX-License-Identifier: Apache-2.0
"""SNLI, inference from captions of photographs.

Source: Bowman et al. 2015. Licence: CC BY-SA 4.0. Splits: the first 30,000 training
rows, the first 200 validation rows as dev, the test split as test set. Rows on which
the annotators did not agree carry the label -1 and are dropped, as in FLAN's code. That
code swaps premise and hypothesis in two templates, ours do not. The classes are worded
much as they were put to the annotators.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose, labelled
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'premise': example['premise'],
    'hypothesis': example['hypothesis'],
    **choose(example['label'], ['definitely true', 'possibly true', 'definitely false']),
  }


TEMPLATES = templates("""
A photograph has this caption: {premise}

How true of the same photograph is the sentence that follows?
{hypothesis}

{options}
---
{premise}

Knowing this much, what would you call the next statement?
{hypothesis}

{options}
---
Picture the scene: {premise}

Now rate this description of it: {hypothesis}

{options}
---
Caption A: {premise}
Caption B: {hypothesis}

Both captions are about one picture, and caption A is accurate. What about caption B?

{options}
---
Statement to rate: {hypothesis}
What is certain: {premise}
{options}
Rating:
---
You cannot see the picture, but a friend describes it to you.

Friend: {premise}
You: So would you say that this is right? {hypothesis}

Which reply can you expect?
{options}
Friend:
---
### Scene
{premise}

### Possible detail
{hypothesis}

### How certain is the detail?
{options}
---
Take the first sentence as given and find the label that the second one deserves.

First: {premise}
Second: {hypothesis}

{options}
---
On the back of an old photo it says: {premise}
Somebody has added in pencil: {hypothesis}
What should we think of the addition?
{options}
""")

INVERTED = templates("""
Caption: {premise}

Make up a sentence about the captioned picture that is {answer}.
=> {hypothesis}
""")

PLAIN = templates("""
caption: {premise}
guess: {hypothesis}
The guess is
""")

datasets.add(
  'snli',
  tfds='snli:1.1.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=549_360,
  fields=fields,
  keep=labelled(),
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('nlp.stanford.edu',),
    megabytes=94.6,
    rows={'train': 550_152, 'validation': 10_000, 'test': 10_000},
    hub=Hub('stanfordnlp/snli', 'plain_text'),
  ),
)
