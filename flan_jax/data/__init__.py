# SPDX-License-Identifier: Apache-2.0
"""Datasets, prompts and packed rows.

Text: `datasets`, `templates`, `fields`, `splits`, `clusters`, `holdouts`, `vocabulary`.
Tokens, without any text: `tokens`. The embedded data: `sample_data`.
"""
