"""Chats between friends, and what a third person would report of them.

    chat(world) -> (
        'Nora: Do you want to play tennis on Sunday?\\r\\nTom: Sure! When and '
        'where?\\r\\nNora: At the park, at 5:30?\\r\\nTom: Fine, see you there.',
        'Nora and Tom will meet at the park on Sunday at 5:30 to play tennis.')

A and B talk; C and D are talked about. The summary holds what the talk came to: the
later time where the first one did not suit.
"""

from flan_jax.world import lexicon, outlines, tables, themes
from flan_jax.world.text import a

_TWO_TOPICS, _CLOSED = 0.3, 0.4  # of chats
LINE_END = '\r\n'  # as in the published files

_TABLES = tables.read('chats')
# The first head of each is one sentence, so that another topic makes it two.
_TALKS, _ASIDES = (
    themes.outlines_of(themes.joined(_TABLES[name])) for name in ('talks', 'asides'))
_WORDS = themes.lists(_TABLES['words'])
_PAIRS = themes.lists(_TABLES['pairs'], ' / ')  # as said ~ as reported
_TIMES = tuple(f'{time // 60}:{time % 60:02}' for time in range(60, 540, 15))


def chat(world):
  """(dialogue, summary): one line a turn, 'Name: text'."""
  talk, gaps = world.choice(_TALKS), _gaps(world)
  turns, heads = outlines.lines(world, talk, gaps), talk.heads
  if world.random.random() < _TWO_TOPICS:
    aside = world.choice(_ASIDES)
    turns += outlines.lines(world, aside, gaps)
    heads = (f'{heads[0]} {aside.heads[0]}',)
  if world.random.random() < _CLOSED:
    speaker = 'B' if turns[-1].startswith('A') else 'A'
    turns.append(f'{speaker}: {gaps["closing"]}')
  named = [f'{gaps[turn[0]]}{turn[1:]}' for turn in turns]
  return LINE_END.join(named), outlines.filled(world.choice(heads), gaps)


def _gaps(world):
  sample = world.random.sample
  gaps = {name: world.choice(values) for name, values in _WORDS.items()}
  gaps.update(zip('ABCD', outlines.figures(world, 4)))
  gaps['day'], gaps['other_day'] = sample(lexicon.DAYS, 2)
  gaps['time'], gaps['later'] = sorted(sample(_TIMES, 2))  # hours of one digit
  gaps['town'], gaps['other_town'] = (town.name for town in sample(world.towns, 2))
  gaps['goods'], gaps['more_goods'] = sample(_WORDS['goods'], 2)
  gaps['a_gift'], gaps['a_bad_gift'] = map(a, sample(_WORDS['gift'], 2))
  gaps['food'] = world.choice(lexicon.FOODS)
  gaps['film'] = world.choice([w.title for w in world.works if w.kind == 'film'])
  for names, pairs in _PAIRS.items():
    said = world.choice(pairs).format_map(gaps).split(' ~ ')
    gaps.update(zip(names.split(', '), said))
  return gaps
