"""Coreference: whom or what does this word mean?"""
