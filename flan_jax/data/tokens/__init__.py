# SPDX-License-Identifier: Apache-2.0
"""Tokens, which know nothing of templates: the store, the plan that packs, loading."""
