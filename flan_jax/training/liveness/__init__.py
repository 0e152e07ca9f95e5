# SPDX-License-Identifier: Apache-2.0
"""Liveness of a run: who holds its folder, what its processes do, and when they hang."""
