# SPDX-License-Identifier: Apache-2.0
"""Predicts the cost of a run on hardware that is not present, without running it."""
