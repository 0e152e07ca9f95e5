# SPDX-License-Identifier: Apache-2.0
"""Python source as plain lists: its behaviour, not its layout.

Comments, docstrings, annotations, layout and line numbers are removed; the rest is equal
on every Python, unlike the output of `ast.unparse` and compiled code.
"""

import ast
import dis
import functools
import inspect
import json
import linecache
import types
from typing import Any, Iterator

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_NAMED, ast.Lambda)
_LOAD_GLOBAL, _LOAD_NAME = dis.opmap['LOAD_GLOBAL'], dis.opmap['LOAD_NAME']
_FILLING = {'add', 'append', 'appendleft', 'extend', 'insert', 'setdefault', 'update'}
_LEFT_OUT = {'ctx', 'kind', 'type_comment', 'type_params', 'returns', 'annotation'}


@functools.lru_cache(maxsize=4096)
def text(node: ast.AST) -> str:
  """Returns a piece of code's behaviour as text; its own function or class name is ignored."""
  return json.dumps(_canonical(node))


def of_module(module: types.ModuleType) -> str:
  """Returns the behaviour of a whole module as text."""
  tree = _tree(getattr(module, '__file__', None) or '', vars(module))
  return text(tree) if tree else module.__name__


def _canonical(node: Any, named: bool = False) -> Any:
  if isinstance(node, list):
    return [_canonical(part, True) for part in node if not _idle(part)]
  if not isinstance(node, ast.AST):
    return repr(node)
  if isinstance(node, ast.Constant):
    return ['Constant', type(node.value).__name__, repr(node.value)]
  if isinstance(node, ast.JoinedStr):
    return ['JoinedStr', _joined(node.values)]
  if isinstance(node, ast.AnnAssign) and node.value is not None:
    node = ast.Assign([node.target], node.value)
  fields = [
    [name, _canonical(value, True)]
    for name, value in sorted(ast.iter_fields(node))
    if name not in _LEFT_OUT and value not in (None, []) and (named or name != 'name')
  ]
  return [type(node).__name__, *fields]


def _idle(node: Any) -> bool:
  """Whether a statement does nothing: docstrings, `pass`, `...`."""
  return isinstance(node, ast.Pass) or isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _joined(values: list) -> list:
  """Returns the parts of an f-string, with adjacent texts merged."""
  parts: list[Any] = []
  for value in values:
    part = _canonical(value)
    if part == ['Constant', 'str', "''"]:
      continue
    if parts and isinstance(value, ast.Constant) and parts[-1][0] == 'Constant':
      before = ast.literal_eval(parts.pop()[2])
      part = ['Constant', 'str', repr(before + value.value)]
    parts.append(part)
  return parts


def without_source(function: types.FunctionType) -> list:
  """Returns the constants and names of a function without source."""
  return [sorted(_constants(function.__code__) - {repr(function.__doc__)}), sorted(_names(function.__code__))]


def _constants(code: types.CodeType) -> set[str]:
  found = set()
  for value in code.co_consts:
    inner = isinstance(value, types.CodeType)
    found |= _constants(value) if inner else {repr(value)} - {'None'}
  return found


def _names(code: types.CodeType) -> set[str]:
  return set(code.co_names).union(*map(_names, _inner(code)))


def _inner(code: types.CodeType) -> list[types.CodeType]:
  return [value for value in code.co_consts if isinstance(value, types.CodeType)]


@functools.lru_cache(maxsize=4096)
def global_names(code: types.CodeType) -> set[str]:
  """Returns the names that a function, or one within it, reads from its module or builtins."""
  return set(_own_globals(code)).union(*map(global_names, _inner(code)))


def _own_globals(code: types.CodeType) -> Iterator[str]:
  """Reads the bytecode directly: `dis.get_instructions` takes ten times as long."""
  argument = 0
  for operation, low in zip(code.co_code[::2], code.co_code[1::2]):
    argument = argument << 8 | low
    if operation == _LOAD_GLOBAL:  # the lowest bit belongs to the call that follows
      yield code.co_names[argument >> 1]
    elif operation == _LOAD_NAME:
      yield code.co_names[argument]
    if operation != dis.EXTENDED_ARG:
      argument = 0


def of_function(function: types.FunctionType) -> ast.AST | None:
  """Returns the definition or lambda of a function; None without its source."""
  code = function.__code__
  tree = _tree(code.co_filename, function.__globals__)
  if tree is None:
    return None
  if code.co_name != '<lambda>':
    # Most are at the top level, and traversing a whole file is slow.
    return _defined(tree.body, code) or _defined(_nodes(tree), code)
  found = [node for node in _nodes(tree) if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno]
  around = [node for node in found if _holds(node.body, code)]
  return min(around or found, key=_extent, default=None)


def _defined(nodes: list, code: types.CodeType) -> ast.AST | None:
  return next(
    (
      node
      for node in nodes
      if getattr(node, 'name', None) == code.co_name
      and isinstance(node, _NAMED)
      and code.co_firstlineno == min([node.lineno, *(one.lineno for one in node.decorator_list)])
    ),
    None,
  )


def of_class(kind: type) -> ast.ClassDef | None:
  """Returns the definition of a class at the top of its module, or within other classes."""
  try:
    tree = _tree(inspect.getsourcefile(kind) or '', {})
  except (OSError, TypeError):
    return None
  body, found = tree.body if tree else [], None
  for name in kind.__qualname__.split('.'):
    found = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == name), None)
    body = found.body if found else []
  return found


def _tree(path: str, known: dict) -> ast.Module | None:
  linecache.checkcache(path)
  return _parsed(''.join(linecache.getlines(path, known)))


@functools.lru_cache(maxsize=512)
def _parsed(text: str) -> ast.Module | None:
  try:
    return ast.parse(text) if text else None
  except SyntaxError:
    return None


@functools.lru_cache(maxsize=4096)
def _nodes(tree: ast.AST) -> list[ast.AST]:
  """Returns a node and all its descendants; half the time of `ast.walk`."""
  found = [tree]
  for node in found:  # grows during the loop
    for name in node._fields:
      value = getattr(node, name, None)
      if isinstance(value, list):
        found += [part for part in value if isinstance(part, ast.AST)]
      elif isinstance(value, ast.AST) and name != 'ctx':
        found.append(value)
  return found


def _extent(node: Any) -> tuple[int, int]:
  """Returns the position of a parsed node."""
  return node.end_lineno - node.lineno, node.end_col_offset - node.col_offset


def _holds(node: Any, code: types.CodeType) -> bool:
  """Whether a node contains all the source of a code object."""
  start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
  return all(
    start <= (line, column) and (end_line, end_column) <= end
    for line, end_line, column, end_column in code.co_positions()
    if None not in (line, end_line, column, end_column) and ((line, column) < (end_line, end_column))
  )


@functools.lru_cache(maxsize=4096)
def chains(node: ast.AST) -> tuple[tuple[str, ...], ...]:
  """Returns the names that are read, with their attributes: `tf.strings.join` -> ('tf', ...)."""
  parts = [part for part in _nodes(node) if isinstance(part, (ast.Name, ast.Attribute))]
  inner = {id(part.value) for part in parts if isinstance(part, ast.Attribute)}
  found = {_chain(part) for part in parts if id(part) not in inner}
  return tuple(sorted(found - {()}))


def _chain(node: ast.AST) -> tuple[str, ...]:
  """Returns the chain of a node; () if it does not begin with a name."""
  path = []
  while isinstance(node, ast.Attribute):
    path.append(node.attr)
    node = node.value
  return (node.id, *reversed(path)) if isinstance(node, ast.Name) else ()


@functools.lru_cache(maxsize=4096)
def filled(node: ast.AST) -> set[str]:
  """Returns the module variables that a function modifies, as caches."""
  found = set()
  for part in _nodes(node):
    if isinstance(part, ast.Global):
      found |= set(part.names)
    if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store) and isinstance(part.value, ast.Name):
      found.add(part.value.id)
  return found


@functools.lru_cache(maxsize=4096)
def filled_attributes(node: ast.ClassDef) -> dict[str, list[ast.AST]]:
  """Returns the attributes of a class that its methods modify, as caches.

  Such as `cls._last = x`, `self._seen[x] = y` or `self._seen.append(x)`; each with the
  statements of the class that set it.
  """
  names = {
    name
    for body in node.body
    if isinstance(body, _DEFINITIONS)
    for part in _nodes(body)
    for name in _attribute_filled(part, node.name)
  }
  return {name: [one for one in node.body if name in _set_by(one)] for name in names}


def _attribute_filled(part: ast.AST, kind: str) -> Iterator[str]:
  target = None
  if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store):
    target = part.value
  elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and (part.func.attr in _FILLING):
    target = part.func.value
  elif (
    isinstance(part, ast.Attribute)
    and isinstance(part.ctx, ast.Store)
    and isinstance(part.value, ast.Name)
    and part.value.id in ('cls', kind)
  ):
    target = part
  if isinstance(target, ast.Attribute):
    yield target.attr


@functools.lru_cache(maxsize=4096)
def imports(node: ast.AST | None) -> list[ast.Import | ast.ImportFrom]:
  """Returns the import statements within a piece of code."""
  return [part for part in _nodes(node) if isinstance(part, (ast.Import, ast.ImportFrom))] if node else []


def original(statement: ast.ImportFrom, name: str) -> str:
  """Returns a name's original in the module it is imported from."""
  return next(alias.name for alias in statement.names if name in (alias.asname, alias.name))


def assignments(module: types.ModuleType, name: str) -> list[ast.AST]:
  """Returns the statements of a module, outside functions and classes, that set or modify a name.

  Such as `TABLE = {}`, `TABLE['x'] = 1`, `TABLE.update(MORE)`, `fill(TABLE)`, or a loop
  around one of them.
  """
  tree = _tree(getattr(module, '__file__', None) or '', vars(module))
  return [node for node in _outside(tree) if name in _set_by(node)] if tree else []


def _outside(node: ast.AST) -> Iterator[ast.AST]:
  for child in ast.iter_child_nodes(node):
    if not isinstance(child, (*_DEFINITIONS, ast.ClassDef)):
      yield child
      yield from _outside(child)


def _set_by(node: ast.AST) -> set[str]:
  if isinstance(node, (ast.Import, ast.ImportFrom)):
    return {alias.asname or alias.name for alias in node.names}
  if isinstance(node, ast.Expr):
    return _filled_by(node.value)
  if isinstance(node, (ast.For, ast.While)):
    return _names_in([getattr(node, 'target', None)]).union(*map(_set_by, _outside(node)))
  targets = getattr(node, 'targets', None) or [getattr(node, 'target', None)]
  return _names_in(targets)


def _names_in(targets: list[ast.AST | None]) -> set[str]:
  return {
    part.id for target in targets if target is not None for part in ast.walk(target) if isinstance(part, ast.Name)
  }


def _filled_by(node: ast.AST) -> set[str]:
  """Returns the names that a call may modify: its method's object, and its arguments."""
  if isinstance(node, (ast.ListComp, ast.SetComp)):
    return _filled_by(node.elt)
  if not isinstance(node, ast.Call):
    return set()
  values = [*node.args, *(one.value for one in node.keywords)]
  if isinstance(node.func, ast.Attribute):
    values.append(node.func.value)
  return {root for root in map(_root, values) if root}


def _root(node: ast.AST) -> str | None:
  """Returns the name at the start of `TABLE['x'].words[0]`."""
  while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
    node = node.value
  return node.id if isinstance(node, ast.Name) else None
