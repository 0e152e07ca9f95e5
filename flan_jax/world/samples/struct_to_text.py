# SPDX-License-Identifier: Apache-2.0
"""Structured data to text: everyday words, triples and restaurants in sentences."""

import re

from flan_jax.world import descriptions, samples, triples


def _record(world, about=None, texts=(), **features):
  texts = texts or descriptions.texts(world.random, about, 3)
  return features | {'gem_id': '', 'gem_parent_id': '', 'target': texts[0], 'references': list(texts)}


@samples.of('common_gen')
def common_gen(world):
  concepts, texts = triples.scene(world, 4)
  return _record(world, texts=texts, concept_set_id=0, concepts=list(concepts))


@samples.of('dart')
def dart(world):
  if world.random.random() < 0.25:
    about = triples.restaurant(world, most=4)
  else:
    about = triples.draw(world, ('person', 'person', 'book', 'film', 'town'))
  told = [f'{subject} {_column(relation)} {value}' for subject, relation, value in about.triples]
  record = _record(world, about, dart_id=0, subtree_was_extended=False, tripleset=told)
  return record | {'target_sources': ['embedded'] * len(record['references'])}


@samples.of('e2e_nlg')
def e2e_nlg(world):
  about = triples.restaurant(world)
  attributes = [('name', about.thing.name), *(triple[1:] for triple in about.triples)]
  meaning = ', '.join(f'{name}[{value}]' for name, value in attributes)
  return _record(world, about, meaning_representation=meaning)


@samples.of('web_nlg_en')
def web_nlg(world):
  about = triples.draw(world, ('town', 'book', 'film', 'country', 'person'))
  told = [' | '.join(map(_entity, triple)) for triple in about.triples]
  return _record(world, about, webnlg_id='', category=about.thing.noun.title() or 'Person', input=told)


def _column(relation):
  """'birthPlace' -> 'BIRTH_PLACE'."""
  return re.sub('([A-Z])', r'_\1', relation).replace(' ', '_').upper()


def _entity(part):
  """As DBpedia has it: 'Ada Bell' -> 'Ada_Bell', 'plum cake' -> '"plum cake"'."""
  return f'"{part}"' if part.islower() and ' ' in part else part.replace(' ', '_')
