# SPDX-License-Identifier: Apache-2.0
"""The proof by text: whether texts of held-out examples occur in the training data.

Arithmetic without TensorFlow: `words`, `grams`, `tables`, `examples`, `matching`,
`verdicts`, `comparison`. With datasets: `records`, `proof`.
"""
