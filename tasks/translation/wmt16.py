# SPDX-License-Identifier: Apache-2.0
"""WMT 2016, the news translation task between English and six other languages.

Source: Bojar et al. 2016, Findings of the 2016 Conference on Machine Translation.
Licence: "can be freely used for research purposes" (statmt.org/wmt16). Splits: the
first 30,000 training rows, the first 200 validation rows as dev, the test split as test
set (for Finnish, newstest2016 and newstestB2016). Both directions are asked forward,
with templates of their own. For Czech and Russian, TFDS wants a part of the training
rows as a file that was fetched by hand.
"""

from flan_jax.data import datasets
from flan_jax.data.origins import Hub, Origin
from flan_jax.data.templates import templates

LANGUAGES = {'cs': 'Czech', 'de': 'German', 'fi': 'Finnish', 'ro': 'Romanian', 'ru': 'Russian', 'tr': 'Turkish'}


def fields(example):
  [code] = set(example) - {'en'}
  return {'english': example['en'], 'foreign': example[code], 'language': LANGUAGES[code]}


FROM_ENGLISH = """
{english}
Say the above in natural {language}.
=> {foreign}
---
A friend of mine has a pen pal who speaks only {language}. So far my friend has written:
{english}
Translated for the pen pal, the letter reads:
=> {foreign}
---
Source language: English
Target language: {language}
Source: {english}
Target:
=> {foreign}
---
In this bilingual reader, the left page is in English and the right page in {language}.

Left page: {english}

Right page:
=> {foreign}
---
I say something in English, and you say it again in {language}. Ready? {english}
=> {foreign}
"""

TO_ENGLISH = """
Somebody at the next table says in {language}: {foreign}

Your companion does not speak the language. Repeat in English what was said.
=> {english}
---
This {language} text is to be published in English. Supply the translation.
{foreign}
=> {english}
---
{foreign}
From {language} to English, that is:
=> {english}
---
{language} exam, part two: render the text in good English.

Text: {foreign}
Your answer:
=> {english}
---
A {language} grammar gives this example:
{foreign}

Below the example, it prints an English translation:
=> {english}
"""

PLAIN_FROM_ENGLISH = """
{english}

Translation from English into {language}:
=> {foreign}
"""

PLAIN_TO_ENGLISH = """
{foreign}

Translation from {language} into English:
=> {english}
"""

_BY_HAND = {
  'cs': 'czeng16pre.deduped-ignoring-sections.txt.gz (from http://ufal.mff.cuni.cz/czeng/czeng16pre)',
  'ru': '1mcorpus.zip (from https://translate.yandex.ru/corpus?lang=en)',
}
_CLOSED = {  # parts of the training rows
  'cs': ('CzEng 1.6pre, about 51 of 52 million training rows: register at https://ufal.mff.cuni.cz/czeng',),
  'ru': ('the Yandex corpus, about 1.0 of 2.5 million training rows: https://translate.yandex.ru/corpus?lang=en',),
}


def unwrapped(row, split):
  yield row['translation']


for _code, _examples, _megabytes, *_rows in (
  ('de', 4_548_800, 1_690, 4_548_885, 2_169, 2_999),
  ('tr', 205_750, 39, 205_756, 1_001, 3_000),
  ('cs', 52_335_360, 1_576, 52_335_651, 2_656, 2_999),
  ('fi', 2_073_360, 264, 2_073_394, 1_370, 6_000),
  ('ro', 610_320, 287, 610_320, 1_999, 1_999),
  ('ru', 2_516_160, 918, 2_516_162, 2_818, 2_998),
):
  datasets.add(
    f'wmt16_translate_{_code}en',
    tfds=f'wmt16_translate/{_code}-en:1.0.0',
    kind='generation',
    examples=_examples,
    fields=fields,
    metrics=['bleu'],
    splits={'train': 'train[:30000]', 'validation': 'validation[:200]', 'test': 'test'},
    templates=templates(FROM_ENGLISH, direction=f'en-{_code}') + templates(TO_ENGLISH, direction=f'{_code}-en'),
    plain=templates(PLAIN_FROM_ENGLISH, direction=f'en-{_code}') + templates(PLAIN_TO_ENGLISH, direction=f'{_code}-en'),
    origin=Origin(
      hosts=('data.statmt.org', 'opus.nlpl.eu') if _code in ('ro', 'tr') else ('www.statmt.org', 'data.statmt.org'),
      megabytes=_megabytes,
      rows=dict(zip(('train', 'validation', 'test'), _rows)),
      by_hand=_BY_HAND.get(_code, ''),
      hub=Hub('wmt/wmt16', f'{_code}-en', keyed=False, adapt=unwrapped, missing=_CLOSED.get(_code, ())),
    ),
  )
