"""Zero-shot evaluation: questions, answers, metrics, the paper's protocol, results."""
