"""Sentiment: reviews and messages, for or against."""

from functools import partial

from flan_jax.world import reviews, samples


def _review(world, kind):
  positive = world.random.random() < 0.5
  return reviews.review(world, kind, positive), positive


def _in_lines(world, kind, newline):
  text, positive = _review(world, kind)
  return text.replace('. ', f'.{newline}', world.random.randrange(2)), positive


samples.columns('imdb_reviews', partial(_in_lines, kind='film', newline='<br /><br />'),
                'text label', ('neg', 'pos'))
samples.columns('yelp_polarity_reviews',
                partial(_in_lines, kind='restaurant', newline=r'\n'),
                'text label', ('1', '2'))


@samples.of('sst2')
def sst2(world):
  text, positive = _review(world, 'phrase')
  return {'sentence': f'{text} ', 'idx': 0,
          'label': 'positive' if positive else 'negative'}


@samples.of('sentiment140')
def sentiment140(world):
  positive = world.random.random() < 0.5
  day = world.random.randrange(1, 31)
  return {'text': reviews.review(world, 'tweet', positive),
          'polarity': 4 if positive else 0, 'query': 'NO_QUERY',
          'date': f'Mon Jun {day:02} 10:00:00 PDT 2009',
          'user': world.person().first_name.lower()}
