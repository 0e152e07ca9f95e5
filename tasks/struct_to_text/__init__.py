# SPDX-License-Identifier: Apache-2.0
"""Structured data to text: put triples, attributes or single words into sentences."""
