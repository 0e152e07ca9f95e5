# SPDX-License-Identifier: Apache-2.0
"""Closed-book question answering: the answer is in the model, not in the prompt."""
