# SPDX-License-Identifier: Apache-2.0
"""Sentiment: reviews and messages, for or against."""

from functools import partial

from flan_jax.world import reviews, samples


def _review(world, kind, newline=' ', end=''):
  positive = world.random.random() < 0.5
  text = reviews.review(world, kind, positive)
  return text.replace('. ', f'.{newline}', world.random.randrange(2)) + end, positive


samples.columns('imdb_reviews', partial(_review, kind='film', newline='<br /><br />'), 'text label', ('neg', 'pos'))
samples.columns('yelp_polarity_reviews', partial(_review, kind='restaurant', newline=r'\n'), 'text label', ('1', '2'))
samples.columns('sst2', partial(_review, kind='phrase', end=' '), 'sentence label', ('negative', 'positive'), idx=0)


@samples.of('sentiment140')
def sentiment140(world):
  text, positive = _review(world, 'tweet')
  date = f'Mon Jun {world.random.randrange(1, 31):02} 10:00:00 PDT 2009'
  user, polarity = world.person().first_name.lower(), 4 if positive else 0
  return dict(text=text, polarity=polarity, query='NO_QUERY', date=date, user=user)
