# SPDX-License-Identifier: Apache-2.0
"""The decoder, its attention rule and its losses; only jax and flax here."""
