# SPDX-License-Identifier: Apache-2.0
"""Real data: the origin of each dataset, and its preparation in a TFDS data_dir."""
