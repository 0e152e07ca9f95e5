# SPDX-License-Identifier: Apache-2.0
"""What the five rooms that mypy checks offer to others is annotated in full."""

import ast
import pathlib

import pytest

import flan_jax

_PACKAGE = pathlib.Path(flan_jax.__file__).parent
_ROOMS = ('model', 'training', 'inference', 'data', 'evaluation')
_MODULES = sorted(path.relative_to(_PACKAGE).as_posix() for room in _ROOMS for path in (_PACKAGE / room).rglob('*.py'))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _public(body):
  """(is it a method, function) of a module or class, and of the public classes within."""
  for node in body:
    if isinstance(node, ast.ClassDef) and not node.name.startswith('_'):
      for is_method, function in _public(node.body):
        yield True, function
    elif isinstance(node, _FUNCTIONS) and not node.name.startswith('_'):
      yield False, node


def unannotated(source):
  """'line 3: `f` lacks the types of x, its return', for each public function or method."""
  for is_method, function in _public(ast.parse(source).body):
    names = [getattr(one, 'id', '') for one in function.decorator_list]
    arguments = function.args
    several = [*arguments.posonlyargs, *arguments.args]
    if is_method and 'staticmethod' not in names:
      several = several[1:]  # self or cls
    several += [*arguments.kwonlyargs, *filter(None, [arguments.vararg, arguments.kwarg])]
    lacks = [one.arg for one in several if one.annotation is None]
    lacks += ['its return'] if function.returns is None else []
    if lacks:
      yield f'line {function.lineno}: `{function.name}` lacks the types of {", ".join(lacks)}'


@pytest.mark.parametrize('module', _MODULES)
def test_public_functions_are_annotated(module):
  assert not list(unannotated((_PACKAGE / module).read_text(encoding='utf-8')))


def test_every_room_has_modules():
  assert {module.split('/')[0] for module in _MODULES} == set(_ROOMS)


@pytest.mark.parametrize(
  'source, missing',
  [
    ('def f(x: int) -> int: ...', []),
    ('def f(x) -> int: ...', ['line 1: `f` lacks the types of x']),
    ('def f(x: int): ...', ['line 1: `f` lacks the types of its return']),
    ('async def f(x, /, *y, z, **w): ...', ['line 1: `f` lacks the types of x, z, y, w, its return']),
    ('def _f(x): ...', []),
    ('f = lambda x: x', []),
    ('def f() -> int:\n  def g(x): ...', []),
    ('class A:\n  def __init__(self, x): ...', []),
    ('class A:\n  def f(self, x) -> int: ...', ['line 2: `f` lacks the types of x']),
    ('class A:\n  @classmethod\n  def f(cls, x: int) -> int: ...', []),
    ('class A:\n  @staticmethod\n  def f(x) -> int: ...', ['line 3: `f` lacks the types of x']),
    ('class A:\n  @property\n  def f(self): ...', ['line 3: `f` lacks the types of its return']),
    ('class A:\n  class B:\n    def f(self, x) -> int: ...', ['line 3: `f` lacks the types of x']),
    ('class _A:\n  def f(self, x): ...', []),
  ],
)
def test_finds_what_is_not_annotated(source, missing):
  assert list(unannotated(source)) == missing
