# SPDX-License-Identifier: Apache-2.0
"""Zero-shot evaluation: questions, answers, metrics, the paper's protocol, results."""
