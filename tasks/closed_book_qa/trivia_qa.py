# SPDX-License-Identifier: Apache-2.0
"""TriviaQA without its documents: questions of quiz lovers, answered from memory.

Source: Joshi et al. 2017, arXiv 1705.03551. Licence: nlp.cs.washington.edu/triviaqa.
Splits: dev is the last 200 training rows, TFDS's validation is the test set. TFDS gives
normalised answers (lower case, no articles): the normalised value is the target, every
normalised alias counts as right. The search results that come along are not shown.
"""

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  answer = example['answer']
  return {
    'question': example['question'],
    'answer': answer['normalized_value'],
    'references': answer['normalized_aliases'],
  }


TEMPLATES = templates("""
{question}
---
Trivia night, next card.

{question}

Answer:
---
Do you know this one? {question}
---
Reply with the answer alone, in lower case and without an article.

Q: {question}
A:
---
{question}

The solution is printed upside down at the foot of the page:
---
Quizmaster: {question}
Contestant: Easy. That must be
---
Without looking anything up, what would you reply to the following?

"{question}"
---
Complete the flash card.

Front: {question}
Back:
---
The crossword club argued for an hour about this one.

"{question}"

Write down the answer that they were looking for.
---
Our team is one point behind. The last question of the evening: {question}
What do we write on the slip?
""")

PLAIN = templates("""
Q: {question}
A:
""")

datasets.add(
  'trivia_qa',
  tfds='trivia_qa/rc:1.1.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=87_420,
  fields=fields,
  templates=TEMPLATES,
  plain=PLAIN,
  metrics=['trivia_exact_match', 'trivia_f1'],
  origin=Origin(
    hosts=('nlp.cs.washington.edu',),
    megabytes=2_666,
    disk=15_000,
    rows={'train': 138_384, 'validation': 18_669, 'test': 17_210},
    hub=Hub(
      'mandarjoshi/trivia_qa',
      'rc.nocontext',
      keyed=False,
      missing=('the documents and search results, which no task reads',),
    ),
  ),
)
