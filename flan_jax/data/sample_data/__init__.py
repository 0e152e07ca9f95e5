# SPDX-License-Identifier: Apache-2.0
"""The embedded data: a TFDS data_dir written from samples of the invented world."""
