# SPDX-License-Identifier: Apache-2.0
"""Schemas, senses and grammar of the world: well formed, consistent, not given away."""

import collections
import math
import re

import pytest

from flan_jax.world import language, lexicon, schemas
from flan_jax.world.world import World

DRAWS = 1_500
FITTING = dict.fromkeys(('she', 'her'), lexicon.WOMEN) | dict.fromkeys(('he', 'him', 'his'), lexicon.MEN)
IRREGULAR = dict(
  catch='caught',
  run='ran',
  hold='held',
  save='saving',
  draw='drew',
  grow='grew',
  beat='beaten',
  drop='dropped',
  **{'break': 'broke'},
)
BROKEN_RULES = (
  r'\b(every|a|this) \w+s\b',
  r'\bdid \w+ \w+(ed|ook|oke|ew)\b',
  r'\bcan \w+s\b',
  r'\bas (?!clever)\w+er as\b',
  r'\bto \w+(ed|ing)\b',
  r'\b(has|have|had) (took|drew|chose|stole|broke|shook)\b',
  r'\bmore \w+er\b',
)


def drawn(generate):
  stream = World(0).stream(generate.__module__)
  return [generate(stream) for _ in range(DRAWS)]


@pytest.fixture(scope='module')
def twins():
  return drawn(schemas.twins)


@pytest.fixture(scope='module')
def pairs():
  return drawn(language.senses)


@pytest.fixture(scope='module')
def judged():
  return drawn(language.judged)


def words_of(text):
  return re.findall(r"[\w']+", text)


def share(truths):
  truths = list(truths)
  return sum(truths) / len(truths)


def test_twins_differ_in_a_few_words_and_in_what_the_pronoun_means(twins):
  for one, two in twins:
    assert (one.meant, two.meant) == (0, 1)
    assert one.candidates == two.candidates and one.pronoun == two.pronoun
    assert one.text != two.text and words_of(one.text)[:3] == words_of(two.text)[:3]


def test_pronoun_and_candidates_fit_and_stand_in_the_text_once(twins):
  for schema in sum(twins, ()):
    text, names = schema.text, FITTING.get(schema.pronoun.lower())
    assert re.fullmatch(r'[A-Z].*[^ .]\.', text) and '  ' not in text
    assert words_of(text.lower()).count(schema.pronoun.lower()) == 1, text
    places = [text.index(candidate) for candidate in schema.candidates]
    assert places == sorted(places) and places[1] < len(schema.before), text
    for candidate in schema.candidates:
      assert candidate in names if names else re.match('[Tt]he ', candidate)
      assert len(re.findall(rf'\b{candidate}\b', text)) == 1, text
      assert ' '.join(text.split()[schema.word_index(candidate) :]).startswith(candidate)


def test_a_filled_blank_gives_the_sentence_with_a_name_for_the_pronoun(twins):
  for schema in sum(twins, ()):
    sentence, nouns = schemas.blanked(schema)
    assert sentence.count('_') == 1 and not sentence.startswith('_')
    meant = schema.candidates[schema.meant] + ("'s" if schema.possessive else '')
    said = sentence.replace('_', nouns[schema.meant])
    assert said.lower() == f'{schema.before}{meant}{schema.after}'.lower()


def test_neither_place_nor_any_common_word_resolves_the_pronoun():
  by_word = collections.defaultdict(list)
  for schema in drawn(schemas.schema):
    for word in {'', *words_of(schema.text.lower())}:
      by_word[word].append(schema.meant)
  common = [meant for meant in by_word.values() if len(meant) > DRAWS / 20]
  assert len(common) > 10 and len(by_word['']) == DRAWS
  assert all(0.35 < share(meant) < 0.65 for meant in common)
  assert 0.45 < share(by_word['']) < 0.55


def test_offsets_point_at_the_word(pairs):
  for word, *uses, _ in pairs:
    forms = {word + end for end in ('', 's', 'es', 'd', 'ed')} | {IRREGULAR.get(word)}
    for use in uses:
      assert use.sentence[use.start : use.end].lower() in forms
      assert re.fullmatch(r'[A-Z][^*{}]*[.?]', use.sentence), use.sentence


def test_sentences_of_one_sense_never_count_as_two(pairs):
  leader = {}

  def find(node):
    while leader.setdefault(node, node) != node:
      node = leader[node]
    return node

  linked = [
    [
      (word, re.sub(r'(?<=.)[A-Z]\w+', '', re.sub(rf'^({"|".join(lexicon.WOMEN + lexicon.MEN)})\b', '', use.sentence)))
      for use in uses
    ]
    + [same]
    for word, *uses, same in pairs
  ]
  for one, two, same in linked:
    if same:
      leader[find(one)] = find(two)
  assert all(same or find(one) != find(two) for one, two, same in linked)
  assert 0.45 < share(same for *_, same in pairs) < 0.55
  assert len({word for word, *_ in pairs}) > 90


def sex(word):
  return 'W' if word in lexicon.WOMEN else 'M' if word in lexicon.MEN else word


def test_no_sentence_is_judged_in_two_ways(judged):
  verdicts = collections.defaultdict(set)
  for sentence, good in judged:
    assert re.fullmatch(r"[A-Z][\w', ]+[.?]", sentence) and '  ' not in sentence
    verdicts[' '.join(map(sex, words_of(sentence)))].add(good)
  assert [text for text, given in verdicts.items() if len(given) > 1] == []
  assert 0.55 < share(good for _, good in judged) < 0.65


@pytest.mark.parametrize('rule', BROKEN_RULES)
def test_only_unacceptable_sentences_break_simple_rules(judged, rule):
  verdicts = [good for sentence, good in judged if re.search(rule, sentence)]
  assert verdicts and not any(verdicts)


def test_words_alone_do_not_give_the_verdict_away(judged):
  counts = {True: collections.Counter(), False: collections.Counter()}
  for sentence, good in judged[:1_000]:
    counts[good].update(words_of(sentence.lower()))
  right = [
    good
    == (
      sum(math.log((counts[True][word] + 1) / (1.5 * counts[False][word] + 1)) for word in words_of(sentence.lower()))
      > 0
    )
    for sentence, good in judged[1_000:]
  ]
  assert share(right) < 0.7
