# SPDX-License-Identifier: Apache-2.0
"""Makes the pages of the reference that follow the code: commands and settings.

mkdocs calls `on_files` at every build. Nothing here imports jax or TensorFlow.
"""

import functools
import os
import re
import subprocess
import sys

from flan_jax.cli import gin_defaults, main

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMANDS = tuple(name for name in main.COMMANDS if name != 'harness')
HARNESS = """## harness

`flan_jax harness` is the command `lm_eval` of lm-evaluation-harness, with one more model. It
takes the flags of `lm_eval`; see [lm-evaluation-harness](../how-to/harness.md).
"""
GROUPS = {
  'RUN': 'The run',
  'SELECTION': 'The part of the mixture',
  'ROWS': 'Rows',
  'SCHEDULE': 'Steps',
  'OPTIMIZER': 'Optimizer and loss',
  'ADAPTER': 'Adapters',
  'EVALUATION': 'Evaluation',
  'DECODER': 'Model',
  'CALLS': 'Arguments of Python calls',
  'HARNESS': 'Arguments of the harness',
}


def on_files(files, config):
  """Adds the generated pages to the site."""
  from mkdocs.structure.files import File

  for name, text in (('commands', commands()), ('settings', settings())):
    files.append(File.generated(config, f'reference/{name}.md', content=text))
  return files


def command(name: str) -> list[str]:
  """The command line of a command."""
  return [sys.executable, '-m', 'flan_jax', name]


@functools.cache
def help_text(name: str) -> str:
  """What `flan_jax NAME --help` prints, 88 columns wide."""
  places = [CHECKOUT, os.environ.get('PYTHONPATH', '')]
  done = subprocess.run(
    [*command(name), '--help'],
    text=True,
    capture_output=True,
    check=True,
    cwd=CHECKOUT,
    env=os.environ | {'COLUMNS': '88', 'PYTHONPATH': os.pathsep.join(filter(None, places))},
  )
  return done.stdout.rstrip()


def flags(name: str) -> set[str]:
  """The flags of a command: {'--gin_file', ...}."""
  found = re.findall(r'(?<![\w-])--\w[\w.-]*', help_text(name))
  return {flag.rstrip('.-') for flag in found}


def commands() -> str:
  """The page of all commands."""
  parts = ['# Commands', '`flan_jax COMMAND --help` prints the same texts.']
  for stage, commands_of_stage in main.STAGES.items():
    links = ', '.join(f'[{name}](#{name})' for name in commands_of_stage)
    parts.append(f'{stage}: {links}.')
  parts += [f'## {name}\n\n```text\n{help_text(name)}\n```' for name in COMMANDS]
  return '\n\n'.join([*parts, HARNESS])


def settings() -> str:
  """The page of all settings, with the defaults of the gin files."""
  from flan_jax.settings import macros

  defaults = {
    group: _defaults('runs/evaluate.gin' if group == 'EVALUATION' else 'runs/precompile.gin') for group in GROUPS
  }
  own = _defaults('runs/tune.gin')
  parts = [
    '# Settings',
    (
      'Names in capitals are macros of gin files: `NAME = VALUE` in a file, '
      '`--gin.NAME=VALUE` on a command line. Names in small letters are parameters and '
      'arguments without a macro. "Sets" names the parameter, as in '
      '`DecoderConfig.layers`. Defaults are those of `runs/tune.gin` (with '
      '`models/tiny.gin`), of `runs/evaluate.gin` for evaluation, and of '
      '`runs/precompile.gin` for what only that file has.'
    ),
  ]
  for group, title in GROUPS.items():
    known = defaults[group] if group == 'EVALUATION' else defaults[group] | own
    rows = [_row(setting, known) for setting in getattr(macros, group)]
    parts.append(
      '\n'.join(
        [f'## {title}', '', '| name | default | value | meaning | sets |', '| --- | --- | --- | --- | --- |', *rows]
      )
    )
  return '\n\n'.join(parts) + '\n'


def _row(setting, defaults: dict[str, gin_defaults.Macro]) -> str:
  value, meaning = defaults.get(setting.name, ('', setting.meaning))
  value = {gin_defaults.REQUIRED: 'required'}.get(value, f'`{value}`' if value else '')
  sets = ', '.join(f'`{name}`' for name in setting.of)
  cells = (f'`{setting.name}`', value, setting.wanted, meaning.replace('<', '&lt;'), sets)
  return f'| {" | ".join(cells)} |'


def _defaults(name: str) -> dict[str, gin_defaults.Macro]:
  return gin_defaults.macros(name, os.path.join(CHECKOUT, 'gin'))
