# SPDX-License-Identifier: Apache-2.0
"""The settings: one typed description of each, by which every value is checked.

`macros` describes what gin files and Python calls set, `flags` what command lines do,
`kinds` what a value may be. Nothing here imports jax, TensorFlow or gin.
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

  name: as it was written, by default the setting's. where: ' (my.gin, line 3)'.
  """
  problem = setting.problem(value)
  if problem:
    raise UserError(f'{name or setting.name} = {shown(value)}{where} must be {setting.wanted}; {problem}')


def check_call(function: str, given: Mapping[str, Any]) -> None:
  """Checks the arguments of one of our functions, by name; those unknown are left out."""
  for name, value in given.items():
    setting = PARAMETERS.get(f'{function}.{name}')
    if setting:
      check(setting, value)


def check_fields(instance: Any) -> None:
  """Checks the fields of one of our dataclasses; to be called from __post_init__."""
  check_call(
    type(instance).__name__, {field.name: getattr(instance, field.name) for field in dataclasses.fields(instance)}
  )


def check_told(owner: str, told: Mapping[str, Any], name: str) -> None:
  """Checks the fields of one of our dataclasses that a file tells.

  Fields that the dataclass does not have are passed over. name: of the object in the file.
  """
  for field, value in told.items():
    setting = PARAMETERS.get(f'{owner}.{field}')
    if setting:
      check(setting, value, f'{name}.{field}'.removeprefix('.'))


def read_flag(name: str, text: str) -> Any:
  """The value of `--name=text`. Raises UserError for what the flag cannot be."""
  setting = FLAGS[name]
  value, problem = setting.read(text)
  problem = problem or setting.problem(value)
  if problem:
    written = name if setting.positional else f'--{name}={text}'
    what = f'{written} {text!r}' if setting.positional else written
    raise UserError(f'{what} must be {setting.wanted}; {problem}')
  return value
