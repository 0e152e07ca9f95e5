# SPDX-License-Identifier: Apache-2.0
"""Digests of what a function computes, which comments and formatting do not change.

    of(fields)  ->  {'digest': '5f..', 'parts': {
        '`fields` in tasks/nli/rte.py': 'a1..',
        'helper `choose` in flan_jax/data/fields.py': 'c7..'}}

`digest` covers a function and everything that it reads, transitively: helpers, classes
and constants of every non-library module, closures, defaults, arguments of partials.
A helper may move to another file. `parts` shows what differs if digests do.

Needs only the standard library, and returns the same on every Python.
"""

import ast
import collections.abc
import dataclasses
import enum
import functools
import hashlib
import importlib
import importlib.util
import json
import re
import sys
import types
from typing import Any, Callable, Iterator

from flan_jax.data.code import syntax

_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), range, slice)
_MISSING = object()


def of(function: Callable, *others: Callable, role: str = 'helper', own: str = '') -> dict:
  """Returns the digests of a function, and of others that are applied with it.

  role: what the others are called in `parts`. own: a module whose package is not a
  library, wherever it is installed.
  """
  walk = _Walk(own.partition('.')[0])
  found = [walk.digest(function, ''), *(walk.digest(other, role) for other in others)]
  return {'digest': found[0] if not others else _hash(found), 'parts': walk.parts}


def behind(function: Callable) -> Callable:
  """Returns the function behind partials and decorators."""
  while True:
    inner = getattr(function, 'func', None) or getattr(function, '__wrapped__', None)
    if inner is None:
      return function
    function = inner


def _hash(described: Any) -> str:
  return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


def _is_library(module: str, own: str) -> bool:
  """Whether a module's contents are identified by name only."""
  top = module.partition('.')[0]
  if top in ('flan_jax', own):
    return False
  file = getattr(sys.modules.get(module), '__file__', None) or ''
  return top in sys.stdlib_module_names or top == 'builtins' or bool(re.search(r'[/\\](site|dist)-packages[/\\]', file))


def _file(module: str) -> str:
  """Returns the path in a checkout: 'flan_jax.tasks.nli.rte' -> 'tasks/nli/rte.py'."""
  package = hasattr(sys.modules.get(module), '__path__')
  path = module.replace('.', '/') + ('/__init__.py' if package else '.py')
  return path.removeprefix('flan_jax/') if path.startswith('flan_jax/tasks/') else path


class _Walk:
  """Traverses everything that some functions read, each thing once.

  own: top-level package that is not a library, wherever it is installed. parts: label ->
  digest of that thing alone.
  """

  def __init__(self, own: str):
    self.own = own
    self.parts: dict[str, str] = {}
    self._done: dict[int, tuple[Any, str]] = {}  # with the thing itself: ids are reused
    self._open: list[int] = []
    self._assigning: list[tuple[str, str]] = []  # (module, variable)

  def digest(self, thing: Any, role: str = 'constant') -> str:
    """Digest of any value. role: its role in the function that reads it; '' for that function."""
    if id(thing) in self._done:
      return self._done[id(thing)][1]
    if id(thing) in self._open:  # recursion
      return f'again {self._open[::-1].index(id(thing))}'
    self._open.append(id(thing))
    found = _hash(self._described(thing, role))
    self._open.pop()
    self._done[id(thing)] = thing, found
    return found

  def _described(self, thing: Any, role: str) -> list:
    if isinstance(thing, enum.Enum):
      kind = type(thing)
      value = [] if _is_library(kind.__module__, self.own) else [self.digest(thing._value_)]
      return ['enum', self.digest(kind), thing.name, *value]
    if isinstance(thing, _PLAIN) and type(thing) in _PLAIN:
      return [type(thing).__name__, repr(thing)]
    if isinstance(thing, types.FunctionType):
      return self._function(thing, role)
    if isinstance(thing, type):
      return self._class(thing, role)
    if isinstance(thing, types.ModuleType):
      return ['module', thing.__name__.partition('.')[0]]
    if isinstance(thing, functools.partial):
      given = [*enumerate(thing.args), *sorted(thing.keywords.items())]
      label = getattr(behind(thing), '__name__', '?')
      return [
        'partial',
        self.digest(thing.func, role),
        [[name, self._part(f'the argument {name} of `{label}`', self.digest(value))] for name, value in given],
      ]
    for name in ('__func__', 'fget', '__wrapped__'):  # methods, properties, cached functions
      if getattr(thing, name, None) is not None:
        return [name, self.digest(getattr(thing, name), role), self.digest(getattr(thing, '__self__', None))]
    return self._values(thing)

  def _values(self, thing: Any) -> list:
    """Describes containers and instances."""
    kind = type(thing)
    if isinstance(thing, collections.abc.Mapping):
      return ['mapping', [[self.digest(key), self.digest(value)] for key, value in thing.items()], *self._held(thing)]
    if isinstance(thing, (list, tuple, collections.deque)):
      return [kind.__name__, [self.digest(value) for value in thing], *self._held(thing)]
    if isinstance(thing, (set, frozenset)):
      return ['set', sorted(self.digest(value) for value in thing), *self._held(thing)]
    if isinstance(thing, re.Pattern):
      return ['pattern', self.digest(thing.pattern), thing.flags]
    if dataclasses.is_dataclass(thing):
      return [
        self.digest(kind),
        [[field.name, self.digest(getattr(thing, field.name))] for field in dataclasses.fields(thing)],
      ]
    if callable(getattr(thing, '__array__', None)):
      values = thing.__array__()
      return ['array', str(values.dtype), repr(values.tolist())]
    if not _is_library(kind.__module__, self.own):
      return self._held(thing)
    text = re.sub(r' at 0x[0-9a-f]+', '', repr(thing))
    return ['library', kind.__module__.partition('.')[0], kind.__qualname__, text]

  def _held(self, thing: Any) -> list:
    """Describes an instance's class, `__dict__` and `__slots__`.

    Empty for a library's class: a list or a dictionary is described by its content.
    """
    kind = type(thing)
    if _is_library(kind.__module__, self.own):
      return []
    members = {name: value for base in reversed(kind.__mro__) for name, value in vars(base).items()}
    held = {
      name: getattr(thing, name)
      for name, value in members.items()
      if isinstance(value, types.MemberDescriptorType) and hasattr(thing, name)
    }
    held |= {
      name: value
      for name, value in getattr(thing, '__dict__', {}).items()
      if not isinstance(members.get(name), functools.cached_property)
    }
    return [self.digest(kind), [[name, self.digest(value)] for name, value in sorted(held.items())]]

  def _part(self, label: str, digest: str) -> str:
    """Records the digest of a thing alone; if two have one label, both are kept."""
    number, free = 1, label
    while self.parts.get(free, digest) != digest:
      number += 1
      free = f'{label} ({number})'
    self.parts[free] = digest
    return digest

  def _function(self, function: types.FunctionType, role: str) -> list:
    module, code = function.__globals__.get('__name__', ''), function.__code__
    closed = dict(zip(code.co_freevars, map(_content, function.__closure__ or ())))
    if _is_library(module, self.own):  # a library's decorator around the user's function
      inside = [
        self.digest(value, role)
        for _, value in sorted(closed.items())
        if isinstance(value, (types.FunctionType, functools.partial))
      ]
      return ['library', module.partition('.')[0], function.__qualname__, inside]
    node = syntax.of_function(function)
    own = syntax.text(node) if node else syntax.without_source(function)
    where = f'{_file(module)}{"" if node else ", whose source is not there"}'
    label = f'{role} `{code.co_name}` in {where}'.strip()
    given = [
      (f'the default {number} of `{code.co_name}`', value)
      for number, value in [*enumerate(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())]
    ]
    return [
      'function',
      self._part(label, _hash(own)),
      [self._part(name, self.digest(value)) for name, value in given],
      self._read(function, node, closed),
    ]

  def _class(self, kind: type, role: str) -> list:
    if _is_library(kind.__module__, self.own):
      return ['library', kind.__module__.partition('.')[0], kind.__qualname__]
    node = syntax.of_class(kind)
    own = syntax.text(node) if node else kind.__qualname__
    self._part(f'class `{kind.__qualname__}` in {_file(kind.__module__)}', _hash(own))
    known = vars(sys.modules.get(kind.__module__, types.SimpleNamespace()))
    filled = syntax.filled_attributes(node) if node else {}
    members = [
      [name, _hash(self._read_by(filled[name], known, name)) if name in filled else self.digest(value, 'method')]
      for name, value in sorted(vars(kind).items())
      if self._counts(name, value)
    ]
    return ['class', _hash(own), members, [self.digest(base) for base in kind.__bases__]]

  def _counts(self, name: str, value: Any) -> bool:
    """Whether a class member was written, and not added by Python itself.

    Python versions add different ones: `__module__`, `_member_map_`, `__replace__`.
    """
    special = name == '_abc_impl' or re.fullmatch('_.*_', name)
    if _written(value):
      module = getattr(_behind_member(value), '__globals__', {}).get('__name__', '')
      return not (special and _is_library(module, self.own))
    return not special and not (hasattr(value, '__get__') and _is_library(type(value).__module__, self.own))

  def _read(self, function: types.FunctionType, node, closed: dict) -> list:
    """Returns [name, digest] of each external thing that a function reads."""
    names, known = syntax.global_names(function.__code__), function.__globals__
    local = {**closed, **dict(_imported(node, known))}
    chains = syntax.chains(node) if node else [(name,) for name in sorted(names)]
    filled = syntax.filled(node) if node else set()
    found = []
    for root, *rest in chains:
      value = local.get(root, known.get(root, _MISSING) if root in names else _MISSING)
      if value is _MISSING:
        continue
      if root in filled and root not in local:  # a cache: its content varies
        found.append([root, self._assigned(known, root)])
      else:
        found.append(['.'.join([root, *rest]), self._chain(known, value, root, rest)])
    return found

  def _chain(self, known: dict, value: Any, root: str, rest: list) -> str:
    path = [root]
    while isinstance(value, types.ModuleType) and rest and not _is_library(value.__name__, self.own):
      known, (name, *rest) = vars(value), rest
      value = getattr(value, name, None)
      path.append(name)
    code = callable(value) or isinstance(value, types.ModuleType)
    digest = self.digest(value, 'helper' if code else 'constant')
    if code:
      attributes = [getattr(value, name, None) for name in rest[:1] if isinstance(value, types.FunctionType)]
      return _hash([digest, *map(self.digest, attributes)]) if attributes else digest
    if self._described(value, '')[0] == 'library':
      return self._assigned(known, path[-1])
    where = _file(known.get('__name__', '?'))
    return self._part(f'constant `{path[-1]}` in {where}', digest)

  def _assigned(self, known: dict, name: str) -> str:
    """Digest of the statements that set a module's variable, and of what they read.

    For values without a description, such as a lookup table.
    """
    variable = known.get('__name__', ''), name
    if variable in self._assigning:  # two variables whose statements read each other
      return f'again {self._assigning[::-1].index(variable)}'
    self._assigning.append(variable)
    try:
      return self._of_statements(known, name)
    finally:
      self._assigning.pop()

  def _of_statements(self, known: dict, name: str) -> str:
    module = sys.modules.get(known.get('__name__', ''))
    statements = syntax.assignments(module, name) if module else []
    origins = [
      (
        statement,
        self._assigned(vars(importlib.import_module(_resolved(statement, known))), syntax.original(statement, name)),
      )
      for statement in statements
      if isinstance(statement, ast.ImportFrom) and any(other == name for other, _ in _imported(statement, known))
    ]
    statements = [one for one in statements if one not in [first for first, _ in origins]]
    if origins and not statements:
      return origins[-1][1]
    read = [['', origin] for _, origin in origins]
    read += self._read_by(statements, known, name)
    own = [syntax.text(statement) for statement in statements]
    label = f'constant `{name}` in {_file(known.get("__name__", "?"))}'
    self._part(label, _hash(own))
    return _hash([own, read])

  def _read_by(self, statements: list, known: dict, name: str) -> list:
    """Returns [name, digest] of what else the statements that set a variable read."""
    return [
      ['.'.join([root, *rest]), self._chain(known, known[root], root, rest)]
      for statement in statements
      for root, *rest in syntax.chains(statement)
      if root in known and root != name
    ]


def _content(cell) -> Any:
  try:
    return cell.cell_contents
  except ValueError:  # not assigned yet
    return None


def _written(value: Any) -> bool:
  """Whether a class member is code from a file."""
  code = getattr(_behind_member(value), '__code__', None)
  return code is not None and not code.co_filename.startswith('<')


def _behind_member(value: Any) -> Any:
  """Returns the function of a method, property or cached property; else the value itself."""
  return getattr(value, '__func__', None) or getattr(value, 'fget', None) or getattr(value, 'func', value)


def _imported(node, known: dict) -> Iterator[tuple[str, Any]]:
  """Yields (name, thing) of the imports within a piece of code."""
  for statement in syntax.imports(node):
    try:
      module = importlib.import_module(_resolved(statement, known))
    except ImportError:
      continue
    for alias in statement.names:
      if not isinstance(statement, ast.ImportFrom):
        yield (
          alias.asname or alias.name.partition('.')[0],
          module if alias.asname else sys.modules[alias.name.partition('.')[0]],
        )
      elif hasattr(module, alias.name):
        yield alias.asname or alias.name, getattr(module, alias.name)


def _resolved(statement, known: dict) -> str:
  if not isinstance(statement, ast.ImportFrom):
    return statement.names[0].name
  name = '.' * statement.level + (statement.module or '')
  return importlib.util.resolve_name(name, known.get('__package__') or '')
