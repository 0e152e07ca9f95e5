# SPDX-License-Identifier: Apache-2.0
"""ParaCrawl, sentence pairs found on the web: English with Spanish, German or French.

Source: Bañón et al. 2020, ParaCrawl: Web-Scale Acquisition of Parallel Corpora; TFDS
has release 4. Licence: CC0 for the packaging; the texts are their owners'. Splits: all
are cut from TFDS's train split: the first 30,000 rows train, the last 1,000 are the
test set, the 200 before them dev. Both directions are asked forward, with templates of
their own. The mixtures train on Spanish alone: German and French stand in the paper's
figure, not in its code.
"""

from flan_jax.data import datasets
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates

LANGUAGES = {'de': 'German', 'es': 'Spanish', 'fr': 'French'}


def fields(example):
  [code] = set(example) - {'en'}
  return {'english': example['en'], 'foreign': example[code], 'language': LANGUAGES[code]}


FROM_ENGLISH = """
Translate this passage from a website into {language}.

{english}
=> {foreign}
---
So far our site exists in English only. One page says:
{english}

On the new {language} page, it should say:
=> {foreign}
---
{english}

How would you put that in {language}?
=> {foreign}
---
English: {english}
{language}:
=> {foreign}
---
A visitor who reads nothing but {language} has opened our English home page. Show them \
these lines in a form that they can read.

{english}
=> {foreign}
"""

TO_ENGLISH = """
I came across the following on a {language} web page, and I do not know the language.

{foreign}

What does it mean in English?
=> {english}
---
{language} original:
{foreign}

English version:
=> {english}
---
Turn the {language} text below into English.

Text: {foreign}
Translation:
=> {english}
---
{foreign}

The lines above are in {language}. Rewrite them in English, leaving nothing out.
=> {english}
---
The same notice hangs on the door twice, in two languages.

In {language}: {foreign}

In English:
=> {english}
"""

PLAIN_FROM_ENGLISH = """
in English: {english}
translated into {language}:
=> {foreign}
"""

PLAIN_TO_ENGLISH = """
in {language}: {foreign}
translated into English:
=> {english}
"""

ARCHIVES = 'https://s3.amazonaws.com/web-language-models/paracrawl/release4'

for _code, _megabytes, _rows in (('es', 1_954, {'train': 21_987_267}), ('de', 1_308, {}), ('fr', 2_828, {})):
  datasets.add(
    f'para_crawl_en{_code}',
    tfds=f'para_crawl/en{_code}:1.2.0',
    kind='generation',
    splits={'train': 'train[:30000]', 'validation': 'train[-1200:-1000]', 'test': 'train[-1000:]'},
    examples=30_000,
    fields=fields,
    metrics=['bleu'],
    mixed=_code == 'es',
    templates=templates(FROM_ENGLISH, direction=f'en-{_code}') + templates(TO_ENGLISH, direction=f'{_code}-en'),
    plain=templates(PLAIN_FROM_ENGLISH, direction=f'en-{_code}') + templates(PLAIN_TO_ENGLISH, direction=f'{_code}-en'),
    origin=Origin(
      hosts=('s3.amazonaws.com',),
      megabytes=_megabytes,
      rows=_rows,
      closed='no open copy of release 4 is known; if its archive is gone from '
      f'{ARCHIVES}/en-{_code}.bicleaner07.txt.gz, ask at https://paracrawl.eu',
    ),
  )
