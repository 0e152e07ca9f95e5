"""Tokens, which know nothing of templates: the store, the plan that packs, loading."""
