# SPDX-License-Identifier: Apache-2.0
"""Numbers: equations to solve, and reports to add, compare and sort in."""

from flan_jax.world import tables

_TABLES = tables.read('counting')
_LETTERS = 'abcdfghijklmnopqrstuvwxyz'  # without e, which could be Euler's number
# How large a coefficient gets, and terms at most: with the unknown, without.
_LEVELS = ((9, 1, 2), (20, 2, 2), (99, 3, 3), (900, 4, 4))


def equation(world):
  """A linear equation, its unknown and the solution, a whole number."""
  draw = world.random
  letter, solution = draw.choice(_LETTERS), draw.randint(-50, 50)
  size, unknowns, numbers = draw.choice(_LEVELS)
  total = draw.choice((-1, 1)) * draw.randint(1, size)
  # total * solution + constants = 0: what goes to the right side changes its sign.
  terms = [(part, f'*{letter}') for part in _parts(draw, total, unknowns, size)]
  terms += [(part, '') for part in _parts(draw, -total * solution, numbers, size) if part]
  sides = [], []
  for number, unknown in draw.sample(terms, len(terms)):
    side = draw.randrange(2)
    sides[side].append((number * (1 - 2 * side), unknown))
  return ' = '.join(_written(draw, side) for side in sides), letter, solution


def _parts(draw, total, most, size):
  """At most so many integers that add up to `total`."""
  parts = [draw.randint(-size, size) for _ in range(draw.randint(1, most) - 1)]
  return parts + [total - sum(parts)]


def _written(draw, side):
  """[(2, '*x'), (-1, '*x'), (-3, '')] -> '2*x - x - 3'; [] -> '0', now and then '-0'."""
  text = ''.join(
    f' {"-" if number < 0 else "+"} ' + (unknown[1:] if abs(number) == 1 and unknown else f'{abs(number)}{unknown}')
    for number, unknown in side
  )
  if not text:
    return '-0' if draw.random() < 0.1 else '0'
  return text[3:] if text.startswith(' +') else f'-{text[3:]}'


def report(world):
  """(text, question, answers): the first is the answer, and all of them are right."""
  name, things, numbers = world.choice(_TABLES['reports'])
  towns = world.random.sample(world.towns, 2)
  named = things.split(', ') if things else _players(world, towns)
  chosen = [named[index] for index in sorted(world.random.sample(range(len(named)), 4))]
  values = dict(zip(chosen, _numbers(world, *map(int, numbers.split()))))
  year, few = world.random.randrange(1801, 1921), world.random.randrange(1_200, 7_000, 10)
  later, many = year + world.random.randrange(5, 60), few + world.random.randrange(110, 2_900, 10)
  fields = dict(zip('abcdwxyz', (*values, *values.values())), town=towns[0].name, other=towns[1].name)
  fields |= dict(year=year, few=few, later=later, many=many)
  text = ' '.join(world.choice(wordings.split(' / ')) for about, wordings in _TABLES['texts'] if about == name)
  _, wanted, unit, form = world.choice([row for row in _TABLES['asked'] if row[0] == name])
  results = _results(world, fields, values)
  return (text.format(**fields), form.format(**fields, **results), _answers(results[wanted], unit))


def _players(world, towns):
  """Two people of each town, no two with the same surname."""
  while True:
    residents = ([person.name for person in world.people if person.home is town] for town in towns)
    names = [name for those in residents for name in world.random.sample(those, 2)]
    if len({name.split()[-1] for name in names}) == 4:
      return names


def _numbers(world, *span):
  """Four different numbers; those of a match tell who won."""
  while True:
    drawn = world.random.sample(range(*span), 4)
    if sum(drawn[:2]) != sum(drawn[2:]):
      return drawn


def _results(world, fields, values):
  """{what may be asked for: its number or name}, with the fields of the questions."""
  order = sorted(values, key=values.get, reverse=True)
  large, small = sorted(world.random.sample(order, 2), key=order.index)
  limit = world.random.randrange(values[order[-1]], values[order[0]])
  total, side = sum(values.values()), fields['w'] + fields['x']
  found = dict(large=large, small=small, either=' or '.join(world.random.sample([large, small], 2)))
  found |= dict(limit=limit, total=total, sum=values[large] + values[small], side=side)
  found |= dict(difference=values[large] - values[small], margin=abs(2 * side - total))
  found |= dict(winner=fields['town' if 2 * side > total else 'other'], less=small)
  found |= dict(above=sum(value > limit for value in values.values()), others=100 - values[small], most=order[0])
  return found | dict(second=order[1], least=order[-1], growth=fields['many'] - fields['few'])


def _answers(result, unit):
  """12 is right with its unit, too, 4200 as '4,200', Ada Bell as 'Bell'."""
  if isinstance(result, str):
    return tuple(dict.fromkeys((result, result.split()[-1])))
  forms = [str(result), f'{result:,}']
  if unit and result != 1:  # '1 points' is no English
    forms.append(f'{result}%' if unit == '%' else f'{result} {unit}')
  return tuple(dict.fromkeys(forms))
