# SPDX-License-Identifier: Apache-2.0
"""JSON objects with a digest of their content, which detects a changed byte."""

import hashlib
import json
from typing import Any, Mapping

DIGEST = 'digest'  # the field of an object that has one


def with_digest(told: Mapping[str, Any]) -> dict[str, Any]:
  """Returns the object with a digest of its other fields."""
  return {**told, DIGEST: _digest(told)}


def has_digest(told: Mapping[str, Any]) -> bool:
  """Whether the object matches its digest, whatever the layout of its text."""
  return told.get(DIGEST) == _digest(told)


def changed(told: Mapping[str, Any]) -> str:
  """Returns what is wrong with a file's content, '' if nothing; earlier versions wrote no digest."""
  if DIGEST not in told or has_digest(told):
    return ''
  return (
    f'it was changed after it was written, for its "{DIGEST}" is of other content. If you '
    f'changed it on purpose, delete the "{DIGEST}" in it. Otherwise a disk or a copy did'
  )


def without_digest(told: Mapping[str, Any]) -> dict[str, Any]:
  return {name: value for name, value in told.items() if name != DIGEST}


def _digest(told: Mapping[str, Any]) -> str:
  read = json.loads(json.dumps(without_digest(told)))  # as read back: JSON keys are texts
  return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:16]
