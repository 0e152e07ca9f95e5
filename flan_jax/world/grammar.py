"""Sentences that are English, and sentences that are not, for one rule after another."""

from flan_jax.world import tables
from flan_jax.world.lexicon import DAYS, words
from flan_jax.world.text import capitalized

ACCEPTABLE = 0.6  # share of the sentences
_PARADIGMS, _FILLERS = tables.read('grammar').values()
_PRONOUNS = {'she': ('she', 'her', 'herself'), 'he': ('he', 'him', 'himself')}


def sentence(world):
  """A sentence, and whether it is acceptable: 'Nora is afraid Omar.', False"""
  acceptable, unacceptable = world.choice(_PARADIGMS)
  good = world.random.random() < ACCEPTABLE
  texts = (acceptable if good else unacceptable).split(' / ')
  told = world.choice(texts).format_map(_fillers(world))
  return capitalized(told if told.endswith('?') else f'{told}.'), good


def _fillers(world):
  """A word for every gap of the paradigms."""
  filled = {'day': world.choice(DAYS)}
  for gaps, options in _FILLERS:
    option = world.choice(words(options))
    filled |= zip(gaps.split(), option.split()) if ' ' in gaps else {gaps: option}
  for noun in ('baker', 'cook', 'kite', 'chair'):
    filled[f'{noun}s'] = f'{filled[noun]}s'
  ann = world.person()
  ben = world.choice([p for p in world.people if p.pronoun != ann.pronoun])
  for person, gaps in ((ann, 'Ann she her herself'), (ben, 'Ben he him himself')):
    filled |= zip(gaps.split(), (person.first_name, *_PRONOUNS[person.pronoun]))
  return filled
