# SPDX-License-Identifier: Apache-2.0
"""Registers tasks and mixtures: ours, and those of modules that the user names."""

import contextlib
import importlib
import os
import sys
import tempfile
from typing import Iterator

from flan_jax.errors import UserError

MODULES = 'FLAN_IMPORT'  # environment variable: what --import named


@contextlib.contextmanager
def quietly() -> Iterator[None]:
  """Holds back what C++ libraries print to standard error while they are imported.

  They write to the file descriptor itself before any log level is read. If the import
  fails, all of it is shown.
  """
  sys.stderr.flush()
  kept = os.dup(2)
  with tempfile.TemporaryFile() as held:
    os.dup2(held.fileno(), 2)
    try:
      yield
    except BaseException:
      held.seek(0)
      os.write(kept, held.read())
      raise
    finally:
      os.dup2(kept, 2)
      os.close(kept)


def load_tasks() -> None:
  """Registers every task and mixture, without the noise of the libraries behind them.

  Those of the modules named by --import too, in this process and in its children.
  """
  with quietly():
    import flan_jax.tasks  # noqa: F401  registers every dataset
  modules = [name for name in os.environ.get(MODULES, '').split(',') if name]
  for module in modules:
    _import(module)
  if modules:
    from flan_jax.data import holdouts

    holdouts.register_mixtures()


def _import(module: str) -> None:
  sys.path[:0] = [] if os.getcwd() in sys.path else [os.getcwd()]
  try:
    importlib.import_module(module)
  except ImportError as error:
    raise UserError(f'--import={module}: {error}; the module must be installed, or stand in {os.getcwd()}') from None
