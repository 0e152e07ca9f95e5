# SPDX-License-Identifier: Apache-2.0
"""Row files as on the Hugging Face hub or from users: finding them, and reading their rows.

Supports .parquet, .jsonl and .json (one object a line), .csv and .tsv (with a header).
A file belongs to a split by its name, or by that of its folder:

    train.parquet  train-00000-of-00002.parquet  piqa_train.parquet  train/0000.parquet

and to a config by a folder around it; a folder called `data` is ignored.
"""

import csv
import dataclasses
import importlib
import json
import pathlib
import re
from typing import Any, Iterable, Iterator, Mapping, Sequence

from flan_jax.errors import UserError

PARQUET = '.parquet'
KINDS = (PARQUET, '.jsonl', '.json', '.csv', '.tsv')
_TABLES = {'.csv': ',', '.tsv': '\t'}
_BATCH = 1_000  # rows in memory at once
_CELL = 2**31 - 1  # characters; the default limit of the csv module is 131,072
_SHARD = re.compile(r'(?:part-|data-)?\d[\w.-]*')

Labels = Mapping[str, Sequence[str]]  # {column: names of its classes in the file's order}


def extra(module: str) -> Any:
  """Imports a module that only copies of datasets need.

  Raises:
    UserError: it is not installed.
  """
  try:
    return importlib.import_module(module)
  except ImportError:
    raise UserError(f"{module} is not installed: pip install 'flan_jax[hub]'") from None


class Unclear(UserError):
  """An ambiguous choice between two sets of files, or a set that lacks a part."""


@dataclasses.dataclass(frozen=True)
class _Group:
  """Files that can be one split.

  Attributes:
    folder: that contains them.
    name: of the split.
    kind: suffix of the files.
    parts: expected number; 0 if names are numbered without a total, None if they have no
      number.
  """

  folder: tuple[str, ...]
  name: str
  kind: str
  parts: int | None


def find(
  paths: Iterable[str], names: Sequence[str], config: str, prefixes: Sequence[str] = (), only: bool = False
) -> list[str]:
  """Returns the files of one split among the paths of a folder or repository.

      find(['rte/train-0.parquet', 'cb/train-0.parquet'], ['train'], 'rte') -> ['rte/train-0.parquet']

  Args:
    paths: relative to the folder or repository.
    names: possible names of the split.
    config: folder of the files. If there is none of that name, files outside any folder
      are taken, or those of the only folder if the config is 'default'.
    prefixes: possible prefixes of file names, as in wiki_lingua-train.parquet.
    only: the paths have this config and no other, under any name.

  Returns:
    The paths in order, [] if there are none.

  Raises:
    Unclear: several sets of files fit, or a part is missing.
  """
  groups: dict[_Group, list[str]] = {}
  for path in sorted(paths, key=_by_number):
    group = _group(pathlib.PurePosixPath(path), names, prefixes)
    if group:
      groups.setdefault(group, []).append(path)
  groups = _of_config(groups, config, only)
  if len(groups) > 1:
    listed = ' and '.join(files[0] for files in groups.values())
    raise Unclear(f'{listed} could both be the split {names[0]!r}')
  if not groups:
    return []
  [(group, files)] = groups.items()
  if group.parts and group.parts != len(files):
    raise Unclear(f'there are {len(files)} of the {group.parts} parts of the split {names[0]!r}, as {files[0]}')
  return files


def _by_number(path: str) -> list[tuple[str, int]]:
  """Sort key that puts part-2 before part-10."""
  return [(text, int(number or 0)) for text, number in re.findall(r'(\D*)(\d*)', path)]


def _group(path: pathlib.PurePosixPath, names: Sequence[str], prefixes: Sequence[str]) -> _Group | None:
  if path.suffix not in KINDS:
    return None
  folder, stem = path.parts[:-1], path.name.removesuffix(path.suffix)
  begins = '|'.join(map(re.escape, prefixes))
  for name in names:
    found = re.fullmatch(rf'(?:(?:{begins})[-_])?{re.escape(name)}(?:[-_.](\d[\w.-]*))?', stem)
    if found:
      return _Group(_said(folder), name, path.suffix, _parts(found[1]))
    if folder[-1:] == (name,) and _SHARD.fullmatch(stem):
      return _Group(_said(folder[:-1]), name, path.suffix, _parts(stem))
  return None


def _parts(number: str | None) -> int | None:
  """Returns the total in '00000-of-00002'; see _Group."""
  if number is None:
    return None
  total = re.search(r'-of-(\d+)', number)
  return int(total[1]) if total else 0


def _said(folder: tuple[str, ...]) -> tuple[str, ...]:
  return tuple(part for part in folder if part != 'data')


def _of_config(groups: Mapping[_Group, list[str]], config: str, only: bool) -> dict[_Group, list[str]]:
  within = {group: files for group, files in groups.items() if group.folder[-1:] == (config,)}
  bare = {group: files for group, files in groups.items() if not group.folder}
  alone = dict(groups) if only or config == 'default' else {}
  return within or bare or alone


def rows(path: str, labels: Labels) -> Iterator[dict[str, Any]]:
  """Yields the rows of a file in order; classes are given by their names.

  Args:
    path: of the file.
    labels: names of the classes of columns, unless the file states them itself.

  Raises:
    UserError: the file cannot be read, or has a class without a name.
  """
  kind = pathlib.PurePath(path).suffix
  damaged: tuple[type[Exception], ...] = (OSError, UnicodeDecodeError, csv.Error)
  if kind == PARQUET:
    damaged += (extra('pyarrow').ArrowException,)
  try:
    if kind == PARQUET:
      yield from _parquet(path, labels)
    else:
      found = _table(path, _TABLES[kind]) if kind in _TABLES else _lines(path)
      for number, row in enumerate(found):
        yield _named(row, labels, f'{path}, row {number}', quoted=kind in _TABLES)
  except damaged as error:
    reason = str(error).partition('\n')[0]
    raise UserError(f'{path} cannot be read as {kind[1:]} ({reason}); replace it') from error


def _parquet(path: str, labels: Labels) -> Iterator[dict[str, Any]]:
  number = 0
  with extra('pyarrow.parquet').ParquetFile(path) as file:
    known = {**labels, **_stated(file.schema_arrow.metadata or {})}
    for group in range(file.num_row_groups):  # so that none is read before its rows are needed
      for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group]):
        for row in batch.to_pylist():
          yield _named(row, known, f'{path}, row {number}')
          number += 1


def _stated(metadata: Mapping[bytes, bytes]) -> dict[str, Sequence[str]]:
  """Returns the classes of columns that the `datasets` library writes into a parquet file."""
  try:
    features = json.loads(metadata[b'huggingface'])['info']['features']
    return {column: names for column, feature in features.items() if (names := _classes(feature))}
  except (KeyError, ValueError, TypeError, AttributeError):  # written by another program
    return {}


def _classes(feature: Any) -> Sequence[str]:
  """Returns the class names of a column, or of the classes in its lists."""
  while isinstance(feature, Mapping) and feature.get('_type') in ('Sequence', 'List', 'LargeList'):
    feature = feature['feature']
  if isinstance(feature, list) and feature:  # an older format of a list
    return _classes(feature[0])
  if isinstance(feature, Mapping) and feature.get('_type') == 'ClassLabel':
    return tuple(feature.get('names') or ())
  return ()


def _lines(path: str) -> Iterator[dict[str, Any]]:
  with open(path, encoding='utf-8') as file:
    for number, line in enumerate(file):
      if not line.strip():
        continue
      try:
        row = json.loads(line)
      except ValueError as error:
        raise UserError(f'{path}, line {number + 1} is not JSON ({error}); there must be one object a line') from None
      if not isinstance(row, dict):
        raise UserError(f'{path}, line {number + 1} holds no JSON object but {line.strip()[:40]!r}')
      yield row


def _table(path: str, delimiter: str) -> Iterator[dict[str, Any]]:
  before = csv.field_size_limit(_CELL)
  try:
    with open(path, encoding='utf-8-sig', newline='') as file:
      reader = csv.DictReader(file, delimiter=delimiter, restkey='')
      for row in reader:
        if '' in row or None in row.values():
          wanted, found = len(reader.fieldnames or ()), sum(value is not None for value in row.values())
          raise UserError(f'{path}, line {reader.line_num} has {found} fields or more instead of {wanted}')
        yield row
  finally:
    csv.field_size_limit(before)


def _named(row: dict[str, Any], labels: Labels, where: str, quoted: bool = False) -> dict[str, Any]:
  """Returns the row with class names instead of numbers.

  quoted: every value is text, as in a table.
  """
  for column, names in labels.items():
    if column in row:
      row[column] = _name(row[column], names, f'{where}: {column}', quoted)
  return row


def _name(value: Any, names: Sequence[str], where: str, quoted: bool) -> Any:
  if isinstance(value, list):
    return [_name(item, names, where, quoted) for item in value]
  if quoted and re.fullmatch(r'-?\d+', value):
    if value in names and names.index(value) != int(value):
      raise UserError(
        f'{where} = {value!r} is a class name or the number of another class; use a parquet or jsonl file, '
        'where text and numbers differ'
      )
    value = int(value)
  if isinstance(value, bool) or not isinstance(value, int) or value == -1:
    return value  # already a name, or no class
  if not 0 <= value < len(names):
    raise UserError(f'{where} = {value}; there are the classes 0 to {len(names) - 1}: {", ".join(names)}')
  return names[value]
