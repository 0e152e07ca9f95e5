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


def _digest(told: Mapping[str, Any]) -> str:
  rest = {name: value for name, value in told.items() if name != DIGEST}
  read = json.loads(json.dumps(rest))  # as it comes back: keys are texts
  return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:16]
