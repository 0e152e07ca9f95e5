# SPDX-License-Identifier: Apache-2.0
"""Winograd schemas: twin sentences whose pronoun only the meaning resolves.

A row of the table holds both twins: {a} carried the box for {b} because <she> was so
[strong/tired]. With the first word of the pair the pronoun means {a}, with the second {b}.
"""

import re
from typing import NamedTuple

from flan_jax.world import tables
from flan_jax.world.lexicon import words
from flan_jax.world.text import capitalized

_PEOPLE = sum(tables.read('schemas')['people'], ())  # {a} and {b}: two women or two men
_THINGS = tables.read('schemas')['things']  # sentence | what {a} may be | what {b} may be
_FORMS = {'she': {'she': 'she', 'her': 'her', 'hers': 'her'}, 'he': {'she': 'he', 'her': 'him', 'hers': 'his'}}


class Schema(NamedTuple):
  """'Ada hid from Ida because ' + 'she' + ' was furious.', ('Ada', 'Ida'), 1."""

  before: str
  pronoun: str
  after: str
  candidates: tuple  # as in the text, in its order
  meant: int  # index of the candidate that the pronoun means
  possessive: bool = False

  @property
  def text(self):
    return self.before + self.pronoun + self.after

  def word_index(self, mention):
    """Number of the word with which a candidate begins: 'Ida' -> 3."""
    return len(self.text[: _place(mention, self.text)].split())


def twins(world, things=0.2):
  """The same sentence twice but for a word or two: meaning the first, the second.

  things: how often it means a thing or a group, not a person with a name.
  """
  if world.random.random() < things:
    row, *kinds = world.choice(_THINGS)
    ones, others = map(words, kinds)
    a, b = (world.choice(ones), world.choice(others)) if kinds[1] else world.random.sample(ones, 2)
    candidates, forms = (f'the {a}', f'the {b}'), {}
  else:
    row, pronoun = world.choice(_PEOPLE), world.choice(('she', 'he'))
    first_names = {p.first_name for p in world.people if p.pronoun == pronoun}
    candidates = a, b = world.random.sample(sorted(first_names), 2)
    forms = _FORMS[pronoun]
  filled = dict(a=a, b=b, who=world.person().first_name)
  return tuple(
    _schema(re.sub(r'\[(.*?)/(.*?)\]', rf'\{1 + meant}', row), filled, forms, candidates, meant) for meant in (0, 1)
  )


def schema(world, things=0.2):
  """One of two twins."""
  return world.choice(twins(world, things))


def coreference_pair(world):
  """A sentence with a pronoun, the pronoun replaced by a name, whether rightly.

  -> ('Nora envied Ida because she had a beautiful kite.',
      'Ida had a beautiful kite.', True)
  """
  drawn = schema(world, things=0)
  while drawn.pronoun.lower() not in _FORMS:
    drawn = schema(world, things=0)
  named = world.random.randrange(2)
  return drawn.text, f'{drawn.candidates[named]}{drawn.after}', named == drawn.meant


def _schema(sentence, filled, forms, candidates, meant):
  told = capitalized(sentence.format(**filled))
  before, marked, after = re.split('[<>]', told)
  pronoun = forms.get(marked, marked)
  starts = [_place(candidate, told) for candidate in candidates]  # maybe with a capital
  return Schema(
    before,
    capitalized(pronoun) if before.endswith('. ') else pronoun,
    f'{after}.',
    tuple(told[start : start + len(one)] for start, one in zip(starts, candidates)),
    meant,
    marked == 'hers',
  )


def _place(mention, text):
  return re.search(rf'\b{mention}\b', text, re.I).start()


def blanked(schema):
  """WinoGrande's form of it: `_` for what the pronoun means, and what fits there.

  -> ('The ball sank while the box floated, because the _ was made of wood.',
      ('ball', 'box'))
  """
  nouns = tuple(re.sub('^the ', '', one, flags=re.I) for one in schema.candidates)
  article = '' if nouns == schema.candidates else 'the '
  if schema.pronoun[0].isupper():
    article = capitalized(article)
  gap = "_'s" if schema.possessive else '_'
  return f'{schema.before}{article}{gap}{schema.after}', nouns
