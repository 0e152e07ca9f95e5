"""Commonsense: which of the given sentences is sensible?"""
