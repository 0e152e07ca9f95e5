# SPDX-License-Identifier: Apache-2.0
"""Reads the items of a checkpoint; damage is reported, and all processes agree.

Checksums are compared first, so that no parser sees a damaged file.
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
  """Returns (the items, ''), or (None, why) if a process cannot read them; all agree.

  Args:
    folder: of the checkpoint.
    step: the expected step.
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
  except (MemoryError, jax.errors.JaxRuntimeError):  # not the files' fault
    raise
  except Exception as error:  # damaged files cause many types in Orbax and TensorStore
    return {}, _misfit(folder, targets) or reason(error)


def _misfit(folder: str, targets: Mapping) -> str:
  """Returns which array has an unexpected shape; '' if none has, or none is readable."""
  shapes = lambda tree: {
    jax.tree_util.keystr(path, simple=True, separator='/'): tuple(leaf.shape)
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
  }
  for name, target in targets.items():
    try:
      there = shapes(ocp.StandardCheckpointHandler().metadata(storage.path(storage.join(folder, name))).tree)
    except Exception:  # damaged too: many types
      continue
    for array, shape in shapes(target).items():
      if there.get(array, shape) != shape:
        return (
          f'{array} has the shape {there[array]}, which by the model in run.json must '
          f'be {shape}: bring run.json back as it was'
        )
  return ''


def reason(error: Exception) -> str:
  """Returns an error in one line."""
  # From here on Orbax prints the internals of TensorStore's exception.
  text = ' '.join(str(error).split('See full TensorStore details')[0].split())
  return f'{type(error).__name__}: {text[:200]}' if text else type(error).__name__


@contextlib.contextmanager
def _leftovers_hidden() -> Iterator[None]:
  """When Orbax fails it leaves coroutines behind; this hides Python's messages about them."""
  hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
  try:
    yield
  finally:
    sys.unraisablehook = hook
