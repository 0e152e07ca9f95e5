# SPDX-License-Identifier: Apache-2.0
"""Summaries, highlights and headlines say nothing that the articles do not say."""

import collections
import re

import pytest

from flan_jax.world import news, World
from flan_jax.world.text import number_words

NUMBERS = {number_words(number): number for number in range(2, 100)} | {'twice': 2}
DRAWS = 400


@pytest.fixture(scope='module')
def world():
  return World(3).stream('news')


def numbers(text):
  """Every number but one: '3,500 cats, twelve-year-old' -> {3500, 12}."""
  words = '|'.join(sorted(NUMBERS, key=len, reverse=True))
  found = {NUMBERS[word] for word in re.findall(rf'\b(?:{words})\b', text.lower())}
  digits = re.findall(r'\d[\d,]*', text)
  return found | {int(number.replace(',', '')) for number in digits}


def proper_names(text):
  """Capitalised words inside a sentence."""
  return set(re.findall(r'(?<=[a-z0-9,] )[A-Z][a-z]+', text))


def unsupported(claim, text):
  words = set(re.findall(r'\w+', text))
  return (numbers(claim) - numbers(text)) | (proper_names(claim) - words)


def every_kind():
  return [kind for topic in (*news.TOPICS, news.LOCAL) for kind in news.kinds(topic)]


def test_what_a_summary_needs_is_told_in_every_wording():
  for kind in every_kind():
    points = (kind.lead, *kind.told)
    certain = set().union(*(set.intersection(*(set(news.gaps(form)) for form in point.wordings)) for point in points))
    for summary, headline in kind.summaries:
      assert news.gaps(summary) <= certain, summary
      assert news.gaps(headline) <= news.gaps(summary), headline


def test_every_gap_can_be_filled(world):
  own = set().union(*(kind.slots for kind in every_kind()))
  known = news.event(world).names.keys() - own
  for kind in every_kind():
    forms = [form for point in (kind.lead, *kind.told, *kind.extra) for form in (*point.wordings, point.brief)]
    forms += [*kind.quotes, *sum(kind.summaries, ())]
    used = set().union(*map(news.gaps, forms))
    assert used <= known | kind.slots.keys() and kind.slots.keys() <= used, kind.lead
    assert all(len(set(point.wordings)) == 2 for point in (*kind.told, *kind.extra))


def test_an_article_supports_its_summary_headline_and_highlights(world):
  for _ in range(DRAWS):
    event = news.event(world)
    article = news.article(world, event)
    text = ' '.join(article.sentences)
    lines = news.highlights(world, event, article)
    assert 3 <= len(lines) <= 4
    for claim in (event.summary, event.headline, *lines):
      assert not unsupported(claim, text), (claim, text)
    assert not unsupported(event.headline, event.summary)
    more = news.summary(world, event, article)
    assert more.startswith(event.summary) and not unsupported(more, text), (more, text)


def test_a_summary_is_no_sentence_of_the_article_and_needs_more_than_the_first(world):
  alone = 0
  for _ in range(DRAWS):
    event = news.event(world)
    first, *others = news.article(world, event).sentences
    assert event.summary not in (first, *others)
    words = set(re.findall(r'\w{4,}', event.summary.lower()))
    alone += words <= set(re.findall(r'\w{4,}', first.lower()))
  assert alone < DRAWS / 20


def test_two_papers_share_no_sentence_and_the_summary_takes_both(world):
  for _ in range(DRAWS):
    event = news.event(world)
    articles, summary = news.press(world, event)
    one, other = (set(article.sentences) for article in articles)
    assert not one & other
    texts = [' '.join(article.sentences) for article in articles]
    assert not unsupported(summary, ' '.join(texts)), (summary, texts)
    for point in event.kind.extra:
      forms = [form.replace('{last}', '{chief}') for form in point.wordings]
      assert any(event.said(form) in summary for form in forms)
      assert sum(point in article.points for article in articles) == 1


def test_agency_text_is_tokenised_and_supports_its_headline(world):
  for _ in range(DRAWS):
    event = news.event(world)
    sentence, headline = map(news.tokenized, (news.wire(world, event), event.headline))
    for text in (sentence, headline):
      assert re.fullmatch(r"[a-z' ,.-]+", text), text
      assert not re.search(r'\w[.,]|  ', text), text
    assert sentence.endswith(' .') and not headline.endswith('.')
    assert numbers(headline) <= numbers(sentence)
    assert event.names['day'].lower() in sentence or 'according to' in sentence


def test_numbers_in_words():
  assert news.tokenized("All 3,500 of Ada's cats slept.") == ("all three thousand five hundred of ada 's cats slept .")
  assert [news.spelled(n) for n in (0, 20, 101, 48000)] == ['zero', 'twenty', 'one hundred one', 'forty-eight thousand']


def test_topics_are_balanced_and_every_kind_happens(world):
  events = [news.event(world, news.TOPICS) for _ in range(1_200)]
  counts = collections.Counter(event.kind.topic for event in events)
  assert set(counts) == set(news.TOPICS) and min(counts.values()) > 240
  happened = {event.kind.lead for event in events}
  assert len(happened) == sum(len(news.kinds(topic)) for topic in news.TOPICS)


def test_locals_are_as_in_the_world_and_the_others_are_not_of_it(world):
  people = {person.name: person for person in world.people}
  heard = 0
  for _ in range(DRAWS):
    event = news.event(world)
    assert not people.keys() & {event.names['chief'], event.names['deputy']}
    text = ' '.join(news.article(world, event).sentences)
    for name, job, town in re.findall(r'said (\w+ \w+), an? ([\w ]+) in (\w+)\.', text):
      heard += 1
      assert (people[name].job, people[name].home.name) == (job, town)
  assert heard > DRAWS / 20


def test_the_stream_alone_decides():
  drawn = [news.press(World(1).stream(name), news.event(World(1).stream(name))) for name in ('a', 'a', 'b')]
  assert drawn[0] == drawn[1] != drawn[2]
