# SPDX-License-Identifier: Apache-2.0
"""QuAC, questions of somebody who does not know the text they are about.

Source: Choi et al. 2018, arXiv 1808.07036. Licence: CC BY-SA 4.0. Splits: the first
30,000 training rows, dev is the last 200 of them all, TFDS's validation is the test
set. One question at a time, without those before it, and the original answer as target,
as in FLAN's code; here every annotator's answer counts as right. Where the text gives
no answer, QuAC's word CANNOTANSWER, which also ends every text, is put in plain words.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  title, background = example['title'], example['background']
  known = tf.strings.regex_full_match(background, r'(?s).*\S.*')
  context, original = example['context'], example['orig_answer']['text']
  return {
    'title': title,
    'background': tf.where(known, background, title),
    'section': example['section_title'],
    'passage': tf.strings.regex_replace(context, r'\s*CANNOTANSWER\s*$', ''),
    'question': example['question'],
    'answer': _plain(original),
    'references': _plain(tf.concat([[original], example['answers']['text']], 0)),
  }


def _plain(answer):
  return tf.strings.regex_replace(answer, r'^\s*CANNOTANSWER\s*$', 'cannot be answered')


TEMPLATES = templates("""
{background}

{section}
{passage}

{question}
Quote the words that answer the question. If there are none, write "cannot be answered".
---
You alone can see this article about {title}:

{passage}

A student who cannot see it asks: {question}
Reply with a piece of the article, or say that it cannot be answered.
---
# {title}
{background}

# {section}
{passage}

# Asked by a reader
{question}

# Found in the text (or: cannot be answered)
---
Question: {question}

Look under "{section}" in the entry on {title} and copy out the part that tells, \
unless the question cannot be answered.

{passage}
---
Curious person: I would like to hear something about {title}.
Expert: {background}
Curious person: {question}
The expert takes out these notes to read the right bit aloud: {passage}
Expert (or "cannot be answered", if nothing in the notes helps):
---
Some questions are settled by the text, others get the remark "cannot be answered". \
What do you write under this one? Use the words of the text.

Text: {passage}
Question about {title}: {question}
---
Introduction: {background}
Main part: {passage}
{question}
Span of the main part, or "cannot be answered":
---
An encyclopedia says of {title}, under "{section}":

{passage}

Give the words which reply to the next question; if it cannot be answered, say so.
{question}
""")

INVERTED = templates("""
{background}
{passage}

Someone who knew only the heading "{title}" put a question about this, and the answer \
was: {answer}
What did they ask?
=> {question}
---
Lines from an entry on {title}: {passage}

Make up a question to the author of these lines, to be answered like this: {answer}
=> {question}
""")

PLAIN = templates("""
{title}
{background}

{section}
{passage}

Q: {question}
A:
""")


def turns(row, split):
  """The copy has a row for each dialogue, TFDS for each of its questions."""
  answers, original = row['answers'], row['orig_answers']
  for turn, question in enumerate(row['questions']):
    yield {
      **row,
      'id': row['turn_ids'][turn],
      'title': row['wikipedia_page_title'],
      'question': question,
      'followup': row['followups'][turn],
      'yesno': row['yesnos'][turn],
      'answers': {'text': answers['texts'][turn], 'answer_start': answers['answer_starts'][turn]},
      'orig_answer': {'text': original['texts'][turn], 'answer_start': original['answer_starts'][turn]},
    }


datasets.add(
  'quac',
  tfds='quac:1.0.0',
  kind='generation',
  clusters=('miscellaneous', 'conversational_qa'),
  splits={'train': 'train[:30000]', 'validation': 'train[-200:]', 'test': 'validation'},
  examples=83_360,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['trivia_exact_match', 'trivia_f1'],
  origin=Origin(
    hosts=('s3.amazonaws.com',),
    megabytes=77,
    rows={'train': 83_568, 'validation': 7_354},
    hub=Hub(
      'allenai/quac',
      'plain_text',
      revision='refs/convert/parquet',
      splits=('train', 'validation'),
      key='{id}',
      labels={'followups': ('y', 'n', 'm'), 'yesnos': ('y', 'n', 'x')},
      adapt=turns,
    ),
  ),
)
