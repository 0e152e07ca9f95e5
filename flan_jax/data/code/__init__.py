# SPDX-License-Identifier: Apache-2.0
"""Digests of what code does, which decide whether prompts are still the same."""
