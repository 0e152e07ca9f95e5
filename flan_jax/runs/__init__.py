"""What a MODEL_DIR is: training it, evaluating it, going on with it, experiments."""
