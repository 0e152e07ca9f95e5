# SPDX-License-Identifier: Apache-2.0
"""Summarization: news, mail, chats, debates, guides and critics, each with its gist."""

from flan_jax.world import gists, news, samples

samples.columns('samsum', gists.chat, 'dialogue summary', id='')


@samples.of('aeslc')
def aeslc(world):
  body, subject = gists.mail(world)
  return {'email_body': f'{body}\n', 'subject_line': f'{subject}\n'}


@samples.of('ag_news_subset')
def ag_news(world):
  event = news.event(world, news.TOPICS)
  if world.random.random() < 0.5:
    text = news.wire(world, event)
  else:
    opening = ' '.join(news.article(world, event).sentences[:2])
    text = f'{event.names["paper"]} - {opening}'
  return {'label': event.kind.topic, 'title': event.headline, 'description': text}


def _reported(world):
  event = news.event(world)
  return event, news.article(world, event)


@samples.of('cnn_dailymail')
def cnn_dailymail(world):
  event, article = _reported(world)
  publisher, date = world.choice(('cnn', 'dm', '')), world.random.randint(1, 28)
  opening = {
    'cnn': f'{event.names["town"]}, {event.names["country"]} (CNN) -- ',
    'dm': (f'By. {world.person().name}. PUBLISHED:. 14:11, {date} {world.choice(news.MONTHS)} 2013. '),
  }
  text, points = opening.get(publisher, '') + ' '.join(article.sentences), news.highlights(world, event, article)
  return samples.record('article highlights publisher id', text, '\n'.join(points), publisher, '')


@samples.of('gigaword')
def gigaword(world):
  event = news.event(world)
  return {'document': news.tokenized(news.wire(world, event)), 'summary': news.tokenized(event.headline)}


@samples.of('multi_news')
def multi_news(world):
  articles, summary = news.press(world, news.event(world))
  texts = [' '.join(article.sentences) for article in articles]
  return {'document': ' ||||| '.join(texts), 'summary': f'– {summary}'}


@samples.of('newsroom')
def newsroom(world):
  event, article = _reported(world)
  bins = ('density_bin', 'coverage_bin', 'compression_bin')
  return {
    'text': '\n\n'.join(article.sentences),
    'title': event.headline,
    'summary': news.summary(world, event, article),
    **dict.fromkeys(('url', 'date', *bins), ''),
    **dict.fromkeys(('density', 'coverage', 'compression'), 0.0),
  }


@samples.of('xsum')
def xsum(world):
  event, article = _reported(world)
  return {'document': '\n'.join(article.sentences), 'summary': event.summary}


@samples.of('opinion_abstracts_idebate')
def idebate(world):
  motion, claim, reasons = gists.debate(world)
  return {'_debate_name': motion, '_claim_id': '', '_claim': claim, '_argument_sentences': _keyed(reasons)}


@samples.of('opinion_abstracts_rotten_tomatoes')
def rotten_tomatoes(world):
  title, reviews, consensus = gists.opinions(world)
  names = '_movie_name _movie_id _critic_consensus _critics'
  return samples.record(names, title.replace(' ', '_'), '', consensus, _keyed(reviews))


def _keyed(texts):
  return {'key': list(map(str, range(len(texts)))), 'value': texts}


@samples.of('wiki_lingua_english_en')
def wiki_lingua(world):
  article, summary = gists.guide(world)
  row = samples.record('gem_id gem_parent_id source target references', '', '', article, summary, [])
  return row | dict(source_aligned={'en': article}, target_aligned={'en': summary})
