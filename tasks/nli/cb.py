# SPDX-License-Identifier: Apache-2.0
"""CB, CommitmentBank: does a speaker commit to a clause inside what they say?

Source: de Marneffe et al. 2019; Wang et al. 2019 (SuperGLUE). Licence: for research,
see super.gluebenchmark.com. Splits: the last 50 training rows are dev, the validation
split is the test set. The smallest dataset of all: its 200 rows decide its weight. Its
classes stand in an order of their own, entailment, contradiction, neutral, which FLAN's
code mistakes in its prompt for the untuned baseline.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'premise': example['premise'],
    'hypothesis': example['hypothesis'],
    **choose(example['label'], ['true', 'false', 'neither']),
  }


TEMPLATES = templates("""
{premise}

If you believe the speaker, what is the sentence below?
{hypothesis}

{options}
---
Discourse: {premise}

Proposition: {hypothesis}

Is the proposition true, false or neither, given the discourse?

{options}
---
Listen to what is said here, and to how sure the speaker is of it:

{premise}

Now judge this: {hypothesis}
{options}
---
Somebody said or wrote the following.
{premise}

A listener takes away from it: {hypothesis}

Choose the word that describes what the listener took away.
{options}
---
Which word fits the sentence that is marked with a star, after what comes before it?

{premise}
* {hypothesis}

{options}
---
The witness stated: {premise}

The court notes: {hypothesis}

Is the note true or false, going by the witness, or neither, because the witness did \
not commit to it?

{options}
Verdict:
---
True, false or neither? {hypothesis}

What you have to go on:
{premise}

{options}
---
PASSAGE
{premise}

SENTENCE
{hypothesis}

VALUE OF THE SENTENCE
{options}
---
Q: What is the assertion worth, if these lines are all that we have heard?
Lines: {premise}
Assertion: {hypothesis}
{options}
A:
""")

INVERTED = templates("""
Somebody says: {premise}

Now give an assertion that is, by their words, {answer}.
=> {hypothesis}
""")

PLAIN = templates("""
{premise}
question: True, false or neither? {hypothesis}
answer:
""")

datasets.add(
  'cb',
  tfds='super_glue/cb:1.0.2',
  kind='classification',
  splits={'train': 'train[:-50]', 'validation': 'train[-50:]', 'test': 'validation'},
  examples=200,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy', 'macro_f1'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.08,
    rows={'train': 250, 'validation': 56, 'test': 250},
    hub=Hub('aps/super_glue', 'cb', key='{idx}'),
  ),
)
