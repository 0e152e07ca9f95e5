"""Short reports full of numbers, and questions that take adding, comparing, sorting.

    text, asked = question(world)
    text             'In 1871 the fields around Toldrel gave 320 tonnes of plums, ...'
    asked.question   'How many more tonnes of pears than of plums were there in 1871?'
    asked.answers    ('45', '45 tonnes')
"""

from typing import NamedTuple

from flan_jax.world import tables

_TABLES = tables.read('counting')


class Asked(NamedTuple):
  """A question; `answers[0]` is the answer, and all of them are right."""

  question: str
  answers: tuple


def question(world):
  """(text, Asked), drawn from the world's stream."""
  report, things, numbers = world.choice(_TABLES['reports'])
  towns = world.random.sample(world.towns, 5)
  named = things.split(', ') if things else _players(world, towns)
  chosen = [named[index] for index in sorted(world.random.sample(range(len(named)), 4))]
  values = dict(zip(chosen, _numbers(world, *numbers.split())))
  fields = _fields(world, towns) | dict(zip('abcd', values)) | dict(
      zip('wxyz', values.values()))
  text = ' '.join(world.choice(wordings.split(' / '))
                  for name, wordings in _TABLES['texts'] if name == report)
  _, wanted, unit, form = world.choice(
      [row for row in _TABLES['asked'] if row[0] == report])
  results = _results(world, fields, values)
  answers = _answers(results[wanted], unit)
  return text.format(**fields), Asked(form.format(**fields, **results), answers)


def _players(world, towns):
  """Two people of each of the first two towns, no two with the same surname."""
  while True:
    names = [person.name for town in towns[:2] for person in world.random.sample(
        [person for person in world.people if person.home is town], 2)]
    if len({name.split()[-1] for name in names}) == 4:
      return names


def _numbers(world, start, stop, step):
  """Four different numbers; those of a match tell who won."""
  pool = range(int(start), int(stop), int(step))
  while True:
    drawn = world.random.sample(pool, 4)
    if sum(drawn[:2]) != sum(drawn[2:]):
      return drawn


def _fields(world, towns):
  """What the texts name besides the things and their numbers."""
  person, year = world.person(), world.random.randrange(1801, 1921)
  few = world.random.randrange(1_200, 7_000, 10)
  return dict(
      zip(('town', 'other', 'third', 'fourth', 'fifth'), (town.name for town in towns)),
      landmark=towns[0].landmark, person=person.name, first=person.first_name,
      how=world.choice(('cycled', 'walked', 'rode', 'hiked')), year=year,
      later=year + world.random.randrange(5, 60), few=few,
      many=few + world.random.randrange(110, 2_900, 10))


def _results(world, fields, values):
  """{what may be asked for: its number or name}, with the fields of the questions."""
  order = sorted(values, key=values.get, reverse=True)
  large, small = sorted(world.random.sample(order, 2), key=order.index)
  limit = world.random.randrange(values[order[-1]], values[order[0]])
  total, side = sum(values.values()), fields['w'] + fields['x']
  return dict(
      large=large, small=small, either=' or '.join(world.random.sample([large, small], 2)),
      limit=limit, total=total, sum=values[large] + values[small], side=side,
      difference=values[large] - values[small], margin=abs(2 * side - total),
      winner=fields['town' if 2 * side > total else 'other'], less=small,
      above=sum(value > limit for value in values.values()), others=100 - values[small],
      most=order[0], second=order[1], least=order[-1],
      growth=fields['many'] - fields['few'])


def _answers(result, unit):
  """12 is right with its unit, too, 4200 as '4,200', Ada Bell as 'Bell'."""
  if isinstance(result, str):
    return tuple(dict.fromkeys((result, result.split()[-1])))
  forms = [str(result), f'{result:,}']
  if unit and result != 1:  # '1 points' is no English
    forms.append(f'{result}%' if unit == '%' else f'{result} {unit}')
  return tuple(dict.fromkeys(forms))
