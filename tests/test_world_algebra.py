# SPDX-License-Identifier: Apache-2.0
"""Generated equations: solved again by another route, varied, in the usual form."""

import collections
import fractions
import re

import pytest

from flan_jax.world import counting, World

TERM = re.compile(r'([+-]) (?:(\d+)(\*[a-z])?|([a-z]))(?= |$)')


@pytest.fixture(scope='module')
def drawn():
  world = World(0).stream('algebra')
  return [counting.equation(world) for _ in range(2_000)]


def line(side, letter):
  """(slope, intercept) of one side, read term by term."""
  slope = intercept = 0
  spaced = f'- {side[1:]}' if side.startswith('-') else f'+ {side}'
  assert TERM.sub('', spaced).strip() == '', side
  for sign, number, times, alone in TERM.findall(spaced):
    value = int(f'{sign}{number or 1}')
    if times or alone:
      assert (times.strip('*') or alone) == letter
      slope += value
    else:
      intercept += value
  return slope, intercept


def test_the_solution_is_the_only_one(drawn):
  for equation, letter, solution in drawn:
    (a, b), (c, d) = (line(side, letter) for side in equation.split(' = '))
    assert a != c
    assert fractions.Fraction(d - b, a - c) == solution, equation


def test_sides_agree_when_the_solution_is_put_in(drawn):
  for equation, letter, solution in drawn:
    left, right = (eval(side, {letter: solution}) for side in equation.split(' = '))
    assert left == right, equation


def test_equations_read_as_in_the_real_set(drawn):
  for equation, letter, _ in drawn:
    assert equation.count(' = ') == 1 and letter in equation
    assert not re.search(r'\b1\*|--|\+ -|  |\b0\d', equation), equation
    assert len(equation) <= 90
  assert any(re.match('-?0 = ', equation) for equation, *_ in drawn)


def test_solutions_and_equations_vary(drawn):
  solutions = collections.Counter(solution for *_, solution in drawn)
  assert len(solutions) == 101 and max(solutions.values()) < 60
  assert len({equation for equation, *_ in drawn}) > 1_950
