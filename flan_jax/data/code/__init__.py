"""Digests of what code does, which decide whether prompts are still the same."""
