# SPDX-License-Identifier: Apache-2.0
"""From datasets to rows.

Text: `datasets`, `templates`, `fields`, `splits`, `clusters`, `holdouts`, `vocabulary`.
Tokens, which know nothing of text: `tokens`. The embedded data: `sample_data`.
"""
