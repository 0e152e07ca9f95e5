# SPDX-License-Identifier: Apache-2.0
"""A conversation with a model in a terminal: prompts, and settings between them."""

import contextlib
import dataclasses
from typing import Any, Callable

from flan_jax.errors import did_you_mean, UserError
from flan_jax.inference.decoding import Settings
from flan_jax.inference.text_generation import Asked

# (text, asked, turn) -> what the text is continued with
Answer = Callable[[str, Asked, int], list[str]]

BETWEEN = '\n---\n'  # samples
_HINT = 'A prompt may have several lines; an empty line ends it. :help lists the settings, Ctrl-D ends.'
_TYPES: dict[str, Any] = {field.name: field.type for field in dataclasses.fields(Settings)}
_NAMES = [*_TYPES, 'samples', 'plain']
_SWITCH = {'on': True, 'off': False}


def converse(answer: Answer, asked: Asked) -> None:
  """Asks for prompts and prints what they are continued with, until Ctrl-D.

  Each prompt is another turn, and so drawn anew. `:temperature 0.7` sets a setting.
  """
  with contextlib.suppress(ImportError):
    import readline  # noqa: F401, gives `input` its editing keys
  print(_HINT)
  turn = 0
  while (text := _typed()) is not None:
    try:
      if text.strip() == ':help':
        _help(asked)
      elif text.startswith(':'):
        asked = changed(text, asked)
      elif text.strip():
        print(*answer(text, asked, turn), sep=BETWEEN)
        turn += 1
    except UserError as error:
      print(f'error: {error}')


def _typed() -> str | None:
  """Lines up to an empty one, or one that begins with a colon; None at the end."""
  lines: list[str] = []
  try:
    while line := input('... ' if lines else 'prompt> '):
      lines.append(line)
      if lines[0].startswith(':'):
        break
  except EOFError:
    print()
    return '\n'.join(lines) if lines else None
  return '\n'.join(lines)


def _help(asked: Asked) -> None:
  current = {**dataclasses.asdict(asked.settings), 'samples': asked.samples}
  for name, value in current.items():
    print(f'  :{name} {value!r}')
  print(f'  :plain {"on" if asked.plain else "off"}')
  print(
    'Write :temperature 0.7 to set one. :stop TEXT adds a text (\\n is a new '
    'line), :stop takes all away. With :plain on the text itself goes on; with '
    ':plain off it is answered, after the separator of tuning.'
  )


def changed(line: str, asked: Asked) -> Asked:
  """Obeys a line such as ':top_k 40'.

  Raises:
    UserError: no such setting, or not with this value.
  """
  name, _, value = line[1:].strip().partition(' ')
  if name not in _NAMES:
    raise UserError(f'there is no setting :{name}; :help lists them{did_you_mean(name, _NAMES)}')
  if name == 'samples':
    return dataclasses.replace(asked, samples=_number(int, name, value))
  if name == 'plain':
    return dataclasses.replace(asked, plain=_switched(value))
  new: dict[str, Any] = {}
  if name == 'stop':
    text = value.replace('\\n', '\n')
    new[name] = (*asked.settings.stop, text) if text else ()
  else:
    new[name] = _number(_TYPES[name], name, value)
  settings = dataclasses.replace(asked.settings, **new)
  return dataclasses.replace(asked, settings=settings)


def _switched(value: str) -> bool:
  if value.strip() not in _SWITCH:
    raise UserError(f':plain wants on or off, not {value!r}')
  return _SWITCH[value.strip()]


def _number(kind: type, name: str, value: str):
  try:
    return kind(value)
  except ValueError:
    raise UserError(f':{name} wants a number ({kind.__name__}), not {value!r}') from None
