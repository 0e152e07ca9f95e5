"""Tokenizers behind the vocabulary, their files, and what begins and ends a text."""
