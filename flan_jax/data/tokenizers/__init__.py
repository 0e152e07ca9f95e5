# SPDX-License-Identifier: Apache-2.0
"""Tokenizers behind the vocabulary, their files, and what begins and ends a text."""
