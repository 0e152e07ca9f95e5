# SPDX-License-Identifier: Apache-2.0
"""Tokenizers behind the vocabulary, their files, and the tokens that begin and end a text."""
