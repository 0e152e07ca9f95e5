# SPDX-License-Identifier: Apache-2.0
"""QNLI, does a sentence hold the answer to a question? As in GLUE, made from SQuAD.

Source: Rajpurkar et al. 2016; Wang et al. 2019 (GLUE). Licence: CC BY-SA 4.0. Splits:
the first 30,000 training rows, the last 200 of them all as dev, the validation split as
test set. "entailment" means that the sentence answers the question.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'question': example['question'], 'sentence': example['sentence'], **choose(example['label'], ['yes', 'no'])}


TEMPLATES = templates("""
Does the sentence answer the question?

Question: {question}
Sentence: {sentence}

{options}
---
{sentence}

Having read only that, could you answer this? {question}

{options}
---
A student has to answer the question below and finds one sentence in the encyclopedia.

The question: {question}
What the encyclopedia says: {sentence}

Is that enough to answer it?
{options}
---
Q: {question}
A: {sentence}
Is A a reply to what Q asks?
{options}
---
You are sorting search results. Keep a result only if the answer stands in it.

Query: {question}
Result: {sentence}

Keep it?

{options}
---
"{sentence}"

Is the piece of information asked for here to be found in the quotation? {question}

{options}
Answer:
---
{question}

I came across the following line. Does it tell me what I want to know?
{sentence}

{options}
---
## Text
{sentence}

## Question
{question}

## Can the question be answered from the text?
{options}
---
Interviewer: {question}
Guest: {sentence}

The interviewer will repeat the question if it was not answered. Was it answered?

{options}
""")

INVERTED = templates("""
{sentence}

Ask a question. To whether the sentence above answers it, one should have to say \
"{answer}".
=> {question}
""")

PLAIN = templates("""
query: {question}
text: {sentence}
question: Does the text answer the query?
answer:
""")

datasets.add(
  'qnli',
  tfds='glue/qnli:2.0.0',
  kind='classification',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=104_540,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    hosts=('dl.fbaipublicfiles.com',),
    megabytes=10.6,
    rows={'train': 104_743, 'validation': 5_463, 'test': 5_463},
    hub=Hub('nyu-mll/glue', 'qnli', key='{idx}'),
  ),
)
