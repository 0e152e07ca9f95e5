"""Mails from an office, and their subject lines.

    mail(world) -> (
        'Hello all,\\nSince this morning the copier on the second floor has refused to '
        'work. A technician will have a look at it on Monday.\\nMany thanks,\\nNora',
        'copier on the second floor out of order')

The subject says what a mail is about in other words than the mail itself.
"""

from flan_jax.world import lexicon, outlines, tables, themes
from flan_jax.world.text import a

_OPENED, _WITH_ASIDE = 0.35, 0.4  # of mails

_TABLES = tables.read('mail')
_TO_ALL, _TO_ONE = (
    themes.outlines_of(themes.joined(_TABLES[name])) for name in ('to all', 'to one'))
_WORDS = themes.lists(_TABLES['words'])
_OPENERS, _ASIDES = (
    themes.joined(_TABLES[name]).split(' / ') for name in ('openers', 'asides'))
_TIMES = tuple(f'{hour}:{minute}' for hour in range(9, 18) for minute in ('00', '30'))


def mail(world):
  """(body, subject): the parts of the body are on lines of their own, none is blank."""
  outline, gaps = world.choice(_TO_ALL + _TO_ONE), _gaps(world)
  sentences = outlines.lines(world, outline, gaps)
  if world.random.random() < _OPENED:
    sentences.insert(0, world.choice(_OPENERS))
  if world.random.random() < _WITH_ASIDE:
    sentences.append(outlines.filled(world.choice(_ASIDES), gaps))
  reader = 'all' if outline in _TO_ALL else gaps['reader']
  body = (f'{gaps["greeting"]} {reader},', ' '.join(sentences), f'{gaps["closing"]},',
          str(gaps['writer']))
  return '\n'.join(body), outlines.head(world, outline, gaps)


def _gaps(world):
  gaps = {name: world.choice(values) for name, values in _WORDS.items()}
  for names, values in {
      'day other_day': lexicon.DAYS[:5], 'time other_time': _TIMES,
      'floor other_floor': _WORDS['floor'],
      'room other_room last_room': _WORDS['room']}.items():
    names = names.split()
    gaps.update(zip(names, world.random.sample(values, len(names))))
  people = ('writer', 'reader', 'other', 'fourth')
  gaps.update(zip(people, outlines.figures(world, len(people))), **_amounts(world))
  gaps['project'] = f'the {gaps["project_name"]} in {gaps["town"]}'
  gaps['thing'] = f'{world.choice(lexicon.COLOURS)} {gaps["thing_name"]}'
  for name in ('thing', 'gift', 'job'):
    gaps[f'a_{name}'] = a(gaps[name])
  return gaps


def _amounts(world):
  number, town = world.random.randrange(20, 400, 5), world.choice(world.towns)
  return dict(
      number=number, fewer=number - world.random.randrange(2, 19),
      years=world.random.randint(2, 15), page=world.random.randint(2, 30),
      invoice=world.random.randint(1000, 9999), goods=world.choice(lexicon.CRAFTS),
      food=world.choice(lexicon.FOODS), town=town.name, landmark=town.landmark,
      film=world.choice([work.title for work in world.works if work.kind == 'film']))
