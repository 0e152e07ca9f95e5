# SPDX-License-Identifier: Apache-2.0
"""Story Cloze Test, edition of 2016: which ending do four sentences of a story have?

Source: Mostafazadeh et al. 2016, arXiv 1604.01696. Licence: none stated; the authors
send the files on request. Splits: there is no training split. The validation split but
for its last 200 rows is trained on, those 200 are dev, the test split is the test set.
TFDS cannot fetch the data; cut ' - cloze_test_ALL_val' and ' - cloze_test_ALL_test' out
of the names of the files. Endings are counted from 1.
"""

from flan_jax.data import datasets
from flan_jax.data.fields import choose
from flan_jax.data.origins import Origin
from flan_jax.data.templates import templates


def fields(example):
  return {'story': example['context'], **choose(example['label'] - 1, example['endings'])}


TEMPLATES = templates("""
{story}

How does the story end?
{options}
---
Four sentences of a story are given, and the fifth is to be found.

{story}

Choose between these two:
{options}
---
Grandfather stopped reading and let us guess the ending.

"{story}"
{options}
We guessed:
---
Two authors quarrel over the last sentence of a book. Only one of them remembers what \
was told before. Whose sentence should be printed?

Told before: {story}
{options}
---
{options}

Take whichever of these sentences brings the following story to a fitting close.

{story}
---
## Beginning
{story}

## Possible last lines
{options}

## Better last line
---
Note for the proofreader: the right closing sentence and a wrong one both slipped in \
below. Keep the right one.

{story}
{options}
---
Read what happened and think of what it leads to.
{story}

After all this, what do you expect?
{options}
""")

INVERTED = templates("""
Write a story of four sentences that could end as follows: {answer}
=> {story}
---
The last page of a very short story says: "{answer}"
What stood on the pages before?
=> {story}
""")

PLAIN = templates("""
{story}
""")

datasets.add(
  'story_cloze',
  tfds='story_cloze/2016:1.0.0',
  kind='classification',
  splits={'train': 'validation[:-200]', 'validation': 'validation[-200:]', 'test': 'test'},
  examples=1_670,
  fields=fields,
  templates=TEMPLATES,
  inverted=INVERTED,
  plain=PLAIN,
  metrics=['accuracy'],
  origin=Origin(
    rows={'validation': 1_871, 'test': 1_871},
    by_hand='cloze_test_val__spring2016.csv and cloze_test_test__spring2016.csv, sent '
    'on request (form at https://www.cs.rochester.edu/nlp/rocstories/),',
    closed='the authors send the files on request: fill in the form at https://www.cs.rochester.edu/nlp/rocstories/',
  ),
)
