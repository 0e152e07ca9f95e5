# SPDX-License-Identifier: Apache-2.0
"""Real data: where each dataset comes from, and how it gets into a TFDS data_dir."""
