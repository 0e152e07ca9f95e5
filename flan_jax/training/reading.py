# SPDX-License-Identifier: Apache-2.0
"""Reading the items of a checkpoint: what is torn is told, and all processes agree.

The checksums are compared first, so that no parser sees a damaged file.
"""

import contextlib
import gc
import sys
from typing import Iterator, Mapping

import jax
import orbax.checkpoint as ocp

from flan_jax import storage
from flan_jax.training import arrays, checksums, multihost

ELSEWHERE = 'another process cannot read it'


def items(folder: str, step: int, targets: Mapping) -> tuple[dict | None, str]:
  """(the items, ''), or (None, why) if a process cannot read them; all agree.

  Args:
    folder: of the checkpoint.
    step: whose it must be.
    targets: name of an item -> shapes with shardings.
  """
  why = checksums.problem(folder, step, targets)
  if not multihost.everywhere(not why):
    return None, why or ELSEWHERE
  with _leftovers_hidden():
    found, why = _attempt(folder, step, targets)
    if why:
      gc.collect()
  if multihost.everywhere(not why):
    return found, ''
  return None, why or ELSEWHERE


def _attempt(folder: str, step: int, targets: Mapping) -> tuple[dict, str]:
  found = {}
  try:
    for name, target in targets.items():
      found[name] = arrays.read(storage.join(folder, name), target)
    saved = int(found['progress']['step']) if 'progress' in found else step
    return found, '' if saved == step else f'it holds step {saved}'
  except (MemoryError, jax.errors.JaxRuntimeError):  # no fault of the files
    raise
  except Exception as error:  # Orbax and TensorStore raise many types for torn files
    return {}, _misfit(folder, targets) or reason(error)


def _misfit(folder: str, targets: Mapping) -> str:
  """Which array has another shape than is wanted; '' if none has, or none can be read."""
  shapes = lambda tree: {
    jax.tree_util.keystr(path, simple=True, separator='/'): tuple(leaf.shape)
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
  }
  for name, target in targets.items():
    try:
      there = shapes(ocp.StandardCheckpointHandler().metadata(storage.path(storage.join(folder, name))).tree)
    except Exception:  # torn, too: many types
      continue
    for array, shape in shapes(target).items():
      if there.get(array, shape) != shape:
        return (
          f'{array} has the shape {there[array]}, which by the model in run.json must '
          f'be {shape}: bring run.json back as it was'
        )
  return ''


def reason(error: Exception) -> str:
  """An error in one line."""
  # After this Orbax prints the innards of TensorStore's exception.
  text = ' '.join(str(error).split('See full TensorStore details')[0].split())
  return f'{type(error).__name__}: {text[:200]}' if text else type(error).__name__


@contextlib.contextmanager
def _leftovers_hidden() -> Iterator[None]:
  """Orbax leaves coroutines behind when it fails; Python would print how they end."""
  hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
  try:
    yield
  finally:
    sys.unraisablehook = hook
