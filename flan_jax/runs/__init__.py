# SPDX-License-Identifier: Apache-2.0
"""What a MODEL_DIR is: training it, evaluating it, going on with it, experiments."""
