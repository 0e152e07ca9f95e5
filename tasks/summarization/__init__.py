"""Summarization: what is the gist of a text, and what is it about?"""
