# SPDX-License-Identifier: Apache-2.0
"""Digests of the behaviour of code, to decide whether prompts are unchanged."""
