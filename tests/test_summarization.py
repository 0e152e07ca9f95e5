# SPDX-License-Identifier: Apache-2.0
"""What the fields of the summarization datasets make of the real data's peculiarities."""

import pytest
import tensorflow as tf

import flan_jax.tasks  # noqa: F401  registers every dataset
from flan_jax.data import datasets, rendering


def fields(name, **record):
  """The tidied fields of a record of the real data's form, as text."""
  named = rendering.text_fields(record, datasets.get(name))
  return {key: value.numpy().decode() for key, value in named.items() if value.shape.rank == 0}


@pytest.mark.parametrize(
  'opening',
  [
    'By . Ada Bell . PUBLISHED: . 14:11 EST, 2 May 2013 . | . UPDATED: . 9:06 EST, 3 May 2013 . ',
    'By. A. Cole. Last updated at 5:27 PM on 13th January 2012. ',
    'TOLDREL, Velmora (CNN) -- ',
    '(CNN)',
    '',
  ],
)
def test_what_stands_before_an_article_is_cut(opening):
  story = 'A bridge built in 2012 . It (the old one) -- stands. It burned in 2013.'
  cut = fields('cnn_dailymail', article=opening + story, highlights='NEW: One.\nTwo.')
  assert cut == {'article': story, 'answer': 'One.\nTwo.'}


def test_articles_are_parted_by_an_empty_line_and_remains_are_removed():
  document = 'A.\n \nB. ||||| C. |||||'
  assert fields('multi_news', document=document, summary='– D.') == {'articles': 'A.\nB.\n\nC.', 'answer': 'D.'}
  ag_news = fields('ag_news_subset', title='It #39;s', description=r'up\#36;2', label=2)
  assert ag_news == {'title': "It's", 'text': 'up $2', 'answer': 'business'}


@pytest.mark.parametrize(
  'document, kept',
  [('shares fell # percent .', False), ('mr. UNK said so .', False), ('the funk band plays in april .', True)],
)
def test_rows_with_placeholders_are_dropped(document, kept):
  keep = datasets.get('gigaword').keep
  assert bool(keep({'document': tf.constant(document), 'summary': 'one'})) == kept
  assert not keep({'document': 'one', 'summary': '<unk> leaves'})
