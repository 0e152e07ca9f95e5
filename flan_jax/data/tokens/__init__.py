# SPDX-License-Identifier: Apache-2.0
"""Tokens, without templates: the store, the plan that packs rows, loading."""
