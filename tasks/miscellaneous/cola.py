# SPDX-License-Identifier: Apache-2.0
"""CoLA, linguistic acceptability: is a sentence good English? As in GLUE.

Source: Warstadt et al. 2019, arXiv 1805.12471; Wang et al. 2018 (GLUE). Licence: none
stated, the sentences are quoted from the linguistic literature. Splits: the test labels
are not public, so the validation split is the test set and the last 200 training rows
are dev. FLAN names no version, which SeqIO no longer takes: 2.0.0 is TFDS's only one.
Scored by accuracy as in FLAN's code, not by Matthews correlation.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'sentence': example['sentence'], **choose(example['label'], ['unacceptable', 'acceptable'])}


TEMPLATES = templates("""
{sentence}

How does that sound to a native speaker of English?

{options}
---
Judge the grammar of this sentence, not what it says.

{sentence}

{options}
---
Linguists put a star in front of sentences that break the rules of the language. A \
sentence without a star is fine.

Sentence: {sentence}
{options}
Status:
---
A learner of English wrote: {sentence}

Can the sentence stay as it is? Mark it.

{options}
---
# English or not?

{sentence}

{options}

# Verdict
---
Imagine that a friend says this to you: {sentence}
Never mind whether it is true. As a piece of English, it is
{options}
---
Proofreading, one line at a time. Which label does the line get?

> {sentence}

{options}
---
Choose the right label for the example at the end.

{options}

Example: {sentence}
Label:
""")

INVERTED = templates("""
Make up an example for a grammar class: a sentence whose English is {answer}.
=> {sentence}
---
A survey showed people one sentence and asked if it was well formed. Nearly all of \
them called it {answer}. Which sentence might it have been?
=> {sentence}
""")

PLAIN = templates("""
example: {sentence}
The grammar of the example is
""")

datasets.add(
  'cola',
  tfds='glue/cola:2.0.0',
  kind='classification',
  clusters=('miscellaneous', 'linguistic_acceptability'),
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=8_350,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.38,
    rows={'train': 8_551, 'validation': 1_043, 'test': 1_063},
    hub=Hub('nyu-mll/glue', 'cola', key='{idx}'),
  ),
)
