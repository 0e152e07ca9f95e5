# SPDX-License-Identifier: Apache-2.0
"""Mails, chats, reviews, debates and guides: the summary says what the text says."""

import collections
import functools
import re

import pytest

from flan_jax.world import gists, outlines
from flan_jax.world.lexicon import MEN, WOMEN
from flan_jax.world.world import World

DRAWS = 600
BLEMISH = re.compile(r'[{}]|  | [.,!?]|(?<!\.)\.\.(?!\.)|\?\.|\b(a|the) (a|the)\b')
MAKERS = {
  'mail': gists.mail,
  'chats': gists.chat,
  'critics': gists.opinions,
  'debates': gists.debate,
  'guides': gists.guide,
}


@functools.cache
def drawn(name, count=DRAWS):
  world = World(0).stream(name)
  return [MAKERS[name](world) for _ in range(count)]


def particulars(text):
  """Numbers, and what has a capital though it begins no sentence."""
  return set(re.findall(r'(?<!^)(?<!\. )\b[A-Z]\w+|\d[\d:]*\b', text))


def tokens(text):
  return set(re.findall(r'[\d:]*\d|\w+', text))


def stems(text):
  return {word[:4] for word in re.findall(r'[a-z]{4,}', text.lower())}


def pattern(text):
  """A regular expression of a text with gaps."""
  return re.compile('.+?'.join(map(re.escape, re.split(r'{[^}]*}', text))), re.I)


@pytest.mark.parametrize('name', MAKERS)
def test_texts_are_varied_whole_and_the_same_for_the_same_stream(name):
  assert len(set(map(str, drawn(name, 3_000)))) > 2_800
  assert drawn(name) == drawn(name, 3_000)[:DRAWS]
  for text in map(str, drawn(name)):
    assert not BLEMISH.search(text), text


def test_an_outline_is_read_as_documented():
  [outline] = outlines.outlines('= a {x} / b // c // ? d / {x} e')
  assert outline.heads == ('a {x}', 'b')
  assert [(line.wordings, line.optional) for line in outline.lines] == [(('c',), False), (('d', '{x} e'), True)]
  world = World(0).stream('outline')
  texts = [outlines.lines(world, outline, {'x': 'that'}) for _ in range(200)]
  counts = collections.Counter(map(tuple, texts))
  assert set(counts) == {('C',), ('C', 'D'), ('C', 'That e')}
  assert min(counts.values()) > 20


def test_figures_are_nobody_of_the_world():
  world = World(0).stream('figures')
  known = {person.name for person in world.people}
  for _ in range(200):
    people = outlines.figures(world, 4)
    assert len({person.first for person in people}) == 4
    assert not known & {person.full for person in people}
    for person in people:
      assert (person.she == 'she') == (person.first in WOMEN) != (person.first in MEN)


def test_a_subject_line_names_nothing_that_the_mail_does_not():
  for body, subject in drawn('mail'):
    assert particulars(subject) <= tokens(body), (body, subject)
    assert stems(subject) & stems(body), (body, subject)
    assert subject.lower() not in body.lower() and len(subject.split()) < 15
    assert '\n\n' not in body and len(body.splitlines()) == 4


def test_a_summary_of_a_chat_names_only_what_is_said():
  for dialogue, summary in drawn('chats'):
    turns = [line.split(': ', 1) for line in dialogue.split(gists.LINE_END)]
    names = {name for name, _ in turns}
    assert len(names) == 2 and names & tokens(summary), dialogue
    assert particulars(summary) <= tokens(dialogue), summary
    assert 1 <= len(re.findall(r'[.!?](?= |$)', summary)) <= 2, summary


def test_the_later_time_counts_in_a_chat():
  found = 0
  for dialogue, summary in drawn('chats', 3_000):
    times = re.findall(r'\b\d:\d\d', dialogue)
    if len(set(times)) > 1:
      assert re.search(f'will meet at [a-z ]*.* at {times[-1]}', summary), summary
      found += 1
  assert found > 50


def sentences_of_critics():
  """[(pattern, aspect, is it praise?)]"""
  return [
    (pattern(sentence), aspect, good)
    for aspect in gists.ASPECTS
    for good in (True, False)
    for sentence in aspect.said[good]
  ]


def test_a_consensus_is_what_most_critics_say():
  patterns, liked = sentences_of_critics(), 0
  for title, reviews, consensus in drawn('critics'):
    votes = collections.defaultdict(list)
    for review in reviews:
      for said, aspect, good in patterns:
        if said.search(review):
          votes[aspect].append(good)
    named = {
      (aspect, good)
      for aspect in gists.ASPECTS
      for good in (True, False)
      if any(name in consensus.lower() for name in aspect.named[good])
    }
    assert len(reviews) <= 10 and len(named) in (2, 3) and title in consensus
    for aspect, good in named:
      assert votes[aspect].count(good) >= 2 and votes[aspect].count(not good) <= 1
    brought_up_twice = {aspect for aspect in votes if len(votes[aspect]) > 1}
    assert brought_up_twice == {aspect for aspect, _ in named}, (reviews, consensus)
    liked += sum(good for _, good in named) * 2 > len(named)
  assert 0.4 < liked / DRAWS < 0.6


def test_a_reason_supports_one_claim_of_a_debate():
  claims = collections.defaultdict(set)
  for motion, claim, reasons in drawn('debates', 3_000):
    assert 3 <= len(set(reasons)) == len(reasons) <= 5 and claim not in reasons
    for reason in reasons:
      claims[motion, reason].add(claim)
  assert max(map(len, claims.values())) == 2  # the two wordings of one
  assert len(set.union(*claims.values())) > 500


def test_the_headings_of_a_guide_are_found_in_its_text():
  steps = [
    ([pattern(head) for head in step.heads], [pattern(wording) for wording in step.lines[0].wordings])
    for made in gists.GUIDES
    for step in made.outlines
  ]
  for article, summary in drawn('guides'):
    headings = re.findall(r'[^.]+\.', summary)
    assert 3 <= len(headings) <= 5 and particulars(summary) <= tokens(article)
    assert not any(heading.strip() in article for heading in headings)
    told = [heads for heads, texts in steps if any(t.search(article) for t in texts)]
    assert len(told) == len(headings)
    for heading, heads in zip(headings, told):
      assert any(head.fullmatch(heading.strip()) for head in heads), (heading, article)
