# SPDX-License-Identifier: Apache-2.0
"""Coreference: schemas whose pronoun means one of two candidates."""

from flan_jax.world import samples, schemas


@samples.of('definite_pronoun_resolution')
def dpr(world):
  schema = schemas.schema(world)
  return dict(sentence=schema.text, pronoun=schema.pronoun, candidates=list(schema.candidates), label=schema.meant)


@samples.of('winogrande')
def winogrande(world):
  schema = schemas.schema(world)
  sentence, mentions = schemas.blanked(schema)
  one, two = world.random.sample(mentions, 2)
  return {'sentence': sentence, 'option1': one, 'option2': two, 'label': '1' if one == mentions[schema.meant] else '2'}


@samples.of('wsc')
def wsc(world):
  schema, named = schemas.schema(world), world.random.randrange(2)
  phrase = schema.candidates[named]
  row = samples.record('text span1_text span2_text idx', schema.text, phrase, schema.pronoun, 0)
  row |= dict(span1_index=schema.word_index(phrase), span2_index=len(schema.before.split()))
  return row | {'label': 'True' if named == schema.meant else 'False'}


@samples.of('wsc273')
def wsc273(world):
  schema = schemas.schema(world)
  (one, two), start = schema.candidates, len(schema.before)
  case = ('The ', 'the ') if schema.pronoun[0].islower() else ('the ', 'The ')
  row = samples.record('text option1 option2 label idx', schema.text, one, two, schema.meant, 0)
  row |= dict(option1_normalized=one.replace(*case), option2_normalized=two.replace(*case))
  return row | dict(pronoun_text=schema.pronoun, pronoun_start=start, pronoun_end=start + len(schema.pronoun))
