"""A model answers: scores of options and decoded texts; no datasets, no metrics."""
