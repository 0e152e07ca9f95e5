# SPDX-License-Identifier: Apache-2.0
"""Files of prompts, and files of their continuations that grow and can be gone on with.

Prompts: a line is a JSON object with the text in one of its fields, or a JSON string;
in a .txt file the line is the text. Continuations: line by line the same objects with
`outputs` and `number`, in the same order. Beside them OUT.run.json says what they
depend on, so that an interrupted file is gone on with only as what it is.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import sys
from typing import Any, BinaryIO, Iterator, Mapping, Sequence

from flan_jax import storage
from flan_jax.errors import did_you_mean, UserError
from flan_jax.storage import growing

STDIN = '-'
SIDE_FILE = '.run.json'  # after the name of the file of continuations
OUTPUTS, NUMBER = 'outputs', 'number'  # what is added to a prompt's object


@dataclasses.dataclass(frozen=True)
class Prompts:
  """The records as they came, the texts in their `field`, the sha256 of the file."""

  name: str
  field: str
  records: list[dict]
  texts: list[str]
  digest: str


def read(path: str, field: str = 'inputs') -> Prompts:
  """Reads a file of prompts, or standard input where the path is '-'.

  field: of the objects, where the text is.

  Raises:
    UserError: no such file, or a line that is no prompt, which is named.
  """
  name = 'standard input' if path == STDIN else path
  content = _content(path)
  lines = content.removeprefix(b'\xef\xbb\xbf').split(b'\n')
  if not lines[-1].strip():
    lines.pop()
  if not any(line.strip() for line in lines):
    raise UserError(f'{name} is empty; write a prompt on each line')
  parse = _plain if path.endswith('.txt') else _parsed
  records = []
  for number, line in enumerate(lines, 1):
    try:
      records.append(parse(line.decode('utf-8').removesuffix('\r'), field))
    except (UserError, UnicodeDecodeError) as error:
      raise UserError(f'{name}, line {number}: {error}') from None
  texts = [record[field] for record in records]
  return Prompts(name, field, records, texts, hashlib.sha256(content).hexdigest())


def _content(path: str) -> bytes:
  if path == STDIN:
    return sys.stdin.buffer.read()
  try:
    return storage.read_bytes(path)
  except OSError as error:
    raise UserError(
      f'--input={path} cannot be read: {error.strerror}; name a file of prompts, or {STDIN} for standard input'
    ) from None


def _plain(line: str, field: str) -> dict:
  return {field: _text(line)}


def _parsed(line: str, field: str) -> dict:
  if not line.strip():
    raise UserError('the line is empty; leave it out')
  try:
    record = json.loads(line)
  except (json.JSONDecodeError, RecursionError) as error:
    raise UserError(
      f'this is not JSON ({error}); write a string or an object on each '
      'line, or name the file .txt for one prompt a line'
    ) from None
  if isinstance(record, str):
    return {field: _text(record)}
  if not isinstance(record, dict):
    raise UserError(f'{line[:40]} is neither a string nor an object; a prompt is one')
  if field not in record:
    raise UserError(
      f'there is no field {field!r} among {", ".join(record) or "none"}; '
      f'name that of the text by --field{did_you_mean(field, record)}'
    )
  taken = [name for name in (OUTPUTS, NUMBER) if name in record]
  if taken:
    raise UserError(f'the field {taken[0]!r} would be written over; rename it')
  if not isinstance(record[field], str):
    raise UserError(
      f'the field {field!r} is {json.dumps(record[field])[:40]}, which is no string; name another with --field'
    )
  _text(record[field])
  return record


def _text(text: str) -> str:
  if not text.strip():
    raise UserError('the prompt is empty; give it a text, or leave the line out')
  try:
    text.encode('utf-8')
  except UnicodeEncodeError as error:
    raise UserError(
      f'the prompt has half of a character ({error.reason}); JSON writes such characters as a pair of \\u escapes'
    ) from None
  return text


def check_output(path: str, source: str) -> None:
  """Raises UserError if continuations cannot be written there without harm."""
  places = [path, path + SIDE_FILE]
  if source in places or _real(source) in map(_real, places):
    raise UserError(f'--output={path} would write over --input={source}; name another')
  if storage.is_folder(path):
    raise UserError(f'--output={path} is a folder; name a file, such as {os.path.join(path, "out.jsonl")}')
  if storage.is_remote(path):
    problem = storage.bucket_problem(path)
    if problem:
      raise UserError(f'--output={path}: {problem}')
    return
  folder = os.path.dirname(os.path.abspath(path))
  if not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
    raise UserError(f'--output={path}: {folder} is no folder that can be written to; make it, or name another')
  there = filter(os.path.exists, places)
  closed = [one for one in there if not os.access(one, os.W_OK)]
  if closed:
    raise UserError(f'{closed[0]} cannot be written to; name another --output')


def _real(path: str) -> str:
  return storage.absolute(path) if storage.is_remote(path) else os.path.realpath(path)


def written(path: str, told: Mapping[str, Any], total: int) -> int:
  """How many prompts the file has continuations of, when it is to be gone on with.

  Args:
    told: what the continuations depend on; must be what the file was begun with.
    total: prompts that there are.

  Raises:
    UserError: the file is of other settings, or no file of continuations.
  """
  try:
    content = storage.read_bytes(path)
  except FileNotFoundError:
    return 0
  if not content:
    return 0
  lines = _whole(content).splitlines()
  different = {
    name: f'{name} was {before!r} and is now {now!r}' for name, before, now in _compared(_read_side(path), told)
  }
  if different:
    how = ' (--plain: no separator, --no-plain: one)' if 'separator' in different else ''
    raise UserError(
      f'{path} was begun otherwise: {"; ".join(different.values())}. Set '
      f'that as it was{how}, name another --output, or begin again with '
      '--overwrite'
    )
  for number, line in enumerate(lines):
    if number >= total or _number(line) != number:
      raise UserError(
        f'{path}, line {number + 1} is not the continuation of prompt '
        f'{number}; mend the file, or begin again with --overwrite'
      )
  return len(lines)


def _whole(content: bytes) -> bytes:
  """Without a last line that was torn."""
  return content[: content.rfind(b'\n') + 1]


def _number(line: bytes) -> int | None:
  try:
    return json.loads(line)[NUMBER]
  except (ValueError, KeyError, TypeError):
    return None


def _read_side(path: str) -> dict:
  try:
    return dict(json.loads(storage.read_text(path + SIDE_FILE)))
  except (FileNotFoundError, ValueError, TypeError):
    raise UserError(
      f'{path} exists, and no {path + SIDE_FILE} says how it was begun; name another '
      '--output, or write over it with --overwrite'
    ) from None


def step(path: str) -> int | None:
  """Of the checkpoint that the file was begun with, if that is known."""
  try:
    found = _read_side(path).get('step')
  except UserError:
    return None
  return found if isinstance(found, int) else None


def _compared(before: Mapping, now: Mapping) -> Iterator[tuple[str, Any, Any]]:
  now = json.loads(json.dumps(now))  # tuples as the file has them
  for name in [*now, *(name for name in before if name not in now)]:
    if before.get(name) != now.get(name):
      yield name, before.get(name), now.get(name)


@contextlib.contextmanager
def grown(path: str, told: Mapping[str, Any], done: int) -> Iterator[growing.Growing]:
  """The file, open to append after its first `done` lines; 0 begins it."""
  keep = len(_whole(storage.read_bytes(path))) if done else 0
  with growing.Growing(path, keep) as file:
    if not done:  # emptied first: of an empty file nobody asks how it was begun
      storage.write_whole(path + SIDE_FILE, json.dumps(told, indent=1))
    yield file


def append(
  file: BinaryIO | growing.Growing, records: Sequence[Mapping], outputs: Sequence[Sequence[str]], first: int
) -> None:
  """Writes the continuations of prompts `first` and following."""
  for number, (record, texts) in enumerate(zip(records, outputs, strict=True), first):
    line = json.dumps({**record, OUTPUTS: list(texts), NUMBER: number}, ensure_ascii=False)
    # Half a character becomes \ud83d again, as JSON has it.
    file.write(line.encode('utf-8', 'backslashreplace') + b'\n')
  file.flush()
