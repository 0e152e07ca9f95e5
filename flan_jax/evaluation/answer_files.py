# SPDX-License-Identifier: Apache-2.0
"""A file of JSON lines whose head vouches for the others: their number and a digest.

A head is the first line, an object. Beside what the writer puts there it has `lines`, how
many follow, and `sha256`, of the head without it and of all that follows. Files are
written whole or not at all; a file that changed since is told from one that did not.
"""

import hashlib
import json
import os
from typing import Mapping, Sequence

from flan_jax import storage
from flan_jax.errors import UserError

COUNT, DIGEST = 'lines', 'sha256'
EARLIER = 'has no digest: an earlier version wrote it'


class Unwritable(UserError):
  """Answers cannot be kept: a reason to end an evaluation, not to pass over a dataset."""


def write(path: str, head: Mapping, lines: Sequence[Mapping]) -> dict:
  """Writes the head and the lines; returns the head as it stands there.

  Raises:
    Unwritable: the file cannot be written.
  """
  body = ''.join(map(_line, lines))
  made = {**head, COUNT: len(lines)}
  made[DIGEST] = _digest(made, body)
  try:
    storage.make_folder(os.path.dirname(path))
    storage.write_whole(path, _line(made) + body)
  except OSError as error:
    raise Unwritable(f'{path} cannot be written ({error}); move away what stands there, or free the disk') from None
  return made


def read(path: str) -> tuple[dict | None, list[dict], str]:
  """(head, lines, '') of a file; (None, [], what is wrong with it) of a damaged one.

  (None, [], '') where there is none.
  """
  try:
    first, _, body = storage.read_text(path).partition('\n')
  except FileNotFoundError:
    return None, [], ''
  except (OSError, UnicodeDecodeError) as error:
    return None, [], f'cannot be read ({error})'
  try:
    head = json.loads(first)
  except ValueError:
    head = None
  wrong = _wrong(first, head, body)
  return (None, [], wrong) if wrong else (head, _parsed(body), '')


def _wrong(first: str, head, body: str) -> str:
  """What is wrong with a file of that first line and that rest; '' if nothing is."""
  if not first:
    return 'is empty'
  if isinstance(head, dict) and 'fingerprint' in head and not {COUNT, DIGEST} & {*head}:
    return EARLIER
  if not isinstance(head, dict) or DIGEST not in head or _line(head) != first + '\n':
    return 'is damaged: its first line is not the one that was written'
  count = body.count('\n')
  if count != head.get(COUNT):
    return f'is damaged: it has {count:,} lines, and was written with {head.get(COUNT)}'
  own = {key: value for key, value in head.items() if key != DIGEST}
  if _digest(own, body) != head[DIGEST]:
    return 'is damaged: its lines are not those that were written'
  return ''


def _parsed(body: str) -> list[dict]:
  return [json.loads(line) for line in body.split('\n')[:-1]]


def _line(value: Mapping) -> str:
  return json.dumps(value, ensure_ascii=False) + '\n'


def digest(lines: Sequence[Mapping]) -> str:
  """The SHA-256 of lines as they are written, without a head."""
  return hashlib.sha256(''.join(map(_line, lines)).encode()).hexdigest()


def _digest(head: Mapping, body: str) -> str:
  return hashlib.sha256((_line(head) + body).encode()).hexdigest()
