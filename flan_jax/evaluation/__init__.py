"""Zero-shot evaluation: ranking, greedy decoding, metrics, the paper's protocol."""
