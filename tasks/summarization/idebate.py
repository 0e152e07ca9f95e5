# SPDX-License-Identifier: Apache-2.0
"""iDebate: the claim that a debater's arguments support.

Source: Wang and Ling 2016, Neural Network-Based Abstract Generation for Opinions and
Arguments. Licence: see web.eecs.umich.edu/~wangluxy/data.html. Splits: TFDS has a
training split only; its last 500 rows are the test set, the 100 before them dev. The
first ten sentences of an argument are shown, numbered; a claim without any is dropped.
Underscores in the name of a debate become spaces, as in the names of films of the same
source. FLAN's code turns four templates around, this file three: the paper's limit.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import numbered, spaced, written
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates

SENTENCES = 10  # of an argument, at most


def fields(example):
  return {
    'debate': spaced(example['_debate_name']),
    'arguments': numbered(written(example['_argument_sentences']['value'])[:SENTENCES]),
    'answer': example['_claim'],
  }


TEMPLATES = templates("""
Debate: {debate}

One of the speakers gives these arguments:
{arguments}
Which claim do they support?
---
{arguments}

All of this was said about the motion below. Write one sentence that tells what it was \
meant to show.

{debate}
---
A debating club has put the following up for discussion: {debate}

A member stands up and says:
{arguments}
State the member's position in a single sentence.
---
Motion: {debate}
Premises:
{arguments}
Conclusion:
---
On this sheet from a debate, the claim at the top has been torn off. Put it back.

Topic of the debate: {debate}
{arguments}
Claim:
---
Student: I have collected arguments for my essay, but I do not know how to begin.
Topic: {debate}
{arguments}
Teacher: Begin with what they all prove, namely:
---
Suppose that somebody believes every sentence in this list.
{arguments}

What will this person claim about the proposal that follows?
{debate}
""")

INVERTED = templates("""
Motion: {debate}
Claim: {answer}
List arguments for the claim, one a line and with numbers.
=> {arguments}
---
You have to defend this view in front of an audience: {answer}
Prepare a numbered list of things to say.
=> {arguments}
---
Take a side in the debate that is named here. State your claim in one sentence and go \
on with numbered reasons.

{debate}
=> {answer}
{arguments}
""")

PLAIN = templates("""
debate: {debate}
arguments:
{arguments}
claim:
""")

datasets.add(
  'opinion_abstracts_idebate',
  tfds='opinion_abstracts/idebate:1.0.0',
  kind='generation',
  examples=1_650,
  fields=fields,
  splits={'train': 'train[:-600]', 'validation': 'train[-600:-500]', 'test': 'train[-500:]'},
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('web.eecs.umich.edu',),
    megabytes=21.1,
    rows={'train': 2_259},
    closed='no open copy is known; the authors say at https://web.eecs.umich.edu/~wangluxy/data.html whom to ask',
  ),
)
