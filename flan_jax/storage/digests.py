# SPDX-License-Identifier: Apache-2.0
"""JSON objects that vouch for themselves: by a digest a changed byte is noticed."""

import hashlib
import json
from typing import Any, Mapping

DIGEST = 'digest'  # the field of an object that has one


def with_digest(told: Mapping[str, Any]) -> dict[str, Any]:
  """The object with a digest of the rest of it."""
  return {**told, DIGEST: _digest(told)}


def has_digest(told: Mapping[str, Any]) -> bool:
  """Whether the object is what its digest was made of, however it is laid out as text."""
  return told.get(DIGEST) == _digest(told)


def changed(told: Mapping[str, Any]) -> str:
  """What is wrong with the content of a file, '' if nothing; earlier versions wrote no digest."""
  if DIGEST not in told or has_digest(told):
    return ''
  return (
    f'it was changed after it was written, for its "{DIGEST}" is of other content. If you '
    f'changed it on purpose, delete the "{DIGEST}" in it. Otherwise a disk or a copy did'
  )


def without_digest(told: Mapping[str, Any]) -> dict[str, Any]:
  return {name: value for name, value in told.items() if name != DIGEST}


def _digest(told: Mapping[str, Any]) -> str:
  read = json.loads(json.dumps(without_digest(told)))  # as it comes back: keys are texts
  return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:16]
