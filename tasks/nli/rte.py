# SPDX-License-Identifier: Apache-2.0
"""RTE, recognising textual entailment, as in SuperGLUE.

Source: Dagan et al. 2006 and the challenges after it; Wang et al. 2019 (SuperGLUE).
Licence: for research, see super.gluebenchmark.com. Splits: the test labels are not
public, so the validation split is the test set and the last 200 training rows are dev.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'premise': example['premise'], 'hypothesis': example['hypothesis'], **choose(example['label'], ['yes', 'no'])}


TEMPLATES = templates("""
{premise}

Going by the text above, is this sentence true?
{hypothesis}

{options}
---
Read the text, then decide whether the conclusion follows from it.

Text: {premise}
Conclusion: {hypothesis}

{options}
---
Suppose you know only this: {premise}

May you infer the following from it?
{hypothesis}

{options}
---
Statement: {hypothesis}

Evidence: {premise}

Does the evidence establish the statement?

{options}
---
Anna: {premise}
Ben: Then this must be so: {hypothesis}

Has Ben drawn a conclusion that Anna's words support?

{options}
---
{premise}
Question: is the next sentence a consequence of what you just read?
{hypothesis}
{options}
Answer:
---
Check the claim against the passage.

# Passage
{premise}

# Claim
{hypothesis}

# Is the claim entailed by the passage?
{options}
---
A newspaper prints this report:
{premise}

The headline editor wants to sum it up as follows:
{hypothesis}

Would the report justify the summary?
{options}
---
Can the second sentence be deduced from the first?

1. {premise}
2. {hypothesis}

{options}
""")

INVERTED = templates("""
Here is a short text: {premise}

Write one sentence. Asked if it follows from the text, a reader should say: {answer}
=> {hypothesis}
""")

PLAIN = templates("""
{premise}
question: Does it follow that {hypothesis}
answer:
""")

datasets.add(
  'rte',
  tfds='super_glue/rte:1.0.2',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=2_290,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=0.75,
    rows={'train': 2_490, 'validation': 277, 'test': 3_000},
    hub=Hub('aps/super_glue', 'rte', key='{idx}'),
  ),
)
