# SPDX-License-Identifier: Apache-2.0
"""The macros of a run file with their defaults and meanings: what help and reference print.

A macro's default and its meaning stand in one place, a line of a gin file:

    LOG_EVERY = 100  # steps between records

The files are read as text: `--help` is to be quick, and needs no gin.
"""

import ast
import os
import re
import textwrap
from typing import Iterator, NamedTuple

REQUIRED = '%gin.REQUIRED'


class Macro(NamedTuple):
  """The text of the default, and what the macro means."""

  default: str
  meaning: str


def macros(name: str, folder: str) -> dict[str, Macro]:
  """The macros of a gin file and of those that it includes; the last value holds."""
  found: dict[str, Macro] = {}
  for line in _lines(name, folder):
    match = re.fullmatch(r'([A-Z_]+) = (.*?)(?:  # (.*))?', line)
    if match:
      earlier = found.get(match[1], Macro('', ''))
      found[match[1]] = Macro(match[2], match[3] or earlier.meaning)
  return found


def _lines(name: str, folder: str) -> Iterator[str]:
  with open(os.path.join(folder, name), encoding='utf-8') as file:
    for line in file.read().splitlines():
      if line.startswith('include '):
        yield from _lines(ast.literal_eval(line.removeprefix('include ')), folder)
      else:
        yield line


def help_text(name: str, folder: str) -> str:
  """The macros of a run file, required ones first: the end of a command's help."""
  lines = [f'macros of {name}, set by --gin.NAME=VALUE or in a gin file:']
  found = macros(name, folder)
  for macro in sorted(found, key=lambda macro: found[macro].default != REQUIRED):
    default, meaning = found[macro]
    value = 'required' if default == REQUIRED else default
    lines.append(
      textwrap.fill(
        f'{macro} = {value}  {meaning}', 88, initial_indent='  ', subsequent_indent='      ', break_on_hyphens=False
      )
    )
  return '\n'.join(lines)
