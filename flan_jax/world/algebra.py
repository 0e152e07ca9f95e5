"""Linear equations with one unknown and a whole number for a solution."""

_LETTERS = 'abcdfghijklmnopqrstuvwxyz'  # without e, which could be Euler's number
_SOLUTIONS = range(-50, 51)

# How large a coefficient gets, and terms at most: with the unknown, without.
_LEVELS = ((9, 1, 2), (20, 2, 2), (99, 3, 3), (900, 4, 4))


def linear_equation(world):
  """An equation, its unknown and the solution: ('2*x + 3 = 11', 'x', 4)."""
  draw = world.random
  letter, solution = draw.choice(_LETTERS), draw.choice(_SOLUTIONS)
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
  """[(2, '*x'), (-3, '')] -> '2*x - 3'; [] -> '0', now and then '-0'."""
  text = ''.join(
      f' {"-" if number < 0 else "+"} {_term(abs(number), unknown)}'
      for number, unknown in side)
  if not text:
    return '-0' if draw.random() < 0.1 else '0'
  return text[3:] if text.startswith(' +') else f'-{text[3:]}'


def _term(size, unknown):
  return unknown[1:] if size == 1 and unknown else f'{size}{unknown}'
