# SPDX-License-Identifier: Apache-2.0
"""The proof by text: whether texts of held-out examples stand in what is trained on.

Arithmetic, which knows no TensorFlow: `words`, `grams`, `tables`, `examples`, `matching`,
`verdicts`, `comparison`. From datasets: `records`, `proof`.
"""
