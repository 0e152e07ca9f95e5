# SPDX-License-Identifier: Apache-2.0
"""Typed descriptions of all settings; every value is checked against them.

`macros` describes gin files and Python calls, `flags` command lines, `kinds` the types
of values. Nothing here imports jax, TensorFlow or gin.
"""

import dataclasses
from typing import Any, Mapping

from flan_jax.errors import UserError
from flan_jax.settings import flags, macros, run_fields  # noqa: F401  fill PARAMETERS
from flan_jax.settings.kinds import PARAMETERS, Setting, shown

MACROS = {setting.name: setting for setting in macros.SETTINGS if setting.name.isupper()}
FLAGS = {setting.name: setting for setting in flags.SETTINGS}


def check(setting: Setting, value: Any, name: str = '', where: str = '') -> None:
  """Raises UserError unless the value is of the setting's kind and in its range.

  name: as the user wrote it, by default the setting's. where: ' (my.gin, line 3)'.
  """
  problem = setting.problem(value)
  if problem:
    raise UserError(f'{name or setting.name} = {shown(value)}{where} must be {setting.wanted}; {problem}')


def check_call(function: str, given: Mapping[str, Any]) -> None:
  """Checks the arguments of one of our functions by name; unknown ones are ignored."""
  for name, value in given.items():
    setting = PARAMETERS.get(f'{function}.{name}')
    if setting:
      check(setting, value)


def check_fields(instance: Any) -> None:
  """Checks the fields of one of our dataclasses; call it in __post_init__."""
  check_call(
    type(instance).__name__, {field.name: getattr(instance, field.name) for field in dataclasses.fields(instance)}
  )


def check_told(owner: str, told: Mapping[str, Any], name: str) -> None:
  """Checks the fields of one of our dataclasses as read from a file.

  Fields that the dataclass lacks are ignored. name: of the object in the file.
  """
  for field, value in told.items():
    setting = PARAMETERS.get(f'{owner}.{field}')
    if setting:
      check(setting, value, f'{name}.{field}'.removeprefix('.'))


def read_flag(name: str, text: str) -> Any:
  """Returns the value of `--name=text`. Raises UserError if the text is invalid for the flag."""
  setting = FLAGS[name]
  value, problem = setting.read(text)
  problem = problem or setting.problem(value)
  if problem:
    written = name if setting.positional else f'--{name}={text}'
    what = f'{written} {text!r}' if setting.positional else written
    raise UserError(f'{what} must be {setting.wanted}; {problem}')
  return value
