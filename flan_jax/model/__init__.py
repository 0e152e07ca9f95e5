"""The decoder, its attention rule and its losses; only jax and flax here."""
