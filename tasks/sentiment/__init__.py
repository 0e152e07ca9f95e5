"""Sentiment: is the writer for or against?"""
