"""The one error for a user's mistake."""


class UserError(ValueError):
  """Names the thing, its value and the remedy; doors print it without a trace."""
