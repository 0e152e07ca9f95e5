"""From datasets to rows.

Text: `templates`, `fields`, `datasets`, `splits`, `clusters`, `vocabulary`, `embedded`.
Tokens, which know nothing of text: `store`, `packing`, `loading`.
"""
