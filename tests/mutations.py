# SPDX-License-Identifier: Apache-2.0
"""Settings spoilt in every way that their descriptions forbid, and some that they allow."""

import dataclasses
import random

from flan_jax import settings

# Of each of our functions: what a gin file imports to bind it.
MODULES = {
  'Training': 'flan_jax.runs.training',
  'Rows': 'flan_jax.runs.training',
  'Evaluation': 'flan_jax.runs.evaluation',
  'Precompile': 'flan_jax.cli.precompile',
  'Schedule': 'flan_jax.training.loop',
  'Selection': 'flan_jax.data.mixture_subset',
  'Mixing': 'flan_jax.data.mixing.mixing',
  'DecoderConfig': 'flan_jax.model.decoder',
  'LossConfig': 'flan_jax.model.losses',
  'Adapter': 'flan_jax.model.adapters',
}
WHOLE = ["'3'", 'True', '2.5', '1e4', '[1]', '(1, 2)', '{}', "''", "'many'", '1e999']
NUMBER = ["'0.5'", 'False', '[0.5]', '{}', "''", '1e999', '-1e999']
TEXT = ['3', 'True', '[]', '2.5', "''", "' '", "{'a': 1}"]
# Of each kind what it can never be, as gin writes it.
NEVER = {
  'whole': WHOLE,
  'number': NUMBER,
  'text': TEXT,
  'path': [*TEXT, "'~/x'"],
  'folder': [*TEXT, "'~/x'"],
  'model': [*TEXT, "'~/x'"],
  'folder or choice': [*(one for one in TEXT if one != "''"), "'~/x'", "'/dev/null'"],
  'made': [*TEXT, "'~/x'", "'/dev/null/x'", "'/dev/null'"],
  'truth': ["'False'", "'no'", '0', '1', "''", '[]', '0.0'],
  'truth or choice': ["'False'", '0', '1', "''", '[]', "'nonesuch'"],
  'choice': ['3', 'True', "''", "'nonesuch'", '[]', "('sum',)"],
  'some': ['3', 'True', "''", "'nonesuch'", '[]'],
  'joined': ['3', '[]', 'True', "','"],
  'names': ['True', '3', '[]', "''", '(1, 2)', "('',)"],
  'names or count': ['True', '0', '-1', '2.5', '[]', '()', "''", '(1, 2)', "('',)"],
  'pair': ["'eos'", "('eos',)", "('eos', 3)", '3', 'True', "('a', 'b', 'c')", '{}'],
  'choice or pair': ["'eos'", "('eos',)", "('eos', 3)", '3', 'True', "('a', 'b', 'c')", '{}'],
  'two numbers': [
    '0.9',
    '(0.9,)',
    "('0.9', 0.999)",
    '(0.9, 1.0)',
    '(-0.1, 0.9)',
    '(True, 0.9)',
    '(0.9, 1e999)',
    'None',
    '(0.1, 0.2, 0.3)',
  ],
  'windows': ['4096', '()', '(-1,)', "('4',)", '(True,)', '(2.5,)'],
  'patterns': ["'embedding'", '3', "('(',)", '(3,)', "('',)", 'True'],
  'mesh': [
    "'data'",
    '3',
    '[]',
    "{'rows': 1}",
    "{'data': '1'}",
    "{'data': True}",
    "{'data': 0}",
    "{'data': -2}",
    "{'data': -1, 'fsdp': -1}",
    "{'data': 1.0}",
  ],
  'shares': ['0.5', "'nli'", "{'nli': 2}", "{'nli': '0.1'}", '{1: 0.5}', "{'nli': None}", "{'nli': True}"],
  'counts': ['500', "{'nli': 0}", "{'nli': 2.5}", "{'': 5}"],
  'topology': ["'v99:4x4'", "'v5e'", '3', "''", "'v5e:4'", 'True'],
  'window': ["'3'", '3', "'5:2'", "'0:2'", "''"],
  'object': ['3', "'rows'", '[]', '@training.Rows'],
  'optimizer': ['3', "'adam'", '[]'],
}
# What a command line cannot say of a flag; what it says is a text.
NEVER_SAID = {
  'whole': ['many', '2.5', '1e4', 'True', '', 'nan'],
  'number': ['many', 'nan', 'inf', ''],
  'text': ['', ' '],
  'path': [''],
  'folder': ['', '/dev/null'],
  'model': ['', '/dev/null'],
  'folder or choice': [' ', '/dev/null'],
  'made': ['', '/dev/null'],
  'any text': [''],
  'choice': ['nonesuch', ''],
  'some': ['nonesuch', ''],
  'names': ['', ','],
  'joined': [','],
  'window': ['5:2', '0:1', '3', 'a:b', ''],
  'topology': ['v99:4x4', 'v5e', ''],
}


@dataclasses.dataclass(frozen=True)
class Case:
  """A setting of a door, spoilt. how: 'macro', 'file', 'included', 'direct', 'direct in
  file' or 'flag'. allowed: whether it must be taken instead of refused."""

  door: str
  how: str
  name: str
  value: str
  allowed: bool = False


def out_of_range(setting) -> list[str]:
  beyond = {'least': -1, 'most': 1, 'above': 0, 'below': 0}
  limits = [(getattr(setting, name), step) for name, step in beyond.items() if getattr(setting, name) is not None]
  # A large float does not change by one.
  found = [repr(limit + step if limit + step != limit or not step else 2 * limit) for limit, step in limits]
  return found if setting.kind in ('whole', 'number') else []


def wrong(setting) -> list[str]:
  none = [] if setting.none else ['None']
  never = [one for one in NEVER[setting.kind] if one != 'None' or not setting.none]
  return list(dict.fromkeys([*never, *none, *out_of_range(setting)]))


def wrong_flag(setting) -> list[str]:
  return [*NEVER_SAID[setting.kind], *out_of_range(setting)]


def right(setting) -> list[str]:
  """A few values in range; those of texts depend on more than the description."""
  limits = [limit for limit in (setting.least, setting.most) if limit is not None]
  return (
    [repr(limit) for limit in limits]
    if setting.kind == 'whole'
    else ([repr(setting.choices[-1])] if setting.kind == 'choice' else [])
  )


def near_miss(name: str, draw: random.Random) -> str:
  """Two letters turned round, or one left out: another name."""
  while True:
    place = draw.randrange(1, len(name) - 1)
    made = draw.choice(
      [name[:place] + name[place + 1] + name[place] + name[place + 2 :], name[:place] + name[place + 1 :]]
    )
    if made != name:
      return made


def of_gin(door: str, parameters, draw: random.Random) -> list[Case]:
  """Of the settings that a door's run file wires, each way to give them."""
  cases = []
  for parameter, macro in parameters.items():
    setting = settings.PARAMETERS[parameter]
    for value in wrong(setting):
      hows = ['direct', 'direct in file']
      hows += ['macro', 'file', 'included'] * 2 if macro else []
      how = draw.choice(hows)
      cases.append(Case(door, how, parameter if 'direct' in how else macro, value))
    if macro:
      how = draw.choice(['macro', 'file', 'included'])
      cases.append(Case(door, how, near_miss(macro, draw), '1'))
  return cases


def of_flags(door: str, names, draw: random.Random) -> list[Case]:
  cases = []
  for name in names:
    setting = settings.FLAGS[name]
    cases += [Case(door, 'flag', name, value) for value in wrong_flag(setting) if not setting.positional]
    if len(name) > 3 and not setting.positional:
      cases.append(Case(door, 'flag', near_miss(name, draw), '1'))
  return cases
