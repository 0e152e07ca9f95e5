"""Structured data to text: put triples, attributes or single words into sentences."""
