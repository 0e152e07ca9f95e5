# SPDX-License-Identifier: Apache-2.0
"""Kinds of settings: which values are valid, and the messages for those that are not."""

import ast
import dataclasses
import math
import numbers
import re
from typing import Any, Callable, Mapping

from flan_jax.errors import did_you_mean, UserError
from flan_jax.settings import places

AXES = ('data', 'fsdp', 'tensor')  # of a mesh; sharding.MESH_AXES

# 'Rows.row_length' -> its Setting; filled by `macros`.
PARAMETERS: dict[str, 'Setting'] = {}


@dataclasses.dataclass(frozen=True)
class Setting:
  """A setting: name, kind, range.

  kind: one of KINDS. least, most, above, below: the range of a number, or of each
  number in a list. choices: valid texts. none: what None means, '' if it is invalid. of:
  parameters that take this value, as in 'Rows.row_length'. positional: a flag without a
  name on the command line. inside: names in a folder that must be folders too. local:
  not in a bucket. meaning: set if no gin file and no help explains it.
  """

  name: str
  kind: str
  meaning: str = ''
  least: float | None = None
  most: float | None = None
  above: float | None = None
  below: float | None = None
  choices: tuple[str, ...] = ()
  none: str = ''
  of: tuple[str, ...] = ()
  positional: bool = False
  inside: tuple[str, ...] = ()
  local: bool = False

  @property
  def wanted(self) -> str:
    """Describes valid values: 'a whole number of at least 1, or None (all)'."""
    words = KINDS[self.kind].wanted(self)
    return f'{words}, or None ({self.none})' if self.none else words

  def problem(self, value: Any) -> str | None:
    """Returns what is wrong with a value, None if nothing is."""
    if value is None:
      return None if self.none else 'None means nothing here'
    return KINDS[self.kind].problem(self, value)

  def read(self, text: str) -> tuple[Any, str | None]:
    """Returns (the value that a command line's text stands for, what is wrong with the text)."""
    return KINDS[self.kind].read(text)

  def out_of_range(self, value: float) -> str | None:
    """Returns what is wrong with a number of the right kind, None if nothing is."""
    for limit, words, wrong in (
      (self.least, 'less than', lambda limit: value < limit),
      (self.above, 'not above', lambda limit: value <= limit),
      (self.most, 'more than', lambda limit: value > limit),
      (self.below, 'not below', lambda limit: value >= limit),
    ):
      if limit is not None and wrong(limit):
        return f'it is {words} {limit:,}'
    return None


@dataclasses.dataclass(frozen=True)
class Kind:
  """wanted: describes a valid value. problem: returns what is wrong with a value. read: as
  Setting.read; by default the text is the value."""

  wanted: Callable[[Setting], str]
  problem: Callable[[Setting, Any], str | None]
  read: Callable[[str], tuple[Any, str | None]] = lambda text: (text, None)


def shown(value: Any) -> str:
  """Returns the value as shown in a message, shortened if it is long."""
  text = repr(value)
  return text if len(text) <= 80 else f'{text[:77]}...'


def is_whole(value: Any) -> bool:
  """Whether it is a whole number; True and False are not."""
  return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
  return isinstance(value, numbers.Real) and not isinstance(value, bool)


def kind_of(value: Any) -> str:
  """Names the kind of an invalid value: 'it is a truth value'."""
  if isinstance(value, bool):
    return 'it is a truth value'
  if isinstance(value, str):
    return f'it is a text{_without_quotes(value)}'
  if is_number(value):
    return 'it is a number'
  for kind, name in ((Mapping, 'dictionary'), (tuple, 'tuple'), (list, 'list')):
    if isinstance(value, kind):
      return f'it is a {name}'
  return 'it is None' if value is None else f'it is of type {type(value).__name__}'


def _without_quotes(text: str) -> str:
  try:
    value = ast.literal_eval(text.strip())
  except (ValueError, SyntaxError, MemoryError, RecursionError):
    return ''
  return f': write {shown(value)} without quotes' if not isinstance(value, str) else ''


def range_of(setting: Setting) -> str:
  limits = [
    (setting.least, 'of at least {:,}'),
    (setting.above, 'above {:,}'),
    (setting.most, 'at most {:,}'),
    (setting.below, 'below {:,}'),
  ]
  words = [text.format(limit) for limit, text in limits if limit is not None]
  return ' '.join(['', ' and '.join(words)]) if words else ''


def _whole(setting: Setting, value: Any) -> str | None:
  if is_whole(value):
    return setting.out_of_range(value)
  if is_number(value):
    whole = math.isfinite(value) and value == int(value)
    return f'write it as {int(value)}' if whole else 'it is no whole number'
  return kind_of(value)


def _number(setting: Setting, value: Any) -> str | None:
  if not is_number(value):
    return kind_of(value)
  return setting.out_of_range(value) if math.isfinite(value) else 'it is not finite'


def _truth(setting: Setting, value: Any) -> str | None:
  return None if isinstance(value, bool) else kind_of(value)


def _text(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, str):
    return f'{kind_of(value)}: a text stands in quotes'
  if not value.strip():
    return 'it is empty'
  return 'it holds a character without meaning' if '\0' in value else None


def _any_text(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, str):
    return f'{kind_of(value)}: a text stands in quotes'
  return None if value else 'it is empty'


def _choice(setting: Setting, value: Any) -> str | None:
  if isinstance(value, str) and value in setting.choices:
    return None
  if not isinstance(value, str):
    return f'{kind_of(value)}: a text stands in quotes'
  return f'it is none of them{did_you_mean(value, setting.choices)}'


def _listed(setting: Setting) -> str:
  return ', '.join(map(repr, setting.choices))


def _some(setting: Setting, value: Any) -> str | None:
  """A choice that stands for several, alone, or any of the others joined by commas."""
  if not isinstance(value, str):
    return f'{kind_of(value)}: a text stands in quotes'
  parts = value.split(',')
  wrong = [part for part in parts if part not in setting.choices]
  return f'{wrong[0]!r} is none of {_listed(setting)}{did_you_mean(wrong[0], setting.choices)}' if wrong else None


def _truth_or_choice(setting: Setting, value: Any) -> str | None:
  return None if isinstance(value, bool) else _choice(setting, value)


def _names(setting: Setting, value: Any) -> str | None:
  if isinstance(value, str):
    names = value.split(',')
  elif isinstance(value, tuple | list):
    names = value
  else:
    return kind_of(value)
  if not names or not all(isinstance(name, str) and name.strip() for name in names):
    return 'a name is missing or no text'
  return None


def _joined(setting: Setting, value: Any) -> str | None:
  """Names joined in one text; '' means none."""
  if not isinstance(value, str):
    return f'{kind_of(value)}: a text stands in quotes'
  return _names(setting, value) if value else None


def _names_or_count(setting: Setting, value: Any) -> str | None:
  return setting.out_of_range(value) if is_whole(value) else _names(setting, value)


def _path(setting: Setting, value: Any) -> str | None:
  return _text(setting, value) or (
    f'~ is not expanded here: write {places.expanded(value)!r}' if value.startswith('~') else None
  )


def _folder(setting: Setting, value: Any) -> str | None:
  return _path(setting, value) or places.folder_problem(value, made=False, inside=setting.inside)


def _made(setting: Setting, value: Any) -> str | None:
  remote = setting.local and '://' in f'{value}' and 'it is no local folder'
  return remote or _path(setting, value) or places.folder_problem(value, made=True, inside=setting.inside)


def _pair(setting: Setting, value: Any) -> str | None:
  return _not_two(value) or next((f'{shown(one)} is no text' for one in value if not isinstance(one, str)), None)


def _two_numbers(setting: Setting, value: Any) -> str | None:
  return _not_two(value) or of_each(setting, value, _number)


def _not_two(value: Any) -> str | None:
  if not isinstance(value, tuple | list):
    return kind_of(value)
  return None if len(value) == 2 else f'it has {len(value)}'


def of_each(setting: Setting, values, problem: Callable) -> str | None:
  for value in values:
    wrong = problem(setting, value)
    if wrong:
      return f'of {shown(value)}: {wrong}'
  return None


def _windows(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, tuple | list):
    return kind_of(value)
  return of_each(setting, value, _whole) if value else 'it is empty'


def _patterns(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, tuple | list):
    hint = f': write ({value!r},)' if isinstance(value, str) else ''
    return f'{kind_of(value)}{hint}'
  for pattern in value:
    if not isinstance(pattern, str) or not pattern:
      return f'{shown(pattern)} is no pattern'
    try:
      re.compile(pattern)
    except re.error as error:
      return f'{pattern!r} is no regular expression: {error}'
  return None


def _mesh(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, Mapping):
    return kind_of(value)
  unknown = [axis for axis in value if axis not in AXES]
  if unknown:
    return f'it has the unknown axis {unknown[0]!r}{did_you_mean(unknown[0], AXES)}'
  for axis, size in value.items():
    if not is_whole(size):
      return f'the size of {axis!r} is {shown(size)}: {kind_of(size)}'
    if size < 1 and size != -1 or size > 2**24:
      return f'{axis!r} cannot be {size}'
  return 'only one axis may be -1' if list(value.values()).count(-1) > 1 else None


def _by_name(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, Mapping):
    return kind_of(value)
  if not all(isinstance(name, str) and name for name in value):
    return 'its keys must be names'
  return of_each(setting, value.values(), _whole if setting.kind == 'counts' else _number)


def _topology(setting: Setting, value: Any) -> str | None:
  wrong = _text(setting, value)
  if wrong:
    return wrong
  from flan_jax.settings import hardware

  try:
    hardware.topology(value)
  except UserError as error:
    return str(error)
  return None


def _window(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, str):
    return kind_of(value)
  form = re.fullmatch(r'(\d{1,9}):(\d{1,9})', value)
  if not form:
    return 'it has another form'
  first, last = map(int, form.groups())
  return None if 1 <= first <= last else 'these steps are not in order, from 1'


def _optimizer(setting: Setting, value: Any) -> str | None:
  if not isinstance(value, Mapping):
    return kind_of(value)
  for name, one in value.items():
    own = PARAMETERS.get(f'optimizer.{name}')
    if own is None:
      known = [key.split('.')[1] for key in PARAMETERS if key.startswith('optimizer.')]
      return f'it has the unknown {name!r}{did_you_mean(name, known)}'
    wrong = own.problem(one)
    if wrong:
      return f'its {name} {shown(one)} must be {own.wanted}; {wrong}'
  return None if 'learning_rate' in value else 'it has no learning_rate'


def _object(setting: Setting, value: Any) -> str | None:
  """An object made in Python, which checks its own fields."""
  literal = isinstance(value, str | bool | numbers.Number | tuple | list | Mapping)
  return kind_of(value) if literal else None


def _read_whole(text: str) -> tuple[Any, str | None]:
  if re.fullmatch(r'[+-]?[0-9]{1,18}', text):
    return int(text), None
  return None, 'it is no whole number'


def _read_number(text: str) -> tuple[Any, str | None]:
  try:
    return float(text), None
  except ValueError:
    return None, 'it is no number'


def _fixed(words: str) -> Callable[[Setting], str]:
  return lambda setting: words


KINDS = {
  'whole': Kind(lambda s: f'a whole number{range_of(s)}', _whole, _read_whole),
  'number': Kind(lambda s: f'a number{range_of(s)}', _number, _read_number),
  'truth': Kind(_fixed('True or False'), _truth),
  'text': Kind(_fixed('a text'), _text),
  'any text': Kind(_fixed('a text'), _any_text),
  'choice': Kind(lambda s: f'one of {_listed(s)}', _choice),
  'truth or choice': Kind(lambda s: f'True, False or one of {_listed(s)}', _truth_or_choice),
  'some': Kind(lambda s: f'one of {_listed(s)}, or some, joined by commas', _some),
  'names': Kind(_fixed("names, as in 'a,b' or ('a', 'b')"), _names),
  'joined': Kind(_fixed("names in one text, as in 'a,b'"), _joined),
  'names or count': Kind(
    lambda s: f"names, as in 'a,b' or ('a', 'b'), or a whole number{range_of(s)}", _names_or_count
  ),
  'path': Kind(_fixed('a path'), _path, lambda text: (places.expanded(text), None)),
  'folder': Kind(_fixed('a folder'), _folder, lambda text: (places.expanded(text), None)),
  'made': Kind(_fixed('a folder that is there, or can be made'), _made, lambda text: (places.expanded(text), None)),
  'pair': Kind(_fixed("two texts, as in ('eos', '\\n')"), _pair),
  'two numbers': Kind(lambda s: f'two numbers{range_of(s)}', _two_numbers),
  'windows': Kind(lambda s: f'whole numbers{range_of(s)}, as in (4096, 0)', _windows),
  'patterns': Kind(_fixed("regular expressions, as in ('embedding', 'layers/mlp/.*')"), _patterns),
  'mesh': Kind(_fixed("sizes of axes, as in {'data': 1, 'fsdp': -1, 'tensor': 2}"), _mesh),
  'shares': Kind(lambda s: f"numbers{range_of(s)} by name, as in {{'nli': 0.2}}", _by_name),
  'counts': Kind(lambda s: f"whole numbers{range_of(s)} by name, as in {{'nli': 500}}", _by_name),
  'topology': Kind(_fixed("a kind and its chips, as in 'v5e:4x4' or 'h100:8'"), _topology),
  'window': Kind(_fixed('steps FIRST:LAST, as in 10:12'), _window),
  'optimizer': Kind(_fixed('the arguments of optim.optimizer'), _optimizer),
  'object': Kind(_fixed('made by Python code, as in @training.Rows()'), _object),
}
