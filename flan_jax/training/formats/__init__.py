# SPDX-License-Identifier: Apache-2.0
"""Models that are kept in other formats than a MODEL_DIR's."""
