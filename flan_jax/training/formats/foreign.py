# SPDX-License-Identifier: Apache-2.0
"""Folders that hold a model and are no MODEL_DIR: a run at step 0 to whoever reads one.

This room knows no such format. A room above it that does registers its reader.
"""

from typing import Any, Protocol

STEP = 0


class Reader(Protocol):
  """What reads a format. Each function raises UserError for what it cannot read."""

  def mark(self, path: str) -> str:
    """The name of the file that the format is known by, '' where there is nothing of it."""

  def run(self, path: str) -> Any:
    """The run_file.Run that it would have."""

  def identity(self, path: str) -> str:
    """Changes with the parameters; see step_folders.identity."""

  def params(self, path: str, mesh: Any, dtype: str) -> Any:
    """The parameters, in their shards."""


_READERS: list[Reader] = []


def register(reader: Reader) -> None:
  if reader not in _READERS:
    _READERS.append(reader)


def reader_of(path: str) -> Reader | None:
  """The reader of what is at a path, None if no format is known there."""
  return next((reader for reader in _READERS if reader.mark(path)), None)
