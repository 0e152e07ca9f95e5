# SPDX-License-Identifier: Apache-2.0
"""Miscellaneous: tasks that have little in common, each also a cluster of its own."""
