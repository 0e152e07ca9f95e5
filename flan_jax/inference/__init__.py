# SPDX-License-Identifier: Apache-2.0
"""A model answers: scores of options and decoded texts; no datasets, no metrics."""
