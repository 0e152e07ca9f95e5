# SPDX-License-Identifier: Apache-2.0
"""Converts values from other files to the features of a TFDS builder.

    convert = converter(builder.info.features)
    convert({'label': '1', 'text': None, 'uid': 7}) -> {'label': 1, 'text': ''}

TFDS takes a class number as it is and rejects unknown columns. Here a class is identified
by its name if it has one, columns that are no features are dropped, a missing text is
empty, and numbers may be texts, as in a CSV file.
"""

import functools
import json
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import tensorflow_datasets as tfds

Convert = Callable[[Any], Any]
_BOOLEANS = {'true': True, 'false': False, '1': True, '0': False, 'none': False}  # None as in TFDS
_SHOWN = 60  # maximum characters of a value


class Mismatch(ValueError):
  """A value that does not fit a feature; the message names the feature and the value."""


def converter(feature: Any, path: str = '') -> Convert:
  """Returns the function that converts a value to a TFDS feature.

  Args:
    feature: of a builder, or a nested one.
    path: of the feature, 'question.stem'; '' for the whole record.

  Returns:
    A function of one value. It raises Mismatch.
  """
  if isinstance(feature, tfds.features.FeaturesDict):
    parts = {name: converter(part, f'{path}.{name}'.lstrip('.')) for name, part in feature.items()}
    return functools.partial(_record, parts, path)
  if isinstance(feature, tfds.features.Sequence):
    if isinstance(feature.feature, tfds.features.FeaturesDict):
      lists = {name: converter(part, f'{path}.{name}') for name, part in feature.feature.items()}
      return functools.partial(_records, lists, path)
    return functools.partial(_list, converter(feature.feature, path), path)
  if isinstance(feature, tfds.features.ClassLabel):
    return functools.partial(_class, feature.names, path)
  kind = np.dtype(feature.np_dtype).kind
  return functools.partial({'b': _boolean, 'i': _integer, 'u': _integer, 'f': _float}.get(kind, _text), path)


def _record(parts: Mapping[str, Convert], path: str, value: Any) -> dict[str, Any]:
  value = _parsed(value, path)
  if not isinstance(value, Mapping):
    raise _mismatch(path, value, 'columns ' + ', '.join(parts))
  missing = [name for name in parts if name not in value]
  if missing:
    within = f' in {path}' if path else ''
    raise Mismatch(f'there is no column {missing[0]!r}{within}; there are {", ".join(map(str, value))}')
  return {name: convert(value[name]) for name, convert in parts.items()}


def _records(parts: Mapping[str, Convert], path: str, value: Any) -> dict[str, list]:
  """Converts a list of records, or a record of lists, to a record of lists."""
  value = _parsed(value, path)
  if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
    if not all(isinstance(item, Mapping) for item in value):
      raise _mismatch(path, value, 'a list of records')
    value = {name: [item.get(name) for item in value] for name in (value[0] if value else parts)}
  lists = _record({name: functools.partial(_list, part, f'{path}.{name}') for name, part in parts.items()}, path, value)
  if len({len(items) for items in lists.values()}) > 1:
    raise _mismatch(path, value, 'lists of the same length')
  return lists


def _list(convert: Convert, path: str, value: Any) -> list:
  value = _parsed(value, path)
  if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, (Sequence, np.ndarray)):
    raise _mismatch(path, value, 'a list')
  return [convert(item) for item in value]


def _class(names: Sequence[str], path: str, value: Any) -> int:
  if isinstance(value, bytes):
    value = value.decode()
  if isinstance(value, bool):
    value = str(value)
  if value is None or value == '-1':
    return -1
  if isinstance(value, str):
    if value in names:
      return names.index(value)
    if value.isdecimal():
      value = int(value)
  if isinstance(value, (int, np.integer)) and -1 <= value < len(names):
    return int(value)
  raise _mismatch(path, value, f'one of {", ".join(names)}')


def _text(path: str, value: Any) -> str | bytes:
  if value is None:
    return ''
  if isinstance(value, int) and not isinstance(value, bool):
    return str(value)
  if not isinstance(value, (str, bytes)):
    raise _mismatch(path, value, 'a text')
  return value


def _boolean(path: str, value: Any) -> bool:
  known = _BOOLEANS.get(str(value).lower())
  if known is None:
    raise _mismatch(path, value, 'true or false')
  return known


def _integer(path: str, value: Any) -> int:
  try:
    number = float(value) if isinstance(value, float) else int(value)
    if number == int(number):
      return int(number)
  except (TypeError, ValueError, OverflowError):
    pass
  raise _mismatch(path, value, 'a whole number')


def _float(path: str, value: Any) -> float:
  try:
    return float(value)
  except (TypeError, ValueError):
    raise _mismatch(path, value, 'a number') from None


def _parsed(value: Any, path: str) -> Any:
  """Parses a table cell of a feature with parts, which is written as JSON."""
  if not isinstance(value, str):
    return value
  try:
    return json.loads(value)
  except ValueError:
    raise _mismatch(path, value, 'a list or record; a table cannot hold it otherwise than as JSON') from None


def _mismatch(path: str, value: Any, wanted: str) -> Mismatch:
  shown = repr(value)
  return Mismatch(f'{path or "the row"} = {shown[:_SHOWN]}{"..." if len(shown) > _SHOWN else ""}; it must be {wanted}')
