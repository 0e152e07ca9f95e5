# SPDX-License-Identifier: Apache-2.0
"""What every command shares: flags as t5x users know them, gin, silence.

A command is a module of this room with `main(arguments)`. `launch` calls it: the flags are
parsed before anything slow is imported, a UserError is printed as one paragraph with exit
code 2, and other errors keep their trace.
"""

import argparse
import gc
import importlib
import os
import sys
import textwrap
import time
from typing import Callable, Sequence

from flan_jax import settings, storage
from flan_jax.cli import gin_defaults
from flan_jax.errors import did_you_mean, UserError
from flan_jax.runs import public_folders, registration

BEGAN = time.time()  # of this process, but for a blink
_RUN_FILES = "include 'runs/", 'include "runs/'  # a line that includes one

QUIET = {
  'TF_CPP_MIN_LOG_LEVEL': '3',  # TensorFlow's C++ notices at start-up
  'TF_ENABLE_ONEDNN_OPTS': '0',
  'GRPC_VERBOSITY': 'ERROR',
}


class _Parser(argparse.ArgumentParser):
  def error(self, message: str):
    self.exit(2, f'{self.prog}: {message}\nSee {self.prog} --help.\n')


def parser(command: str, description: str, gin: str | None = None) -> argparse.ArgumentParser:
  """A parser for `flan_jax COMMAND`; `gin` names the run file that serves by default."""
  made = _Parser(
    prog=f'flan_jax {command}',
    description=textwrap.dedent(description).strip(),
    formatter_class=argparse.RawDescriptionHelpFormatter,
    allow_abbrev=False,
  )
  made.set_defaults(door=command)
  made.add_argument(
    '--tfds_data_dir',
    metavar='DIR',
    help="TFDS data_dir (default: TFDS_DATA_DIR, else TFDS's own); `flan_jax sample` writes one",
  )
  made.add_argument(
    '--import',
    dest='modules',
    metavar='MODULE,MODULE',
    default='',
    help='Python modules that register datasets of your own',
  )
  if gin is not None:
    made.set_defaults(default_gin=gin)
    made.epilog = gin_defaults.help_text(gin, gin_folder())
    made.add_argument(
      '--gin_file',
      action='append',
      default=[],
      metavar='FILE',
      help=f'gin file, may be repeated; later ones win (default: {gin})',
    )
    made.add_argument('--gin.NAME=VALUE', dest='_gin', metavar='', help='sets a gin macro or parameter')
    made.add_argument(
      '--gin_search_paths',
      default='',
      metavar='DIR,DIR',
      help="folders to look for gin files in, before the package's own",
    )
    made.add_argument('--dry_run', action='store_true', help='check everything, start nothing expensive')
  return made


def add_processes(made: argparse.ArgumentParser) -> None:
  """The flags of doors that may run as several processes; see `join_processes`."""
  made.add_argument(
    '--coordinator_address',
    metavar='HOST:PORT',
    help='a free port of process 0, to run as several processes; TPU pods, SLURM and Open MPI need none of these',
  )
  made.add_argument('--process_count', metavar='N', help='how many processes there are')
  made.add_argument('--process_index', metavar='I', help='which one this is, from 0')


def add_begin(made: argparse.ArgumentParser, default: str) -> None:
  """--begin and --no-begin: the macro BEGIN for doors that read no gin file."""
  made.add_argument(
    '--begin',
    action=argparse.BooleanOptionalAction,
    default=None,
    help=f'whether the token that begins a text stands before each (default: {default})',
  )


def join_processes(flags: argparse.Namespace, saves_on_sigterm: bool = True) -> None:
  """Makes this process one of several, if the flags or its launcher say so."""
  from flan_jax.training import multihost

  multihost.start(flags.coordinator_address, flags.process_count, flags.process_index, saves_on_sigterm)


# Objects, and younger collections, until garbage is looked for. At Python's own figures the imports
# of JAX and TensorFlow are interrupted hundreds of times, for a fifth of their time.
COLLECTED_AFTER = 200_000, 50, 100


def _away_from_google(product: str = '/sys/class/dmi/id/product_name') -> dict[str, str]:
  """Elsewhere nobody answers as Google's metadata server does, which TFDS and gcsfs ask.

  A machine of Google's gets the credentials for buckets from it. product: a file of Linux.
  """
  try:
    with open(product, encoding='utf-8', errors='replace') as file:
      return {} if 'Google' in file.read() else {'NO_GCE_CHECK': 'true'}
  except OSError:
    return {'NO_GCE_CHECK': 'true'}


def launch(module: str, arguments: Sequence[str]) -> None:
  """Runs `main(arguments)` of a module; UserError and Ctrl-C end without a trace."""
  os.environ.update({key: os.environ.get(key, value) for key, value in (QUIET | _away_from_google()).items()})
  gc.set_threshold(*COLLECTED_AFTER)
  command = importlib.import_module(module)
  try:
    command.main(arguments)
  except UserError as error:
    print(f'error: {error}', file=sys.stderr)
    sys.exit(error.code)
  except KeyboardInterrupt:
    print('interrupted', file=sys.stderr)
    sys.exit(130)


def parse(made: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
  """Parses flags; `--gin.X=Y` arguments are collected in `.bindings` as 'X = Y'.

  Raises:
    UserError: a value that the flag cannot have, by its description in `settings`.
  """
  bindings = [a.removeprefix('--gin.') for a in arguments if a.startswith('--gin.')]
  for binding in bindings:
    if not binding.partition('=')[0].strip() or not binding.partition('=')[2].strip():
      made.error(f"'--gin.{binding}' wants a name and a value, as in --gin.NAME=VALUE")
  rest = [a for a in arguments if not a.startswith('--gin.')]
  flags, unknown = made.parse_known_args(rest)
  if unknown:
    known = [option for action in made._actions for option in action.option_strings]
    made.error(f'unrecognized arguments: {" ".join(unknown)}{did_you_mean(unknown[0].partition("=")[0], known)}')
  for action in made._actions:
    _read_values(flags, action, rest)
  if flags.modules:
    os.environ[registration.MODULES] = flags.modules
  flags.bindings = [' = '.join(part.strip() for part in b.split('=', 1)) for b in bindings]
  return flags


def _read_values(flags: argparse.Namespace, action: argparse.Action, arguments) -> None:
  """Puts the values that the texts of a flag stand for in their place."""
  names = [option.removeprefix('--') for option in action.option_strings]
  given = not names or any(argument.partition('=')[0] in action.option_strings for argument in arguments)
  name, texts = (names or [action.dest])[0], getattr(flags, action.dest, None)
  if not given or name not in settings.FLAGS or texts is None:
    return
  values = (
    [settings.read_flag(name, text) for text in texts] if isinstance(texts, list) else settings.read_flag(name, texts)
  )
  setattr(flags, action.dest, values)


def gin_folder() -> str:
  """The folder of the gin files: in the installed package, or beside it in a checkout."""
  package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
  candidates = [os.path.join(package, 'gin'), os.path.join(os.path.dirname(package), 'gin')]
  return next(folder for folder in candidates if os.path.isdir(folder))


def configure(flags: argparse.Namespace) -> None:
  """Reads the gin files and bindings that the flags name, and the data_dir.

  Raises:
    UserError: a file is not found, a parameter or macro is unknown or has no value.
  """
  set_data_dir(flags)
  folders = [folder for folder in flags.gin_search_paths.split(',') if folder]
  paths = check_gin(flags.door, flags.gin_file, flags.bindings, flags.default_gin, folders)
  import gin
  from flan_jax.cli import gin_files
  from flan_jax.data import private_names

  for folder in [*folders, gin_folder()]:
    gin.add_config_file_search_path(folder)
  # gin would also look for gin files in Python packages called `runs` or `models`, and
  # takes any folder of that name, such as the user's own, for one.
  private_names.set_gin_readers(gin, [(open, os.path.isfile)])
  try:
    gin.parse_config_files_and_bindings([path for _, path in paths], flags.bindings, finalize_config=False)
    _take_model(gin, paths, flags.bindings)
    if flags.door in gin_files.BEFORE_RUN:
      _leave_out(gin, 'MODEL_DIR', 'HELD_OUT')
    gin.finalize()
  except UserError:
    raise
  except Exception as error:  # gin raises many types, each with a readable first line
    raise UserError(f'gin: {_first_paragraph(error)}') from None


def _take_model(gin, files: Sequence[tuple[str, str]], bindings: Sequence[str]) -> None:
  """The model and vocabulary of an INIT_FROM that is a public model; what is named besides wins."""
  base, model_dir = (_macro_value(gin, name) for name in ('INIT_FROM', 'MODEL_DIR'))
  run = public_folders.model_of(base, model_dir) if base else None
  if run is None:
    return
  from flan_jax.public_models import importing

  gin.parse_config(importing.gin_text(run))
  for _, path in files:
    if os.path.dirname(path) != os.path.join(gin_folder(), 'runs'):
      with open(path, encoding='utf-8') as file:  # again, but for the models of run files that it includes
        gin.parse_config([line for line in file.read().splitlines() if not line.startswith(_RUN_FILES)])
  gin.parse_config(bindings)


def _macro_value(gin, name: str) -> str | None:
  """The text that a macro has, None if it has none."""
  try:
    value = gin.query_parameter(f'{name}/gin.macro.value')
  except ValueError:  # no file names it
    return None
  return value if isinstance(value, str) else None


def _leave_out(gin, *names: str) -> None:
  """Gives macros that a run file requires the value None, if they have none yet."""
  for name in names:
    parameter = f'{name}/gin.macro.value'
    try:
      required = str(gin.query_parameter(parameter)) == '%gin.REQUIRED'
    except ValueError:  # no file names it
      continue
    if required:
      gin.bind_parameter(parameter, None)


def check_gin(
  door: str, names: Sequence[str], bindings: Sequence[str], default: str, folders: Sequence[str] = ()
) -> list[tuple[str, str]]:
  """Holds the gin files and bindings of a door against the settings; see gin_files.

  Returns:
    (name as it was given, path) of each file, `default` first if no run file is named.
  """
  from flan_jax.cli import gin_files

  places = [os.getcwd(), *folders, gin_folder()]
  paths = [(name, _find(name, places)) for name in names]
  if not any(_is_run_file(path) for _, path in paths):
    paths = [(default, _find(default, [gin_folder()])), *paths]
  gin_files.checked(door, paths, bindings, [*folders, gin_folder()], default)
  return paths


def call(function: Callable, **given):
  """Calls a function with what gin has bound to it; `given` wins."""
  import gin

  try:
    return gin.get_configurable(function)(**given)
  except UserError as error:  # gin appends where it was called
    raise UserError(str(error).split('\n  In call to')[0]) from None


def mesh(text: str) -> dict[str, int]:
  """Reads --mesh: 'data=2,tensor=4' -> {'data': 2, 'tensor': 4}."""
  pairs = [part.partition('=') for part in text.split(',')]
  try:
    sizes = {name.strip(): int(size) for name, _, size in pairs}
  except ValueError:
    raise UserError(f'--mesh={text} is not understood; write it as --mesh=data=2,fsdp=2,tensor=1') from None
  settings.check(settings.MACROS['MESH'], sizes, '--mesh')
  return sizes


def set_data_dir(flags: argparse.Namespace) -> None:
  """Makes --tfds_data_dir the data_dir of this process and of its children."""
  if not flags.tfds_data_dir:
    return
  folder = storage.absolute(flags.tfds_data_dir)
  if not storage.is_folder(folder):
    raise UserError(
      f'there is no folder --tfds_data_dir={flags.tfds_data_dir}; write embedded data '
      f'there with `flan_jax sample --data_dir={flags.tfds_data_dir}`'
    )
  os.environ['TFDS_DATA_DIR'] = folder


def _find(name: str, folders: Sequence[str]) -> str:
  if storage.is_remote(name):
    return _fetched(name)
  candidates = [os.path.join(folder, os.path.expanduser(name)) for folder in folders]
  for path in candidates:
    if os.path.isfile(path):
      return path
  if any(map(os.path.isdir, candidates)):
    raise UserError(f'--gin_file={name} is a folder; name a gin file in it')
  known = sorted(
    os.path.relpath(os.path.join(root, file), gin_folder())
    for root, _, names in os.walk(gin_folder())
    for file in names
    if file.endswith('.gin')
  )
  raise UserError(f'there is no gin file {name!r} in {", ".join(folders)}; the package has {", ".join(known)}')


def _fetched(name: str) -> str:
  """A local copy of a gin file in a bucket."""
  try:
    return storage.local_copy(name)
  except FileNotFoundError:
    raise UserError(f'there is no gin file {name}; see what is in its folder') from None


def _is_run_file(path: str) -> bool:
  """Whether a gin file wires a whole run: one of ours, or one that includes one."""
  with open(path, encoding='utf-8', errors='replace') as file:
    includes = any(line.startswith(_RUN_FILES) for line in file)
  return includes or os.path.dirname(path) == os.path.join(gin_folder(), 'runs')


def _first_paragraph(error: Exception) -> str:
  lines = [line.strip() for line in str(error).split('\n') if line.strip()]
  return ' '.join(lines[:4])
