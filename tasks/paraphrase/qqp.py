# SPDX-License-Identifier: Apache-2.0
"""QQP, are two questions that people asked on Quora duplicates? As in GLUE.

Source: Iyer et al. 2017 (Quora); Wang et al. 2019 (GLUE). Licence: non-commercial, see
Quora's terms. Splits: the first 30,000 training rows, the last 200 of them all as dev,
the validation split as test set. A quotation mark comes doubled, as in a CSV file; one
is left here, an apostrophe in FLAN's code.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose, undoubled
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'question1': undoubled(example['question1']),
    'question2': undoubled(example['question2']),
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
{question1}
{question2}

Are these two questions asking for the same thing?

{options}
---
First question: {question1}
Second question: {question2}

Would one answer do for both of them?
{options}
---
A forum merges duplicate questions. Here are two that were posted today.

Post 1: {question1}
Post 2: {question2}

Should the posts be merged?
{options}
---
Someone wants to ask this: {question1}

On the same page there is already this question: {question2}

Has their question been asked before?

{options}
---
Q1: {question1}
Q2: {question2}
Does Q2 restate Q1?
{options}
Verdict:
---
If you knew the answer to (a), would you thereby know the answer to (b), and the \
other way round?

(a) {question1}
(b) {question2}

{options}
---
Mia: {question1}
Tom: Do you want to know this? {question2}

Mia nods only if Tom has put her question in other words. Does she nod?

{options}
---
### Question
{question1}

### Candidate
{question2}

### Is the candidate a duplicate of the question?
{options}
---
Think about what the two people who typed these lines wanted to find out.

One typed: {question1}
The other typed: {question2}

Did they want to find out the same?
{options}
---
{question1}

Below, somebody has tried to ask this differently. Is the sense unchanged?

{question2}

{options}
""")

PLAIN = templates("""
Q1: {question1}
Q2: {question2}
Do Q1 and Q2 ask for the same thing?
answer:
""")

datasets.add(
  'glue_qqp',
  tfds='glue/qqp:2.0.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=363_640,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy', 'f1'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=41.7,
    rows={'train': 363_846, 'validation': 40_430, 'test': 390_965},
    hub=Hub('nyu-mll/glue', 'qqp', key='{idx}'),
  ),
)
