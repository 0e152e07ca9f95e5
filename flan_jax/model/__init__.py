# SPDX-License-Identifier: Apache-2.0
"""The decoder, its mask rule and its losses; imports only jax and flax."""
