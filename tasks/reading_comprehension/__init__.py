"""Reading comprehension: what does the passage say about this?"""
