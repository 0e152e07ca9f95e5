"""Paraphrase: do two sentences say the same?"""
