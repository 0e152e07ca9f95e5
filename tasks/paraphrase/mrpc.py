# SPDX-License-Identifier: Apache-2.0
"""MRPC, do two sentences from news articles say the same? As in GLUE.

Source: Dolan and Brockett 2005; Wang et al. 2019 (GLUE). Licence: see the Microsoft
Research Paraphrase Corpus. Splits: the last 200 training rows are dev, the validation
split is the test set. Signs, which stand apart from the words in the source, are joined
to them.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose, untokenized
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'sentence1': untokenized(example['sentence1']),
    'sentence2': untokenized(example['sentence2']),
    **choose(example['label'], ['no', 'yes']),
  }


TEMPLATES = templates("""
Two newspapers report on an event.

One writes: {sentence1}
The other writes: {sentence2}

Do they tell their readers the same thing?

{options}
---
Are these two sentences equivalent?

{sentence1}
{sentence2}

{options}
---
{sentence1}

Is the sentence below just another way of putting this?
{sentence2}

{options}
---
Sentence A: {sentence1}
Sentence B: {sentence2}
Question: could B replace A in an article without changing the message?
{options}
Answer:
---
An editor wants to delete the second sentence if it merely repeats the first.

1) {sentence1}
2) {sentence2}

Should it be deleted?

{options}
---
Read both versions and say whether they match in meaning.

## Version one
{sentence1}

## Version two
{sentence2}

{options}
---
Reporter: {sentence1}
Editor: You mean this? {sentence2}
{options}
Reporter (who says yes only if nothing is lost or added):
---
The news this morning: {sentence1}

The news this evening: {sentence2}

Was the morning's story simply repeated in the evening?
{options}
---
I will show you a pair of sentences. Tell me whether one is a paraphrase of the other.

"{sentence1}"
"{sentence2}"

{options}
---
A reader who has seen the line "{sentence1}" now meets another line:
{sentence2}

Apart from wording, are the two lines alike?
{options}
""")

PLAIN = templates("""
first: {sentence1}
second: {sentence2}
question: Do both say the same?
answer:
""")

datasets.add(
  'glue_mrpc',
  tfds='glue/mrpc:2.0.0',
  kind='classification',
  splits={'train': 'train[:-200]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=3_460,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['accuracy', 'f1'],
  origin=Origin(
    hosts=('firebasestorage.googleapis.com', 'dl.fbaipublicfiles.com'),
    megabytes=1.5,
    rows={'train': 3_668, 'validation': 408, 'test': 1_725},
    hub=Hub('nyu-mll/glue', 'mrpc', key='{idx}'),
  ),
)
