"""From datasets to rows.

Text: `datasets`, `templates`, `fields`, `splits`, `clusters`, `holdouts`, `vocabulary`,
`embedded`. Tokens, which know nothing of text: `tokens`.
"""
