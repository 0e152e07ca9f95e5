"""Reading comprehension with commonsense: the answer lies between the lines."""
