# SPDX-License-Identifier: Apache-2.0
"""Triples, attributes and concepts: the texts say all of them, and nothing else."""

import collections
import re

import pytest

from flan_jax.world import descriptions, triples, World

DRAWS = 400
KINDS = ('person', 'town', 'country', 'book', 'film')

# Relation of a triple: that of the world's fact which says the same.
FACTS = dict(
  pair.split(': ')
  for pair in """occupation: job, residence: home, age: age,
birthPlace: birthplace, instrument: instrument, hobby: hobby, favouriteFood: food,
pet: pet, country: country, river: river, knownFor: craft, landmark: landmark,
foundingYear: founded, language: language, currency: coin, flagAnimal: emblem,
capital: capital, author: book_maker, director: film_maker, setting: place,
publicationYear: year, releaseYear: year""".replace('\n', ' ').split(', ')
)

# What in a text tells a reader that a restaurant has an attribute.
CUES = {
  'eatType': {'restaurant': 'restaurant', 'pub': 'pub', 'coffee shop': 'coffee shop'},
  'food': {**{kind: kind for kind in triples.VALUES['food']}, 'Fast food': '[Ff]ast[- ]food'},
  'priceRange': {
    'cheap': 'cheap|low prices|prices at .* are low',
    'moderate': 'moderate',
    'high': 'expensive|high prices|prices at .* are high',
    'less than £20': '(less than|below) £20',
    '£20-25': '£20-25',
    'more than £30': '(more than|above) £30',
  },
  'customer rating': {
    'low': 'low-rated|low customer|rated low',
    'average': 'average',
    'high': 'highly rated|high customer|rated highly',
    **{f'{n} out of 5': f'{n} out of 5' for n in (1, 3, 5)},
  },
  'area': {'city centre': 'city', 'riverside': 'river', 'harbour': 'the harbour', 'old town': 'the old town'},
  'familyFriendly': {
    'no': 'not family-friendly|not cater|no place for families',
    'yes': '(?<!not )family-friendly|welcome|good for children',
  },
  'near': {name: f'([Nn]ear|[Cc]lose to) {name}' for name in triples.VALUES['near']},
}

IRREGULAR = dict(
  line.split()
  for line in """
threw throw|rode ride|ate eat|drank drink|wrote write|drew draw|caught catch|fed feed
bought buy|sold sell|built build|drove drive|flew fly|sang sing|taught teach|wore wear
took take|sat sit|slept sleep|ran run|swam swim|hung hang|dug dig|lit light|led lead
swept sweep""".replace('\n', '|')
  .strip('|')
  .split('|')
)


@pytest.fixture(scope='module')
def world():
  return World(0).stream('triples')


def told(world):
  return [triples.draw(world, (kind,)) for kind in KINDS for _ in range(DRAWS // 4)]


def test_triples_are_facts_of_the_world(world):
  known = {(fact.subject, fact.relation, fact.answer) for fact in world.facts}
  for about in told(world):
    for subject, relation, value in about.triples:
      if relation == 'possession':
        owner = next(one for one in world.people if one.name == subject)
        colour, material, thing = value.split(' ', 2)
        assert (colour, thing) == (owner.colour, owner.possession)
        assert material.startswith(owner.material)
      else:
        assert (subject, FACTS[relation], value) in known


def test_triples_are_connected_and_told_once(world):
  for about in told(world):
    subjects = [subject for subject, _, _ in about.triples]
    values = {value for subject, _, value in about.triples if subject == subjects[0]}
    assert set(subjects[1:]) <= values | {subjects[0]}
    assert len(set(about.triples)) == len(about.triples) <= 8


def test_texts_name_what_the_triples_name_and_nothing_else(world):
  every = [one.name for one in world.towns + world.people + world.countries]
  every += [work.title for work in world.works]
  for about in told(world):
    parts = {part for subject, _, value in about.triples for part in (subject, value)}
    for text in descriptions.texts(world.random, about, 3):
      assert all(re.search(rf'\b{part}\b', text) for part in parts), (parts, text)
      named = [name for name in every if re.search(rf'\b{name}\b', text)]
      assert set(named) <= parts, (parts, text)
      numbers = set(re.findall(r'\d+', text))
      assert numbers == {part for part in parts if part.isdigit()}


@pytest.mark.parametrize('draw', [triples.restaurant, lambda world: triples.draw(world, KINDS)])
def test_each_has_several_well_formed_texts(world, draw):
  targets = collections.Counter()
  for _ in range(DRAWS):
    found = descriptions.texts(world.random, draw(world), 3)
    assert 2 <= len(set(found)) == len(found)
    targets[found[0]] += 1
    for text in found:
      assert re.fullmatch(r'(["A-Z].*[^ ,.]\.)( [A-Z].*[^ ,.]\.)*', text), text
      assert not re.search(r'  |,,| ,|\ba [aeio]|\ban [^aeioAEIO18]', text), text
  assert len(targets) > 0.95 * DRAWS


def test_a_reader_finds_every_attribute_of_a_restaurant_and_no_other(world):
  for _ in range(DRAWS):
    about = triples.restaurant(world)
    given = {relation: value for _, relation, value in about.triples}
    for text in descriptions.texts(world.random, about, 3):
      assert about.thing.name in text
      spoken = text.replace(about.thing.name, 'It')
      neighbour = given.get('near', 'nothing')
      for relation, cues in CUES.items():
        heard = spoken if relation == 'near' else spoken.replace(neighbour, 'there')
        found = [value for value, cue in cues.items() if re.search(cue, heard)]
        assert found == [given[relation]] if relation in given else not found, text


def forms(concept):
  """The concept with regular endings: 'carry' -> carry, carries, carried, carrying."""
  stems = {concept, concept.rstrip('e'), concept + concept[-1]}
  stems |= {concept[:-1] + 'i'} if concept.endswith('y') else set()
  return {stem + end for stem in stems for end in ('', 's', 'es', 'd', 'ed', 'ing')}


def test_sentences_use_every_concept(world):
  sets = set()
  for _ in range(2 * DRAWS):
    concepts, sentences = triples.scene(world)
    assert 3 <= len(concepts) == len(set(concepts)) <= 5
    assert 2 <= len(sentences) == len(set(sentences))
    sets.add(frozenset(concepts))
    for sentence in sentences:
      assert re.fullmatch(r'[A-Z][\w, ]+\.', sentence), sentence
      said = re.findall(r'\w+', sentence.lower())
      used = {IRREGULAR.get(word, word) for word in said}
      assert all(forms(concept) & used for concept in concepts), (concepts, sentence)
  assert len(sets) > 1.6 * DRAWS


def test_the_same_stream_gives_the_same_records():
  def records():
    view = World(0).stream('again')
    about = [triples.draw(view, KINDS) for _ in range(20)]
    return [descriptions.texts(view.random, one, 3) for one in about], triples.scene(view)

  assert records() == records()
