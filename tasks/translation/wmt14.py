# SPDX-License-Identifier: Apache-2.0
"""WMT 2014, the translation task English and French: news, parliament, the web.

Source: Bojar et al. 2014, Findings of the 2014 Workshop on Statistical Machine
Translation. Licence: "can be freely used for research purposes" (statmt.org/wmt14).
Splits: the first 30,000 training rows, the first 200 validation rows (newstest2013) as
dev, newstest2014 as the test set. Both directions are asked forward, with templates of
their own.
"""

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'english': example['en'], 'foreign': example['fr'], 'language': 'French'}


FROM_ENGLISH = """
A newspaper that appears in {language} takes over the following from the English press.

{english}

Write what the newspaper will print.
=> {foreign}
---
{english}

What is the {language} for this?
=> {foreign}
---
An exercise for interpreters: listen, then repeat the message in {language}.

Speaker: {english}
Interpreter:
=> {foreign}
---
Put into {language}: {english}
=> {foreign}
---
The subtitles of a film are being translated from English.

English subtitle
{english}

{language} subtitle
=> {foreign}
"""

TO_ENGLISH = """
{foreign}

Which English text says the same as this {language} one?
=> {english}
---
A colleague has sent me something in {language}, which I never learned:
{foreign}

Please tell me exactly what that would be in English.
=> {english}
---
# In {language}
{foreign}

# The same in English
=> {english}
---
Student: How do you translate this from {language}? {foreign}
Teacher: In English, you could say:
=> {english}
---
The minutes of the meeting are kept in {language}. For the English record, translate:

{foreign}
=> {english}
"""

PLAIN_FROM_ENGLISH = """
English sentence: {english}
{language} sentence:
=> {foreign}
"""

PLAIN_TO_ENGLISH = """
{language} sentence: {foreign}
English sentence:
=> {english}
"""


def unwrapped(row, split):
  yield row['translation']


datasets.add(
  'wmt14_enfr',
  tfds='wmt14_translate/fr-en:1.0.0',
  kind='generation',
  splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
  examples=40_835_840,
  fields=fields,
  metrics=['bleu'],
  templates=templates(FROM_ENGLISH, direction='en-fr') + templates(TO_ENGLISH, direction='fr-en'),
  plain=templates(PLAIN_FROM_ENGLISH, direction='en-fr') + templates(PLAIN_TO_ENGLISH, direction='fr-en'),
  origin=Origin(
    hosts=('www.statmt.org', 'data.statmt.org'),
    megabytes=1_694,  # and several thousand more, whose sizes are not registered
    disk=60_000,
    rows={'validation': 3_000, 'test': 3_003},
    hub=Hub('wmt/wmt14', 'fr-en', keyed=False, adapt=unwrapped),
  ),
)
