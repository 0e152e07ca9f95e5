# SPDX-License-Identifier: Apache-2.0
"""gin files read for what they say, with file and line, before gin reads them.

gin believes every value and every macro, imports what it is told to, and only then
complains. `checked` reads the same files without importing anything, and holds what
they come to against the settings.
"""

import dataclasses
import os
from typing import Any, Iterator, Mapping, Sequence

from flan_jax import settings
from flan_jax.errors import did_you_mean, UserError

# Our functions and classes that gin files bind, and the doors that read each.
_TRAINING = ('train', 'prepare', 'cache', 'experiment', 'precompile')
READ_BY = {
  'Training': _TRAINING,
  'Rows': _TRAINING,
  'Schedule': _TRAINING,
  'Selection': _TRAINING,
  'Mixing': _TRAINING,
  'DecoderConfig': _TRAINING,
  'LossConfig': _TRAINING,
  'Evaluation': ('evaluate',),
  'Precompile': ('precompile',),
}
# What a run file of a door must wire.
WIRED = {
  'train': 'Training',
  'prepare': 'Training',
  'cache': 'Training',
  'experiment': 'Training',
  'evaluate': 'Evaluation',
  'precompile': 'Precompile',
}
# Doors before a run, which may be given its files without what it requires.
BEFORE_RUN = ('prepare', 'cache')
# Doors that start no run of their own, and leave out what each run is given.
_WITHOUT_RUN = ('prepare', 'cache', 'experiment', 'precompile')
_REQUIRED = 'gin.REQUIRED'


@dataclasses.dataclass(frozen=True)
class Statement:
  """NAME = VALUE. name: of a macro, or 'training.Rows.row_length'. file: as it was named,
  None: on the command line. given: the file that the door was given, which may include
  it. ours: whether it is one of the package's."""

  name: str
  value: Any
  file: str | None
  line: int
  given: str | None
  ours: bool

  @property
  def where(self) -> str:
    return f' ({self.file}, line {self.line})' if self.file else ' (command line)'

  @property
  def parameter(self) -> str | None:
    """'Rows.row_length'; None for a macro."""
    parts = self.name.rsplit('/', 1)[-1].split('.')
    return '.'.join(parts[-2:]) if len(parts) > 1 else None


@dataclasses.dataclass(frozen=True)
class _Macro:
  """%NAME"""

  name: str


@dataclasses.dataclass(frozen=True)
class _Reference:
  """@name or @name()"""

  name: str
  called: bool


class _Unknown(Exception):
  """A value that only Python code can tell."""


def checked(
  door: str, files: Sequence[tuple[str, str]], bindings: Sequence[str], folders: Sequence[str], default: str
) -> None:
  """Holds gin files and bindings against the settings.

  Args:
    door: 'train', 'evaluate' ... whose settings they are.
    files: (name as it was given, path), in the order of reading.
    bindings: 'NAME = VALUE', read last.
    folders: to look for included files in; the last one is the package's.
    default: the run file of the door.

  Raises:
    UserError: a file that is no gin file, or another door's; a macro that is not read
      or not there; a value that the setting cannot have; a setting without one.
  """
  said = _read(files, bindings, folders)
  _check_door(door, said, default)
  _check_macros(door, said)
  _check_values(door, said)


def _read(files, bindings, folders) -> list[Statement]:
  said = []
  for name, path in files:
    said += _statements(path, name, name, folders, ())
  for binding in bindings:
    said += _parsed(binding, None, None, False, folders, ())
  return said


def _statements(path: str, name: str, given: str, folders, above) -> list[Statement]:
  """Of a file and of those that it includes, in gin's order."""
  if path in above:
    raise UserError(f'{name} includes itself: {" -> ".join([*above, path])}; leave one of the includes out')
  try:
    with open(path, encoding='utf-8') as file:
      text = file.read()
  except (OSError, UnicodeDecodeError) as error:
    raise UserError(
      f'{name} cannot be read as a gin file '
      f'({getattr(error, "strerror", None) or "it is not UTF-8 text"}); '
      'name one with lines such as TRAIN_STEPS = 100'
    ) from None
  ours = path.startswith(os.path.join(folders[-1], ''))
  return _parsed(text, name, given, ours, folders, (*above, path))


def _parsed(text: str, name, given, ours: bool, folders, above) -> list[Statement]:
  from gin import config_parser

  said, parser = [], None
  try:
    parser = config_parser.ConfigParser(text, _delegate())
    for one in parser:
      if isinstance(one, config_parser.IncludeStatement):
        said += _included(one, name, given, folders, above)
      elif isinstance(one, config_parser.BindingStatement):
        said.append(Statement(_name(one), one.value, name, one.location.line_num, given, ours))
  except UserError:
    raise
  except Exception as error:  # tokenize, ast and gin raise many types for what is no gin
    raise UserError(_syntax(text, name, error, parser)) from None
  return said


def _included(one, name, given, folders, above) -> list[Statement]:
  candidates = [os.path.join(folder, one.filename) for folder in ('', *folders)]
  path = next(filter(os.path.isfile, candidates), None)
  if path is None:
    place = f'{name}, line {one.location.line_num}' if name else 'the command line'
    raise UserError(
      f'{place} includes {one.filename!r}, which is in none of '
      f'{", ".join([os.getcwd(), *folders])}; name a file that is there, '
      'or its folder with --gin_search_paths'
    )
  return _statements(path, one.filename, given, folders, above)


def _delegate():
  from gin import config_parser

  class Delegate(config_parser.ParserDelegate):
    def configurable_reference(self, scoped_configurable_name, evaluate):
      return _Reference(scoped_configurable_name, evaluate)

    def macro(self, macro_name):
      return _Macro(macro_name)

  return Delegate()


def _name(one) -> str:
  """As gin takes it: X/macro.value and X/gin.macro.value are the macro X."""
  if one.arg_name == 'value' and one.selector in ('macro', 'gin.macro'):
    return one.scope
  name = f'{one.selector}.{one.arg_name}' if one.arg_name else one.selector
  return f'{one.scope}/{name}' if one.scope else name


def _syntax(text: str, name: str | None, error: Exception, parser) -> str:
  if name is None:
    return (
      f'--gin.{text.replace(" = ", "=", 1)} cannot be read: texts want quotes '
      'that the shell leaves, as in --gin.MODEL_DIR="\'runs/nli\'"'
    )
  line = parser.current_token.start[0] if parser and parser.current_token else 1
  shown = (text.splitlines() or [''])[min(line, len(text.splitlines())) - 1].strip()
  return (
    f'{name}, line {line}: {shown[:60]!r} cannot be read as gin ('
    f'{str(error).splitlines()[0][:80] if str(error) else type(error).__name__}); '
    "a line is NAME = VALUE, texts in quotes, as in MODEL_DIR = 'runs/nli'"
  )


def _ours(statement: Statement) -> str | None:
  """Which of our functions a statement binds."""
  owner = (statement.parameter or '').split('.')[0]
  return owner if owner in READ_BY else None


def _check_door(door: str, said: Sequence[Statement], default: str) -> None:
  """Every file is for this door, one of them wires it."""
  for one in said:
    owner = _ours(one)
    if owner and door not in READ_BY[owner]:
      other = next((name for name, wired in WIRED.items() if wired == owner), 'train')
      where = one.given if one.given == one.file else f'{one.given} ({one.file})'
      what = f'{where} sets {one.name}' if one.given else f'--gin.{one.name}'
      raise UserError(
        f'{what}, which is a setting of flan_jax {other}; flan_jax {door} does not '
        f'read it: leave it out. Its own settings are those of {default}'
      )
  if not any(_ours(one) == WIRED[door] for one in said):
    raise UserError(
      f'none of {", ".join(dict.fromkeys(one.given for one in said if one.given))} is '
      f'a run file of flan_jax {door}; take {default}, or a file that includes it'
    )


def _macros(said: Sequence[Statement]) -> dict[str, Statement]:
  return {one.name: one for one in said if one.parameter is None}


def _check_macros(door: str, said: Sequence[Statement]) -> None:
  """What is set is read, and what is read is set."""
  macros = _macros(said)
  read = {name for one in said for name in _names(one.value)}
  for one in said:
    # Files of the package serve several doors: holdout/nli.gin sets MIXTURE too.
    if one.parameter or one.name in read or one.ours and one.name in settings.MACROS:
      continue
    known = '' if one.name not in settings.MACROS else f', though other commands do: leave it out for flan_jax {door}'
    near = did_you_mean(one.name.upper(), sorted(read)) if not known else ''
    raise UserError(f'nothing reads the macro {one.name!r}{one.where}{known or near}')
  for one in said:
    for name in _names(one.value):
      if name not in macros and name != _REQUIRED and '.' not in name:
        raise UserError(f'%{name}{one.where} is set nowhere{did_you_mean(name, macros)}')


def _names(value: Any) -> Iterator[str]:
  """Of the macros that a value is made of."""
  if isinstance(value, _Macro):
    yield value.name
  for part in _parts(value):
    yield from _names(part)


def _parts(value: Any) -> list:
  if isinstance(value, dict):
    return [*value, *value.values()]
  return list(value) if isinstance(value, tuple | list) else []


def _check_values(door: str, said: Sequence[Statement]) -> None:
  macros, last, missing = _macros(said), {}, []
  for one in said:  # gin's rule: later ones win
    last[one.name] = one
  for one in last.values():
    setting = settings.PARAMETERS.get(one.parameter or '')
    if setting is None and _ours(one):
      owner, name = one.parameter.split('.')
      known = [key.split('.')[1] for key in settings.PARAMETERS if key.startswith(f'{owner}.')]
      raise UserError(f'{one.name}{one.where}: {owner} has no parameter {name!r}{did_you_mean(name, known)}')
    if setting and setting.kind == 'optimizer' and isinstance(one.value, dict):
      for name, value in one.value.items():
        own = settings.PARAMETERS.get(f'optimizer.{name}')
        if own:
          _check_value(door, own, one, value, f'{one.name}[{name!r}]', macros)
    if setting:
      missing.append(_check_value(door, setting, one, one.value, one.name, macros))
  for words in filter(None, missing):
    raise UserError(words)


def _check_value(door: str, setting, statement, value, name: str, macros) -> str | None:
  """Returns what to say of a setting that has no value yet: the last thing to say.

  name: of the parameter; where a macro gives the value, that is named.
  """
  seen = [name]
  while isinstance(value, _Macro):
    if value.name == _REQUIRED:
      return None if door in ('prepare', 'cache') else _required(setting, seen[-1], statement)
    if value.name in seen or value.name not in macros:
      break
    seen.append(value.name)
    statement = macros[value.name]
    value = statement.value
  by = f', for {setting.name}' if len(seen) > 1 and seen[-1] != setting.name else ''
  try:
    value = _resolved(value, macros, tuple(seen))
  except _Unknown:
    return None
  if value is None and setting.name == 'MODEL_DIR' and door in _WITHOUT_RUN:
    return None
  return settings.check(setting, value, seen[-1], f'{statement.where}{by}')


def _required(setting, name: str, statement: Statement) -> str:
  return (
    f'{name}{statement.where} is REQUIRED and has no value: set it with '
    f'--gin.{name}=... ({": ".join(filter(None, (setting.meaning, setting.wanted)))})'
  )


def _resolved(value: Any, macros: Mapping[str, Statement], seen: tuple) -> Any:
  """The value with its macros filled in. Raises _Unknown if Python code decides it."""
  if isinstance(value, _Macro):
    if value.name in seen:
      raise UserError(
        f'%{value.name}{macros[value.name].where} is set by itself: {" -> ".join([*seen, value.name])}; give it a value'
      )
    if value.name not in macros:
      raise _Unknown
    return _resolved(macros[value.name].value, macros, (*seen, value.name))
  if isinstance(value, _Reference):
    if value.called:
      raise _Unknown
    return f'@{value.name}'
  if isinstance(value, dict):
    return {_resolved(key, macros, seen): _resolved(one, macros, seen) for key, one in value.items()}
  if isinstance(value, tuple | list):
    return type(value)(_resolved(one, macros, seen) for one in value)
  return value
