"""The one error for a user's mistake."""

import difflib
from typing import Iterable


class UserError(ValueError):
  """Names the thing, its value and the remedy; doors print it without a trace."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
  """'; did you mean nli, math?': the known names that are like it, '' where none is."""
  near = difflib.get_close_matches(str(name), list(known), 4, 0.5)
  return f'; did you mean {", ".join(near)}?' if near else ''
