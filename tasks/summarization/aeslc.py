# SPDX-License-Identifier: Apache-2.0
"""AESLC: the subject lines of e-mails at a large company, Enron.

Source: Zhang and Tetreault 2019, This Email Could Save Your Life. Licence: none stated.
Splits: all training rows, the last 200 validation rows as dev, the test split as test
set. Newlines become spaces; rows without a body or a subject are dropped. TFDS has the
subject line of the sender alone, not those that annotators wrote for dev and test.
"""

import tensorflow as tf

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {
    'email': tf.strings.regex_replace(example['email_body'], r'\n', ' '),
    'answer': tf.strings.regex_replace(example['subject_line'], r'\n', ' '),
  }


TEMPLATES = templates("""
{email}

What could stand in the subject line of this e-mail?
---
A good subject line tells a busy reader what a message is about. Find one for this:

{email}

Subject:
---
My colleague never fills in the subject field. This came today:

"{email}"

What should have been typed there?
---
# Message
{email}

# Subject of the message
---
You keep the inbox of your boss in order. Describe the following mail in a few words, \
so that it can be found again later.

{email}
---
Assistant: You have a new message. It reads: {email}
Manager: I have to run. What is it about, in half a line?
Assistant:
---
Boil the e-mail down to its point. Full sentences are not needed.

E-mail: {email}
Point:
---
Of an old mail only the text has been kept: {email}

Work out from it which words the sender put into the subject field.
""")

INVERTED = templates("""
Subject: {answer}

Write an e-mail that fits the subject line above.
=> {email}
---
A colleague has to send a message and has got no further than the subject, which is \
"{answer}". Draft the rest as one paragraph.
=> {email}
""")

PLAIN = templates("""
e-mail: {email}

subject:
""")

datasets.add(
  'aeslc',
  tfds='aeslc:1.0.0',
  kind='generation',
  splits={'train': 'train', 'validation': 'validation[-200:]', 'test': 'test'},
  examples=14_430,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['rouge1', 'rouge2', 'rougeLsum'],
  origin=Origin(
    hosts=('github.com',),
    megabytes=11.6,
    rows={'train': 14_436, 'validation': 1_960, 'test': 1_906},
    hub=Hub('Yale-LILY/aeslc', keyed=False),
  ),
)
