# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of a run and its copy in MODEL_DIR; `told` is what run.json says, a run_file.Vocabulary."""

import os
from typing import Any

from flan_jax import storage
from flan_jax.data.tokenizers import vocabulary_file
from flan_jax.errors import notice

COPY = 'vocabulary'  # of a run, in MODEL_DIR, with the suffix of the original


def own(told: Any, model_dir: str) -> str | None:
  """The path of a run's vocabulary, or of its copy, which is said; None: neither."""
  if vocabulary_file.matches(told.path, told.hash):
    return told.path
  kept = copy(model_dir, told)
  if kept:
    what = 'is another now' if storage.is_file(told.path) else 'is not there any more'
    notice(f'the vocabulary {told.path} of the run in {model_dir} {what}; its copy {kept} serves')
  return kept


def keep(model_dir: str, told: Any) -> None:
  """Copies the vocabulary of a run into MODEL_DIR; later the run may need it."""
  if told.path != 'bytes' and storage.is_file(told.path) and not copy(model_dir, told):
    storage.copy(told.path, copies(model_dir, told.path)[0])


def copy(model_dir: str, told: Any) -> str | None:
  """The copy in MODEL_DIR, if it is there."""
  return next((path for path in copies(model_dir, told.path) if vocabulary_file.matches(path, told.hash)), None)


def damaged(told: Any, model_dir: str) -> str | None:
  """The copy in MODEL_DIR that is not what it was, if there is one and no whole one."""
  if copy(model_dir, told):
    return None
  return next((path for path in copies(model_dir, told.path) if path != told.path and storage.is_file(path)), None)


def copies(model_dir: str, path: str) -> tuple[str, str]:
  """Where a copy may be: of a run, and of an import, which keeps the name."""
  folder = storage.absolute(model_dir)
  return (os.path.join(folder, COPY + os.path.splitext(path)[1]), os.path.join(folder, os.path.basename(path)))
