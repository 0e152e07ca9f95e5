"""Natural language inference: does the hypothesis follow from the premise?"""
